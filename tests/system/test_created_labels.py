"""Labels that one call creates and returns: once each, whatever happens between the answer and the ledger."""

from __future__ import annotations

import csv
import json
import re
import signal
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.system.conftest import Site

REQUESTS = b"purchase_order_number,ship_from,tracking_number\nPO1001,ABCD,\nPO1002,ABCD,\n"
CREATE, SUBMIT = "createShippingLabels", "submitShippingLabelRequest"
ORDERS = {"PO1001", "PO1002"}


@pytest.fixture
def creating(site: Site) -> Site:
    choose(site, "create")
    return site


def choose(site: Site, how: str) -> None:
    config = re.sub(r"^(api_version|labels) = .*\n", "", site.config.read_text(), flags=re.MULTILINE)
    site.config.write_text(config.replace("region =", 'api_version = "2021-12-28"\nregion =', 1))
    site.configure(f'labels = "{how}"')


def label_files(site: Site) -> list[Path]:
    return sorted((site.home / "outbox" / "labels").glob("*/*"))


def indexed(site: Site) -> list[dict[str, str]]:
    return [
        line
        for path in (site.home / "outbox" / "labels").glob("index.*.csv")
        for line in csv.DictReader(path.read_text().splitlines())
    ]


def statuses(site: Site) -> dict[str, str]:
    """Return the last word of the status files on each order."""
    lines: list[dict[str, Any]] = [
        line
        for path in site.outbox("statuses")
        if path.suffix == ".json"
        for line in json.loads(path.read_text())["lines"]
    ]
    return {line["purchase_order_number"]: line["status"] for line in lines}


def calls(site: Site) -> Counter[str]:
    return Counter(
        call.operation for call in site.amazon.requests if call.method == "POST" and "Label" in call.operation
    )


def delivered_once(site: Site) -> None:
    """Check that each order was taken once, and that its label lies in the outbox and in an index once."""
    assert Counter(one.item["purchaseOrderNumber"] for one in site.amazon.accepted) == dict.fromkeys(
        ORDERS, 1
    )
    assert Counter(path.parent.name for path in label_files(site)) == dict.fromkeys(ORDERS, 1)
    assert Counter(line["purchase_order"] for line in indexed(site)) == dict.fromkeys(ORDERS, 1)
    assert {line["status"] for line in indexed(site)} == {"valid"}
    assert statuses(site) == dict.fromkeys(ORDERS, "Success")


def test_the_answer_is_the_verdict_and_brings_the_labels(creating: Site) -> None:
    creating.drop("requests.csv", REQUESTS)
    done = creating.edibridge("run", "--settle")
    assert done.returncode == 0, done.stderr
    delivered_once(creating)
    assert calls(creating) == {CREATE: 2}
    # No transaction is asked for, and nothing is fetched that the answer held.
    assert not [call for call in creating.amazon.requests if call.method == "GET"]
    [batch] = creating.json("batches")["batches"]
    assert batch["events"] == {"succeeded": 2}


def test_explain_shows_the_call_that_is_made(creating: Site) -> None:
    creating.drop("requests.csv", REQUESTS)
    creating.edibridge("run", "--settle")
    (creating.folder / "requests.csv").write_bytes(REQUESTS)
    records = creating.json("explain", "requests.csv")["records"]
    told = [request for record in records for request in record["requests"]]
    assert [one["operation"] for one in told] == [CREATE, CREATE]
    sent = [dict(one.item) for one in creating.amazon.accepted]
    assert sorted(item.pop("purchaseOrderNumber") for item in sent) == sorted(ORDERS)
    assert [one["body"] for one in told] == sent


@pytest.mark.parametrize(
    "place",
    ["submit.begun", "submit.posted", "submit.answer_kept", "submit.answer_committed", "fetch.order_read"],
)
def test_a_process_that_dies_between_answer_and_commit_loses_and_doubles_nothing(
    creating: Site, place: str
) -> None:
    creating.drop("requests.csv", REQUESTS)
    if place.startswith("fetch"):  # reached where a doubt is looked into
        assert creating.edibridge("run", "--settle", kill_at="submit.posted").returncode == -signal.SIGKILL
    assert creating.edibridge("run", "--settle", kill_at=place).returncode == -signal.SIGKILL
    done = creating.edibridge("run", "--settle")
    assert done.returncode == 0, done.stderr
    delivered_once(creating)


def test_a_daemon_that_was_killed_after_the_answer_goes_on_where_it_was(creating: Site) -> None:
    creating.drop("requests.csv", REQUESTS)
    first = creating.start("daemon", kill_at="submit.posted:2")
    assert first.wait(60) == -signal.SIGKILL
    assert len(creating.amazon.accepted) == 2
    second = creating.start("daemon")
    try:
        assert creating.amazon.wait_until(
            lambda: sum(creating.amazon.delivered("getShippingLabel").values()) >= 1, 60
        )
    finally:
        second.send_signal(signal.SIGTERM)
        assert second.wait(60) == 0
    done = creating.edibridge("run", "--settle")
    assert done.returncode == 0, done.stderr
    delivered_once(creating)


def test_a_conflict_is_settled_by_the_labels_that_are_there(creating: Site) -> None:
    creating.amazon.add_label("PO1001", packages=2, selling_party="ACME", account="rehearsal")
    creating.drop("requests.csv", REQUESTS)
    done = creating.edibridge("run", "--settle")
    assert done.returncode == 0, done.stderr
    assert statuses(creating) == dict.fromkeys(ORDERS, "Success")
    assert Counter(path.parent.name for path in label_files(creating)) == {"PO1001": 2, "PO1002": 1}
    assert [one.item["purchaseOrderNumber"] for one in creating.amazon.accepted] == ["PO1002"]


@pytest.mark.parametrize(("before", "after"), [("submit", "create"), ("create", "submit")])
def test_what_was_planned_before_the_setting_changed_goes_as_it_was_and_nothing_goes_twice(
    site: Site, before: str, after: str
) -> None:
    choose(site, before)
    operation = {"submit": SUBMIT, "create": CREATE}[before]
    site.amazon.faults.unavailable(operation=operation, times=None)
    site.drop("requests.csv", REQUESTS)
    site.edibridge("run")
    assert site.amazon.accepted_count == 0
    site.amazon.faults.clear()
    choose(site, after)
    done = site.edibridge("run", "--settle")
    assert done.returncode == 0, done.stderr
    again = site.edibridge("rerun", "1")
    assert again.returncode == 0, again.stderr
    assert site.edibridge("run", "--settle").returncode == 0
    assert {one.operation for one in site.amazon.accepted} == {operation}
    assert Counter(one.item["purchaseOrderNumber"] for one in site.amazon.accepted) == dict.fromkeys(
        ORDERS, 1
    )
    assert statuses(site) == dict.fromkeys(ORDERS, "Success")


def test_check_tells_the_line_of_a_choice_that_the_accounts_version_has_not(site: Site) -> None:
    site.configure('labels = "create"')
    done = site.edibridge("check")
    assert done.returncode == 2
    line = next(
        number
        for number, text in enumerate(site.config.read_text().splitlines(), 1)
        if text.startswith("labels =")
    )
    assert f"line {line}: vendors.acme.labels:" in done.stderr
    assert 'set api_version = "2021-12-28" in [accounts.' in done.stderr
