"""The embedded daemon: APScheduler wakes a worker an account, and the worker drains.

Jobs are rebuilt from the configuration at each start and reload; the scheduler has no store of its
own, since what is due stands in the ledger. A job only sets a flag and an event, so it cannot be late
or overlap; the ticks that the scheduler drops all the same are logged.
"""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

import structlog
from apscheduler.events import EVENT_JOB_ERROR, EVENT_JOB_MAX_INSTANCES, EVENT_JOB_MISSED, JobEvent
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.base import BaseTrigger

from bridge.errors import BridgeError, StaleEpoch
from bridge.pipeline.deadlines import listing_is_due, work_is_due
from bridge.pipeline.drain import drain
from bridge.pipeline.partner import Partner
from bridge.runners.fleet import Fleet
from bridge.runners.signals import Signals

log = structlog.get_logger(__name__)

PULSE = 1.0
"""Seconds between two checks of the ledger for retries, verdicts and deliveries that are due."""
LAST_CALL = 7.0
"""Seconds that a stop waits for what is under way; the rest is settled at the next start."""
AFTER_AN_ERROR = 30.0
"""Seconds that an account rests after an error that nobody expected."""


@dataclass(slots=True)
class Worker:
    """Drains one account whenever it is woken, in a thread of its own."""

    account: str
    partners: list[Partner]
    stop: threading.Event
    clock: Callable[[], datetime]
    wake: threading.Event = field(default_factory=threading.Event)
    thread: threading.Thread | None = None
    drained_at: datetime | None = None
    """When the last drain began that came to its end."""

    def start(self) -> None:
        """Start the thread."""
        self.thread = threading.Thread(target=self._run, name=f"worker-{self.account}", daemon=True)
        self.thread.start()

    def request_listing(self, partner: Partner) -> None:
        """Request that the next drain lists a partner's inbox."""
        partner.state.listing_requested.set()
        self.wake.set()

    def pulse(self) -> None:
        """Wake up if the ledger has something due, or what is asked of Amazon or the inbox by the clock."""
        now = self.clock()
        since = None if self.drained_at is None else min(self.drained_at, now)  # a clock may be put back
        for partner in self.partners:
            if listing_is_due(partner):
                self.request_listing(partner)
                return
            if work_is_due(partner, now, since):
                self.wake.set()
                return

    def _run(self) -> None:
        while not self.stop.is_set():
            self.wake.wait(PULSE)
            if self.stop.is_set():
                return
            if self.wake.is_set():
                self.wake.clear()
                self._drain()

    def _drain(self) -> None:
        begun = self.clock()
        try:
            reports = drain(self.partners, wait=self.stop.wait)
            if any(report.failures for report in reports):
                self.stop.wait(AFTER_AN_ERROR)
            self.drained_at = begun
        except StaleEpoch:
            # Another process took the account over; it is drained there, and here again next time.
            log.warning("account_taken_over", account=self.account)
        except BridgeError as error:
            log.warning("drain_failed", account=self.account, fault=str(error.fault), reason=str(error))
            self.stop.wait(AFTER_AN_ERROR)
        except Exception:
            log.exception("drain_crashed", account=self.account)
            self.stop.wait(AFTER_AN_ERROR)


class Daemon:
    """Runs a fleet continuously; SIGTERM and SIGINT end it, SIGHUP loads the configuration anew.

    `load` gives a fresh fleet and each vendor's trigger. A configuration that cannot be used at a
    reload is told in the log, and the old one goes on.
    """

    def __init__(self, load: Callable[[], tuple[Fleet, Mapping[str, BaseTrigger]]]) -> None:
        self._load = load

    def run(self) -> bool:
        """Run until told to end; False where something under way had to be left at the end.

        What is left is safe: its intent stands in the ledger, and the next start finds it.
        """
        with Signals(signal.SIGTERM, signal.SIGINT, signal.SIGHUP) as signals:
            running = _Running(*self._load())
            log.info("daemon_started", vendors=len(running.fleet.partners))
            while signals.wait() == {signal.SIGHUP}:
                running = self._reloaded(running)
            clean = running.end()
            log.info("daemon_ended", clean=clean)
            return clean

    def _reloaded(self, running: _Running) -> _Running:
        try:
            loaded = self._load()
        except BridgeError as error:
            log.warning("reload_refused", fault=str(error.fault), reason=str(error))
            return running
        except Exception as error:  # whatever it is, what runs goes on
            log.exception("reload_refused", fault="bridge", reason=type(error).__name__)
            return running
        running.end()
        log.info("reloaded", vendors=len(loaded[0].partners))
        return _Running(*loaded)


class _Running:
    """A fleet with its workers and scheduler started."""

    def __init__(self, fleet: Fleet, triggers: Mapping[str, BaseTrigger]) -> None:
        self.fleet = fleet
        self._workers = [
            Worker(account, partners, fleet.stop, partners[0].clock)
            for account, partners in fleet.accounts().items()
        ]
        # One thread is enough: a job sets a flag or reads one row.
        self._scheduler = BackgroundScheduler(
            job_defaults={"max_instances": 1, "coalesce": True, "misfire_grace_time": None}, timezone=UTC
        )
        self._scheduler.add_listener(
            _on_job_event, EVENT_JOB_ERROR | EVENT_JOB_MISSED | EVENT_JOB_MAX_INSTANCES
        )
        for worker in self._workers:
            self._scheduler.add_job(worker.pulse, "interval", seconds=PULSE, id=f"pulse-{worker.account}")
            for partner in worker.partners:
                self._scheduler.add_job(
                    worker.request_listing,
                    triggers[partner.vendor],
                    args=[partner],
                    id=f"list-{partner.vendor}",
                )
                worker.request_listing(partner)  # the first one is now, not an interval from now
        for worker in self._workers:
            worker.start()
        self._scheduler.start()

    def end(self) -> bool:
        """Stop: begin nothing, wait for what is under way; False where some of it would not end."""
        self._scheduler.shutdown(wait=False)
        self.fleet.stop.set()
        for worker in self._workers:
            worker.wake.set()
        deadline = time.monotonic() + LAST_CALL
        for worker in self._workers:
            if worker.thread is not None:
                worker.thread.join(max(0.0, deadline - time.monotonic()))
        left = [worker.account for worker in self._workers if worker.thread and worker.thread.is_alive()]
        if left:
            log.warning("left_under_way", accounts=left)
            return False
        self.fleet.close()
        return True


def _on_job_event(event: JobEvent) -> None:
    log.warning("schedule", job=event.job_id, code=event.code, reason=str(getattr(event, "exception", "")))
