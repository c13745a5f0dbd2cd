"""Lists of what has changed: they hasten looks, and what they lack is asked about all the same."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from tests.contracts.small import SmallSite, killed
from tests.spapi.server import Answer, json_answer


def resting(small: SmallSite, *orders: str) -> None:
    """Place orders and let two days pass: each is then looked at by itself every 12 hours only."""
    for order in orders:
        small.amazon.stands(order, "Planning")
    small.placed(*orders)
    small.passes(hours=1)
    for _ in range(3):
        small.passes(hours=16)
    small.passes(minutes=20)
    small.amazon.asked.clear()
    small.amazon.listed.clear()


def test_what_a_list_shows_to_have_changed_is_looked_at_before_its_time(small: SmallSite) -> None:
    resting(small, "A1", "A2", "A3")
    small.amazon.stands("A3", "Complete", "S3")  # on the second page
    small.amazon.stands("B1", "Complete")  # another channel's
    small.passes(minutes=20)
    assert small.amazon.asked == ["A3"]
    assert sorted(small.outbox()) == ["A3.S3.txt"]
    assert [query.get("nextToken", "") for query in small.amazon.listed] == ["", "1"]
    small.passes(minutes=20)
    assert small.amazon.asked == ["A3"]


def test_a_list_begins_an_hour_before_it_was_read_last(small: SmallSite) -> None:
    resting(small, "A1")
    last = small.clock.now
    small.passes(hours=2)
    small.passes(minutes=20)
    first, second = (datetime.fromisoformat(query["changedAfter"]) for query in small.amazon.listed)
    assert first == last - timedelta(hours=1)
    assert second == last + timedelta(hours=1)


def test_nothing_is_listed_while_nothing_is_followed(small: SmallSite) -> None:
    small.amazon.stands("A1", "Complete")
    small.passes(hours=1)
    small.placed("A1")
    small.passes(hours=1)
    small.amazon.listed.clear()
    small.passes(hours=1)
    assert small.amazon.listed == []


@pytest.mark.parametrize(
    "fault",
    [
        Answer(500),
        Answer(400),
        json_answer(200, {"payload": {"orders": [], "nextToken": 7}}),
        json_answer(200, {"payload": {"orders": []}, "errors": [{"code": "InternalFailure"}]}),
    ],
)
def test_a_list_that_cannot_be_read_is_told_and_hides_nothing(small: SmallSite, fault: Answer) -> None:
    resting(small, "A1")
    small.amazon.list_answers.append(fault)
    small.amazon.stands("A1", "Processing", "S1")
    small.passes(minutes=20)
    assert "could not be read" in small.alerts()["fetch:follow:small-orders"]
    assert small.outbox() == {}
    small.passes(minutes=6)
    assert sorted(small.outbox()) == ["A1.S1.txt"]
    assert small.alerts() == {}


def test_what_a_list_showed_before_it_failed_counts(small: SmallSite) -> None:
    resting(small, "A1", "A2", "A3")
    for order in ("A1", "A3"):  # on the first page, and on the second
        small.amazon.stands(order, "Complete", f"S-{order}")
    first = json_answer(200, {"payload": {"orders": [small.amazon.orders["A1"]], "nextToken": "1"}})
    small.amazon.list_answers += [first, Answer(500)]
    small.passes(minutes=20)
    assert sorted(small.outbox()) == ["A1.S-A1.txt"]
    small.passes(minutes=6)
    assert sorted(small.outbox()) == ["A1.S-A1.txt", "A3.S-A3.txt"]
    assert small.amazon.asked == ["A1", "A3"]


def test_pages_that_lead_in_a_circle_end_and_the_looks_go_on_in_their_time(small: SmallSite) -> None:
    resting(small, "A1")
    small.amazon.list_answers += [json_answer(200, {"payload": {"orders": [], "nextToken": "1"}})] * 9
    small.amazon.stands("A1", "Processing", "S1")
    small.passes(minutes=20)
    assert len(small.amazon.listed) == 2
    assert "lead to no end" in small.alerts()["fetch:follow:small-orders"]
    small.passes(hours=13)
    assert sorted(small.outbox()) == ["A1.S1.txt"]


def test_a_list_that_was_read_and_not_noted_is_read_again(small: SmallSite) -> None:
    resting(small, "A1")
    small.amazon.stands("A1", "Complete", "S1")
    small.clock.now += timedelta(minutes=20)
    killed(small, "follow.swept")
    assert small.amazon.asked == []
    small.drain()
    assert small.outbox() == {"A1.S1.txt": "1 S1: 1 of 2 for acme\n"}
