from __future__ import annotations

from pathlib import Path

import pytest

from simulator.amazon import StandInAmazon
from simulator.options import Keep
from simulator.records import ItemKey, read_journal
from tests.simulator.caller import (
    CONFIRMATIONS,
    LABELS,
    STATUS_UPDATES,
    Caller,
    confirmation,
    label_request,
    status_update,
)


def test_every_item_is_kept_with_its_transaction_in_order_of_arrival(
    amazon: StandInAmazon, caller: Caller
) -> None:
    first = caller.submit(CONFIRMATIONS, confirmation("PO1"), confirmation("PO2"))
    second = caller.submit(LABELS, label_request("PO3"))
    assert [(one.index, one.transaction_id) for one in amazon.accepted] == [
        (0, first),
        (1, first),
        (2, second),
    ]
    assert [one.item["purchaseOrderNumber"] for one in amazon.accepted] == ["PO1", "PO2", "PO3"]
    assert [one.operation for one in amazon.accepted[1:]] == [
        "submitShipmentConfirmations",
        "submitShippingLabelRequest",
    ]


def test_every_request_is_kept_with_its_status(amazon: StandInAmazon, caller: Caller) -> None:
    caller.post(CONFIRMATIONS, confirmation(), headers={"user-agent": "Rehearsal/1 (Language=Python/3.11)"})
    caller.post(CONFIRMATIONS, {})
    assert [(one.operation, one.status, one.items) for one in amazon.requests] == [
        ("token", 200, 0),
        ("submitShipmentConfirmations", 202, 1),
        ("submitShipmentConfirmations", 400, 0),
    ]
    assert amazon.requests[1].user_agent == "Rehearsal/1 (Language=Python/3.11)"
    assert len({one.request_id for one in amazon.requests}) == 3


def test_keys_tell_facts_apart_and_duplicates_are_counted(amazon: StandInAmazon, caller: Caller) -> None:
    caller.submit(CONFIRMATIONS, confirmation("PO1", "1Z1"))
    caller.submit(STATUS_UPDATES, status_update("PO1", "1Z1"), status_update("PO1", "1Z1", statusCode="OD"))
    caller.submit(STATUS_UPDATES, status_update("PO1", "1Z1"))
    keys = amazon.accepted_keys()
    delivered = ItemKey("submitShipmentStatusUpdates", "PO1", "1Z1", "D1/NS", "2026-03-04T10:00:00-06:00")
    shipped = ItemKey("submitShipmentConfirmations", "PO1", "1Z1", "SHIPPED", "2026-03-02T15:04:05Z")
    assert keys[delivered] == 2
    assert keys[shipped] == 1
    assert (len(keys), amazon.duplicates()) == (3, 1)


def test_sending_a_failed_batch_again_is_no_duplicate(amazon: StandInAmazon, caller: Caller) -> None:
    caller.submit(CONFIRMATIONS, confirmation("PO1"), confirmation("PO2", containers=[]))
    caller.submit(CONFIRMATIONS, confirmation("PO1"))
    assert amazon.duplicates() == 0
    assert amazon.duplicates(processed=False) == 1


@pytest.mark.parametrize(("keep", "kept", "keys"), [("items", 2, 1), ("keys", 0, 1), ("counts", 0, 0)])
def test_less_can_be_kept(keep: Keep, kept: int, keys: int) -> None:
    with StandInAmazon(rate=None, keep=keep) as amazon:
        caller = Caller(amazon).log_in()
        caller.submit(CONFIRMATIONS, confirmation(), confirmation())
        assert (amazon.accepted_count, len(amazon.accepted), len(amazon.accepted_keys())) == (2, kept, keys)


def test_the_journal_has_every_item_before_its_answer_is_out(tmp_path: Path) -> None:
    journal = tmp_path / "journal.jsonl"
    with StandInAmazon(rate=None, journal=journal, keep="counts") as amazon:
        caller = Caller(amazon).log_in()
        amazon.faults.cut_after()
        with pytest.raises(Exception, match="disconnected"):
            caller.post(CONFIRMATIONS, confirmation("PO1"), confirmation("PO2"))
        assert [one.item for one in read_journal(journal)] == [confirmation("PO1"), confirmation("PO2")]


def test_a_journals_last_line_that_a_kill_cut_off_is_left_out(tmp_path: Path) -> None:
    journal = tmp_path / "journal.jsonl"
    with StandInAmazon(rate=None, journal=journal) as amazon:
        Caller(amazon).log_in().submit(LABELS, label_request("PO1"), label_request("PO2"))
    journal.write_bytes(journal.read_bytes()[:-10])
    assert [one.item["purchaseOrderNumber"] for one in read_journal(journal)] == ["PO1"]


def test_large_batches_are_counted_whole(amazon: StandInAmazon, caller: Caller) -> None:
    amazon.options.keep = "keys"
    for batch in range(10):
        items = [confirmation(f"PO{batch}A{n}", f"1Z{batch}A{n}") for n in range(200)]
        caller.submit(CONFIRMATIONS, *items)
    assert amazon.accepted_count == len(amazon.accepted_keys()) == 2000
