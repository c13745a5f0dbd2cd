"""Follow-ups from an event's success to their end, at a small program's Amazon on a real socket."""

from __future__ import annotations

import dataclasses
import json
import subprocess
import sys
from datetime import timedelta
from typing import Any

import pytest

from bridge.programs.follow_ups import Look, View
from bridge.programs.registry import installed
from tests.contracts.programs.small_orders import ORDERS
from tests.contracts.small import ROOT, SmallSite, killed
from tests.spapi.server import Answer, json_answer

FIRST = "small-orders:A1"


def test_an_order_is_followed_from_its_success_to_its_end(small: SmallSite) -> None:
    small.amazon.stands("A1", "Planning")
    small.placed("A1")
    assert small.amazon.asked == []  # not before its first look is due
    begun = small.followed("A1")
    assert (begun.looks, begun.status, begun.ended_at) == (0, "", None)

    small.passes(minutes=10)
    small.amazon.stands("A1", "Processing", "S1")
    small.passes(minutes=20)
    small.amazon.stands("A1", "Processing", "S1")
    small.passes(minutes=20)
    small.amazon.stands("A1", "Complete", "S1", "S2")
    small.passes(minutes=20)
    small.passes(days=2)

    assert small.outbox() == {
        "A1.S1.txt": "1 S1: 1 of 2 for acme\n",
        "A1.S2.txt": "2 S2: 1 of 2 for acme\n",
    }
    ended = small.followed("A1")
    assert (ended.end_state, ended.next_look_at) == ("complete", None)
    assert [(one["status"], one["files"]) for one in ended.history] == [
        ("Planning", []),
        ("Processing", ["shipped/A1.S1.txt"]),
        ("Complete", ["shipped/A1.S2.txt"]),
    ]
    assert small.amazon.asked == ["A1"] * 4
    assert small.alerts() == {}


def test_what_is_told_stands_with_the_batch_that_it_comes_from(small: SmallSite) -> None:
    small.amazon.stands("A1", "Complete", "S1")
    batch = small.placed("A1")
    small.passes(hours=1)
    told = [one for one in small.ledger.batch(batch).outbound if one.kind == "shipped"]
    assert [(one.name, one.state) for one in told] == [("A1.S1.txt", "delivered")]


@pytest.mark.parametrize("fault", [Answer(500), Answer(429), Answer(200, b"no json"), Answer(cut="read")])
def test_a_look_that_fails_is_made_again_and_the_others_rest_for_a_minute(
    small: SmallSite, fault: Answer
) -> None:
    small.amazon.stands("A1", "Complete", "S1")
    small.amazon.stands("A2", "Complete", "S2")
    small.placed("A1", "A2")
    small.amazon.answers.append(fault)
    small.passes(minutes=5)
    assert small.amazon.asked == ["A1"]
    assert small.followed("A1").failures == 1
    assert small.followed("A1").reason
    small.passes(minutes=3)
    assert sorted(small.amazon.asked) == ["A1", "A1", "A2"]
    assert sorted(small.outbox()) == ["A1.S1.txt", "A2.S2.txt"]
    assert small.alerts() == {}


def test_one_that_fails_again_and_again_is_told_and_the_others_go_on(small: SmallSite) -> None:
    small.amazon.stands("A1", "Planning")
    small.amazon.orders["A1"]["status"] = 7  # not what the program reads
    small.amazon.stands("A2", "Complete", "S2")
    small.placed("A1", "A2")
    for _ in range(6):
        small.passes(hours=1)
    assert sorted(small.outbox()) == ["A2.S2.txt"]
    assert "1 of 1 things" in small.alerts()["follow_up:"]
    assert "unreadable" in small.alerts()["follow_up:"]
    small.amazon.stands("A1", "Planning")
    small.passes(hours=1)
    assert small.alerts() == {}
    assert small.followed("A1").failures == 0


