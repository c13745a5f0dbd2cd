"""Sending: submit in a thread of its own, so that no inbox, verdict or outbox makes what is due wait."""

from __future__ import annotations

import threading
from concurrent.futures import Future, ThreadPoolExecutor, wait
from types import TracebackType
from typing import Self

from bridge.pipeline.partner import Partner
from bridge.pipeline.submit import settle_doubts, submit

SOON = 0.25
"""Seconds that a pass waits for sending to end, so that little work is done in one pass."""
MOMENT = 1.0
"""Seconds between two passes of the other jobs while only sending has something to do."""


class Sending:
    """A drain's sending for one partner; used by the partner's thread, as a context, whose end ends it."""

    def __init__(self, partner: Partner) -> None:
        self._partner = partner
        self._pool = ThreadPoolExecutor(1, thread_name_prefix=f"submit-{partner.vendor}")
        self._run: Future[int] | None = None
        self._fresh = False
        self._over = False
        self._sent = 0
        self._lock = threading.Lock()

    @property
    def busy(self) -> bool:
        """Whether it is sending, or looking for something to send."""
        return self._run is not None and not self._run.done()

    def go_on(self) -> int:
        """See to it that what is due is sent; give how many POSTs were made since this was asked last.

        What is in doubt comes under its policy first. Raises what sending raised since then.
        """
        settle_doubts(self._partner)
        if self._run is not None and self._run.done():
            ended, self._run = self._run, None
            ended.result()
        self._fresh = self._run is None
        if self._run is None:
            self._run = self._pool.submit(submit, self._partner, self._note, lambda: self._over)
            wait([self._run], timeout=SOON)
        return self.take_count()

    def take_count(self) -> int:
        """Give how many POSTs were made since this was asked last."""
        with self._lock:
            sent, self._sent = self._sent, 0
            return sent

    def wait(self) -> bool:
        """Wait for a moment while it sends; tell whether the jobs are to be run once more because of it."""
        if self._run is None:
            return False
        wait([self._run], timeout=MOMENT)
        # What began before this pass may have looked for work before this pass made some.
        return not self._run.done() or self._sent > 0 or self._run.exception() is not None or not self._fresh

    def _note(self, sent: int) -> None:
        with self._lock:
            self._sent += sent

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over = True
        self._pool.shutdown()
        if kind is None and self._run is not None:  # otherwise the partner's thread has an error to tell
            self._run.result()
