from __future__ import annotations

import pytest

from bridge.errors import LedgerError, StaleEpoch
from bridge.ledger.store import Ledger
from tests.ledger.desk import T0, Desk, confirmation, later, outcome


def planned(desk: Desk, count: int = 1) -> tuple[int, int]:
    """Return the file and its one submission."""
    file_id = desk.take(*(confirmation(f"P{number}") for number in range(1, count + 1)))
    desk.plan()
    (due,) = desk.due()
    return file_id, due.id


def test_the_intent_is_there_before_the_answer(desk: Desk) -> None:
    file_id, submission = planned(desk)
    desk.ledger.start_sending(desk.fence, submission, later(1))
    detail = desk.ledger.batch(file_id)
    assert [(s.state, s.attempts, s.epoch) for s in detail.submissions] == [("sending", 1, 1)]
    assert [(a.number, a.started_at, a.ended_at) for a in detail.attempts] == [(1, later(1), None)]
    assert desk.due() == []


def test_what_is_not_ready_is_not_sent(desk: Desk) -> None:
    _, submission = planned(desk)
    desk.ledger.start_sending(desk.fence, submission, T0)
    with pytest.raises(LedgerError, match="is sending, not ready"):
        desk.ledger.start_sending(desk.fence, submission, T0)


def test_a_taken_submission_keeps_its_ids_and_is_asked_about_a_second_later(desk: Desk) -> None:
    file_id, submission = planned(desk)
    assert desk.send(submission, amazon_transaction_id="T-1", request_id="R-1").state == "submitted"
    (row,) = desk.ledger.batch(file_id).submissions
    assert (row.amazon_transaction_id, row.request_id, row.submitted_at) == ("T-1", "R-1", T0)
    assert row.next_poll_at == later(1)
    assert desk.states(file_id) == {"P1": "grouped"}


def test_what_was_surely_not_taken_is_sent_again_at_the_time_given(desk: Desk) -> None:
    _, submission = planned(desk)
    assert desk.send(submission, "not_taken", retry_at=later(7), http_status=429).state == "ready"
    assert desk.due(later(6)) == []
    assert [due.attempts for due in desk.due(later(7))] == [1]
    assert desk.ledger.next_due("acme", T0) == later(7)


def test_without_a_time_the_wait_doubles(desk: Desk) -> None:
    _, submission = planned(desk)
    for wait in (1, 2, 4, 8):
        desk.send(submission, "not_taken")
        assert desk.ledger.next_due("acme", T0) == later(wait)


def test_refused_credentials_pause_the_account_and_no_event_fails(ledger: Ledger) -> None:
    desk, sister = Desk(ledger), Desk(ledger, vendor="sister")
    desk.fence = sister.fence
    file_id, submission = planned(desk)
    sister.take(confirmation("S"))
    sister.plan()
    desk.send(submission, "unauthorized", retry_at=later(300), reason="403 denied")
    pause = ledger.pause("main", T0)
    assert pause is not None
    assert (pause.until, pause.reason) == (later(300), "403 denied")
    assert desk.due() == sister.due() == []
    assert desk.states(file_id) == {"P1": "grouped"}
    assert ledger.next_due("acme", T0) == later(300)
    assert [due.id for due in desk.due(later(300))] == [submission]
    assert ledger.pause("main", later(300)) is None


def test_a_refused_single_event_fails_with_amazons_errors(desk: Desk) -> None:
    file_id, submission = planned(desk)
    moved = desk.send(
        submission, "refused", http_status=400, reason="bad", errors=[{"code": "InvalidInput", "message": ""}]
    )
    assert (moved.state, len(moved.failed), moved.again) == ("refused", 1, ())
    (event,) = desk.ledger.batch(file_id).events
    assert (event.state, event.reason) == ("failed", "bad")
    assert event.errors == [{"code": "InvalidInput", "message": ""}]


def test_of_a_refused_batch_the_named_orders_fail_and_the_rest_goes_again_one_by_one(desk: Desk) -> None:
    file_id, submission = planned(desk, 4)
    moved = desk.send(submission, "refused", named_orders=["P2"])
    assert (len(moved.failed), len(moved.again)) == (1, 3)
    assert desk.states(file_id) == {"P1": "ready", "P2": "failed", "P3": "ready", "P4": "ready"}
    assert desk.plan() == 3
    assert sorted(due.purchase_order_numbers for due in desk.due()) == [("P1",), ("P3",), ("P4",)]
    rows = desk.ledger.batch(file_id).submissions
    assert [row.isolated_from for row in rows] == [None, submission, submission, submission]


def test_a_batch_too_large_goes_again_in_halves_until_one_alone_fails(desk: Desk) -> None:
    file_id, submission = planned(desk, 4)
    assert desk.send(submission, "too_large").state == "halved"
    assert desk.plan() == 2
    halves = desk.due()
    assert [len(due.event_ids) for due in halves] == [2, 2]
    desk.send(halves[0].id, "too_large")
    desk.plan()
    one = next(due for due in desk.due() if len(due.event_ids) == 1)
    assert desk.send(one.id, "too_large").state == "refused"
    assert sorted(desk.states(file_id).values()) == ["failed", "grouped", "grouped", "grouped"]


