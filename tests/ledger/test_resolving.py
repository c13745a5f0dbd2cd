"""What an operator's word on a submission does, what it cannot contradict, and how it is taken back."""

from __future__ import annotations

import pytest

from bridge.errors import LedgerError
from tests.ledger.desk import CONFIRM, LABEL, STATUS, T0, Desk, confirmation, later, status


def doubted(desk: Desk, *orders: str, operation: str = "") -> tuple[int, int]:
    """Put one submission of these orders in doubt."""
    more = {"operation": operation} if operation else {}
    file_id = desk.take(
        *(confirmation(order, **more) for order in orders), packages=[(one, f"1Z{one}") for one in orders]
    )
    desk.plan(operation or CONFIRM)
    (due,) = desk.due()
    desk.send(due.id, "in_doubt")
    return file_id, due.id


def test_an_id_of_another_submission_is_refused_and_that_one_named(desk: Desk) -> None:
    desk.take(confirmation("A"))
    desk.plan()
    (due,) = desk.due()
    desk.send(due.id)
    _, submission = doubted(desk, "B")
    for given in ("tx-1", "TX-1"):
        with pytest.raises(
            LedgerError, match=rf"{given} is the transaction of submission {due.id} \(order A\)"
        ):
            desk.ledger.resolve(submission, given, T0)
    with pytest.raises(LedgerError, match="is a request id"):
        desk.ledger.resolve(submission, "rq-1", T0)
    assert desk.ledger.counts()["acme"]["submissions"] == {"submitted": 1, "in_doubt": 1}
    with pytest.raises(LedgerError, match="Amazon took it as tx-1"):
        desk.ledger.resolve(due.id, None, T0)


def test_a_word_is_written_down_with_who_and_when(desk: Desk) -> None:
    file_id, submission = doubted(desk, "A")
    desk.ledger.resolve(submission, "T-1", later(5), who="alice", told="Amazon: Processing")
    desk.ledger.resolve(submission, None, later(6), who="bob")
    said = desk.ledger.batch(file_id).operator_actions
    assert [(one.action, one.amazon_transaction_id, one.previous, one.who, one.said_at) for one in said] == [
        ("sent", "T-1", "in_doubt", "alice", later(5)),
        ("not_sent", "", "submitted, transaction T-1", "bob", later(6)),
    ]
    assert said[0].reason == "Amazon: Processing"
    assert list(desk.ledger.whole_batch(file_id).operator_actions) == said
    assert desk.ledger.trace("A").operator_actions == said


@pytest.mark.parametrize("overdue", [False, True])
def test_a_wrong_id_is_taken_back_until_the_verdict(desk: Desk, overdue: bool) -> None:
    _, submission = doubted(desk, "A")
    desk.ledger.resolve(submission, "T-wrong", later(5))
    if overdue:
        desk.verdict(submission, "Processing", later(5000))
    desk.ledger.resolve(submission, "T-right", later(5001))
    assert desk.ledger.submission(submission).amazon_transaction_id == "T-right"
    with pytest.raises(LedgerError, match="already"):
        desk.ledger.resolve(submission, "t-RIGHT", later(5002))
    desk.ledger.resolve(submission, None, later(5003))
    assert [due.id for due in desk.due(later(5003))] == [submission]
    desk.send(submission, now=later(5004))
    assert desk.verdict(submission).state == "succeeded"


def test_what_ended_on_a_wrong_id_is_taken_back_only_with_a_reason(desk: Desk) -> None:
    file_id, submission = doubted(desk, "A", "B")
    waiting = desk.take(status("1ZA"), status("1ZB"))
    desk.ledger.resolve(submission, "T-wrong", later(5))
    assert desk.verdict(submission, now=later(6)).released == 2
    desk.report(file_id, now=later(7))
    with pytest.raises(LedgerError, match="--take-back REASON"):
        desk.ledger.resolve(submission, None, later(8))

    desk.ledger.resolve(submission, None, later(9), take_back="it was another vendor's", who="alice")

    assert desk.states(file_id, waiting) == {
        "A": "grouped",
        "B": "grouped",
        "1ZA": "waiting",
        "1ZB": "waiting",
    }
    assert desk.plan(STATUS) == 0
    assert desk.ledger.submission(submission).amazon_transaction_id == ""
    assert [due.id for due in desk.due(later(9))] == [submission]
    desk.send(submission, now=later(10))
    assert desk.verdict(submission, now=later(11)).released == 2
    assert [batch.file.id for batch in desk.ledger.batches_to_report("acme")] == [file_id]
    assert desk.ledger.batch(file_id).operator_actions[-1].reason == "it was another vendor's"


