"""Waiting for signals, such that none is missed.

Python runs a handler in the main thread only, and only once that thread gets on. A signal that another
thread took, or that came just before a wait began, leaves a main thread that waits for a lock asleep. So
the main thread waits for the byte that the interpreter itself writes for each signal, whichever thread
took it (`signal.set_wakeup_fd`).
"""

from __future__ import annotations

import signal
import socket
from collections.abc import Collection
from contextlib import ExitStack
from types import FrameType, TracebackType
from typing import Self

_MOST = 4096


def _noted(_number: int, _frame: FrameType | None) -> None:
    """Leave it to the byte that has been written."""


class Signals:
    """Takes signals of some numbers from when it is entered; a context manager for the main thread.

    Those that come before `wait` are kept for it. Handlers are restored at the end.
    """

    def __init__(self, *numbers: signal.Signals) -> None:
        self._numbers = numbers
        self._reader, self._writer = socket.socketpair()
        self._writer.setblocking(False)
        self._restored = ExitStack()

    def __enter__(self) -> Self:
        with ExitStack() as taken:
            taken.callback(self._reader.close)
            taken.callback(self._writer.close)
            before = signal.set_wakeup_fd(self._writer.fileno(), warn_on_full_buffer=False)
            taken.callback(signal.set_wakeup_fd, before)
            for number in self._numbers:
                taken.callback(signal.signal, number, signal.signal(number, _noted))
            self._restored = taken.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._restored.close()

    def wait(self) -> Collection[int]:
        """Wait until at least one has come, and return the numbers of all that have."""
        while True:
            came = {number for number in self._reader.recv(_MOST) if number in self._numbers}
            if came:
                return came
