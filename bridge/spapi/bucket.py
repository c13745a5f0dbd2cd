"""A token bucket, pure: the time is an argument, in seconds of any steady clock."""

from __future__ import annotations

# Sums of fractions miss 1 by a hair; without this a waiter would wait again for 1e-17 s.
_WHOLE = 1 - 1e-9


class TokenBucket:
    """Permits at most `burst + rate * t` requests in any `t` seconds (rate in requests/s).

    It begins with one token: what is left at the far side is not known.
    """

    def __init__(self, *, rate: float, burst: float, now: float) -> None:
        self.rate = rate
        self.burst = burst
        self._tokens = 1.0
        self._filled_at = now

    def take(self, now: float) -> float:
        """Take a token and return 0.0, or take none and return the seconds until there is one."""
        seconds = self.wait(now)
        if seconds == 0.0:
            self._tokens = max(0.0, self._tokens - 1)
        return seconds

    def wait(self, now: float) -> float:
        """Return the seconds until there is a token; 0.0 where one can be taken now."""
        self._fill(now)
        if self._filled_at <= now and self._tokens >= _WHOLE:
            return 0.0
        return max(0.0, self._filled_at - now) + max(0.0, 1 - self._tokens) / self.rate

    def change(self, *, rate: float, burst: float, now: float) -> None:
        """Go on at another rate; what has gathered is kept up to the new burst."""
        self._fill(now)
        self.rate, self.burst = rate, burst
        self._tokens = min(self._tokens, burst)

    def cool_down(self, seconds: float, now: float) -> None:
        """Stop all requests for that long, and start empty afterwards."""
        self._tokens = 0.0
        self._filled_at = max(self._filled_at, now + seconds)

    def is_cooling(self, now: float) -> bool:
        """Return whether a cool-down is on."""
        return now < self._filled_at

    def _fill(self, now: float) -> None:
        if now > self._filled_at:
            self._tokens = min(self.burst, self._tokens + (now - self._filled_at) * self.rate)
            self._filled_at = now
