"""Run a job in a thread of its own, so that no inbox, verdict or outbox makes it wait."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from types import TracebackType
from typing import Self

from bridge.pipeline.partner import Partner

BackgroundRun = Callable[[Partner, Callable[[int], None], Callable[[], bool]], int]
"""(partner, note, over) → how much was done. It works until nothing is due, calls `note` with each part that
is done, and begins nothing once `over` returns True."""

SOON = 0.25
"""Seconds that a pass waits for the job to end: little work is then done within one pass."""
MOMENT = 1.0
"""Seconds between two passes of the other jobs while only this one has something to do."""


class BackgroundJob:
    """One job of a drain for one partner; used by the partner's thread, as a context, whose end ends it."""

    def __init__(self, name: str, run: BackgroundRun, partner: Partner) -> None:
        self._job = run
        self._partner = partner
        self._pool = ThreadPoolExecutor(1, thread_name_prefix=f"{name}-{partner.vendor}")
        self._run: Future[int] | None = None
        self._fresh = False
        self._over = False
        self._done = 0
        self._lock = threading.Lock()

    @property
    def busy(self) -> bool:
        """Whether it is running."""
        return self._run is not None and not self._run.done()

    def go_on(self) -> int:
        """Start it where it does not run; return how much was done since this was asked last.

        Raises what it raised since then.
        """
        if self._run is not None and self._run.done():
            ended, self._run = self._run, None
            ended.result()
        self._fresh = self._run is None
        if self._run is None:
            self._run = self._pool.submit(self._job, self._partner, self._note, lambda: self._over)
            wait([self._run], timeout=SOON)
        return self.take_count()

    def take_count(self) -> int:
        """Return how much was done since this was asked last."""
        with self._lock:
            done, self._done = self._done, 0
            return done

    def wait(self) -> bool:
        """Wait for a moment while it works; return whether the jobs are to run once more because of it."""
        if self._run is None:
            return False
        wait([self._run], timeout=MOMENT)
        # What began before this pass may have looked for work before this pass made some.
        return not self._run.done() or self._done > 0 or self._run.exception() is not None or not self._fresh

    def _note(self, done: int) -> None:
        with self._lock:
            self._done += done

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over = True
        self._pool.shutdown()
        if kind is None and self._run is not None:  # otherwise the partner's thread has an error to raise
            self._run.result()
