"""What a newer label makes of the older one, of the index, and of confirmations."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from bridge.domain.outcomes import Outcome
from bridge.pipeline.partner import Partner
from bridge.pipeline.shipping_documents import keep_shipping_documents
from bridge.programs.registry import installed
from tests.pipeline.labels.support import (
    GROUND,
    Labels,
    alerts,
    confirmed,
    fetched,
    index_lines,
    newest,
    notice,
    sent,
    states,
    statuses,
)
from tests.pipeline.stubs import Clock, StubAmazon, drained
from tests.system.traffic import order


def test_a_newer_label_counts_for_what_was_not_sent_yet(
    partner: Partner, labels: Labels, amazon: StubAmazon, tmp_path: Path
) -> None:
    for number in (1, 2):
        labels.make(number, ("001", f"1ZOLD{number}"))
    fetched(partner, 1, 2)
    amazon.answer = lambda _items: Outcome(kind="not_taken", reason="no line")
    confirmed(partner, tmp_path, 1, notice(1, "", None))
    event = confirmed(partner, tmp_path, 2, notice(2, "1ZOLD2"))
    assert event.state == "grouped"
    for number in (1, 2):
        labels.make(number, ("001", f"1ZNEW{number}"), method="UPS_NEXT")
    fetched(partner, 1, 2)
    amazon.answer = None
    drained(partner, rounds=8)
    assert sent(amazon) == [(order(1), "1ZNEW1", "UPS_NEXT")]
    held = newest(partner)
    assert held.state == "held"
    assert "1ZOLD2 is of a label that a newer one replaced" in held.reason
    assert held.submission_id is None
    assert {one.state for batch in (1, 2) for one in partner.ledger.batch(batch).submissions} <= {
        "succeeded",
        "withdrawn",
    }


def test_what_a_former_label_held_goes_when_the_newer_one_agrees(
    partner: Partner, labels: Labels, amazon: StubAmazon, tmp_path: Path
) -> None:
    labels.make(1, ("001", "1ZOLD"))
    fetched(partner, 1)
    assert confirmed(partner, tmp_path, 1, notice(1, "1ZNEW")).state == "held"
    labels.make(1, ("001", "1ZNEW"))
    fetched(partner, 1)
    drained(partner)
    assert newest(partner).state == "succeeded"
    assert sent(amazon) == [(order(1), "1ZNEW", GROUND)]
    assert {line["status"] for line in statuses(tmp_path)} == {"Held", "Success"}


def test_a_replaced_label_is_void_in_the_index(partner: Partner, labels: Labels, tmp_path: Path) -> None:
    labels.make(1, ("001", "1ZOLD"))
    fetched(partner, 1)
    labels.make(1, ("001", "1ZNEW"))
    fetched(partner, 1)
    told = [(one["tracking_number"], one["status"], one["replaced_by"]) for one in index_lines(tmp_path)]
    assert told == [("1ZOLD", "valid", ""), ("1ZNEW", "valid", ""), ("1ZOLD", "void", "1ZNEW")]
    first, _, void = index_lines(tmp_path)
    assert (void["file"], void["sha256"]) == (first["file"], first["sha256"])
    assert (tmp_path / "drop" / "outbox" / void["file"]).exists()


def test_a_label_that_is_replaced_after_the_confirmation_is_an_alert_until_the_valid_one_is_confirmed(
    partner: Partner, labels: Labels, amazon: StubAmazon, tmp_path: Path
) -> None:
    labels.make(1, ("001", "1ZOLD"))
    fetched(partner, 1)
    event = confirmed(partner, tmp_path, 1, notice(1, "1ZOLD"))
    assert not alerts(partner, "label_replaced")
    labels.make(1, ("001", "1ZNEW"))
    fetched(partner, 1)
    (alert,) = alerts(partner, "label_replaced")
    assert alert.key == order(1)
    assert f"confirmed with tracking number 1ZOLD (batch {event.file_id}, event {event.id})" in alert.message
    assert "the valid one has 1ZNEW" in alert.message
    confirmed(partner, tmp_path, 1, notice(1, "1ZNEW"), control=7)
    assert sent(amazon)[-1] == (order(1), "1ZNEW", GROUND)
    assert not alerts(partner, "label_replaced")


def test_an_index_of_none_still_tells_what_is_void(partner: Partner, labels: Labels, tmp_path: Path) -> None:
    object.__setattr__(partner.fetch_plan, "index", "none")
    labels.make(1, ("001", "1ZOLD"))
    fetched(partner, 1)
    assert not index_lines(tmp_path)
    labels.make(1, ("001", "1ZNEW"))
    fetched(partner, 1)
    assert [(one["tracking_number"], one["status"]) for one in index_lines(tmp_path)] == [("1ZOLD", "void")]


def test_a_trace_of_the_order_or_a_number_lists_its_labels(partner: Partner, labels: Labels) -> None:
    labels.make(1, ("001", "1ZOLD"))
    fetched(partner, 1)
    labels.make(1, ("001", "1ZNEW"))
    fetched(partner, 1)
    for text in (order(1), "1ZOLD", "1ZNEW"):
        told = [(one.tracking_number, one.state, one.file) for one in partner.ledger.trace(text).labels]
        assert told == [
            ("1ZOLD", "void", f"labels/{order(1)}/001_1ZOLD.zpl"),
            ("1ZNEW", "valid", f"labels/{order(1)}/001_1ZNEW.zpl"),
        ]


def listed(partner: Partner, labels: Labels, number: int) -> None:
    """Read an order's label as an entry of a list, at a time of its own."""
    label = labels(order(number))
    assert label is not None
    keep_shipping_documents(partner, installed().feeds["labels"], [label])


