from __future__ import annotations

import pytest

from bridge.errors import LedgerError
from bridge.ledger.schema import events
from bridge.ledger.store import Ledger
from tests.ledger.desk import CONFIRM, STATUS, T0, Desk, confirmation, later, status


def orders(desk: Desk) -> list[tuple[str, ...]]:
    return [due.purchase_order_numbers for due in desk.due()]


def test_events_of_several_files_share_submissions_oldest_first(desk: Desk) -> None:
    desk.take(confirmation("C", occurred_at=later(3)), confirmation("A", occurred_at=later(1)))
    desk.take(confirmation("B", occurred_at=later(2)))
    assert desk.plan(batch_size=2) == 2
    assert [set(pair) for pair in orders(desk)] == [{"A", "B"}, {"C"}]


def test_bodies_ids_and_orders_stand_in_the_same_order(desk: Desk) -> None:
    desk.take(*(confirmation(f"P{number}") for number in range(5)))
    desk.plan()
    (due,) = desk.due()
    assert due.bodies == tuple(b'{"order":"%s"}' % order.encode() for order in due.purchase_order_numbers)
    assert (due.operation, due.vendor, due.attempts) == (CONFIRM, "acme", 0)
    assert len(set(due.event_ids)) == 5


def test_one_package_is_never_in_two_unfinished_submissions(desk: Desk) -> None:
    first, second = (status("1Z", "A", state="ready", occurred_at=later(at)) for at in (2, 1))
    file_id = desk.take(first, second)
    assert desk.plan(STATUS) == 1
    (due,) = desk.due()
    one, two = desk.ledger.batch(file_id).events
    assert due.event_ids == (two.id,), "the earlier one goes first"
    assert desk.plan(STATUS) == 0
    desk.send(due.id)
    assert desk.plan(STATUS) == 0
    desk.verdict(due.id)
    assert desk.plan(STATUS) == 1
    assert desk.due()[0].event_ids == (one.id,)


def test_the_database_itself_refuses_a_package_in_two_submissions(desk: Desk) -> None:
    file_id = desk.take(confirmation("A"), confirmation("A"))
    desk.plan()
    ids = [event.id for event in desk.ledger.batch(file_id).events]
    with pytest.raises(LedgerError, match="UNIQUE"), desk.ledger._db.write() as connection:
        connection.execute(events.update().where(events.c.id.in_(ids)).values(state="grouped"))


def test_vendors_do_not_hold_each_other_up(ledger: Ledger) -> None:
    one, other = Desk(ledger), Desk(ledger, vendor="other", account="second")
    one.take(confirmation("A"))
    other.take(confirmation("A"))
    assert (one.plan(), other.plan()) == (1, 1)


def test_a_held_or_refused_event_is_not_sent(desk: Desk) -> None:
    desk.take(confirmation("A", state="held"), confirmation("B", state="refused"), status("1Z"))
    assert desk.plan() == desk.plan(STATUS) == 0


def test_more_events_than_one_call_takes_all_go(desk: Desk) -> None:
    desk.take(*(confirmation(f"P{number}") for number in range(4500)))
    assert desk.ledger.plan(desk.fence, "acme", CONFIRM, 1000, T0) == 2
    assert desk.plan(batch_size=1000) == 3
    assert sum(len(one) for one in orders(desk)) == 4500


def test_the_limit_of_due_submissions_is_kept(desk: Desk) -> None:
    desk.take(*(confirmation(f"P{number}") for number in range(5)))
    desk.plan(batch_size=1)
    assert len(desk.due(limit=3)) == 3