def test_a_failure_on_a_wrong_id_is_taken_back_too(desk: Desk) -> None:
    file_id, submission = doubted(desk, "A")
    desk.ledger.resolve(submission, "T-wrong", later(5))
    desk.verdict(submission, "Failure", now=later(6))
    desk.ledger.resolve(submission, "T-right", later(7), take_back="a slip of the pen")
    assert desk.states(file_id) == {"A": "grouped"}
    desk.verdict(submission, now=later(8))
    assert desk.states(file_id) == {"A": "succeeded"}


def test_a_verdict_of_amazons_own_is_not_taken_back(desk: Desk) -> None:
    desk.take(confirmation("A"))
    desk.plan()
    (due,) = desk.due()
    desk.send(due.id)
    desk.verdict(due.id)
    with pytest.raises(LedgerError, match="is succeeded, not in doubt"):
        desk.ledger.resolve(due.id, None, T0, take_back="why not")


def test_what_has_gone_on_since_is_not_taken_back_under_its_feet(desk: Desk) -> None:
    _, submission = doubted(desk, "A")
    desk.ledger.resolve(submission, "T-wrong", later(5))
    desk.verdict(submission, now=later(6))
    desk.take(confirmation("A"))
    desk.plan()
    with pytest.raises(LedgerError, match="under way"):
        desk.ledger.resolve(submission, None, later(7), take_back="wrong")


def test_taken_without_an_id_succeeds_by_the_operators_word(desk: Desk) -> None:
    file_id, submission = doubted(desk, "A")
    waiting = desk.take(status("1ZA"))
    desk.ledger.resolve(submission, None, later(5), taken=True)
    row = desk.ledger.submission(submission)
    assert (row.state, row.by_word, row.amazon_transaction_id) == ("succeeded", "taken", "")
    assert desk.states(file_id, waiting) == {"A": "succeeded", "1ZA": "ready"}
    (event,) = desk.ledger.batch(file_id).events
    assert "by the operator's word" in event.reason
    desk.ledger.resolve(submission, None, later(6), take_back="Amazon has it not")
    assert desk.states(file_id, waiting) == {"A": "grouped", "1ZA": "waiting"}


def test_a_label_request_that_was_taken_has_its_label_fetched(desk: Desk) -> None:
    _, submission = doubted(desk, "A", operation=LABEL)
    desk.ledger.resolve(submission, None, later(5), taken=True)
    assert [one.purchase_order_number for one in desk.ledger.due_document_requests("acme", later(5))] == ["A"]


def test_what_is_said_of_events_is_written_down(desk: Desk) -> None:
    file_id = desk.take(confirmation("A", state="held"), confirmation("B", state="held"))
    one, other = desk.ledger.batch(file_id).events
    desk.ledger.release_event(one.id, T0, who="alice")
    desk.ledger.refuse_event(other.id, "not ours", T0, who="bob")
    said = desk.ledger.batch(file_id).operator_actions
    assert [(row.kind, row.target_id, row.action, row.reason, row.who) for row in said] == [
        ("event", one.id, "released", "", "alice"),
        ("event", other.id, "dropped", "not ours", "bob"),
    ]


def test_the_reason_of_a_drop_takes_the_place_of_what_was_wrong_before(desk: Desk) -> None:
    before = {"code": "UNKNOWN", "message": "no mapping"}
    file_id = desk.take(confirmation("A", state="held", reason="no mapping", errors=(before,)))
    (event,) = desk.ledger.batch(file_id).events
    desk.ledger.refuse_event(event.id, "not ours", T0)
    (event,) = desk.ledger.batch(file_id).events
    assert (event.reason, event.errors) == ("not ours", [{"code": "DROPPED", "message": "not ours"}])