def test_what_the_program_itself_fails_on_keeps_no_other_waiting(
    small: SmallSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    programs = installed()
    real = programs.follow_ups[ORDERS]

    def look(view: View[Any]) -> Look:
        if view.subject == "A1":
            raise KeyError("a customer's name")
        return real.look(view)

    small.amazon.stands("A1", "Complete", "S1")
    small.amazon.stands("A2", "Complete", "S2")
    small.placed("A1", "A2")
    with monkeypatch.context() as patch:
        patch.setitem(programs.follow_ups, ORDERS, dataclasses.replace(real, look=look))
        for _ in range(6):
            small.passes(hours=1)
    assert sorted(small.outbox()) == ["A2.S2.txt"]
    assert "edibridge itself fails on it (KeyError)" in small.alerts()["follow_up:"]
    assert "customer" not in str(small.alerts())
    small.passes(hours=1)
    assert sorted(small.outbox()) == ["A1.S1.txt", "A2.S2.txt"]
    assert small.alerts() == {}


def test_a_program_that_asks_without_a_pause_is_held_to_a_minute(
    small: SmallSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    programs = installed()
    eager = Look(kept=b"{}", status="Going", again=timedelta(0))
    one = dataclasses.replace(programs.follow_ups[ORDERS], look=lambda _view: eager, sweep=None)
    monkeypatch.setitem(programs.follow_ups, ORDERS, one)
    small.amazon.stands("A1", "Planning")
    small.placed("A1")
    small.passes(minutes=5)
    small.passes(seconds=59)
    assert len(small.amazon.asked) == 1
    small.passes(seconds=1)
    assert len(small.amazon.asked) == 2


def test_what_no_program_follows_any_more_is_told_and_taken_up_again(small: SmallSite) -> None:
    small.amazon.stands("A1", "Complete", "S1")
    small.placed("A1")
    declared = installed().follow_ups.pop(ORDERS)
    for _ in range(6):
        small.passes(hours=1)
    assert "no program of this version of edibridge follows small-orders" in small.alerts()["follow_up:"]
    installed().follow_ups[ORDERS] = declared
    small.passes(hours=1)
    assert sorted(small.outbox()) == ["A1.S1.txt"]
    assert small.alerts() == {}


def test_refused_credentials_are_told_and_cost_one_question_in_five_minutes(small: SmallSite) -> None:
    small.amazon.stands("A1", "Complete", "S1")
    small.amazon.stands("A2", "Complete", "S2")
    small.placed("A1", "A2")
    small.amazon.answers += [Answer(403), Answer(403)]  # the second with a new token
    small.passes(minutes=5)
    small.passes(minutes=4)
    assert small.amazon.asked == ["A1", "A1"]
    assert "HTTP 403" in small.alerts()["credentials:main/small-orders"]
    small.passes(minutes=10)
    assert sorted(small.outbox()) == ["A1.S1.txt", "A2.S2.txt"]
    assert small.alerts() == {}


def test_the_program_decides_on_what_amazon_does_not_know(small: SmallSite) -> None:
    small.placed("A1")
    for _ in range(3):
        small.passes(minutes=20)
    small.passes(minutes=20)
    assert small.alerts() == {f"follow_up:{FIRST}": "Amazon does not know order A1"}
    assert small.followed("A1").failures == 0
    small.amazon.stands("A1", "Complete", "S1")
    small.passes(minutes=20)
    assert small.alerts() == {}
    assert sorted(small.outbox()) == ["A1.S1.txt"]


def test_what_goes_on_too_long_is_given_up_and_told_and_asked_about_no_more(small: SmallSite) -> None:
    small.amazon.stands("A1", "Planning")
    small.placed("A1")
    small.passes(hours=1)
    small.passes(days=29)
    assert small.alerts() == {}
    small.passes(days=2)
    assert small.followed("A1").end_state == "given_up"
    assert "not over 30 days after it began" in small.alerts()[f"follow_up:{FIRST}"]
    asked = len(small.amazon.asked)
    small.passes(days=2)
    assert len(small.amazon.asked) == asked


def test_one_that_is_refused_until_its_time_is_over_is_given_up_too(small: SmallSite) -> None:
    small.amazon.answers += [json_answer(400, {"errors": [{"code": "InvalidInput"}]})] * 3
    small.placed("A1")
    small.passes(hours=1)
    small.passes(days=31)
    assert small.followed("A1").end_state == "given_up"
    assert "InvalidInput" in small.alerts()[f"follow_up:{FIRST}"]


def test_what_is_over_is_forgotten_after_the_retention_time_and_its_alert_with_it(
    small: SmallSite,
) -> None:
    small.amazon.stands("A1", "Planning")
    small.placed("A1")
    small.passes(hours=1)
    small.passes(days=31)
    assert small.alerts()
    small.ledger.purge_loose("acme", small.clock.now, small.clock.now)
    assert small.ledger.trace("A1").follow_ups
    small.passes(days=1)
    small.ledger.purge_loose("acme", small.clock.now, small.clock.now)
    assert small.ledger.trace("A1").follow_ups == []
    small.passes(minutes=1)
    assert small.alerts() == {}


def test_an_event_that_succeeds_again_starts_no_second_follow_up(small: SmallSite) -> None:
    small.amazon.stands("A1", "Complete", "S1")
    small.placed("A1")
    small.passes(hours=1)
    first = small.followed("A1")
    small.placed("A1")
    small.passes(hours=1)
    again = small.followed("A1")
    assert again.id == first.id
    assert again.event_id != first.event_id
    assert again.looks == 2
    assert sorted(small.outbox()) == ["A1.S1.txt"]  # what was told once stays told


@pytest.mark.parametrize(("point", "asked"), [("follow.asked", 2), ("follow.committed", 1)])
def test_a_look_that_is_killed_loses_no_news_and_tells_none_twice(
    small: SmallSite, point: str, asked: int
) -> None:
    small.amazon.stands("A1", "Processing", "S1")
    small.placed("A1")
    small.clock.now += timedelta(minutes=5)
    killed(small, point)
    assert small.outbox() == {}
    small.drain()
    assert small.outbox() == {"A1.S1.txt": "1 S1: 1 of 2 for acme\n"}
    assert small.followed("A1").looks == 1
    assert small.amazon.asked == ["A1"] * asked


@pytest.mark.parametrize("point", ["settle.asked", "settle.committed"])
def test_a_kill_at_the_verdict_starts_one_follow_up(small: SmallSite, point: str) -> None:
    small.place("A1")
    small.drain()
    small.clock.now += timedelta(minutes=2)
    killed(small, point)
    small.passes(minutes=2)
    assert small.followed("A1").looks == 0


def told(small: SmallSite, *words: str) -> str:
    """Run a verb of the command line in a process that has no such program."""
    command = [sys.executable, "-m", "bridge", "--config", str(small.folder / "config.toml"), *words]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False).stdout


def test_status_and_trace_tell_what_is_followed(small: SmallSite) -> None:
    small.amazon.stands("A1", "Processing", "S1")
    small.placed("A1")
    small.passes(minutes=10)
    vendor = json.loads(told(small, "status", "--json"))["vendors"]["acme"]
    assert vendor["follow_ups"] == {"open": 1, "failing": 0, "reason": ""}
    assert "followed    1 at Amazon" in told(small, "status")
    (traced,) = json.loads(told(small, "trace", "A1", "--json"))["follow_ups"]
    assert (traced["subject"], traced["status"]) == ("A1", "Processing")
    assert "Processing: shipped/A1.S1.txt" in told(small, "trace", "A1")
    assert json.loads(told(small, "show", "1", "--json"))["follow_ups"] == [traced]
    assert "Processing: shipped/A1.S1.txt" in told(small, "show", "1")
    small.amazon.stands("A1", "Cancelled", "S1")
    small.passes(hours=1)
    assert "followed" not in told(small, "status")
    assert "Cancelled: short" in told(small, "trace", "A1")
