"""A ledger that counts as restored: nothing goes out of it, and what an operator lets go is as it was."""

from __future__ import annotations

import msgspec

from bridge.domain.events import RESTORED
from tests.ledger.desk import T0, Desk, confirmation, later


def restored(desk: Desk) -> None:
    """Mark the account within the owner's fence, as a check of an archive does."""
    desk.ledger.mark_restored("main", "a test", T0, fence=desk.fence)


def test_what_was_due_when_another_vendors_archive_told_it_is_not_sent(desk: Desk) -> None:
    desk.take(confirmation("A"))
    desk.plan()
    (submission,) = desk.due()

    restored(desk)

    assert desk.ledger.start_sending(desk.fence, submission.id, T0) == 0
    assert desk.due() == []
    desk.ledger.release_restored("main")
    assert desk.ledger.start_sending(desk.fence, submission.id, T0) > 0


def test_what_is_released_meanwhile_is_not_held_anew(desk: Desk) -> None:
    file_id = desk.take(confirmation("A"))
    restored(desk)
    desk.ledger.release_restored("main")

    assert desk.ledger.hold_open(desk.fence, "acme", T0) == 0
    assert desk.states(file_id) == {"A": "ready"}


def test_what_is_released_still_waits_for_its_own_time(desk: Desk) -> None:
    file_id = desk.take(confirmation("A", not_before=later(3600)))
    restored(desk)
    assert desk.ledger.hold_open(desk.fence, "acme", T0) == 1
    (held,) = desk.ledger.batch(file_id).events
    assert (held.state, held.reason) == ("held", RESTORED)

    desk.ledger.release_restored("main")
    desk.ledger.release_event(held.id, later(5))

    (event,) = desk.ledger.batch(file_id).events
    assert (event.state, event.not_before) == ("ready", later(3600))
    assert desk.plan(now=later(60)) == 0


def test_a_cancellation_that_came_meanwhile_is_carried_out_when_it_is_released(desk: Desk) -> None:
    first = desk.take(confirmation("A"))
    desk.plan()
    restored(desk)
    assert desk.ledger.hold_open(desk.fence, "acme", T0) == 1
    cancel = msgspec.structs.replace(confirmation("A"), function="cancel", body=None, state="not_sent")
    second = desk.take(cancel, now=later(10))
    assert desk.states(second) == {"A": "held"}

    desk.ledger.release_restored("main")
    _, (doubted,) = desk.ledger.held_restored("acme")
    desk.ledger.send_restored(doubted, later(20))

    assert desk.states(first, second) == {"A": "not_sent"}
    assert desk.states(first) == {"A": "cancelled"}
    assert desk.due(later(30)) == []


def test_a_cancellation_of_what_amazon_may_have_is_held_until_that_is_released(desk: Desk) -> None:
    first = desk.take(confirmation("A"))
    restored(desk)
    assert desk.ledger.hold_open(desk.fence, "acme", T0) == 1
    cancel = msgspec.structs.replace(confirmation("A"), function="cancel", body=None, state="not_sent")
    second = desk.take(cancel, now=later(10))
    assert (desk.states(first), desk.states(second)) == ({"A": "held"}, {"A": "held"})
    (held,) = desk.ledger.batch(second).events
    assert held.reason.startswith("Amazon may have event 1")

    desk.ledger.release_restored("main")
    desk.ledger.release_event(1, later(20))

    assert (desk.states(first), desk.states(second)) == ({"A": "cancelled"}, {"A": "not_sent"})
