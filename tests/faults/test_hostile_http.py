"""HTTP servers that want all memory or all time: each is given up within its bound, and others go on."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from bridge.errors import AmazonError
from bridge.spapi.auth import Credentials
from bridge.spapi.client import AmazonClient, Timeouts
from tests.faults.hostile_http import MEMORY, TIME, Answer, hostile
from tests.faults.measured import measured
from tests.faults.site import Site, notices
from tests.faults.texts import ACCOUNT, LOCAL, VENDOR
from tests.faults.watch import CONFIRM
from tests.operations import OPERATIONS, VERDICTS

MOST_MEGABYTES = 300
MOST_SECONDS = 60.0
"""For what is given up after less than a second but would else never end."""
BODY = b'{"shipmentConfirmations": [{"purchaseOrderNumber": "PO1"}]}'
CONFIRMATIONS = next(one for one in OPERATIONS.values() if one.name == CONFIRM)


@pytest.fixture
def endpoints() -> Iterator[dict[str, str]]:
    with ExitStack() as stack:
        yield {name: stack.enter_context(hostile(answer)) for name, answer in MEMORY.items()}


def test_hostile_http_takes_no_memory(site: Site, endpoints: dict[str, str]) -> None:
    """One run against all of them: little memory, each POST in doubt and told, others get to Amazon."""
    site.stop()
    site.quiet_amazon.options.verdict_polls = 0
    text = site.config
    for at, (name, url) in enumerate(endpoints.items()):
        account = ACCOUNT.format(name=name, endpoint=url, auth=url, client_id="made-up")
        text += account.replace(f"_OF_{name}", "_OF_main")
        text += VENDOR.format(name=name, code=f"H{at}", account=name) + LOCAL.format(name=name)
        inbox = site.folder / name / "inbox"
        inbox.mkdir(parents=True)
        (inbox / "856.edi").write_bytes(notices(1000 + at))
    (site.folder / "config.toml").write_text(text)
    site.drop("other", "856.edi", notices(201))
    # Settling: a run without it ends before a verdict that is due in a second is asked for.
    done, megabytes = measured(site.folder, os.environ | site.environment, "run", "--settle", "--json")
    assert done.returncode == 1, done.stderr
    assert "Traceback" not in done.stderr
    assert megabytes < MOST_MEGABYTES
    assert json.loads(done.stdout)["batches"]
    site.start()
    assert site.states("other") == {"succeeded": 1}
    for name in endpoints:
        assert site.ledger.counts()[name]["submissions"] == {"in_doubt": 1}, name


def client_of(url: str) -> AmazonClient:
    return AmazonClient(
        endpoint=url,
        auth_endpoint=url,
        credentials=Credentials("id", "secret", "refresh"),
        user_agent="tests/1 (Language=Python/3)",
        rate=1000.0,
        burst=1000,
        timeouts=Timeouts(connect=5.0, read=5.0, write=5.0, body=0.6, large_body=0.6),
        acquire_timeout=5.0,
    )


@pytest.mark.parametrize("what", TIME)
def test_hostile_http_in_time(what: str) -> None:
    """A server that keeps on sending is given up like one that is silent: the POST is in doubt."""
    answer: Answer = TIME[what]
    with hostile(answer) as url:
        client = client_of(url)
        begun = time.monotonic()
        outcome = client.submit(CONFIRMATIONS, BODY)
        assert time.monotonic() - begun < MOST_SECONDS
        client.close()
    assert outcome.kind == "in_doubt"
    with hostile(answer, of_token=True) as url:
        client = client_of(url)
        begun = time.monotonic()
        outcome = client.submit(CONFIRMATIONS, BODY)
        assert outcome.kind == "not_taken"
        with pytest.raises(AmazonError):
            client.transaction_status(VERDICTS, "T-1")
        assert time.monotonic() - begun < MOST_SECONDS
        client.close()
