"""Labels and confirmations of one order: what is filled, held and sent."""

from __future__ import annotations

import dataclasses
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from bridge.errors import LedgerError
from bridge.pipeline.partner import Partner
from bridge.pipeline.rerun import rerun
from bridge.programs.vendor_direct_fulfillment import label_match
from tests.pipeline.labels.support import (
    GROUND,
    Labels,
    confirmed,
    fetched,
    newest,
    notice,
    sent,
    states,
    statuses,
)
from tests.pipeline.stubs import Clock, StubAmazon, drained, drop
from tests.system.traffic import carrier_status, order, tracking, x12


def test_a_confirmation_without_number_and_method_goes_with_the_labels(
    partner: Partner, labels: Labels, amazon: StubAmazon, tmp_path: Path
) -> None:
    labels.make(1, ("001", "1ZLABEL"))
    fetched(partner, 1)
    event = confirmed(partner, tmp_path, 1, notice(1, "", None))
    assert event.state == "succeeded", event.reason
    assert sent(amazon) == [(order(1), "1ZLABEL", GROUND)]
    assert event.tracking_number == "1ZLABEL"
    assert b"1ZLABEL" in (event.body or b"")  # kept is what was sent ...
    assert event.stated is not None
    assert b"1ZLABEL" not in event.stated  # ... and what was said
    assert [note["code"] for note in event.notes] == ["LABEL_TRACKING_NUMBER", "LABEL_SHIP_METHOD"]


def test_a_package_without_any_mark_is_the_labels_only_one(
    partner: Partner, labels: Labels, amazon: StubAmazon, tmp_path: Path
) -> None:
    labels.make(1, ("001", "1ZLABEL"))
    fetched(partner, 1)
    body = [segment for segment in notice(1, "", None) if not segment.startswith("MAN")]
    event = confirmed(partner, tmp_path, 1, body)
    assert event.state == "succeeded", event.reason
    assert sent(amazon) == [(order(1), "1ZLABEL", GROUND)]
    assert amazon.items[0]["containers"][0]["containerIdentifier"] == "001"


def test_without_a_label_nothing_changes(partner: Partner, amazon: StubAmazon, tmp_path: Path) -> None:
    assert confirmed(partner, tmp_path, 1, notice(1)).state == "succeeded"
    assert confirmed(partner, tmp_path, 2, notice(2, "")).state == "succeeded"
    refused = confirmed(partner, tmp_path, 3, notice(3, method=None))
    assert (refused.state, [one["code"] for one in refused.errors]) == ("refused", ["MISSING_SHIP_METHOD"])
    assert sent(amazon) == [(order(1), tracking(1), GROUND), (order(2), "", GROUND)]


def test_another_number_is_held_with_both_shown_and_released_as_the_document_says(
    partner: Partner, labels: Labels, amazon: StubAmazon, tmp_path: Path
) -> None:
    labels.make(1, ("001", "1ZLABEL"))
    fetched(partner, 1)
    event = confirmed(partner, tmp_path, 1, notice(1, "1ZOTHER", "UPS_2ND"))
    assert event.state == "held"
    assert "1ZOTHER" in event.reason
    assert f"the newest label has 001 1ZLABEL by {GROUND}" in event.reason
    assert not sent(amazon)
    assert [line["status"] for line in statuses(tmp_path)] == ["Held"]
    partner.ledger.release_event(event.id, partner.clock())
    drained(partner)
    assert sent(amazon) == [(order(1), "1ZOTHER", "UPS_2ND")]
    assert newest(partner).state == "succeeded"


def test_what_cannot_go_without_the_label_is_not_released(
    partner: Partner, labels: Labels, amazon: StubAmazon, tmp_path: Path
) -> None:
    labels.make(1, ("001", "1ZA"), ("002", "1ZB"))
    fetched(partner, 1)
    event = confirmed(partner, tmp_path, 1, notice(1, "", None))
    assert event.state == "held"
    assert "1 package is confirmed, but the order's newest label has 2" in event.reason
    with pytest.raises(LedgerError, match="cannot go as the document says it"):
        partner.ledger.release_event(event.id, partner.clock())
    assert not sent(amazon)


def test_a_rerun_compares_again(partner: Partner, labels: Labels, amazon: StubAmazon, tmp_path: Path) -> None:
    labels.make(1, ("001", "1ZLABEL"))
    fetched(partner, 1)
    event = confirmed(partner, tmp_path, 1, notice(1, "1ZOTHER"))
    rerun(partner, event.file_id, dry_run=False, force=False)
    drained(partner)
    again = newest(partner)
    assert again.id != event.id
    assert again.state == "held"
    assert not sent(amazon)


def test_the_labels_method_counts_or_is_held_as_the_vendor_chose(
    partner: Partner, labels: Labels, amazon: StubAmazon, tmp_path: Path
) -> None:
    for number in (1, 2):
        labels.make(number, ("001", tracking(number)))
    fetched(partner, 1, 2)
    event = confirmed(partner, tmp_path, 1, notice(1, method="UPS_2ND"))
    assert event.state == "succeeded"
    (note,) = event.notes
    assert note["message"].startswith(
        f"ship method {GROUND} taken from the order's newest label; the document"
    )
    (line,) = statuses(tmp_path)
    assert (line["status"], line["notes"]) == ("Success", [note])
    policy = msgspec.structs.replace(partner.policies.labels, ship_method_mismatch="hold")
    object.__setattr__(partner.policies, "labels", policy)
    assert confirmed(partner, tmp_path, 2, notice(2, method="UPS_2ND")).state == "held"
    assert sent(amazon) == [(order(1), tracking(1), GROUND)]


