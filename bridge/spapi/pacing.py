"""Keeps each operation at Amazon's rate and under it, so that a 429 is the exception.

Amazon counts per operation and per (application, account) with a token bucket of its own, as requests
arrive; it tells the rate in force in `x-amzn-RateLimit-Limit`. One owner drains an account, so no
counter is shared between machines. docs/decisions/0006-pace-by-rate-not-by-burst.md has the reasoning.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Mapping

import structlog

from bridge.spapi.bucket import TokenBucket

RATE_SHARE = 0.995
"""What is left lets Amazon's bucket fill again after bunches, and outweighs any difference of clocks."""
CATCH_UP = 0.2
"""Seconds of a late timer or a busy machine that are made up for; whatever is later is lost."""
BURST_SHARE = 0.4
"""At most so much of Amazon's burst is ours to catch up with: the rest is for requests that leave evenly
and arrive in bunches."""
BACKGROUND_SHARE = 0.5
"""So much of an operation's rate is there for what may wait: the rest is left to what must not."""
_FIRST_COOL_DOWN = 1.0
_LONGEST_OWN_COOL_DOWN = 60.0
_LONGEST_COOL_DOWN = 900.0
_FASTEST = 1000.0
_SHORTEST_SLEEP = 0.001  # clocks are no finer; our burst makes up for it
_LONGEST_SLEEP = 1.0  # between two checks whether the process is to stop

_log = structlog.get_logger(__name__)


class Pacer:
    """Thread-safe. `rate` (requests/s) and `burst` are Amazon's figures, not yet our share of them.

    `own` has those of operations that Amazon allows less than `rate`. `clock` gives seconds of a steady
    clock; `wait` waits on a condition for at most that many.

    Of n requests under way none meets a 429 for want of tokens while n and our burst are no more than
    Amazon's burst, however unevenly they arrive; nor does any where each arrives within
    (Amazon's burst - ours) / rate seconds of the others' delay.
    """

    def __init__(
        self,
        *,
        rate: float = 10.0,
        burst: int = 10,
        own: Mapping[str, tuple[float, int]] | None = None,
        clock: Callable[[], float] = time.monotonic,
        wait: Callable[[threading.Condition, float], object] = threading.Condition.wait,
    ) -> None:
        self._rate = rate
        self._burst = burst
        self._own = own or {}
        self._clock = clock
        self._wait = wait
        self._condition = threading.Condition()
        self._rates: dict[str, _OperationRate] = {}
        self._closed = False

    def acquire(
        self,
        operation: str,
        acquire_timeout: float,
        *,
        stopping: Callable[[], bool] = bool,
        background: bool = False,
    ) -> float:
        """Wait for a rate-limit permit of this operation, for at most `acquire_timeout` seconds.

        In the `background` it is one of those for what may wait, which leave half of the rate to the others.

        Returns 0.0 when the request may go now; otherwise it must not go, and the number is the seconds
        to come back after (infinite once the pacer is closed, or `stopping` says that it is not needed).
        """
        deadline = self._clock() + acquire_timeout
        with self._condition:
            while not (self._closed or stopping()):
                rate = self._of(operation)  # before the time is taken: a new bucket is full from now on
                now = self._clock()
                seconds = rate.take(now, background=background)
                if seconds == 0.0:
                    return 0.0
                if now + seconds > deadline:
                    return seconds
                self._wait(self._condition, max(_SHORTEST_SLEEP, min(seconds, _LONGEST_SLEEP)))
        return math.inf

    def update_from_response(
        self, operation: str, *, status: int, limit: float | None, retry_after: float | None
    ) -> None:
        """Learn from a reply: the rate that it names, a 429, a 503 that says when to come back."""
        with self._condition:
            now = self._clock()
            rate = self._of(operation)
            if limit is not None:
                rate.obey(limit, now)
            if status == 429 or (status == 503 and retry_after is not None):
                seconds = rate.cool_down(retry_after, now)
                if seconds:
                    _log.warning("amazon_throttles", operation=operation, http_status=status, seconds=seconds)
            elif not rate.bucket.is_cooling(now):
                rate.strikes = 0
            self._condition.notify_all()

    def rate(self, operation: str) -> float:
        """Return Amazon's rate for an operation in requests/s, as far as it is known."""
        with self._condition:
            return self._of(operation).rate

    def close(self) -> None:
        """Stop all waits for a permit."""
        with self._condition:
            self._closed = True
            self._condition.notify_all()

    def _of(self, operation: str) -> _OperationRate:
        rate = self._rates.get(operation)
        if rate is None:
            figures = self._own.get(operation, (self._rate, self._burst))
            rate = self._rates[operation] = _OperationRate(
                min(figures[0], self._rate), min(figures[1], self._burst), self._clock()
            )
        return rate


class _OperationRate:
    """One operation's bucket and how often in a row Amazon found us too fast."""

    def __init__(self, rate: float, burst: int, now: float) -> None:
        self.rate = rate
        self._burst = burst
        self.bucket = TokenBucket(rate=rate * RATE_SHARE, burst=own_burst(rate, burst), now=now)
        self.background = TokenBucket(rate=rate * BACKGROUND_SHARE, burst=1.0, now=now)
        self.strikes = 0

    def take(self, now: float, *, background: bool) -> float:
        """Take a token, of both buckets in the background; return 0.0, or the seconds until there is one."""
        seconds = self.bucket.wait(now)
        if background:
            seconds = max(seconds, self.background.wait(now))
        if seconds == 0.0:
            self.bucket.take(now)
            if background:
                self.background.take(now)
        return seconds

    def obey(self, limit: float, now: float) -> None:
        told = min(limit, _FASTEST)
        if told != self.rate:
            self.rate = told
            # A lower rate mostly means a smaller burst too; a higher one promises no larger burst.
            self.bucket.change(rate=told * RATE_SHARE, burst=own_burst(told, min(self._burst, told)), now=now)
            self.background.change(rate=told * BACKGROUND_SHARE, burst=1.0, now=now)

    def cool_down(self, retry_after: float | None, now: float) -> float:
        """Stop for as long as Amazon said, or for twice the last time; return the seconds."""
        if retry_after is not None:
            seconds = min(retry_after, _LONGEST_COOL_DOWN)
        elif self.bucket.is_cooling(now):
            seconds = 0.0  # the same throttling, seen by another thread: one strike is enough
        else:
            seconds = min(_FIRST_COOL_DOWN * 2**self.strikes, _LONGEST_OWN_COOL_DOWN)
            self.strikes = min(self.strikes + 1, 10)
        self.bucket.cool_down(seconds, now)
        return seconds


def own_burst(rate: float, burst: float) -> float:
    """Return our burst: what passes in the time that is made up for, as far as Amazon's burst allows."""
    return max(1.0, min(1 + rate * CATCH_UP, burst * BURST_SHARE))
