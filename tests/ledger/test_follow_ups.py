"""Follow-ups in the ledger: started once, moved on in order and whole, ended with what started them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from bridge.errors import StaleEpoch
from bridge.ledger.rows import DueFollowUp
from bridge.ledger.timekeeping import LONGEST_LOOK, LONGEST_WAIT
from bridge.programs.follow_ups import Look, NewsFile, NextNumber, Start
from tests.contracts.programs.small_orders import ORDERS, PLACE
from tests.contracts.small import order_placed, small_program
from tests.ledger.desk import T0, Desk, later

MUCH_LATER = later(10**6)


@pytest.fixture(autouse=True)
def _program() -> Iterator[None]:
    with small_program():
        yield


def look(*files: NewsFile, kept: bytes = b"{}", status: str = "Going", over: str = "") -> Look:
    return Look(kept=kept, status=status, again=timedelta(hours=1), files=files, over=over)


def numbered(name: str) -> NewsFile:
    def data(number: NextNumber) -> bytes:
        return f"{number('shipped', 'document')}".encode()

    return NewsFile(kind="shipped", folder="shipped", name=name, data=data)


def recorded(desk: Desk, asked: DueFollowUp, made: Look) -> bool:
    """Commit a look with its files."""
    files = [one for one in made.files if isinstance(one, NewsFile)]
    return desk.ledger.record_look(desk.fence, asked, made, T0, missed=0, files=files)


def followed(desk: Desk, *orders: str) -> list[DueFollowUp]:
    """Record the success of orders; return what is to be asked about then."""
    desk.take(*(order_placed(order) for order in orders))
    desk.plan(PLACE)
    for due in desk.ledger.due_submissions("acme", T0, operation=PLACE):
        desk.send(due.id)
        desk.verdict(due.id)
    return desk.ledger.due_follow_ups("acme", MUCH_LATER)


def test_it_starts_with_the_success_and_waits_for_its_first_look(desk: Desk) -> None:
    (one,) = followed(desk, "A")
    assert (one.name, one.subject, one.kept, one.looks) == (
        ORDERS,
        "A",
        b'{"pieces":2,"told":[],"status":""}',
        0,
    )
    assert desk.ledger.due_follow_ups("acme", later(299)) == []
    assert desk.ledger.next_due("acme", T0) == later(300)
    assert desk.ledger.next_due("acme", T0, looks=False) is None
    desk.report(desk.ledger.batches("acme")[0].id)
    assert not desk.ledger.unfinished("acme", MUCH_LATER)  # `run --settle` does not wait for weeks


def test_a_failed_order_starts_none(desk: Desk) -> None:
    desk.take(order_placed("A"))
    desk.plan(PLACE)
    (due,) = desk.ledger.due_submissions("acme", T0, operation=PLACE)
    desk.send(due.id)
    desk.verdict(due.id, "Failure")
    assert desk.ledger.due_follow_ups("acme", MUCH_LATER) == []


def test_a_look_that_is_not_the_next_one_changes_nothing(desk: Desk) -> None:
    (one,) = followed(desk, "A")
    assert recorded(desk, one, look(numbered("A")))
    assert not recorded(desk, one, look(numbered("B")))
    desk.ledger.record_look_failed(desk.fence, one, "no", MUCH_LATER)
    (now,) = desk.ledger.due_follow_ups("acme", MUCH_LATER)
    assert (now.looks, now.failures) == (1, 0)
    assert [file.name for file in desk.ledger.outbound_due("acme", MUCH_LATER)] == ["A"]


def test_an_owner_that_lost_the_account_commits_no_look(desk: Desk) -> None:
    (one,) = followed(desk, "A")
    desk.ledger.claim("main", T0)
    with pytest.raises(StaleEpoch):
        recorded(desk, one, look(numbered("A")))
    assert desk.ledger.outbound_due("acme", MUCH_LATER) == []
    assert desk.ledger.due_follow_ups("acme", MUCH_LATER) == [one]


def test_a_look_is_committed_whole_or_not_at_all_and_takes_no_number_for_nothing(desk: Desk) -> None:
    def breaks(_number: NextNumber) -> bytes:
        raise ValueError("no file")

    (one,) = followed(desk, "A")
    broken = NewsFile(kind="shipped", folder="shipped", name="B", data=breaks)
    with pytest.raises(ValueError, match="no file"):
        recorded(desk, one, look(numbered("A"), broken))
    assert desk.ledger.due_follow_ups("acme", MUCH_LATER) == [one]
    assert recorded(desk, one, look(numbered("A"), numbered("B")))
    files = desk.ledger.outbound_due("acme", MUCH_LATER)
    assert [b"".join(desk.ledger.outbound_bytes(file)) for file in files] == [b"1", b"2"]


def test_a_look_may_start_others_once(desk: Desk) -> None:
    (one,) = followed(desk, "A")
    for turn in range(2):
        start = Start(name=ORDERS, subject="A-1", kept=b"%d" % turn)
        asked = desk.ledger.due_follow_ups("acme", MUCH_LATER)[0] if turn else one
        found = Look(kept=b"", status="", again=timedelta(0), starts=(start,))
        assert desk.ledger.record_look(desk.fence, asked, found, T0, missed=0)
    started = {each.subject: each.kept for each in desk.ledger.due_follow_ups("acme", MUCH_LATER)}
    assert started == {"A": b"", "A-1": b"0"}


def test_few_of_one_name_do_not_wait_for_many_of_another(desk: Desk) -> None:
    (one,) = followed(desk, "A")
    starts = tuple(Start(name="credits", subject=f"C{number}") for number in range(3))
    found = Look(kept=b"", status="", again=timedelta(days=9), starts=starts)
    assert desk.ledger.record_look(desk.fence, one, found, T0, missed=0)
    due = [asked.subject for asked in desk.ledger.due_follow_ups("acme", MUCH_LATER, limit=3)]
    assert due == ["C0", "A", "C1"]


def test_what_an_operators_wrong_word_started_ends_when_the_word_is_taken_back(desk: Desk) -> None:
    desk.take(order_placed("A"))
    desk.plan(PLACE)
    (due,) = desk.ledger.due_submissions("acme", T0, operation=PLACE)
    desk.send(due.id, "in_doubt")
    desk.ledger.resolve(due.id, None, T0, taken=True)
    assert len(desk.ledger.due_follow_ups("acme", MUCH_LATER)) == 1
    desk.ledger.resolve(due.id, None, T0, take_back="it was another one")
    (ended,) = desk.ledger.trace("A").follow_ups
    assert (ended.end_state, ended.next_look_at) == ("taken_back", None)
    (again,) = desk.ledger.due_submissions("acme", T0, operation=PLACE)
    desk.send(again.id)
    desk.verdict(again.id)
    assert [one.subject for one in desk.ledger.due_follow_ups("acme", MUCH_LATER)] == ["A"]


def test_a_clock_that_was_ahead_puts_no_look_off(desk: Desk) -> None:
    (one,) = followed(desk, "A")
    longest = later(0) + LONGEST_WAIT + LONGEST_LOOK
    desk.ledger.record_look_failed(desk.fence, one, "no", longest)
    assert desk.ledger.clamp_due(desk.fence, "acme", T0) == 0
    (one,) = desk.ledger.due_follow_ups("acme", longest)
    desk.ledger.record_look_failed(desk.fence, one, "no", longest + timedelta(seconds=1))
    assert desk.ledger.clamp_due(desk.fence, "acme", T0) == 1
    assert len(desk.ledger.due_follow_ups("acme", T0)) == 1


def test_the_history_keeps_the_last_looks_that_changed_something(desk: Desk) -> None:
    (one,) = followed(desk, "A")
    for turn in range(70):
        found = look(status=f"S{turn // 2}")
        assert desk.ledger.record_look(desk.fence, one, found, T0, missed=0)
        (one,) = desk.ledger.due_follow_ups("acme", MUCH_LATER)
    (row,) = desk.ledger.trace("A").follow_ups
    assert [entry["status"] for entry in row.history] == [f"S{turn}" for turn in range(35)]


@pytest.mark.parametrize("subject", ["", "x" * 201])
def test_a_subject_has_a_length_that_an_index_holds(subject: str) -> None:
    with pytest.raises(ValueError, match="1 to 200 characters"):
        Start(name=ORDERS, subject=subject)
