"""Token buckets, one for each operation and account, as Amazon's usage plans count."""

from __future__ import annotations

from collections.abc import Callable


class Throttle:
    """Counts requests against a rate and a burst. `clock` gives seconds that only grow."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._buckets: dict[tuple[str, str], tuple[float, float]] = {}

    def allows(self, account: str, operation: str, *, rate: float | None, burst: int) -> bool:
        """Take one token from the bucket of (account, operation); False where it is empty."""
        if rate is None:
            return True
        now = self._clock()
        tokens, filled = self._buckets.get((account, operation), (float(burst), now))
        tokens = min(float(burst), tokens + (now - filled) * rate)
        allowed = tokens >= 1.0
        self._buckets[account, operation] = (tokens - 1.0 if allowed else tokens, now)
        return allowed