def test_a_cut_answer_leaves_the_submission_in_doubt(desk: Desk) -> None:
    file_id, submission = planned(desk)
    assert desk.send(submission, "in_doubt", reason="connection cut").state == "in_doubt"
    assert desk.due(later(10**6)) == []
    assert desk.states(file_id) == {"P1": "grouped"}
    assert [(d.id, d.policy, d.reason) for d in desk.ledger.in_doubt("acme")] == [
        (submission, "hold", "connection cut")
    ]
    assert not desk.ledger.unfinished("acme", later(9000)), "only an operator can go on"


def test_in_doubt_under_resubmit_is_ready_again(desk: Desk) -> None:
    _, submission = planned(desk)
    assert desk.send(submission, "in_doubt", policy="resubmit", retry_at=later(5)).state == "ready"
    assert [due.id for due in desk.due(later(5))] == [submission]


def test_a_restart_finds_what_was_sending_in_doubt(desk: Desk) -> None:
    _, submission = planned(desk)
    desk.ledger.start_sending(desk.fence, submission, T0)
    desk.fence = desk.ledger.claim("main", later(9))
    (doubt,) = desk.ledger.due_for_verification("acme", later(9))
    assert (doubt.id, doubt.policy, doubt.doubted_at) == (submission, "", later(9))
    assert "restart" in doubt.reason
    assert desk.ledger.apply_policy(desk.fence, submission, "resubmit", later(9)) == "ready"


def test_a_stale_owner_changes_nothing(desk: Desk) -> None:
    file_id, submission = planned(desk)
    attempt = desk.ledger.start_sending(desk.fence, submission, T0)
    old, desk.fence = desk.fence, desk.ledger.claim("main", T0)
    before = desk.ledger.batch(file_id)
    ledger = desk.ledger
    for write in (
        lambda: ledger.record_outcome(old, attempt, outcome("submitted"), T0),
        lambda: ledger.start_sending(old, submission, T0),
        lambda: ledger.plan(old, "acme", "x", 1, T0),
        lambda: desk.report(file_id, fence=old),
        lambda: ledger.add_outbound(old, "acme", [], T0),
        lambda: ledger.record_verification(old, submission, [], T0, None),
        lambda: ledger.check(old),
    ):
        with pytest.raises(StaleEpoch, match="claimed by another owner"):
            write()
    assert ledger.batch(file_id) == before


def test_a_late_answer_of_a_stale_owner_ends_the_doubt(desk: Desk) -> None:
    file_id, submission = planned(desk)
    attempt = desk.ledger.start_sending(desk.fence, submission, T0)
    desk.ledger.claim("main", T0)
    assert desk.ledger.record_late(attempt, outcome("submitted", attempt), later(4))
    (row,) = desk.ledger.batch(file_id).submissions
    assert (row.state, row.amazon_transaction_id) == ("submitted", f"tx-{attempt}")


def test_a_late_answer_comes_in_time_while_the_next_attempt_has_not_begun(desk: Desk) -> None:
    _, submission = planned(desk)
    attempt = desk.ledger.start_sending(desk.fence, submission, T0)
    fence = desk.ledger.claim("main", T0)
    desk.ledger.apply_policy(fence, submission, "resubmit", T0)
    assert desk.ledger.record_late(attempt, outcome("submitted", attempt), T0)
    assert desk.due(later(1000)) == []


def test_a_late_answer_to_an_attempt_that_is_not_the_last_is_only_noted(desk: Desk) -> None:
    file_id, submission = planned(desk)
    attempt = desk.ledger.start_sending(desk.fence, submission, T0)
    desk.fence = desk.ledger.claim("main", T0)
    desk.ledger.apply_policy(desk.fence, submission, "resubmit", T0)
    desk.ledger.start_sending(desk.fence, submission, T0)
    assert not desk.ledger.record_late(attempt, outcome("submitted", attempt), T0)
    detail = desk.ledger.batch(file_id)
    assert [row.state for row in detail.submissions] == ["sending"]
    assert [(row.kind, row.request_id) for row in detail.attempts] == [
        ("submitted", f"rq-{attempt}"),
        ("", ""),
    ]


def test_a_late_doubt_changes_nothing(desk: Desk) -> None:
    _, submission = planned(desk)
    attempt = desk.ledger.start_sending(desk.fence, submission, T0)
    desk.ledger.claim("main", T0)
    assert not desk.ledger.record_late(attempt, outcome("in_doubt"), T0)
    assert [doubt.id for doubt in desk.ledger.in_doubt("acme")] == [submission]


def test_an_answer_is_recorded_once(desk: Desk) -> None:
    _, submission = planned(desk)
    attempt = desk.ledger.start_sending(desk.fence, submission, T0)
    desk.ledger.record_outcome(desk.fence, attempt, outcome("not_taken"), T0)
    with pytest.raises(Exception, match="no move 'submitted' from state 'ready'"):
        desk.ledger.record_outcome(desk.fence, attempt, outcome("submitted"), T0)
