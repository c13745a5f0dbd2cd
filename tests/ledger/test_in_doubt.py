from __future__ import annotations

from functools import partial

import pytest

from bridge.errors import LedgerError
from tests.ledger.desk import LABEL, T0, Desk, confirmation, later, status


def doubted(desk: Desk, count: int = 1, policy: str = "hold") -> tuple[int, int]:
    file_id = desk.take(
        *(confirmation(f"P{number}", operation=LABEL) for number in range(1, count + 1)),
        packages=[("P1", "1Z")],
    )
    desk.plan(LABEL)
    (due,) = desk.due()
    desk.send(due.id, "in_doubt", policy=policy, retry_at=later(60))
    return file_id, due.id


def test_a_persons_word_that_it_was_sent_waits_for_the_verdict_of_that_id(desk: Desk) -> None:
    _, submission = doubted(desk)
    desk.ledger.resolve(submission, "T-9", later(5))
    (poll,) = desk.ledger.to_poll("acme", later(6))
    assert (poll.id, poll.amazon_transaction_id, poll.submitted_at) == (submission, "T-9", later(5))


def test_a_persons_word_that_it_was_not_sent_sends_it_again(desk: Desk) -> None:
    _, submission = doubted(desk)
    desk.ledger.resolve(submission, None, later(5))
    assert [due.id for due in desk.due(later(5))] == [submission]


@pytest.mark.parametrize("word", ["tx-right", None])
def test_an_overdue_submission_ends_on_a_persons_word(desk: Desk, word: str | None) -> None:
    desk.take(confirmation("PO1"))
    desk.plan()
    submission = desk.due()[0].id
    desk.send(submission)
    assert desk.verdict(submission, "Processing", later(1801)).state == "overdue"
    desk.ledger.resolve(submission, word, later(1802))
    if word is None:
        assert [due.id for due in desk.due(later(1802))] == [submission]
        return
    assert [poll.amazon_transaction_id for poll in desk.ledger.to_poll("acme", later(1900))] == [word]
    assert desk.verdict(submission, "Processing", later(1900)).state == "submitted"


def test_only_what_is_in_doubt_can_be_resolved(desk: Desk) -> None:
    _, submission = doubted(desk)
    desk.ledger.resolve(submission, None, T0)
    for number, words in ((submission, "is ready, not in doubt"), (999, "no submission 999")):
        with pytest.raises(LedgerError, match=words):
            desk.ledger.resolve(number, None, T0)


@pytest.mark.parametrize("word", ["T-9", None])
def test_what_a_person_settles_while_the_bridge_looks_stays_so(desk: Desk, word: str | None) -> None:
    _, submission = doubted(desk, policy="verify")
    (due,) = desk.ledger.due_for_verification("acme", later(60))
    desk.ledger.resolve(submission, word, later(60))
    state = "submitted" if word else "ready"
    assert desk.ledger.apply_policy(desk.fence, submission, "hold", later(61)) == state
    assert (
        desk.ledger.record_verification(desk.fence, submission, due.event_ids, later(61), None).state == state
    )
    assert desk.ledger.counts()["acme"]["events"] == {"grouped": 1}


def test_a_doubt_is_looked_for_when_its_time_has_come(desk: Desk) -> None:
    _, submission = doubted(desk, policy="verify")
    assert desk.ledger.due_for_verification("acme", later(59)) == []
    assert desk.ledger.next_due("acme", T0) == later(60)
    assert [due.id for due in desk.ledger.due_for_verification("acme", later(60))] == [submission]


def test_all_found_is_success(desk: Desk) -> None:
    file_id, submission = doubted(desk, 2, "verify")
    (due,) = desk.ledger.due_for_verification("acme", later(60))
    moved = desk.ledger.record_verification(desk.fence, submission, due.event_ids, later(60), None)
    assert (moved.state, moved.succeeded) == ("succeeded", due.event_ids)
    assert set(desk.states(file_id).values()) == {"succeeded"}


def test_of_what_was_found_in_part_the_rest_waits_and_then_goes_again(desk: Desk) -> None:
    file_id, submission = doubted(desk, 3, "verify")
    (due,) = desk.ledger.due_for_verification("acme", later(60))
    moved = desk.ledger.record_verification(desk.fence, submission, due.event_ids[:1], later(60), later(90))
    assert moved.state == "in_doubt"
    (due,) = desk.ledger.due_for_verification("acme", later(90))
    assert due.purchase_order_numbers == ("P2", "P3")
    assert desk.ledger.record_verification(desk.fence, submission, [], later(90), None).state == "ready"
    (due,) = desk.due(later(90))
    assert due.purchase_order_numbers == ("P2", "P3")
    assert desk.states(file_id) == {"P1": "succeeded", "P2": "grouped", "P3": "grouped"}


def test_a_held_event_goes_on_a_persons_word(desk: Desk) -> None:
    file_id = desk.take(confirmation("A", state="held", reason="unknown code"))
    (event,) = desk.ledger.batch(file_id).events
    desk.ledger.release_event(event.id, T0)
    assert desk.plan() == 1


def test_a_held_event_with_nothing_to_send_cannot_go(desk: Desk) -> None:
    file_id = desk.take(confirmation("A", state="held", body=None))
    (event,) = desk.ledger.batch(file_id).events
    with pytest.raises(LedgerError, match="nothing to send"):
        desk.ledger.release_event(event.id, T0)
    assert desk.states(file_id) == {"A": "held"}


def test_a_persons_refusal_ends_an_event_and_its_batch_is_reported_again(desk: Desk) -> None:
    file_id = desk.take(confirmation("A", state="held"))
    desk.report(file_id)
    (event,) = desk.ledger.batch(file_id).events
    desk.ledger.refuse_event(event.id, "test order", later(1))
    (event,) = desk.ledger.batch(file_id).events
    assert (event.state, event.reason) == ("refused", "test order")
    assert [due.report_number for due in desk.ledger.batches_to_report("acme")] == [2]
    for say in (desk.ledger.release_event, partial(desk.ledger.refuse_event, reason="test order")):
        with pytest.raises(LedgerError, match="is refused, not held"):
            say(event.id, now=T0)


def test_a_waiting_event_can_be_dropped(desk: Desk) -> None:
    file_id = desk.take(status("1Z"))
    (event,) = desk.ledger.batch(file_id).events
    desk.ledger.refuse_event(event.id, "no such parcel", T0)
    assert desk.states(file_id) == {"1Z": "refused"}


def test_an_event_that_does_not_exist_is_told(desk: Desk) -> None:
    with pytest.raises(LedgerError, match="no event 5"):
        desk.ledger.release_event(5, T0)
