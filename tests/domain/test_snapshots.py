"""When a list is due, and whether it may be told, as tables."""

from __future__ import annotations

from datetime import UTC, datetime, time

import pytest

from bridge.domain.snapshots import last_due, may_be_told

TEN = frozenset("abcdefghij")


@pytest.mark.parametrize(
    ("now", "due"),
    [
        ("2026-11-23T08:00:00", "2026-11-23T08:00:00"),
        ("2026-11-23T07:59:59", "2026-11-22T08:00:00"),
        # Days on which New York changes its clocks have 25 or 23 hours.
        ("2026-11-01T07:59:00", "2026-10-31T07:00:00"),
        ("2026-03-09T06:59:00", "2026-03-08T07:00:00"),
    ],
)
def test_a_list_is_due_since_its_time_was_last_by_the_partners_clock(now: str, due: str) -> None:
    found = last_due(time(3), "America/New_York", datetime.fromisoformat(now).replace(tzinfo=UTC))
    assert found == datetime.fromisoformat(due).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("found", "told", "held", "may"),
    [
        (TEN, frozenset(), None, True),
        (frozenset(), frozenset(), None, True),
        (frozenset("abcde"), TEN, None, True),
        (frozenset("abcd"), TEN, None, False),
        (frozenset("abcd"), TEN, frozenset("abcd"), True),
        (frozenset("abcd"), TEN, frozenset("abc"), False),
        (frozenset(), TEN, None, False),
        (frozenset(), TEN, frozenset(), True),
    ],
)
def test_a_list_that_lost_more_than_half_is_told_once_it_says_so_twice(
    found: frozenset[str], told: frozenset[str], held: frozenset[str] | None, *, may: bool
) -> None:
    assert may_be_told(found, told, held) == may
