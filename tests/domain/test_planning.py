from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.domain.planning import (
    BatchSize,
    Ready,
    Sent,
    Split,
    backoff,
    batch_size_for,
    group,
    halve,
    in_doubt_move,
    is_overdue,
    isolate,
    next_poll,
)

THREE = [Sent(1, "A"), Sent(2, "B"), Sent(3, "C")]


@pytest.mark.parametrize(
    ("events", "named", "split"),
    [
        ([Sent(1, "A")], {"A"}, Split((1,), ())),
        ([Sent(1, "A")], set(), Split((1,), ())),
        (THREE, {"B"}, Split((2,), (1, 3))),
        (THREE, set(), Split((), (1, 2, 3))),
        (THREE, {"X"}, Split((), (1, 2, 3))),
        (THREE, {"A", "B", "C"}, Split((1, 2, 3), ())),
        ([Sent(1, "A"), Sent(2, "A")], {"A"}, Split((1, 2), ())),
        ([], {"A"}, Split((), ())),
    ],
)
def test_named_orders_fail_and_the_rest_goes_again(events: list[Sent], named: set[str], split: Split) -> None:
    assert isolate(events, named) == split


def test_the_rest_of_a_failed_submission_can_be_held() -> None:
    assert isolate(THREE, {"B"}, hold=True) == Split((2,), (), (1, 3))
    assert isolate(THREE, set(), hold=True) == Split((), (), (1, 2, 3))
    assert isolate(THREE[:1], set(), hold=True) == Split((1,), ())


@pytest.mark.parametrize(
    ("setting", "rate", "waiting", "queued", "size"),
    [
        ("auto", 10.0, 0, 0, 1),
        ("auto", 10.0, 1, 0, 1),
        ("auto", 10.0, 600, 0, 1),
        ("auto", 10.0, 601, 0, 2),
        ("auto", 10.0, 500, 101, 2),
        ("auto", 10.0, 29_400, 0, 49),
        ("auto", 10.0, 100_000, 0, 50),
        ("auto", 10.0, 100_000, 599, 50),
        ("auto", 10.0, 100_000, 600, 0),
        ("auto", 1.0, 60, 0, 1),
        ("auto", 1.0, 600, 0, 10),
        ("auto", 0.001, 3, 0, 3),
        ("auto", 20.0, 1200, 0, 1),
        ("auto", 1000.0, 1201, 0, 2),
        ("auto", 1000.0, 100_000, 0, 50),
        (50, 10.0, 1, 0, 50),
        (1, 10.0, 100_000, 600, 1),
    ],
)
def test_a_submission_holds_one_event_until_more_waits_than_a_minute_clears(
    setting: BatchSize, rate: float, waiting: int, queued: int, size: int
) -> None:
    assert batch_size_for(setting, rate, waiting, queued) == size


ready_events = st.lists(
    st.builds(
        Ready,
        id=st.integers(1, 1000),
        ordering_key=st.sampled_from("abcdefgh"),
        batch_limit=st.sampled_from([None, 1, 2, 5]),
    ),
    unique_by=lambda event: event.id,
)


@given(ready_events, st.integers(1, 4))
def test_grouping_takes_the_first_of_each_key_once_and_keeps_to_limits(
    events: list[Ready], size: int
) -> None:
    groups = group(events, size)
    taken = [event for members in groups for event in members]
    first: dict[str, Ready] = {}
    for event in events:
        first.setdefault(event.ordering_key, event)
    assert sorted(taken) == sorted(first.values())
    for members in groups:
        assert 1 <= len(members) <= min([size, *(event.batch_limit or size for event in members)])


def test_events_go_oldest_first() -> None:
    events = [Ready(number, f"po:{number}") for number in (5, 3, 9, 1)]
    assert [[event.id for event in members] for members in group(events, 2)] == [[5, 3], [9, 1]]


@pytest.mark.parametrize(("count", "limit"), [(1, None), (2, 1), (3, 2), (100, 50), (101, 51)])
def test_halving_ends_with_one_alone(count: int, limit: int | None) -> None:
    assert halve(count) == limit


@pytest.mark.parametrize(("policy", "cause"), [("resubmit", "resubmit"), ("hold", None), ("verify", None)])
def test_only_resubmit_ends_a_doubt_by_itself(policy: str, cause: str | None) -> None:
    assert in_doubt_move(policy) == cause


def test_waiting_doubles_up_to_five_minutes() -> None:
    assert [backoff(attempt) for attempt in (1, 2, 3, 4)] == [1, 2, 4, 8]
    assert backoff(9) == 256
    assert backoff(10) == backoff(10**6) == 300


def test_jitter_adds_a_quarter_at_most() -> None:
    assert backoff(3, jitter=1.0) == 5.0


def test_verdicts_are_asked_for_often_at_first_then_each_minute_then_each_five() -> None:
    assert [next_poll(polls, 1.0) for polls in range(8)] == [1, 2, 4, 8, 15, 30, 60, 60]
    assert next_poll(40, 1800.0) == 300
    assert not is_overdue(1799.0)
    assert is_overdue(1800.0)
