"""Interchanges marked as tests are read, answered and told, and never sent to production."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bridge.adapters import policies_of
from bridge.config import parse_config
from bridge.pipeline.partner import Partner
from bridge.pipeline.rerun import rerun
from tests.pipeline.partners import CONFIG, with_policies
from tests.pipeline.stubs import StubAmazon, drained, drop
from tests.system.traffic import despatch_advice, edifact, order, ship_notice, x12

NOTICE = x12("856", "SH", "004010", 1, [ship_notice(1)])
ADVICE = edifact("DESADV", "96A", 1, [despatch_advice(1)])
MARKED = {
    "ISA15 = T": NOTICE.replace(b"*0*P*>", b"*0*T*>"),
    "ISA15 = I": NOTICE.replace(b"*0*P*>", b"*0*I*>"),
    "UNB 0035": ADVICE.replace(b"0830+1'", b"0830+1++++++1'"),
    "UNB 0035,": ADVICE.replace(b"0830+1'", b"0830+1++++++2'"),
}


def states(partner: Partner, batch: int) -> list[str]:
    return [event.state for event in partner.ledger.batch(batch).events if event.state != "replaced"]


@pytest.mark.parametrize(("told", "data"), MARKED.items(), ids=list(MARKED))
def test_nothing_of_a_test_is_sent_and_its_sender_is_told(
    tmp_path: Path, partner: Partner, amazon: StubAmazon, told: str, data: bytes
) -> None:
    drop(tmp_path, "a.edi", data)
    drained(partner)
    assert (states(partner, 1), amazon.items) == (["not_sent"], [])
    (line,) = json.loads((tmp_path / "drop/outbox/statuses/a.1.json").read_bytes())["lines"]
    assert line["status"] == "NotSent"
    assert line["errors"][0]["message"].startswith(told)
    assert list((tmp_path / "drop/outbox/acknowledgements").iterdir())


def test_a_test_takes_no_control_number_from_production(
    tmp_path: Path, partner: Partner, amazon: StubAmazon
) -> None:
    drop(tmp_path, "t.edi", MARKED["ISA15 = T"])
    drained(partner)
    drop(tmp_path, "p.edi", NOTICE)
    drained(partner)
    assert [item["purchaseOrderNumber"] for item in amazon.items] == [order(1)]


def test_what_is_wrong_with_a_test_is_told_all_the_same(tmp_path: Path, partner: Partner) -> None:
    drop(tmp_path, "a.edi", MARKED["ISA15 = T"].replace(b"SN1**2*", b"SN1**2.5*"))
    drained(partner)
    assert states(partner, 1) == ["refused"]


def test_a_rerun_sends_a_test_only_once_its_vendor_says_so(
    tmp_path: Path, partner: Partner, amazon: StubAmazon
) -> None:
    drop(tmp_path, "a.edi", MARKED["ISA15 = T"])
    drained(partner)
    rerun(partner, 1, dry_run=False, force=True)
    drained(partner)
    assert amazon.items == []
    partner = with_policies(partner, send_tests=True)
    rerun(partner, 1, dry_run=False, force=False)
    drained(partner)
    assert (states(partner, 1), len(amazon.items)) == (["succeeded"], 1)


@pytest.mark.parametrize(
    ("account", "vendor", "sent"),
    [("", "", False), ("sandbox = true", "", True), ("", 'test_interchanges = "send"', True)],
)
def test_tests_are_for_the_sandbox(tmp_path: Path, account: str, vendor: str, *, sent: bool) -> None:
    text = CONFIG.replace('region = "na"', f'region = "na"\n{account}')
    text = text.replace('selling_party = "ACME"', f'selling_party = "ACME"\n{vendor}')
    config = parse_config(text, tmp_path / "config.toml")
    assert policies_of(config.vendors["acme"], config.accounts["main"]).send_tests is sent
