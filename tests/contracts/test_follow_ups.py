"""Follow-ups from an event's success to their end, at a small program's Amazon on a real socket."""

from __future__ import annotations

import dataclasses
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bridge.programs.follow_ups import Look, View
from bridge.programs.registry import installed
from tests.contracts.programs.small_orders import ORDERS
from tests.contracts.small import SmallAmazon, SmallSite, small_program
from tests.spapi.server import Answer, json_answer

ROOT = Path(__file__).parents[2]
DRAIN = """
import sys
from datetime import datetime
from pathlib import Path
from bridge.pipeline.drain import drain
from tests.contracts.small import install, partner_at
from tests.pipeline.stubs import Clock
install()
clock = Clock()
clock.now = datetime.fromisoformat(sys.argv[2])
fleet, partner = partner_at(Path(sys.argv[1]), clock)
drain([partner], wait=lambda _seconds: None)
"""
FIRST = "small-orders:A1"


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SmallSite]:
    monkeypatch.setenv("MADE_UP", "made-up")
    with small_program(), SmallAmazon() as amazon:
        opened = SmallSite(tmp_path, amazon)
        yield opened
        opened.stop()


def test_an_order_is_followed_from_its_success_to_its_end(site: SmallSite) -> None:
    site.amazon.stands("A1", "Planning")
    site.placed("A1")
    assert site.amazon.asked == []  # not before its first look is due
    begun = site.followed("A1")
    assert (begun.looks, begun.status, begun.ended_at) == (0, "", None)

    site.passes(minutes=10)
    site.amazon.stands("A1", "Processing", "S1")
    site.passes(minutes=20)
    site.amazon.stands("A1", "Processing", "S1")
    site.passes(minutes=20)
    site.amazon.stands("A1", "Complete", "S1", "S2")
    site.passes(minutes=20)
    site.passes(days=2)

    assert site.outbox() == {
        "A1.S1.txt": "1 S1: 1 of 2 for acme\n",
        "A1.S2.txt": "2 S2: 1 of 2 for acme\n",
    }
    ended = site.followed("A1")
    assert (ended.end_state, ended.next_look_at) == ("complete", None)
    assert [(one["status"], one["files"]) for one in ended.history] == [
        ("Planning", []),
        ("Processing", ["shipped/A1.S1.txt"]),
        ("Complete", ["shipped/A1.S2.txt"]),
    ]
    assert site.amazon.asked == ["A1"] * 4
    assert site.alerts() == {}


def test_what_is_told_stands_with_the_batch_that_it_comes_from(site: SmallSite) -> None:
    site.amazon.stands("A1", "Complete", "S1")
    batch = site.placed("A1")
    site.passes(hours=1)
    told = [one for one in site.ledger.batch(batch).outbound if one.kind == "shipped"]
    assert [(one.name, one.state) for one in told] == [("A1.S1.txt", "delivered")]


@pytest.mark.parametrize("fault", [Answer(500), Answer(429), Answer(200, b"no json"), Answer(cut="read")])
def test_a_look_that_fails_is_made_again_and_the_others_rest_for_a_minute(
    site: SmallSite, fault: Answer
) -> None:
    site.amazon.stands("A1", "Complete", "S1")
    site.amazon.stands("A2", "Complete", "S2")
    site.placed("A1", "A2")
    site.amazon.answers.append(fault)
    site.passes(minutes=5)
    assert site.amazon.asked == ["A1"]
    assert site.followed("A1").failures == 1
    assert site.followed("A1").reason
    site.passes(minutes=3)
    assert sorted(site.amazon.asked) == ["A1", "A1", "A2"]
    assert sorted(site.outbox()) == ["A1.S1.txt", "A2.S2.txt"]
    assert site.alerts() == {}


def test_one_that_fails_again_and_again_is_told_and_the_others_go_on(site: SmallSite) -> None:
    site.amazon.stands("A1", "Planning")
    site.amazon.orders["A1"]["status"] = 7  # not what the program reads
    site.amazon.stands("A2", "Complete", "S2")
    site.placed("A1", "A2")
    for _ in range(6):
        site.passes(hours=1)
    assert sorted(site.outbox()) == ["A2.S2.txt"]
    assert "1 of 1 things" in site.alerts()["follow_up:"]
    assert "unreadable" in site.alerts()["follow_up:"]
    site.amazon.stands("A1", "Planning")
    site.passes(hours=1)
    assert site.alerts() == {}
    assert site.followed("A1").failures == 0


