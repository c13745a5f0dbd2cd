"""Cancellations of ship notices through the whole bridge: what is cancelled is not sent."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest

from bridge.domain.outcomes import Outcome
from bridge.errors import LedgerError
from bridge.pipeline.collect import collect
from bridge.pipeline.partner import Partner
from bridge.pipeline.rerun import rerun
from bridge.pipeline.submit import submit
from bridge.pipeline.translate import translate
from tests.pipeline.functions.support import body, busy, events, notices, reported, sent, states
from tests.pipeline.stubs import StubAmazon, drained, drop
from tests.system.traffic import carrier_status, order, tracking, x12


def test_a_cancellation_drops_what_was_not_sent_and_both_senders_are_told(
    tmp_path: Path, partner: Partner, amazon: StubAmazon
) -> None:
    amazon.answer = busy
    drop(tmp_path, "a.edi", notices(1, body(1, "00"), body(2, "00")))
    drained(partner)
    assert states(partner, 1) == ["grouped", "grouped"]
    drop(tmp_path, "b.edi", notices(2, body(1, "01")))
    drained(partner)
    amazon.answer = None
    drained(partner)
    assert sent(amazon) == [order(2)]
    assert (states(partner, 1), states(partner, 2)) == (["cancelled", "succeeded"], ["not_sent"])
    assert [(line["status"], line["errors"][0]["message"]) for line in reported(tmp_path, 2)] == [
        ("NotSent", "it cancels event 1 (batch 1), not sent yet: nothing of it goes to Amazon")
    ]
    lines = reported(tmp_path, 1)
    assert [line["status"] for line in lines] == ["Cancelled", "Success"]
    assert lines[0]["errors"][0]["message"] == "event 3 (batch 2) cancels it; it was not sent"
    assert partner.ledger.batch(1).batch.state == "succeeded"


@pytest.mark.parametrize("cancelled_first", [False, True])
def test_the_order_of_documents_in_one_interchange_counts(
    tmp_path: Path, partner: Partner, amazon: StubAmazon, *, cancelled_first: bool
) -> None:
    two = [body(1, "00"), body(1, "01")]
    drop(tmp_path, "a.edi", notices(1, *reversed(two) if cancelled_first else two))
    drained(partner)
    assert sent(amazon) == []
    assert states(partner, 1) == (["not_sent", "held"] if cancelled_first else ["cancelled", "not_sent"])


def test_a_cancellation_of_what_amazon_has_is_held_and_never_sends(
    tmp_path: Path, partner: Partner, amazon: StubAmazon
) -> None:
    drop(tmp_path, "a.edi", notices(1, body(1, "00")))
    drained(partner)
    drop(tmp_path, "b.edi", notices(2, body(1, "01")))
    drained(partner)
    (held,) = events(partner, 2)
    assert held.state == "held"
    assert held.reason == (
        f"Amazon has event 1 (batch 1) of order {order(1)} already (succeeded, submission 1 is succeeded), "
        "and takes no cancellation of a confirmation: settle it with Amazon"
    )
    assert partner.ledger.late_events("acme", "submitShipmentConfirmations", partner.clock()) == []
    with pytest.raises(LedgerError, match=r"resolve 2 --event --drop"):
        partner.ledger.release_event(held.id, partner.clock())
    assert len(amazon.items) == 1
    rerun(partner, 2, dry_run=False, force=False)
    drained(partner)
    assert (states(partner, 2), len(amazon.items)) == (["held"], 1)


def test_a_held_cancellation_is_carried_out_when_amazon_did_not_take_what_it_cancels(
    tmp_path: Path, partner: Partner, amazon: StubAmazon
) -> None:
    def comes_meanwhile(_items: list[dict[str, Any]]) -> Outcome:
        amazon.answer = None
        drop(tmp_path, "b.edi", notices(2, body(1, "01")))
        collect(partner)
        translate(partner)
        assert states(partner, 2) == ["held"]
        return Outcome(kind="not_taken", http_status=503, reason="HTTP 503", retry_after=0.01)

    drop(tmp_path, "a.edi", notices(1, body(1, "00")))
    collect(partner)
    translate(partner)
    amazon.answer = comes_meanwhile
    submit(partner)  # alone: a drain would translate what came meanwhile itself, too
    drained(partner)
    assert (states(partner, 1), states(partner, 2)) == (["cancelled"], ["not_sent"])
    assert amazon.items == []


def test_a_submission_that_was_read_before_the_cancellation_is_never_begun(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, partner: Partner, amazon: StubAmazon
) -> None:
    one_at_a_time = threading.Lock()  # the two are sent side by side

    def comes_meanwhile(*_turn: object) -> float:
        with one_at_a_time:
            if not partner.ledger.batches(limit=5)[0].name.startswith("b"):
                drop(tmp_path, "b.edi", notices(2, body(1, "01")))
                collect(partner)
                translate(partner)
        return 0.0

    drop(tmp_path, "a.edi", notices(1, body(1, "00"), body(2, "00")))
    collect(partner)
    translate(partner)
    monkeypatch.setattr(amazon, "acquire_permit", comes_meanwhile)
    submit(partner)  # alone: a drain would translate what came meanwhile itself, too
    drained(partner)
    assert sent(amazon) == [order(2)]
    assert states(partner, 1) == ["cancelled", "succeeded"]


def test_what_comes_after_its_own_cancellation_is_held(
    tmp_path: Path, partner: Partner, amazon: StubAmazon
) -> None:
    drop(tmp_path, "b.edi", notices(2, body(1, "01")))
    drained(partner)
    (cancelling,) = events(partner, 1)
    assert cancelling.reason == (
        f"no confirmation of order {order(1)} is known that it could cancel; one that comes later is held"
    )
    drop(tmp_path, "a.edi", notices(1, body(1, "00")))
    drained(partner)
    (held,) = events(partner, 2)
    assert (held.state, amazon.items) == ("held", [])
    assert held.reason.startswith(f"event 1 (batch 1) cancelled order {order(1)} before this came")
    partner.ledger.release_event(held.id, partner.clock())
    drained(partner)
    assert sent(amazon) == [order(1)]


def test_an_order_that_was_cancelled_may_be_confirmed_anew(
    tmp_path: Path, partner: Partner, amazon: StubAmazon
) -> None:
    drop(tmp_path, "a.edi", notices(1, body(1, "00"), body(1, "01"), body(1, "00", quantity=3)))
    drained(partner)
    assert states(partner, 1) == ["cancelled", "not_sent", "succeeded"]
    assert amazon.items[0]["items"][0]["shippedQuantity"]["amount"] == 3


@pytest.mark.parametrize("force", [False, True])
def test_a_rerun_resurrects_nothing_that_was_cancelled(
    tmp_path: Path, partner: Partner, amazon: StubAmazon, *, force: bool
) -> None:
    drop(tmp_path, "a.edi", notices(1, body(1, "00"), [s for s in body(2, "00") if not s.startswith("LIN")]))
    amazon.answer = busy
    drained(partner)
    drop(tmp_path, "b.edi", notices(2, body(1, "01"), body(2, "01")))
    drained(partner)
    amazon.answer = None
    assert states(partner, 1) == ["cancelled", "cancelled"]
    for batch in (1, 2, 1):
        rerun(partner, batch, dry_run=False, force=force)
        drained(partner)
    assert amazon.items == []
    assert states(partner, 2) == ["not_sent", "not_sent"]


def test_a_rerun_of_a_cancellation_drops_nothing_that_came_after_it(
    tmp_path: Path, partner: Partner, amazon: StubAmazon
) -> None:
    amazon.answer = busy
    drop(tmp_path, "a.edi", notices(1, body(1, "00")))
    drained(partner)
    drop(tmp_path, "b.edi", notices(2, body(1, "01")))
    drained(partner)
    drop(tmp_path, "c.edi", notices(3, body(1, "00", quantity=3)))
    drained(partner)
    rerun(partner, 2, dry_run=False, force=False)
    amazon.answer = None
    drained(partner)
    assert [states(partner, batch) for batch in (1, 2, 3)] == [["cancelled"], ["not_sent"], ["succeeded"]]


def test_updates_of_a_cancelled_package_wait_for_another_confirmation(
    tmp_path: Path, partner: Partner, amazon: StubAmazon
) -> None:
    amazon.answer = busy
    drop(tmp_path, "a.edi", notices(1, body(1, "00")))
    drop(tmp_path, "s.edi", x12("214", "QM", "004010", 2, [carrier_status(1)]))
    drained(partner)
    drop(tmp_path, "x.edi", notices(3, body(1, "01")))
    drained(partner)
    assert partner.ledger.package("acme", tracking(1)) is None
    (waiting,) = events(partner, 2)
    assert (waiting.state, waiting.reason) == (
        "waiting",
        "the confirmation of its package is not sent (event 3 (batch 3)); no other one has come yet",
    )
    amazon.answer = None
    drop(tmp_path, "y.edi", notices(4, body(1, "00", quantity=3)))
    drained(partner)
    assert states(partner, 2) == ["succeeded"]


def test_a_cancellation_under_a_used_control_number_holds_what_it_is_about(
    tmp_path: Path, partner: Partner, amazon: StubAmazon
) -> None:
    amazon.answer = busy
    drop(tmp_path, "a.edi", notices(1, body(1, "00")))
    drained(partner)
    drop(tmp_path, "b.edi", notices(1, body(1, "01")))
    drained(partner)
    assert (states(partner, 1), states(partner, 2)) == (["held"], ["held"])
    (cancelling,) = events(partner, 2)
    partner.ledger.release_event(cancelling.id, partner.clock())
    amazon.answer = None
    drained(partner)
    assert (states(partner, 1), states(partner, 2), amazon.items) == (["cancelled"], ["not_sent"], [])


def test_a_cancellation_waits_for_what_is_in_doubt(
    tmp_path: Path, partner: Partner, amazon: StubAmazon
) -> None:
    amazon.answer = lambda _items: Outcome(kind="in_doubt", reason="HTTP 500", http_status=500)
    drop(tmp_path, "a.edi", notices(1, body(1, "00")))
    drained(partner)
    drop(tmp_path, "b.edi", notices(2, body(1, "01")))
    drained(partner)
    (held,) = events(partner, 2)
    assert held.state == "held"
    assert "submission 1 is in doubt" in held.reason
    amazon.answer = None
    partner.ledger.resolve(1, None, partner.clock())
    drained(partner)
    assert (states(partner, 1), states(partner, 2), amazon.items) == (["cancelled"], ["not_sent"], [])
