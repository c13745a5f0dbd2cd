"""Named places at which a test lets the process die, as a power cut would have it.

EDIBRIDGE_KILL_AT="submit.posted:2" ends the process with SIGKILL when that place is reached for the
second time. Unset, which it is outside of crash tests, a place costs one comparison.
"""

from __future__ import annotations

import os
import signal
import threading

VARIABLE = "EDIBRIDGE_KILL_AT"


class _Plan:
    """One name, and how often it may still be reached."""

    def __init__(self, name: str, times: int) -> None:
        self._name = name
        self._left = times
        self._lock = threading.Lock()

    def reached(self, name: str) -> None:
        if name != self._name:
            return
        with self._lock:
            self._left -= 1
            if self._left == 0:
                os.kill(os.getpid(), signal.SIGKILL)
                signal.pause()  # nothing more is done, however late the signal comes


def _plan_of(text: str) -> _Plan | None:
    name, _, times = text.partition(":")
    return _Plan(name, int(times or 1)) if name else None


_plan = _plan_of(os.environ.get(VARIABLE, ""))


def arm(text: str) -> None:
    """Choose the place anew, for a process that was forked after this module was loaded."""
    global _plan  # noqa: PLW0603 - one plan a process
    _plan = _plan_of(text)


def reached(name: str) -> None:
    """Note that a place is reached; die here if it is the chosen one."""
    if _plan is not None:
        _plan.reached(name)
