"""Pacing on a clock that only waiting moves: never faster than Amazon's bucket, never stuck."""

from __future__ import annotations

import math
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.spapi.bucket import TokenBucket
from bridge.spapi.pacing import Pacer

OPERATION = "submitShipmentConfirmations"


class FakeTime:
    """A clock that a wait moves on."""

    def __init__(self) -> None:
        self.now = 0.0

    def clock(self) -> float:
        return self.now

    def wait(self, condition: threading.Condition, seconds: float) -> None:
        del condition
        self.now += seconds


@pytest.fixture
def time() -> FakeTime:
    return FakeTime()


def pacer_on(time: FakeTime, rate: float = 10.0, burst: int = 10) -> Pacer:
    return Pacer(rate=rate, burst=burst, clock=time.clock, wait=time.wait)


def gone_at(pacer: Pacer, time: FakeTime, count: int) -> list[float]:
    times = []
    for _ in range(count):
        assert pacer.acquire(OPERATION, acquire_timeout=1e6) == 0.0
        times.append(time.now)
    return times


def most_in_any_window(times: list[float], rate: float) -> float:
    """Return the burst that a bucket of this rate needs to let these through."""
    return max(
        last - first + 1 - rate * (times[last] - times[first])
        for first in range(len(times))
        for last in range(first, len(times))
    )


@given(
    rate=st.floats(0.1, 50),
    burst=st.integers(1, 20),
    steps=st.lists(st.floats(0, 3), min_size=1, max_size=40),
)
def test_a_bucket_never_lets_more_through_than_burst_and_rate(
    rate: float, burst: int, steps: list[float]
) -> None:
    bucket, now, times = TokenBucket(rate=rate, burst=burst, now=0.0), 0.0, []
    for step in steps:
        now += step
        while bucket.take(now) == 0.0:
            times.append(now)
    assert not times or most_in_any_window(times, rate) <= burst + 1e-6


@given(rate=st.floats(0.1, 50), burst=st.integers(1, 20), pauses=st.lists(st.floats(0, 3), max_size=30))
def test_a_pacer_stays_under_amazons_figures_with_room_to_spare(
    rate: float, burst: int, pauses: list[float]
) -> None:
    time = FakeTime()
    pacer, times = pacer_on(time, rate, burst), []
    for pause in [*pauses, 0.0, 0.0]:
        time.now += pause
        times += gone_at(pacer, time, 1)
    assert most_in_any_window(times, rate) <= max(1, burst / 2) + 1e-6


def test_the_wait_that_is_told_is_long_enough() -> None:
    bucket = TokenBucket(rate=3.0, burst=1, now=0.0)
    assert bucket.take(0.0) == 0.0
    wait = bucket.take(0.0)
    assert wait == pytest.approx(1 / 3)
    assert bucket.take(wait) == 0.0


def test_work_goes_on_at_nearly_amazons_rate(time: FakeTime) -> None:
    times = gone_at(pacer_on(time), time, 100)
    assert 9.9 <= 99 / (times[-1] - times[0]) <= 10.0


@pytest.mark.parametrize(("told", "slowest", "fastest"), [(2.0, 1.98, 2.0), (40.0, 39.6, 40.0)])
def test_the_rate_that_amazon_tells_is_obeyed_up_and_down(
    time: FakeTime, told: float, slowest: float, fastest: float
) -> None:
    pacer = pacer_on(time)
    gone_at(pacer, time, 1)
    pacer.update_from_response(OPERATION, status=202, limit=told, retry_after=None)
    times = gone_at(pacer, time, 200)[100:]
    assert slowest <= 99 / (times[-1] - times[0]) <= fastest


def test_a_lower_rate_shrinks_the_burst(time: FakeTime) -> None:
    pacer = pacer_on(time)
    pacer.update_from_response(OPERATION, status=202, limit=1.0, retry_after=None)
    assert most_in_any_window(gone_at(pacer, time, 10), 1.0) <= 1 + 1e-6


def test_retry_after_is_kept(time: FakeTime) -> None:
    pacer = pacer_on(time)
    pacer.update_from_response(OPERATION, status=429, limit=None, retry_after=20.0)
    assert gone_at(pacer, time, 1)[0] >= 20.0


