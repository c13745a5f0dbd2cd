from __future__ import annotations

from bridge.ledger.new_rows import NewOutbound
from tests.ledger.desk import STATUS, T0, Desk, confirmation, later, status


def report(name: str) -> NewOutbound:
    return NewOutbound(kind="status", folder="statuses", name=name, data=name.encode())


def test_a_batch_is_reported_when_its_last_event_is_final(desk: Desk) -> None:
    file_id = desk.take(
        confirmation("A"), confirmation("B", state="refused"), confirmation("C", state="held")
    )
    assert desk.ledger.batches_to_report("acme") == []
    desk.plan()
    (due,) = desk.due()
    desk.send(due.id)
    assert desk.ledger.batches_to_report("acme") == []
    desk.verdict(due.id)
    (found,) = desk.ledger.batches_to_report("acme")
    assert (found.file.id, found.report_number) == (file_id, 1)
    assert desk.ledger.unfinished("acme", later(9000))
    desk.report(file_id, report("a"))
    assert desk.ledger.batches_to_report("acme") == []
    assert [row.name for row in desk.ledger.batch(file_id).outbound] == ["a"]


def test_a_batch_with_a_waiting_update_is_not_reported(desk: Desk) -> None:
    desk.take(confirmation("A", state="refused"), status("1Z"))
    assert desk.ledger.batches_to_report("acme") == []
    assert not desk.ledger.unfinished("acme", later(9000)), "nothing goes on until a confirmation comes"


def test_a_quarantined_file_is_not_reported(desk: Desk) -> None:
    kept = desk.keep()
    with desk.ledger.translating(desk.fence, kept.file_id, T0) as writer:
        writer.finish("quarantined", "no EDI")
    assert desk.ledger.batches_to_report("acme") == []


def test_a_released_event_goes_and_its_batch_is_reported_once_more(desk: Desk) -> None:
    file_id = desk.take(
        confirmation("A", state="held"),
        confirmation("B", state="held", body=None),
        confirmation("C", state="refused"),
    )
    desk.report(file_id)
    desk.ledger.release_event(desk.ledger.batch(file_id).events[0].id, later(1))
    assert desk.states(file_id) == {"A": "ready", "B": "held", "C": "refused"}
    desk.plan()
    (due,) = desk.due(later(1))
    desk.send(due.id)
    desk.verdict(due.id)
    (found,) = desk.ledger.batches_to_report("acme")
    assert found.report_number == 2


def test_what_moves_while_a_report_is_written_is_reported_too(desk: Desk) -> None:
    file_id = desk.take(confirmation("A", state="held"))
    (event,) = desk.ledger.batch(file_id).events
    with desk.ledger.answering(desk.fence, file_id, later(1)) as writer:
        writer.outbound(report("a"))
        desk.ledger.refuse_event(event.id, "no", later(2))
        writer.reported()
    (found,) = desk.ledger.batches_to_report("acme")
    assert (found.file.id, found.report_number) == (file_id, 1)
    assert desk.ledger.outbound_due("acme", later(3)) == [], "it is told once, by the report that knows all"
    desk.report(file_id, report("b"))
    assert desk.ledger.batches_to_report("acme") == []


def test_batches_that_moved_since_are_known(desk: Desk) -> None:
    old = desk.take(confirmation("A"), now=T0)
    waiting = desk.take(status("1Z"), now=T0)
    desk.plan()
    assert desk.ledger.moved_since("acme", later(1)) == []
    assert desk.ledger.moved_since("acme", T0) == [old, waiting]
    (due,) = desk.due()
    desk.send(due.id, now=later(5))
    assert desk.ledger.moved_since("acme", later(5)) == [old]
    desk.verdict(due.id, now=later(9))
    assert desk.ledger.moved_since("acme", later(9)) == [old]
    assert desk.ledger.moved_since("other", T0) == []
    other = desk.take(confirmation("B"), now=later(10))
    desk.plan()
    (due,) = desk.due()
    desk.ledger.start_sending(desk.fence, due.id, later(10))
    desk.fence = desk.ledger.claim("main", later(20))
    assert desk.ledger.moved_since("acme", later(20)) == [other], "found in doubt"
    desk.ledger.resolve(due.id, None, later(30))
    assert desk.ledger.moved_since("acme", later(30)) == [other]
    assert desk.plan(STATUS) == 0