def test_status_updates_wait_for_the_number_of_the_label(
    partner: Partner, labels: Labels, amazon: StubAmazon, tmp_path: Path
) -> None:
    labels.make(1, ("001", tracking(1)))
    fetched(partner, 1)
    drop(tmp_path, "s.edi", x12("214", "QM", "004010", 9, [carrier_status(1)]))
    drained(partner)
    assert newest(partner).state == "waiting"
    confirmed(partner, tmp_path, 1, notice(1, ""))
    updates = [item for item in amazon.items if "statusUpdateDetails" in item]
    assert [one["statusUpdateDetails"]["trackingNumber"] for one in updates] == [tracking(1)]
    assert updates[0]["purchaseOrderNumber"] == order(1)


def test_the_same_document_again_is_held_whatever_label_filled_it(
    partner: Partner, labels: Labels, amazon: StubAmazon, tmp_path: Path
) -> None:
    labels.make(1, ("001", "1ZOLD"))
    fetched(partner, 1)
    first = confirmed(partner, tmp_path, 1, notice(1, ""))
    labels.make(1, ("001", "1ZNEW"))
    fetched(partner, 1)
    again = confirmed(partner, tmp_path, 1, notice(1, ""), control=7)
    assert (again.state, again.reason) == ("held", f"it says the same as event {first.id}")
    assert len(sent(amazon)) == 1


def test_a_label_of_another_vendor_of_the_account_is_not_compared(
    partner: Partner, labels: Labels, amazon: StubAmazon, tmp_path: Path
) -> None:
    labels.make(1, ("001", "1ZOTHER"))
    foreign = labels(order(1))
    assert foreign is not None
    amazon.of_order = lambda _number: dataclasses.replace(foreign, selling_party="OTHER")
    fetched(partner, 1)
    assert confirmed(partner, tmp_path, 1, notice(1)).state == "succeeded"


def test_the_numbers_count_of_a_label_whose_picture_cannot_be_used(
    partner: Partner, labels: Labels, tmp_path: Path
) -> None:
    labels.make(1, ("001", "1ZLABEL"))
    (data,) = labels.of[order(1)]
    labels.of[order(1)] = (dataclasses.replace(data, content="no picture"),)
    fetched(partner, 1)
    assert confirmed(partner, tmp_path, 1, notice(1, "1ZELSE")).state == "held"


def test_where_the_comparison_itself_fails_that_confirmation_alone_is_held(
    partner: Partner, labels: Labels, amazon: StubAmazon, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    labels.make(1, ("001", "1ZLABEL"))
    fetched(partner, 1)

    def fail(*_what: object) -> None:
        raise RuntimeError("a mistake")

    monkeypatch.setattr(label_match._Pairing, "pairs", fail)
    drop(tmp_path, "both.edi", x12("856", "SH", "004010", 5, [notice(1), notice(2)]))
    drained(partner)
    found = {one.purchase_order_number: one for one in partner.ledger.batch(1).events}
    assert found[order(1)].state == "held"
    assert found[order(1)].reason.startswith("edibridge itself failed on this document (RuntimeError)")
    assert found[order(2)].state == "succeeded"
    assert sent(amazon) == [(order(2), tracking(2), GROUND)]


def test_a_purge_takes_what_the_document_said_with_what_was_sent(
    partner: Partner, labels: Labels, tmp_path: Path
) -> None:
    assert isinstance(partner.clock, Clock)
    labels.make(1, ("001", "1ZLABEL"))
    fetched(partner, 1)
    event = confirmed(partner, tmp_path, 1, notice(1, ""))
    partner.clock.now += timedelta(days=60)
    partner.state.timers.purge_due_at = 0.0
    drained(partner, rounds=1)
    (gone,) = partner.ledger.batch(event.file_id).events
    assert (gone.body, gone.stated, gone.notes) == (None, None, [])
    assert states(partner, 1) == {"1ZLABEL": "valid"}  # numbers outlive retention
    partner.clock.now += timedelta(days=400)
    partner.state.timers.purge_due_at = 0.0
    drained(partner, rounds=1)
    assert states(partner, 1) == {}


def test_what_came_twice_and_was_held_goes_once(
    partner: Partner, labels: Labels, amazon: StubAmazon, tmp_path: Path
) -> None:
    labels.make(1, ("001", "1ZOLD"))
    fetched(partner, 1)
    first = confirmed(partner, tmp_path, 1, notice(1, "1ZNEW"))
    second = confirmed(partner, tmp_path, 1, notice(1, "1ZNEW"), control=7)
    assert (first.state, second.state) == ("held", "held")
    labels.make(1, ("001", "1ZNEW"))
    fetched(partner, 1)
    drained(partner)
    assert [one.state for batch in (1, 2) for one in partner.ledger.batch(batch).events] == [
        "held",
        "succeeded",
    ]
    assert sent(amazon) == [(order(1), "1ZNEW", GROUND)]


def test_nothing_goes_by_itself_beside_another_confirmation_of_the_order(
    partner: Partner, labels: Labels, amazon: StubAmazon, tmp_path: Path
) -> None:
    labels.make(1, ("001", "1ZA"))
    fetched(partner, 1)
    assert confirmed(partner, tmp_path, 1, notice(1, "1ZB")).state == "held"
    assert confirmed(partner, tmp_path, 1, notice(1, "1ZA"), control=7).state == "succeeded"
    labels.make(1, ("001", "1ZB"))
    fetched(partner, 1)
    drained(partner)
    assert sent(amazon) == [(order(1), "1ZA", GROUND)]
