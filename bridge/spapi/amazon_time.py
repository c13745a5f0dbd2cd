"""What Amazon's replies say of this machine's clock, and the time that may be relied on.

A clock that jumps moves cursors past labels that were never read, lets what was sent rest for days and
purges what is new. Amazon dates each reply, so that what this machine believes can be compared.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

TOLERANCE = timedelta(minutes=5)
"""So far apart may this machine's clock and Amazon's be; beyond that it is wrong."""
_ZERO = timedelta(0)


def utc_now() -> datetime:
    """Return this machine's time."""
    return datetime.now(UTC)


def steady_seconds() -> float:
    """Return seconds that count on while the machine sleeps, where the system can tell them."""
    return time.clock_gettime(time.CLOCK_BOOTTIME) if hasattr(time, "CLOCK_BOOTTIME") else time.monotonic()


class AmazonTime:
    """Compares this machine's clock with the `Date` of Amazon's replies. Thread-safe.

    `wall` is this machine's clock, `steady` seconds of one that never jumps, by which Amazon's time is
    carried on between two replies: a jump of `wall` is noticed at once.
    """

    def __init__(
        self, wall: Callable[[], datetime] = utc_now, steady: Callable[[], float] = steady_seconds
    ) -> None:
        self._wall = wall
        self._steady = steady
        self._lock = threading.Lock()
        self._date: datetime | None = None
        self._steady_then = 0.0

    def heard(self, headers: Mapping[str, str]) -> None:
        """Note a reply's `Date`; a reply without a readable one says nothing."""
        text = next((value for name, value in headers.items() if name.lower() == "date"), "")
        try:
            date = parsedate_to_datetime(text)
        except (TypeError, ValueError):
            return
        if date.tzinfo is not None:
            with self._lock:
                self._date, self._steady_then = date, self._steady()

    def ahead(self) -> timedelta | None:
        """Return how far this machine's clock is ahead of Amazon's (behind: negative); None if unknown."""
        with self._lock:
            if self._date is None:
                return None
            return self._wall() - self._date - timedelta(seconds=self._steady() - self._steady_then)

    @property
    def is_off(self) -> bool:
        """Return whether this machine's clock is known to be wrong."""
        ahead = self.ahead()
        return ahead is not None and abs(ahead) > TOLERANCE

    def now(self) -> datetime:
        """Return the present: this machine's time, or Amazon's where this machine's is known to be wrong."""
        ahead = self.ahead()
        wrong = ahead is not None and abs(ahead) > TOLERANCE
        return self._wall() - ahead if ahead is not None and wrong else self._wall()

    def confirmed(self) -> datetime | None:
        """Return the latest time that both clocks agree to have come; None where Amazon told none."""
        ahead = self.ahead()
        return None if ahead is None else self._wall() - max(ahead, _ZERO)