def test_what_the_program_itself_fails_on_keeps_no_other_waiting(
    site: SmallSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    programs = installed()
    real = programs.follow_ups[ORDERS]

    def look(view: View[Any]) -> Look:
        if view.subject == "A1":
            raise KeyError("a customer's name")
        return real.look(view)

    site.amazon.stands("A1", "Complete", "S1")
    site.amazon.stands("A2", "Complete", "S2")
    site.placed("A1", "A2")
    with monkeypatch.context() as patch:
        patch.setitem(programs.follow_ups, ORDERS, dataclasses.replace(real, look=look))
        for _ in range(6):
            site.passes(hours=1)
    assert sorted(site.outbox()) == ["A2.S2.txt"]
    assert "edibridge itself fails on it (KeyError)" in site.alerts()["follow_up:"]
    assert "customer" not in str(site.alerts())
    site.passes(hours=1)
    assert sorted(site.outbox()) == ["A1.S1.txt", "A2.S2.txt"]
    assert site.alerts() == {}


def test_a_program_that_asks_without_a_pause_is_held_to_a_minute(
    site: SmallSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    programs = installed()
    eager = Look(kept=b"{}", status="Going", again=timedelta(0))
    one = dataclasses.replace(programs.follow_ups[ORDERS], look=lambda _view: eager, sweep=None)
    monkeypatch.setitem(programs.follow_ups, ORDERS, one)
    site.amazon.stands("A1", "Planning")
    site.placed("A1")
    site.passes(minutes=5)
    site.passes(seconds=59)
    assert len(site.amazon.asked) == 1
    site.passes(seconds=1)
    assert len(site.amazon.asked) == 2


def test_what_no_program_follows_any_more_is_told_and_taken_up_again(site: SmallSite) -> None:
    site.amazon.stands("A1", "Complete", "S1")
    site.placed("A1")
    declared = installed().follow_ups.pop(ORDERS)
    for _ in range(6):
        site.passes(hours=1)
    assert "no program of this version of edibridge follows small-orders" in site.alerts()["follow_up:"]
    installed().follow_ups[ORDERS] = declared
    site.passes(hours=1)
    assert sorted(site.outbox()) == ["A1.S1.txt"]
    assert site.alerts() == {}


def test_refused_credentials_are_told_and_cost_one_question_in_five_minutes(site: SmallSite) -> None:
    site.amazon.stands("A1", "Complete", "S1")
    site.amazon.stands("A2", "Complete", "S2")
    site.placed("A1", "A2")
    site.amazon.answers += [Answer(403), Answer(403)]  # the second with a new token
    site.passes(minutes=5)
    site.passes(minutes=4)
    assert site.amazon.asked == ["A1", "A1"]
    assert "HTTP 403" in site.alerts()["credentials:main/small-orders"]
    site.passes(minutes=10)
    assert sorted(site.outbox()) == ["A1.S1.txt", "A2.S2.txt"]
    assert site.alerts() == {}


def test_the_program_decides_on_what_amazon_does_not_know(site: SmallSite) -> None:
    site.placed("A1")
    for _ in range(3):
        site.passes(minutes=20)
    site.passes(minutes=20)
    assert site.alerts() == {f"follow_up:{FIRST}": "Amazon does not know order A1"}
    assert site.followed("A1").failures == 0
    site.amazon.stands("A1", "Complete", "S1")
    site.passes(minutes=20)
    assert site.alerts() == {}
    assert sorted(site.outbox()) == ["A1.S1.txt"]


def test_what_goes_on_too_long_is_given_up_and_told_and_asked_about_no_more(site: SmallSite) -> None:
    site.amazon.stands("A1", "Planning")
    site.placed("A1")
    site.passes(hours=1)
    site.passes(days=29)
    assert site.alerts() == {}
    site.passes(days=2)
    assert site.followed("A1").end_state == "given_up"
    assert "not over 30 days after it began" in site.alerts()[f"follow_up:{FIRST}"]
    asked = len(site.amazon.asked)
    site.passes(days=2)
    assert len(site.amazon.asked) == asked


def test_one_that_is_refused_until_its_time_is_over_is_given_up_too(site: SmallSite) -> None:
    site.amazon.answers += [json_answer(400, {"errors": [{"code": "InvalidInput"}]})] * 3
    site.placed("A1")
    site.passes(hours=1)
    site.passes(days=31)
    assert site.followed("A1").end_state == "given_up"
    assert "InvalidInput" in site.alerts()[f"follow_up:{FIRST}"]


def test_what_is_over_is_forgotten_after_the_retention_time_and_its_alert_with_it(site: SmallSite) -> None:
    site.amazon.stands("A1", "Planning")
    site.placed("A1")
    site.passes(hours=1)
    site.passes(days=31)
    assert site.alerts()
    site.ledger.purge_loose("acme", site.clock.now, site.clock.now)
    assert site.ledger.trace("A1").follow_ups
    site.passes(days=1)
    site.ledger.purge_loose("acme", site.clock.now, site.clock.now)
    assert site.ledger.trace("A1").follow_ups == []
    site.passes(minutes=1)
    assert site.alerts() == {}


def test_an_event_that_succeeds_again_starts_no_second_follow_up(site: SmallSite) -> None:
    site.amazon.stands("A1", "Complete", "S1")
    site.placed("A1")
    site.passes(hours=1)
    first = site.followed("A1")
    site.placed("A1")
    site.passes(hours=1)
    again = site.followed("A1")
    assert again.id == first.id
    assert again.event_id != first.event_id
    assert again.looks == 2
    assert sorted(site.outbox()) == ["A1.S1.txt"]  # what was told once stays told


def resting(site: SmallSite, *orders: str) -> None:
    """Place orders and let two days pass: each is then looked at by itself every 12 hours only."""
    for order in orders:
        site.amazon.stands(order, "Planning")
    site.placed(*orders)
    site.passes(hours=1)
    for _ in range(3):
        site.passes(hours=16)
    site.passes(minutes=20)
    site.amazon.asked.clear()
    site.amazon.listed.clear()


def test_what_a_list_shows_to_have_changed_is_looked_at_before_its_time(site: SmallSite) -> None:
    resting(site, "A1", "A2", "A3")
    site.amazon.stands("A3", "Complete", "S3")  # on the second page
    site.amazon.stands("B1", "Complete")  # another channel's
    site.passes(minutes=20)
    assert site.amazon.asked == ["A3"]
    assert sorted(site.outbox()) == ["A3.S3.txt"]
    assert [query.get("nextToken", "") for query in site.amazon.listed] == ["", "1"]
    site.passes(minutes=20)
    assert site.amazon.asked == ["A3"]


def test_a_list_begins_an_hour_before_it_was_read_last(site: SmallSite) -> None:
    resting(site, "A1")
    last = site.clock.now
    site.passes(hours=2)
    site.passes(minutes=20)
    first, second = (datetime.fromisoformat(query["changedAfter"]) for query in site.amazon.listed)
    assert first == last - timedelta(hours=1)
    assert second == last + timedelta(hours=1)


def test_nothing_is_listed_while_nothing_is_followed(site: SmallSite) -> None:
    site.amazon.stands("A1", "Complete")
    site.passes(hours=1)
    site.placed("A1")
    site.passes(hours=1)
    site.amazon.listed.clear()
    site.passes(hours=1)
    assert site.amazon.listed == []


@pytest.mark.parametrize(
    "fault",
    [
        Answer(500),
        Answer(400),
        json_answer(200, {"payload": {"orders": [], "nextToken": 7}}),
        json_answer(200, {"payload": {"orders": []}, "errors": [{"code": "InternalFailure"}]}),
    ],
)
def test_a_list_that_cannot_be_read_is_told_and_hides_nothing(site: SmallSite, fault: Answer) -> None:
    resting(site, "A1")
    site.amazon.list_answers.append(fault)
    site.amazon.stands("A1", "Processing", "S1")
    site.passes(minutes=20)
    assert "could not be read" in site.alerts()["fetch:follow:small-orders"]
    assert site.outbox() == {}
    site.passes(minutes=6)
    assert sorted(site.outbox()) == ["A1.S1.txt"]
    assert site.alerts() == {}


def test_what_a_list_showed_before_it_failed_counts(site: SmallSite) -> None:
    resting(site, "A1", "A2", "A3")
    for order in ("A1", "A3"):  # on the first page, and on the second
        site.amazon.stands(order, "Complete", f"S-{order}")
    first = json_answer(200, {"payload": {"orders": [site.amazon.orders["A1"]], "nextToken": "1"}})
    site.amazon.list_answers += [first, Answer(500)]
    site.passes(minutes=20)
    assert sorted(site.outbox()) == ["A1.S-A1.txt"]
    site.passes(minutes=6)
    assert sorted(site.outbox()) == ["A1.S-A1.txt", "A3.S-A3.txt"]
    assert site.amazon.asked == ["A1", "A3"]


def test_pages_that_lead_in_a_circle_end_and_the_looks_go_on_in_their_time(site: SmallSite) -> None:
    resting(site, "A1")
    site.amazon.list_answers += [json_answer(200, {"payload": {"orders": [], "nextToken": "1"}})] * 9
    site.amazon.stands("A1", "Processing", "S1")
    site.passes(minutes=20)
    assert len(site.amazon.listed) == 2
    assert "lead to no end" in site.alerts()["fetch:follow:small-orders"]
    site.passes(hours=13)
    assert sorted(site.outbox()) == ["A1.S1.txt"]


def test_a_list_that_was_read_and_not_noted_is_read_again(site: SmallSite) -> None:
    resting(site, "A1")
    site.amazon.stands("A1", "Complete", "S1")
    site.clock.now += timedelta(minutes=20)
    killed(site, "follow.swept")
    assert site.amazon.asked == []
    site.drain()
    assert site.outbox() == {"A1.S1.txt": "1 S1: 1 of 2 for acme\n"}


def killed(site: SmallSite, point: str) -> None:
    """Drain in a process of its own, which dies at a point; then begin anew here."""
    site.stop()
    child = subprocess.run(
        [sys.executable, "-c", DRAIN, str(site.folder), site.clock.now.isoformat()],
        cwd=ROOT,
        env=os.environ | {"EDIBRIDGE_KILL_AT": f"{point}:1"},
        check=False,
    )
    site.start()
    assert child.returncode == -signal.SIGKILL, f"{point} was not reached"


@pytest.mark.parametrize(("point", "asked"), [("follow.asked", 2), ("follow.committed", 1)])
def test_a_look_that_is_killed_loses_no_news_and_tells_none_twice(
    site: SmallSite, point: str, asked: int
) -> None:
    site.amazon.stands("A1", "Processing", "S1")
    site.placed("A1")
    site.clock.now += timedelta(minutes=5)
    killed(site, point)
    assert site.outbox() == {}
    site.drain()
    assert site.outbox() == {"A1.S1.txt": "1 S1: 1 of 2 for acme\n"}
    assert site.followed("A1").looks == 1
    assert site.amazon.asked == ["A1"] * asked


@pytest.mark.parametrize("point", ["settle.asked", "settle.committed"])
def test_a_kill_at_the_verdict_starts_one_follow_up(site: SmallSite, point: str) -> None:
    site.place("A1")
    site.drain()
    site.clock.now += timedelta(minutes=2)
    killed(site, point)
    site.passes(minutes=2)
    assert site.followed("A1").looks == 0


def told(site: SmallSite, *words: str) -> str:
    """Run a verb of the command line in a process that has no such program."""
    command = [sys.executable, "-m", "bridge", "--config", str(site.folder / "config.toml"), *words]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False).stdout


def test_status_and_trace_tell_what_is_followed(site: SmallSite) -> None:
    site.amazon.stands("A1", "Processing", "S1")
    site.placed("A1")
    site.passes(minutes=10)
    vendor = json.loads(told(site, "status", "--json"))["vendors"]["acme"]
    assert vendor["follow_ups"] == {"open": 1, "failing": 0, "reason": ""}
    assert "followed    1 at Amazon" in told(site, "status")
    (traced,) = json.loads(told(site, "trace", "A1", "--json"))["follow_ups"]
    assert (traced["subject"], traced["status"]) == ("A1", "Processing")
    assert "Processing: shipped/A1.S1.txt" in told(site, "trace", "A1")
    assert json.loads(told(site, "show", "1", "--json"))["follow_ups"] == [traced]
    assert "Processing: shipped/A1.S1.txt" in told(site, "show", "1")
    site.amazon.stands("A1", "Cancelled", "S1")
    site.passes(hours=1)
    assert "followed" not in told(site, "status")
    assert "Cancelled: short" in told(site, "trace", "A1")