def test_an_overloaded_amazon_that_says_when_to_come_back_is_heeded(time: FakeTime) -> None:
    pacer = pacer_on(time)
    pacer.update_from_response(OPERATION, status=503, limit=None, retry_after=20.0)
    assert gone_at(pacer, time, 1)[0] >= 20.0


def test_a_429_without_retry_after_cools_down_longer_each_time(time: FakeTime) -> None:
    pacer, waits = pacer_on(time), []
    for _ in range(8):
        begun = time.now
        pacer.update_from_response(OPERATION, status=429, limit=None, retry_after=None)
        waits.append(gone_at(pacer, time, 1)[0] - begun)
    assert [int(wait) for wait in waits] == [1, 2, 4, 8, 16, 32, 60, 60]
    pacer.update_from_response(OPERATION, status=202, limit=None, retry_after=None)
    begun = time.now
    pacer.update_from_response(OPERATION, status=429, limit=None, retry_after=None)
    assert int(gone_at(pacer, time, 1)[0] - begun) == 1


def test_many_threads_that_see_one_throttling_are_one_strike(time: FakeTime) -> None:
    pacer = pacer_on(time)
    for _ in range(8):
        pacer.update_from_response(OPERATION, status=429, limit=None, retry_after=None)
    assert gone_at(pacer, time, 1)[0] < 2


def test_the_wait_for_a_permit_has_an_end_and_says_when_to_come_back(time: FakeTime) -> None:
    pacer = pacer_on(time)
    pacer.update_from_response(OPERATION, status=429, limit=None, retry_after=100.0)
    assert pacer.acquire(OPERATION, acquire_timeout=30.0) == pytest.approx(100.0, abs=0.2)
    assert time.now == 0.0


def test_closing_sends_waiters_home() -> None:
    waiting = threading.Event()

    def wait(condition: threading.Condition, seconds: float) -> None:
        waiting.set()
        condition.wait(seconds)

    pacer = Pacer(wait=wait)
    pacer.update_from_response(OPERATION, status=429, limit=None, retry_after=60.0)
    with ThreadPoolExecutor(1) as pool:
        told = pool.submit(pacer.acquire, OPERATION, 1000.0)
        assert waiting.wait(10)
        pacer.close()
        assert told.result(10) == math.inf


def test_who_is_to_stop_waits_no_longer(time: FakeTime) -> None:
    pacer = pacer_on(time)
    pacer.update_from_response(OPERATION, status=429, limit=None, retry_after=60.0)
    assert pacer.acquire(OPERATION, 1000.0, stopping=lambda: time.now >= 5) == math.inf
    assert time.now < 10


def test_eight_threads_all_get_their_turn() -> None:
    pacer = Pacer(rate=400.0, burst=4)

    def work(_: int) -> list[float]:
        return [pacer.acquire(OPERATION, 30.0) for _ in range(5)]

    with ThreadPoolExecutor(8) as pool:
        assert [wait for waits in pool.map(work, range(8)) for wait in waits] == [0.0] * 40


def test_what_goes_in_the_background_leaves_half_of_the_rate(time: FakeTime) -> None:
    pacer = pacer_on(time, rate=2.0, burst=30)
    times = []
    for _ in range(40):
        assert pacer.acquire(OPERATION, 1e6, background=True) == 0.0
        times.append(time.now)
    assert most_in_any_window(times, rate=1.0) <= 1 + 1e-6
    assert times[-1] == pytest.approx(39.0, rel=0.01)


def test_others_go_between_what_goes_in_the_background(time: FakeTime) -> None:
    pacer = pacer_on(time, rate=2.0, burst=30)
    for _ in range(20):
        assert pacer.acquire(OPERATION, 1e6, background=True) == 0.0
        assert pacer.acquire(OPERATION, 1e6) == 0.0
    assert time.now == pytest.approx(39 / 2.0, rel=0.05)  # together they have Amazon's rate
    assert pacer.acquire(OPERATION, 0.0, background=True) > 0.0


def test_the_background_keeps_to_half_of_the_rate_that_amazon_tells(time: FakeTime) -> None:
    pacer = pacer_on(time)
    pacer.update_from_response(OPERATION, status=200, limit=0.5, retry_after=None)
    times = []
    for _ in range(5):
        assert pacer.acquire(OPERATION, 1e6, background=True) == 0.0
        times.append(time.now)
    assert most_in_any_window(times, rate=0.25) <= 1 + 1e-6