def test_a_list_makes_nothing_void_before_the_order_was_asked_for(partner: Partner, labels: Labels) -> None:
    labels.make(1, ("001", "1ZNEW"))
    fetched(partner, 1)
    labels.make(1, ("001", "1ZOLD"))
    listed(partner, labels, 1)
    assert states(partner, 1) == {"1ZNEW": "valid", "1ZOLD": "listed"}
    labels.make(1, ("001", "1ZNEW"))
    drained(partner, rounds=2)
    assert states(partner, 1) == {"1ZNEW": "valid", "1ZOLD": "void"}


def test_an_entry_of_a_list_adds_another_package(
    partner: Partner, labels: Labels, amazon: StubAmazon, tmp_path: Path
) -> None:
    labels.make(1, ("001", "1ZA"))
    listed(partner, labels, 1)
    labels.make(1, ("002", "1ZB"))
    listed(partner, labels, 1)
    assert states(partner, 1) == {"1ZA": "valid", "1ZB": "valid"}
    assert not amazon.reads
    assert confirmed(partner, tmp_path, 1, notice(1, "1ZA")).state == "held"


def test_the_oldest_label_of_an_order_tells_when_it_is_void(
    partner: Partner, labels: Labels, tmp_path: Path
) -> None:
    assert isinstance(partner.clock, Clock)
    confirmed(partner, tmp_path, 9, notice(9))
    labels.make(1, ("001", "1ZA"))
    listed(partner, labels, 1)
    made = partner.clock()
    partner.clock.now += timedelta(days=30)
    labels.make(1, ("002", "1ZB"))
    listed(partner, labels, 1)
    assert expiring(partner) == [made]
    labels.make(1, ("001", "1ZC"), ("002", "1ZD"))
    fetched(partner, 1)
    (renewed,) = expiring(partner)
    assert renewed - made >= timedelta(days=30)


def expiring(partner: Partner) -> list[datetime]:
    long_ago = partner.clock() - timedelta(days=365)
    return [
        one.made_at
        for one in partner.ledger.unshipped_labels(partner.fence, partner.vendor, partner.clock(), long_ago)
    ]


def test_what_was_in_doubt_goes_again_with_the_newest_label(
    partner: Partner, labels: Labels, amazon: StubAmazon, tmp_path: Path
) -> None:
    labels.make(1, ("001", "1ZOLD"))
    fetched(partner, 1)
    amazon.answer = lambda _items: Outcome(kind="in_doubt", reason="cut")
    event = confirmed(partner, tmp_path, 1, notice(1, ""))
    assert event.submission_id is not None
    amazon.answer = None
    labels.make(1, ("001", "1ZNEW"))
    fetched(partner, 1)
    assert newest(partner).tracking_number == "1ZOLD"  # as it was sent, perhaps
    partner.ledger.resolve(event.submission_id, None, partner.clock())
    drained(partner)
    assert sent(amazon) == [(order(1), "1ZNEW", GROUND)]


def test_while_a_list_has_another_label_nothing_is_confirmed_until_the_order_was_asked_for(
    partner: Partner, labels: Labels, amazon: StubAmazon, tmp_path: Path
) -> None:
    labels.make(1, ("001", "1ZA"))
    fetched(partner, 1)
    old = labels.of.pop(order(1))
    labels.make(1, ("001", "1ZB"))
    listed(partner, labels, 1)
    del labels.of[order(1)]
    event = confirmed(partner, tmp_path, 1, notice(1, "1ZA"))
    assert event.state == "held"
    assert "which one is newer is being asked" in event.reason
    labels.of[order(1)] = old
    drained(partner)
    assert sent(amazon) == [(order(1), "1ZA", GROUND)]
