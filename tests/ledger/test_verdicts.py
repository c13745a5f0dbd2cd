from __future__ import annotations

import pytest

from bridge.errors import LedgerError
from tests.ledger.desk import STATUS, Desk, confirmation, later, status


def submitted(desk: Desk, *orders: str, packages: tuple[tuple[str, str], ...] = ()) -> tuple[int, int]:
    file_id = desk.take(*(confirmation(order) for order in orders), packages=packages)
    desk.plan()
    (due,) = desk.due()
    desk.send(due.id)
    return file_id, due.id


def test_success_ends_submission_and_events(desk: Desk) -> None:
    file_id, submission = submitted(desk, "A", "B")
    moved = desk.verdict(submission, now=later(9))
    assert (moved.state, len(moved.succeeded)) == ("succeeded", 2)
    assert desk.states(file_id) == {"A": "succeeded", "B": "succeeded"}
    assert desk.ledger.to_poll("acme", later(10**6)) == []
    (row,) = desk.ledger.batch(file_id).submissions
    assert row.verdict_at == later(9)


def test_a_status_update_waits_for_its_confirmation_and_then_goes_with_its_order(desk: Desk) -> None:
    waiting = desk.take(status("1Z"), status("1Z", occurred_at=later(5)), status("9Z"))
    assert desk.states(waiting) == {"1Z": "waiting", "9Z": "waiting"}
    _, submission = submitted(desk, "A", packages=(("A", "1Z"),))
    assert desk.plan(STATUS) == 0
    assert desk.verdict(submission).released == 2
    assert desk.states(waiting) == {"1Z": "ready", "9Z": "waiting"}
    released = [event for event in desk.ledger.batch(waiting).events if event.state == "ready"]
    assert {event.purchase_order_number for event in released} == {"A"}
    assert all(b'"A"' in (event.body or b"") and b'"WH1"' in (event.body or b"") for event in released)
    assert desk.plan(STATUS) == 1


def test_a_failed_confirmation_releases_nothing(desk: Desk) -> None:
    waiting = desk.take(status("1Z"))
    _, submission = submitted(desk, "A", packages=(("A", "1Z"),))
    desk.verdict(submission, "Failure")
    assert desk.states(waiting) == {"1Z": "waiting"}


def test_of_a_failed_batch_only_the_good_ones_confirm_their_packages(desk: Desk) -> None:
    waiting = desk.take(status("1Z"), status("2Z"))
    _, submission = submitted(desk, "A", "B", packages=(("A", "1Z"), ("B", "2Z")))
    moved = desk.verdict(
        submission, "Failure", named_orders=["A"], errors=[{"code": "EMPTY_PACKAGES", "message": ""}]
    )
    assert (moved.state, len(moved.failed), len(moved.again)) == ("failed", 1, 1)
    desk.plan()
    (due,) = desk.due()
    desk.send(due.id)
    desk.verdict(due.id)
    assert desk.states(waiting) == {"1Z": "waiting", "2Z": "ready"}


def test_a_failed_batch_in_which_none_is_named_goes_again_one_by_one(desk: Desk) -> None:
    file_id, submission = submitted(desk, "A", "B", "C")
    desk.verdict(submission, "Failure", errors=[{"code": "NotAvailable", "message": ""}])
    assert desk.plan() == 3
    for due, word in zip(desk.due(), ("Success", "Failure", "Success"), strict=True):
        desk.send(due.id)
        desk.verdict(due.id, word, errors=[{"code": "BAD", "message": ""}])
    assert sorted(desk.states(file_id).values()) == ["failed", "succeeded", "succeeded"]


def test_an_order_that_failed_alone_is_not_sent_again(desk: Desk) -> None:
    file_id, submission = submitted(desk, "A")
    desk.verdict(submission, "Failure", errors=[{"code": "X", "message": "bad"}])
    assert desk.plan() == 0
    (event,) = desk.ledger.batch(file_id).events
    assert (event.state, event.errors) == ("failed", [{"code": "X", "message": "bad"}])


def test_a_verdict_is_asked_for_less_and_less_and_is_overdue_after_half_an_hour(desk: Desk) -> None:
    file_id, submission = submitted(desk, "A")
    now, waits, states = 1.0, [], []
    while now < 2500:
        (poll,) = desk.ledger.to_poll("acme", later(now))
        assert poll.purchase_order_numbers == ("A",)
        desk.ledger.record_poll_failed(desk.fence, submission, later(now))
        due = desk.ledger.next_due("acme", later(now))
        assert due is not None
        waits.append((due - later(now)).total_seconds())
        states.append(poll.state)
        now += waits[-1]
    assert waits[:6] == [2, 4, 8, 15, 30, 60]
    assert waits[-1] == 300
    assert states[0] == "submitted"
    assert states[-1] == "overdue"
    assert desk.ledger.counts()["acme"]["submissions"] == {"overdue": 1}
    assert desk.verdict(submission, now=later(now)).state == "succeeded"
    assert desk.states(file_id) == {"A": "succeeded"}


def test_a_verdict_on_something_finished_is_refused(desk: Desk) -> None:
    _, submission = submitted(desk, "A")
    desk.verdict(submission)
    with pytest.raises(LedgerError, match="waits for no verdict"):
        desk.verdict(submission, "Failure")


def test_a_tracking_number_of_another_vendor_releases_nothing(desk: Desk) -> None:
    other = Desk(desk.ledger, vendor="other", account="second")
    waiting = other.take(status("1Z"))
    _, submission = submitted(desk, "A", packages=(("A", "1Z"),))
    desk.verdict(submission)
    assert other.states(waiting) == {"1Z": "waiting"}
