"""What wakes the daemon between two polls of the inbox."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from bridge.domain.outcomes import Outcome
from bridge.edi.model import ReaderEvent
from bridge.edi.reader import read
from bridge.pipeline.rerun import rerun
from bridge.runners.embedded import Daemon, Worker
from tests.pipeline.stubs import Clock, StubAmazon, drop, partner_with
from tests.system.traffic import ship_notice, x12


def test_a_rerun_wakes_the_daemon_and_an_idle_ledger_lets_it_sleep(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    amazon = StubAmazon()
    amazon.answer = lambda _items: Outcome(kind="refused", http_status=400, reason="HTTP 400")
    partner = partner_with(tmp_path, monkeypatch, amazon)
    clock = partner.clock
    assert isinstance(clock, Clock)
    worker = Worker("main", [partner], threading.Event(), clock)

    def wakes() -> bool:
        clock.now += timedelta(seconds=1)
        worker.wake.clear()
        worker.pulse()
        return worker.wake.is_set()

    drop(tmp_path, "a.edi", x12("856", "SH", "004010", 1, [ship_notice(1)]))
    assert wakes()  # the first poll is due at once
    worker._drain()
    assert wakes()  # something moved while it drained
    worker._drain()
    assert not wakes()

    rerun(partner, 1, dry_run=False, force=False)
    assert wakes()
    amazon.answer = None
    worker._drain()
    assert len(amazon.items) == 1


def test_a_rerun_wakes_the_daemon_even_where_it_drained_meanwhile(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    amazon = StubAmazon()
    amazon.answer = lambda _items: Outcome(kind="refused", http_status=400, reason="HTTP 400")
    partner = partner_with(tmp_path, monkeypatch, amazon)
    clock = partner.clock
    assert isinstance(clock, Clock)
    worker = Worker("main", [partner], threading.Event(), clock)
    drop(tmp_path, "a.edi", x12("856", "SH", "004010", 1, [ship_notice(1)]))
    worker._drain()

    def read_slowly(*arguments: Any, **named: Any) -> Iterator[ReaderEvent]:
        yield from read(*arguments, **named)
        clock.now += timedelta(minutes=5)
        worker._drain()
        clock.now += timedelta(minutes=1)

    monkeypatch.setattr("bridge.pipeline.partner.read", read_slowly)
    rerun(partner, 1, dry_run=False, force=False)
    worker.wake.clear()
    worker.pulse()
    assert worker.wake.is_set()


def test_an_account_whose_drain_failed_is_drained_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    partner = partner_with(tmp_path, monkeypatch, StubAmazon())
    stop = threading.Event()
    stop.set()  # no rest after the error
    worker = Worker("main", [partner], stop, partner.clock)
    worker._drain()
    begun: datetime | None = worker.drained_at
    drop(tmp_path, "a.edi", x12("856", "SH", "004010", 1, [ship_notice(1)]))

    def fail(*_arguments: object, **_named: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("bridge.pipeline.partner_drain.review", fail)
    partner.state.listing_requested.set()
    worker._drain()
    assert worker.drained_at == begun
    worker.wake.clear()
    worker.pulse()
    assert worker.wake.is_set()


@pytest.mark.parametrize(
    "failure", [RecursionError("deep"), MemoryError(), OverflowError("wide"), KeyError("x")]
)
def test_whatever_a_reload_fails_with_the_old_configuration_goes_on(failure: Exception) -> None:
    def load() -> Any:
        raise failure

    daemon = Daemon(load)
    running: Any = object()
    with capture_logs() as logs:
        assert daemon._reloaded(running) is running
    assert [(line["event"], line["reason"]) for line in logs] == [("reload_refused", type(failure).__name__)]
