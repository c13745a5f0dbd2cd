"""No signal is missed, whichever thread the system gives it to."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator

import pytest

from bridge.runners.signals import Signals

PATIENCE = 60.0


@pytest.fixture
def signals() -> Iterator[Signals]:
    """Wait for SIGHUP and SIGTERM; the latter comes by itself where the former is missed for long."""
    with Signals(signal.SIGHUP, signal.SIGTERM) as taken:
        given_up = threading.Timer(PATIENCE, os.kill, (os.getpid(), signal.SIGTERM))
        given_up.start()
        yield taken
        given_up.cancel()


def test_a_signal_that_another_thread_took_ends_the_wait(signals: Signals) -> None:
    waiting = threading.Thread(target=lambda: signal.pthread_kill(threading.get_ident(), signal.SIGHUP))
    waiting.start()
    assert signals.wait() == {signal.SIGHUP}


def test_signals_that_came_before_the_wait_end_it_all_at_once(signals: Signals) -> None:
    for number in (signal.SIGHUP, signal.SIGTERM, signal.SIGHUP):
        signal.raise_signal(number)
    assert signals.wait() == {signal.SIGHUP, signal.SIGTERM}


def test_handlers_are_restored() -> None:
    before = signal.getsignal(signal.SIGHUP)
    with Signals(signal.SIGHUP):
        assert signal.getsignal(signal.SIGHUP) is not before
    assert signal.getsignal(signal.SIGHUP) is before
