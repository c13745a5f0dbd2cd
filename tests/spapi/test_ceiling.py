"""The pacer against an exact model of Amazon's bucket, which counts requests as they arrive.

The model is the stand-in's own token bucket, full at the start, on a clock of its own.
"""

from __future__ import annotations

import heapq
import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import chain, repeat

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.spapi.pacing import CATCH_UP, Pacer, own_burst
from simulator.access import TokenBuckets

OPERATION = "submitShipmentConfirmations"
SENDERS = 7
"""The default of `Partner.senders`; tests/pipeline/test_sending.py holds them to be the same."""


@dataclass(slots=True)
class Time:
    """A clock that a wait moves on, each time by a bit more than was asked."""

    late: Iterable[float] = ()
    now: float = 0.0

    def __post_init__(self) -> None:
        self.late = chain(self.late, repeat(0.0))

    def clock(self) -> float:
        return self.now

    def wait(self, condition: threading.Condition, seconds: float) -> None:
        del condition
        self.now += seconds + next(iter(self.late))


@dataclass(slots=True)
class Amazon:
    """Its bucket; `drift` is how much slower its clock goes than ours."""

    rate: float = 10.0
    burst: int = 10
    drift: float = 0.0
    now: float = 0.0
    refused: int = 0
    buckets: TokenBuckets = field(init=False)

    def __post_init__(self) -> None:
        self.buckets = TokenBuckets(lambda: self.now)

    def takes(self, arrival: float) -> bool:
        self.now = arrival * (1 - self.drift)
        taken = self.buckets.allows("account", OPERATION, rate=self.rate, burst=self.burst)
        self.refused += not taken
        return taken


def pacer_on(time: Time, rate: float = 10.0, burst: int = 10) -> Pacer:
    return Pacer(rate=rate, burst=burst, clock=time.clock, wait=time.wait)


def sent_at(pacer: Pacer, time: Time, count: int) -> list[float]:
    times = []
    for _ in range(count):
        assert pacer.acquire(OPERATION, acquire_timeout=1e9) == 0.0
        times.append(time.now)
    return times


def share_of(times: list[float], rate: float) -> float:
    return (len(times) - 1) / (rate * (times[-1] - times[0]))


delays = st.lists(st.floats(0, 1), min_size=30, max_size=120)


@given(
    rate=st.floats(0.2, 100),
    burst=st.integers(1, 20),
    jitter=delays,
    late=st.lists(st.floats(0, 2), max_size=20),
    drift=st.floats(-0.004, 0.004),
)
def test_no_429_while_delays_differ_by_no_more_than_the_reserve(
    rate: float, burst: int, jitter: list[float], late: list[float], drift: float
) -> None:
    time, amazon = Time(late), Amazon(rate, burst, drift)
    reserve = (burst - own_burst(rate, burst)) / rate
    times = sent_at(pacer_on(time, rate, burst), time, len(jitter))
    for arrival in sorted(at + part * reserve for at, part in zip(times, jitter, strict=True)):
        amazon.takes(arrival)
    assert amazon.refused == 0


def refused_of(senders: int, there: list[float], back: list[float], late: Iterable[float] = ()) -> int:
    """Send by so many senders in turns, `there` and `back` telling how long each request is on the way."""
    time, amazon = Time(late), Amazon()
    pacer, arrivals = pacer_on(time), []
    free = [0.0] * senders
    for number, delay in enumerate(there):
        time.now = max(time.now, heapq.heappop(free))
        assert pacer.acquire(OPERATION, acquire_timeout=1e9) == 0.0
        arrivals.append(time.now + delay)
        heapq.heappush(free, arrivals[-1] + back[number % len(back)])
    for arrival in sorted(arrivals):
        amazon.takes(arrival)
    return amazon.refused


@given(
    there=st.lists(st.floats(0, 5), min_size=40, max_size=120),
    back=st.lists(st.floats(0, 5), min_size=1, max_size=20),
    late=st.lists(st.floats(0, 2), max_size=20),
)
def test_no_429_from_a_partners_senders_however_long_each_request_takes(
    there: list[float], back: list[float], late: list[float]
) -> None:
    assert refused_of(SENDERS, there, back, late) == 0


@pytest.mark.parametrize(("senders", "refused"), [(SENDERS, 0), (SENDERS + 1, 1)])
def test_a_partner_has_as_many_senders_as_may_arrive_all_at_once(senders: int, refused: int) -> None:
    stalled = [5.0 - number / 9.95 for number in range(senders)]  # all of them arrive in the fifth second
    assert refused_of(senders, stalled + [0.0] * 20, [0.0]) == refused


@given(late=st.lists(st.floats(0, CATCH_UP), max_size=300), rate=st.sampled_from([5.0, 10.0, 20.0]))
def test_99_per_cent_of_the_rate_are_used_however_late_the_timers_ring(
    late: list[float], rate: float
) -> None:
    time = Time(late)
    # Long enough that where the count begins and ends, within a bunch or after it, makes no difference.
    assert 0.99 <= share_of(sent_at(pacer_on(time, rate), time, 3000), rate) <= 1.0


def test_a_bucket_that_is_not_full_at_the_start_is_not_overdrawn() -> None:
    time, amazon = Time(), Amazon()
    for _ in range(9):  # an earlier process of ours, or another one, was here just before
        assert amazon.takes(0.0)
    for at in sent_at(pacer_on(time), time, 200):
        amazon.takes(at)
    assert amazon.refused == 0


def replies(amazon: Amazon, pacer: Pacer, time: Time, count: int, latency: float = 0.3) -> list[float]:
    """Send and learn from the replies, each after the same time; give when what was taken was sent."""
    taken: list[float] = []
    waiting: list[tuple[float, bool, float]] = []
    while len(taken) < count:
        if len(waiting) == SENDERS:
            time.now = max(time.now, waiting[0][0])
        while waiting and waiting[0][0] <= time.now:
            _, was_taken, rate = waiting.pop(0)
            status, limit = (202, rate) if was_taken else (429, None)
            pacer.update_from_response(OPERATION, status=status, limit=limit, retry_after=None)
        assert pacer.acquire(OPERATION, acquire_timeout=1e9) == 0.0
        was_taken = amazon.takes(time.now + latency / 2)
        waiting.append((time.now + latency, was_taken, amazon.rate))
        if was_taken:
            taken.append(time.now)
    return taken


@given(lower=st.floats(0.2, 9.9))
def test_a_lower_rate_that_amazon_tells_costs_no_429(lower: float) -> None:
    time, amazon = Time(), Amazon(lower)
    times = replies(amazon, pacer_on(time), time, 200)
    assert amazon.refused == 0
    assert share_of(times[20:], lower) >= 0.99


@given(lower=st.floats(0.2, 9.9))
def test_a_lower_rate_with_a_burst_of_one_costs_no_429_once_it_is_told(lower: float) -> None:
    time, amazon = Time(), Amazon(lower, burst=1)
    pacer = pacer_on(time)
    replies(amazon, pacer, time, 20)
    before = amazon.refused
    replies(amazon, pacer, time, 200)
    assert amazon.refused == before


def test_a_rate_that_changes_while_requests_go_is_followed_down_and_up() -> None:
    time, amazon = Time(), Amazon()
    pacer = pacer_on(time)
    for rate in (10.0, 4.0, 20.0, 0.5, 40.0):
        amazon.rate = rate
        replies(amazon, pacer, time, 20)
        assert share_of(replies(amazon, pacer, time, 500, latency=0.1), rate) >= 0.99
    assert amazon.refused == 0
