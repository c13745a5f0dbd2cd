"""A clock that passes faster, for the bridge in a process of its own: days of an order in seconds."""

from __future__ import annotations

import importlib
import time
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from types import SimpleNamespace

_WALL = ("bridge.adapters", "bridge.spapi.amazon_time")
"""The modules whose `utc_now` is the time of all jobs."""


@dataclass(frozen=True, slots=True)
class FastClock:
    """A clock that is right at `origin` (seconds since the epoch), and `speed` times as fast since."""

    origin: float
    speed: float

    def wall(self) -> float:
        """Return the time of day, in seconds since the epoch."""
        return self.origin + (time.time() - self.origin) * self.speed

    def steady(self) -> float:
        """Return seconds that only grow."""
        return time.monotonic() * self.speed

    def as_text(self) -> str:
        """Write it as an argument of a command."""
        return f"{self.origin!r}:{self.speed!r}"

    @classmethod
    def of(cls, text: str) -> FastClock:
        """Read what `as_text` wrote."""
        origin, _, speed = text.partition(":")
        return cls(float(origin), float(speed))


REAL_TIME = FastClock(0.0, 1.0)


def install(clock: FastClock) -> None:
    """Have the bridge's jobs in this process go by a clock; rates and timeouts of calls stay true."""
    if clock == REAL_TIME:
        return

    class _Datetime(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
            return datetime.fromtimestamp(clock.wall(), tz or UTC)

    for name in _WALL:
        module = importlib.import_module(name)
        module.datetime = _Datetime  # type: ignore[attr-defined]
    amazon_time = importlib.import_module("bridge.spapi.amazon_time")
    amazon_time.time = SimpleNamespace(monotonic=clock.steady)  # type: ignore[attr-defined]
    partner = importlib.import_module("bridge.pipeline.partner").Partner
    partner.__init__.__kwdefaults__["seconds"] = clock.steady
