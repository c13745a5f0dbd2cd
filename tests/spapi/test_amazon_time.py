"""This machine's clock against the `Date` of Amazon's replies."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from bridge.spapi.amazon_time import TOLERANCE, AmazonTime

NOON = datetime(2026, 11, 27, 12, tzinfo=UTC)


class Machine:
    """A machine with a clock that can be set, and one that cannot."""

    def __init__(self) -> None:
        self.wall = NOON
        self.steady = 1000.0

    def passes(self, **span: float) -> None:
        self.wall += timedelta(**span)
        self.steady += timedelta(**span).total_seconds()


@pytest.fixture
def machine() -> Machine:
    return Machine()


@pytest.fixture
def time(machine: Machine) -> AmazonTime:
    return AmazonTime(lambda: machine.wall, lambda: machine.steady)


def date(moment: datetime) -> dict[str, str]:
    return {"Date": format_datetime(moment, usegmt=True)}


def test_before_amazon_has_told_its_time_the_clock_is_taken_and_nothing_is_confirmed(
    time: AmazonTime,
) -> None:
    assert (time.now(), time.confirmed(), time.is_off) == (NOON, None, False)


@pytest.mark.parametrize("days", [-400, -3, 3, 400])
def test_of_a_clock_that_is_wrong_amazons_time_is_taken(
    time: AmazonTime, machine: Machine, days: int
) -> None:
    time.heard(date(NOON - timedelta(days=days)))
    machine.passes(minutes=1)
    assert time.is_off
    assert time.now() == NOON - timedelta(days=days) + timedelta(minutes=1)


def test_a_small_difference_is_no_fault_and_confirms_only_what_both_agree_to(
    time: AmazonTime, machine: Machine
) -> None:
    time.heard(date(NOON - timedelta(seconds=90)))
    assert (time.is_off, time.now(), time.confirmed()) == (False, NOON, NOON - timedelta(seconds=90))
    time.heard(date(NOON + timedelta(seconds=90)))
    assert (time.is_off, time.now(), time.confirmed()) == (False, NOON, NOON)
    machine.passes(seconds=30)
    assert time.confirmed() == NOON + timedelta(seconds=30)


@pytest.mark.parametrize("jump", [timedelta(days=3), timedelta(days=-3)])
def test_a_jump_after_the_last_reply_is_noticed_at_once(
    time: AmazonTime, machine: Machine, jump: timedelta
) -> None:
    time.heard(date(NOON))
    machine.passes(hours=1)
    machine.wall += jump
    assert time.is_off
    assert time.now() == NOON + timedelta(hours=1)
    machine.wall -= jump
    assert not time.is_off


@pytest.mark.parametrize(
    "headers", [{}, {"date": ""}, {"date": "yesterday"}, {"date": "Fri, 99 Nov 2026 12:00:00 GMT"}]
)
def test_a_reply_without_a_readable_date_says_nothing(time: AmazonTime, headers: dict[str, str]) -> None:
    time.heard(date(NOON - 2 * TOLERANCE))
    time.heard(headers)
    assert time.ahead() == 2 * TOLERANCE
