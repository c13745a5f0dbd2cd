"""Events that wait for their own time, as the ledger keeps them."""

from __future__ import annotations

import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest
from alembic import command

from bridge.errors import LedgerError
from bridge.ledger.database import Database
from bridge.ledger.migrate import configuration
from bridge.ledger.store import Ledger
from tests.ledger.desk import LABEL, T0, Desk, confirmation, later, status

AT = later(3600)


def test_an_event_is_planned_when_its_time_has_come_and_not_before(desk: Desk) -> None:
    desk.take(confirmation("A", not_before=AT, reason="it is early"), confirmation("B"))
    assert desk.plan() == 1
    assert desk.plan(now=AT - timedelta(seconds=1)) == 0
    assert desk.ledger.delayed("acme", T0) == (1, AT)
    assert desk.ledger.next_due("acme", later(60)) == T0  # the other one
    assert desk.plan(now=AT) == 1
    assert desk.ledger.delayed("acme", AT) == (0, None)


def test_work_is_done_while_all_that_is_left_waits_for_its_time(desk: Desk) -> None:
    file_id = desk.take(confirmation("A", not_before=AT))
    assert not desk.ledger.unfinished("acme", T0)
    assert desk.ledger.unfinished("acme", AT)
    assert desk.ledger.next_due("acme", T0) == AT
    assert desk.ledger.next_due("acme", later(9999)) == AT  # due since then, until it is planned
    assert desk.ledger.batch(file_id).batch.state == "working"
    assert desk.ledger.batches_to_report("acme") == []


def test_of_what_another_submission_keeps_waiting_nothing_is_due(desk: Desk) -> None:
    desk.take(confirmation("A"), confirmation("A", not_before=AT))
    desk.plan()
    assert desk.ledger.next_due("acme", AT) == T0  # the submission
    (submission,) = desk.due()
    desk.send(submission.id)
    assert desk.ledger.next_due("acme", AT) == later(1)  # its verdict
    desk.verdict(submission.id)
    assert desk.ledger.next_due("acme", AT) == AT


def test_of_many_the_first_that_is_alone_is_due(desk: Desk) -> None:
    desk.take(confirmation("A"))
    desk.plan()
    more = [confirmation(str(number), not_before=later(3600 + number)) for number in range(9)]
    desk.take(confirmation("A", not_before=later(60)), *reversed(more))
    (submission,) = desk.due()
    desk.send(submission.id)
    assert desk.ledger.next_due("acme", T0) == later(1)  # the verdict
    desk.verdict(submission.id, "Failure")
    assert desk.ledger.next_due("acme", T0) == later(60)


def test_a_batch_that_moved_in_the_future_has_moved_now(desk: Desk) -> None:
    file_id = desk.take(confirmation("A"), now=later(900))
    assert desk.ledger.moved_since("acme", later(60)) == [file_id]
    assert desk.ledger.clamp_due(desk.fence, "acme", T0) > 0
    assert desk.ledger.moved_since("acme", T0) == [file_id]
    assert desk.ledger.moved_since("acme", later(60)) == []


@pytest.mark.parametrize("operation", ["confirmation", "label"])
def test_an_operator_lets_it_go_at_once(desk: Desk, operation: str) -> None:
    more = {"operation": LABEL} if operation == "label" else {}
    desk.take(confirmation("A", not_before=AT, reason="early", **more))
    desk.ledger.release_event(1, later(5))
    (event,) = desk.ledger.batch(1).events
    assert (event.state, event.reason, event.not_before) == ("ready", "", None)
    with pytest.raises(LedgerError, match="nothing was changed"):
        desk.ledger.release_event(1, later(6))


def test_a_label_request_that_was_held_still_waits_for_its_day(desk: Desk) -> None:
    desk.take(confirmation("A", state="held", operation=LABEL, not_before=AT))
    desk.take(confirmation("B", state="held", not_before=AT))
    for event in (1, 2):
        desk.ledger.release_event(event, later(5))
    assert [desk.ledger.batch(batch).events[0].not_before for batch in (1, 2)] == [AT, None]


def test_an_operator_drops_it(desk: Desk) -> None:
    desk.take(confirmation("A", not_before=AT), confirmation("B"))
    desk.ledger.refuse_event(1, "the truck did not leave", later(5))
    with pytest.raises(LedgerError, match="is ready, not held"):
        desk.ledger.refuse_event(2, "no", later(5))
    assert desk.states(1) == {"A": "refused", "B": "ready"}
    assert desk.ledger.next_due("acme", T0) is None


def test_updates_wait_from_the_time_of_their_confirmation_on(desk: Desk) -> None:
    desk.take(confirmation("A", not_before=AT), packages=[("A", "1Z1")])
    desk.take(status("1Z1"), status("1Z2"))
    limit = timedelta(hours=1)
    assert desk.ledger.hold_waiting(desk.fence, "acme", AT - timedelta(minutes=1), later(7000)) == 1
    assert desk.states(2) == {"1Z1": "waiting", "1Z2": "held"}
    assert desk.ledger.hold_waiting(desk.fence, "acme", AT, later(7200)) == 0
    assert desk.ledger.hold_waiting(desk.fence, "acme", AT + timedelta(seconds=1), AT + limit) == 1


def test_a_ledger_of_before_goes_on_waiting_for_the_day_of_a_label_request(place: Path) -> None:
    place.parent.mkdir()
    old = Database.open(place)
    with old.write() as connection:
        config = configuration()
        config.attributes["connection"] = connection
        command.upgrade(config, "0006")
    old.close()
    raw = sqlite3.connect(place)
    raw.execute(
        "INSERT INTO files (vendor, sha256, name, state, received_at, touched_at)"
        " VALUES ('acme', 'aa', 'old.csv', 'translated', 1.0, 1.0)"
    )
    raw.execute("INSERT INTO documents (file_id, number, accepted) VALUES (1, 1, 1)")
    raw.executemany(
        "INSERT INTO events"
        " (document_id, file_id, account, vendor, operation, state, occurred_at, updated_at)"
        " VALUES (1, 1, 'main', 'acme', ?, 'ready', ?, 1.0)",
        [(LABEL, AT.timestamp()), ("submitShipmentConfirmations", AT.timestamp())],
    )
    raw.commit()
    raw.close()
    ledger = Ledger.open(place)
    label, confirmed = ledger.batch(1).events
    assert (label.not_before, confirmed.not_before) == (AT, None)
    ledger.close()
