"""What Amazon is asked about an event before it is sent, at a small program's Amazon on a real socket."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta

import pytest
import stamina

from bridge.programs.event_types import EventType
from bridge.programs.registry import installed
from tests.contracts.programs.small_orders import ASKED_BEFORE, LATER, MANY, PLACE, TOLD
from tests.contracts.small import SmallSite, killed
from tests.spapi.server import json_answer


@pytest.fixture(autouse=True)
def _asked_before(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(ASKED_BEFORE, "yes")


def placed(site: SmallSite) -> list[dict[str, object]]:
    """Return what was placed, in turn."""
    found = [one for one in site.amazon.requests if one.method == "POST" and one.path == "/small/v1/orders"]
    return [json.loads(one.body) for one in found]


def answer(pieces: int) -> dict[str, object]:
    return {"payload": {"orderId": "A1", "pieces": pieces}}


@pytest.mark.parametrize(
    "kind", [one for one in installed().event_types if one.precheck], ids=lambda one: one.operation
)
def test_every_program_asks_by_a_read_of_its_own(kind: EventType) -> None:
    assert kind.precheck is not None
    for question in kind.precheck.questions:
        operation = installed().operations[question.operation]
        assert operation.reply == "document"
        assert operation.read is not None
        assert installed().told_by(operation.name) is None, (
            "what is asked before an event is sent tells nothing"
        )
    assert timedelta(0) < kind.precheck.at_most <= timedelta(hours=2)


def test_an_event_goes_as_amazon_says_and_is_asked_about_once(small: SmallSite) -> None:
    small.amazon.term_answers.append(json_answer(200, answer(1)))
    batch = small.placed("A1", "A2")
    small.passes(hours=1)
    assert small.amazon.terms == ["A1", "A2"]
    assert {one["orderId"]: one["pieces"] for one in placed(small)} == {"A1": 1, "A2": 2}
    first, second = small.ledger.batch(batch).events
    assert (first.state, second.stated) == ("succeeded", None)
    assert json.loads(first.stated or b"") == {"order": "A1", "pieces": 2}


@pytest.mark.parametrize(("point", "asked"), [("precheck.asked", 2), ("precheck.committed", 1)])
def test_what_was_found_outlives_a_crash(small: SmallSite, point: str, asked: int) -> None:
    small.place("A1")
    killed(small, point)
    small.drain()
    assert small.amazon.terms == ["A1"] * asked
    assert len(placed(small)) == 1


def test_what_is_held_is_told_once_and_goes_by_an_operators_word(small: SmallSite) -> None:
    small.amazon.term_answers.append(json_answer(200, answer(0)))
    batch = small.place("A1")
    small.drain()
    (held,) = small.ledger.batch(batch).events
    assert (held.state, held.reason, placed(small)) == ("held", "Amazon takes none of it", [])
    assert small.outbox("terms") == {"A1.txt": "A1: none\n"}
    small.ledger.release_event(held.id, small.clock())
    small.passes(minutes=1)
    assert (small.amazon.terms, len(placed(small))) == (["A1"], 1)


def test_an_event_that_is_dropped_while_amazon_is_asked_stays_so(small: SmallSite) -> None:
    small.amazon.term_answers.append(json_answer(500, {}))
    batch = small.place("A1")
    with stamina.set_testing(True, attempts=1):
        small.drain()
    (waiting,) = small.ledger.batch(batch).events
    assert (waiting.state, "gave no answer: HTTP 500" in waiting.reason) == ("ready", True)
    small.ledger.refuse_event(waiting.id, "not wanted any more", small.clock())
    small.passes(minutes=5)
    assert (small.amazon.terms, placed(small)) == (["A1"], [])


def test_what_amazon_refuses_to_answer_goes_at_once_with_a_note(small: SmallSite) -> None:
    refused = {"errors": [{"code": "InvalidInput", "message": "no such thing"}]}
    small.amazon.term_answers.append(json_answer(400, refused))
    batch = small.place("A1")
    small.drain()
    assert len(placed(small)) == 1
    (event,) = small.ledger.batch(batch).events
    assert "InvalidInput" in event.notes[0]["message"]


def test_nothing_is_asked_for_a_partner_who_does_not_want_it(
    small: SmallSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(ASKED_BEFORE)
    small.place("A1")
    small.drain()
    assert (small.amazon.terms, len(placed(small))) == ([], 1)


def test_questions_are_asked_in_turn_about_what_the_answers_made_of_it(small: SmallSite) -> None:
    small.amazon.term_answers.extend([json_answer(200, answer(MANY)), json_answer(200, answer(3))])
    small.place("A1")
    small.drain()
    assert small.amazon.terms == ["A1", "A1"]
    assert [one["pieces"] for one in placed(small)] == [3]


def test_what_is_told_only_is_not_sent(small: SmallSite) -> None:
    small.amazon.term_answers.append(json_answer(200, answer(TOLD)))
    batch = small.place("A1")
    small.passes(hours=1)
    (told,) = small.ledger.batch(batch).events
    assert (told.state, told.reason, placed(small)) == ("not_sent", "Amazon's terms are told", [])
    assert small.amazon.terms == ["A1"]


def test_what_waits_is_asked_about_anew_when_its_time_has_come(small: SmallSite) -> None:
    small.amazon.term_answers.append(json_answer(200, answer(LATER)))
    batch = small.place("A1")
    small.passes(minutes=30)
    (waiting,) = small.ledger.batch(batch).events
    assert (waiting.state, waiting.reason) == ("ready", "Amazon's terms come later")
    assert (small.amazon.terms, placed(small)) == (["A1"], [])
    small.passes(minutes=90)
    assert (small.amazon.terms, len(placed(small))) == (["A1", "A1"], 1)


@pytest.fixture
def _good_for_ten_minutes() -> Iterator[None]:
    """Have what Amazon says before an order is placed count for ten minutes."""
    precheck = installed().of_operation(PLACE).precheck
    object.__setattr__(precheck, "good_for", timedelta(minutes=10))
    yield
    object.__setattr__(precheck, "good_for", None)


@pytest.mark.usefixtures("small", "_good_for_ten_minutes")
def test_what_counts_no_more_is_asked_anew_before_it_is_sent(small: SmallSite) -> None:
    small.amazon.place_answers.append(json_answer(503, {}))
    small.place("A1")
    small.drain()
    assert (small.amazon.terms, len(placed(small))) == (["A1"], 1)
    small.passes(hours=1)
    small.passes(seconds=1)
    assert (small.amazon.terms, len(placed(small))) == (["A1", "A1"], 2)


@pytest.mark.usefixtures("small", "_good_for_ten_minutes")
def test_what_is_released_is_asked_about_anew(small: SmallSite) -> None:
    small.amazon.term_answers.append(json_answer(200, answer(0)))
    batch = small.place("A1")
    small.drain()
    (held,) = small.ledger.batch(batch).events
    assert held.state == "held"
    small.ledger.release_event(held.id, small.clock())
    small.passes(minutes=1)
    assert (small.amazon.terms, len(placed(small))) == (["A1", "A1"], 1)
