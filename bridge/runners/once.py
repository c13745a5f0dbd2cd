"""Run once: drain until nothing is due, and with `settle` until every verdict is in."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime, timedelta

import msgspec

from bridge.ledger.read_models import AlertRow
from bridge.pipeline.alerts import (
    CLOCK,
    CREDENTIALS,
    FETCH,
    FILE,
    IN_DOUBT,
    INBOX,
    OVERDUE,
    RESTORED,
    SPOOL,
    is_told,
)
from bridge.pipeline.drain import LaneReport, Progress, drain
from bridge.pipeline.lane import Lane
from bridge.runners.fleet import Fleet

_LEFT = frozenset({"collected", "ready", "grouped", "sending", "submitted", "pending"})
IDLE_ROUNDS = 2
"""After so many drains that did nothing, with nothing due at any time, a settling run waits no longer."""
LONGEST_WAIT = 30.0
SHORTEST_WAIT = 0.05
"""Seconds that a settling run waits at most and at least before it drains again."""


class RunReport(msgspec.Struct, frozen=True, kw_only=True):
    """What a run did.

    `did` counts by vendor and job; `batches` are those that it took in or moved on; `problems` says
    what kept whole vendors from being worked on; `doubts` says what is in doubt or overdue, whenever it
    became so; `finished` is False where work or verdicts were still missing when the time was up, and then
    `left` counts what is open, by vendor, kind and state.
    """

    did: dict[str, dict[str, int]]
    batches: tuple[int, ...]
    problems: tuple[str, ...]
    finished: bool
    delayed: dict[str, tuple[int, datetime]] = {}
    """By vendor, how many events wait for their own time, and when the first of them goes."""
    doubts: tuple[str, ...] = ()
    left: dict[str, dict[str, dict[str, int]]] = {}


def run(  # noqa: PLR0913  what the verb says, all by name
    fleet: Fleet,
    *,
    clock: Callable[[], datetime],
    vendors: Iterable[str] | None = None,
    settle: bool = False,
    timeout: float | None = None,
    progress: Progress = lambda _vendor, _job, _done: None,
) -> RunReport:
    """Drain the vendors' lanes (all without `vendors`).

    After `timeout` seconds nothing new is begun, neither a POST nor a file; what is under way ends.
    """
    with _stopping_after(fleet.stop, timeout):
        return _run(fleet, clock, vendors, settle, progress)


@contextmanager
def _stopping_after(stop: threading.Event, timeout: float | None) -> Iterator[None]:
    """Set an event after so many seconds, unless it is over before."""
    if not timeout:
        if timeout is not None:
            stop.set()
        yield
        return
    timer = threading.Timer(min(timeout, threading.TIMEOUT_MAX), stop.set)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _run(
    fleet: Fleet,
    clock: Callable[[], datetime],
    vendors: Iterable[str] | None,
    settle: bool,
    progress: Progress,
) -> RunReport:
    accounts = fleet.accounts(vendors)
    lanes = [lane for group in accounts.values() for lane in group]
    started, began = clock(), time.monotonic()
    did: dict[str, dict[str, int]] = {lane.vendor: {} for lane in lanes}
    idle = 0
    while True:
        reports = _drain_all(fleet, accounts, progress)
        cut = fleet.stop.is_set()
        for report in reports:
            _add(did[report.vendor], report)
        failing = {report.vendor for report in reports if report.folder_error}
        refused = _refused(fleet, accounts, clock())
        waiting = [
            lane
            for lane in lanes
            if lane.account not in refused and _expects_a_verdict(fleet, lane, lane.vendor in failing)
        ]
        idle = 0 if any(report.did for report in reports) or _soonest(waiting, clock()) else idle + 1
        if not (settle and waiting) or cut or idle >= IDLE_ROUNDS:
            break
        if fleet.stop.wait(_pause(waiting, clock())):
            break
    finished = not (cut or (settle and (waiting or refused)))
    return RunReport(
        did=did,
        batches=tuple(
            batch
            for lane in lanes
            for batch in fleet.ledger.moved_since(lane.vendor, _since(lane, started, began))
        ),
        problems=(
            *(f"{report.vendor}: {report.folder_error}" for report in reports if report.folder_error),
            *(
                f"{report.vendor}: edibridge itself fails in {job} ({error}); see the log"
                for report in reports
                for job, error in report.failures.items()
            ),
            *(f"account {account} is paused: {reason}" for account, reason in refused.items()),
            *_unsent([lane for lane in lanes if lane.account not in refused]),
            *_told(lanes),
            *_untaken(lanes),
            *_undelivered(fleet, [lane for lane in lanes if lane.vendor not in failing]),
        ),
        finished=finished,
        delayed=_delayed(lanes),
        doubts=tuple(_alerts(lanes, lambda _lane, alert: alert.kind in {IN_DOUBT, OVERDUE})),
        left={} if finished else _left(fleet, lanes),
    )


def _left(fleet: Fleet, lanes: list[Lane]) -> dict[str, dict[str, dict[str, int]]]:
    """Count what is open of each vendor but what only an operator moves on."""
    counts = fleet.ledger.counts()
    left: dict[str, dict[str, dict[str, int]]] = {}
    for lane in lanes:
        for kind, states in counts.get(lane.vendor, {}).items():
            some = {state: count for state, count in states.items() if state in _LEFT}
            if some:
                left.setdefault(lane.vendor, {})[kind] = some
    return left


def _delayed(lanes: list[Lane]) -> dict[str, tuple[int, datetime]]:
    found = {lane.vendor: lane.ledger.delayed(lane.vendor, lane.clock()) for lane in lanes}
    return {vendor: (events, first) for vendor, (events, first) in found.items() if first is not None}


def _since(lane: Lane, started: datetime, began: float) -> datetime:
    """Return when the run began, by the clock that said so then, and by the one that was right after all."""
    if lane.amazon_time is None or not lane.amazon_time.is_off:
        return started
    return min(started, lane.clock() - timedelta(seconds=time.monotonic() - began))


def _expects_a_verdict(fleet: Fleet, lane: Lane, folder_fails: bool) -> bool:
    """Tell whether waiting may move this lane on; what only its failing folder holds up does not count."""
    if not folder_fails:
        return fleet.ledger.unfinished(lane.vendor, lane.clock())
    submissions = fleet.ledger.counts().get(lane.vendor, {}).get("submissions", {})
    return any(submissions.get(state, 0) for state in ("ready", "sending", "submitted", "overdue"))


def _unsent(lanes: list[Lane]) -> Iterator[str]:
    """Name the vendors of whose submissions Amazon took none, though it was asked."""
    for lane in lanes:
        count, reason = lane.ledger.unsent(lane.vendor, 1)
        if count:
            yield f"{lane.vendor}: Amazon takes nothing: submissions wait: {count} ({reason})"


def _told(lanes: list[Lane]) -> Iterator[str]:
    """Tell what of Amazon's cannot be read, and that files cannot be kept, in the words of the alerts."""
    # An account that is refused altogether is told of as paused.
    return _alerts(
        lanes,
        lambda lane, alert: (
            alert.kind in {CLOCK, RESTORED, FETCH, SPOOL, INBOX}
            or (alert.kind == CREDENTIALS and alert.key != lane.account)
        ),
    )


def _alerts(lanes: list[Lane], chosen: Callable[[Lane, AlertRow], bool]) -> Iterator[str]:
    for lane in lanes:
        for alert in lane.ledger.alerts(lane.vendor):
            if chosen(lane, alert):
                yield f"{lane.vendor}: {alert.message}"


def _untaken(lanes: list[Lane]) -> Iterator[str]:
    """Name the files of inboxes that are not taken, as often as they are looked at."""
    for lane in lanes:
        for remote in lane.untaken:
            if is_told(lane, FILE, remote.name):
                what = "is too large" if remote.size > lane.policies.max_file_size else "cannot be read"
                yield f"{lane.vendor}: {remote.name} {what} (edibridge status tells why)"


def _undelivered(fleet: Fleet, lanes: list[Lane]) -> list[str]:
    """Name the vendors whose outbox did not take all files, though their folder works."""
    counts = fleet.ledger.counts()
    waiting = {lane.vendor: counts.get(lane.vendor, {}).get("outbound", {}) for lane in lanes}
    return [
        f"{vendor}: {sum(files.values())} files could not be put into the outbox; it is tried again "
        "(edibridge status tells why)"
        for vendor, files in waiting.items()
        if files
    ]


def _refused(fleet: Fleet, accounts: Iterable[str], now: datetime) -> dict[str, str]:
    """Name the accounts whose credentials Amazon refuses, with the reason: a person mends them, not time."""
    pauses = {account: fleet.ledger.pause(account, now) for account in accounts}
    return {account: pause.reason for account, pause in pauses.items() if pause is not None}


def _pause(waiting: list[Lane], now: datetime) -> float:
    soonest = _soonest(waiting, now)
    seconds = LONGEST_WAIT if soonest is None else (soonest - now).total_seconds()
    return max(SHORTEST_WAIT, min(seconds, LONGEST_WAIT))


def _soonest(waiting: list[Lane], now: datetime) -> datetime | None:
    """Tell when something is due that no resting folder holds up; None where nothing waits for a time."""
    due = [lane.ledger.next_due(lane.vendor, now, deliveries=not lane.folder_rests()) for lane in waiting]
    return min((at for at in due if at is not None), default=None)


def _drain_all(fleet: Fleet, accounts: dict[str, list[Lane]], progress: Progress) -> list[LaneReport]:
    """Drain all accounts side by side, each under a claim of its own."""
    if not accounts:
        return []
    with ThreadPoolExecutor(max_workers=len(accounts), thread_name_prefix="account") as pool:
        running = [
            pool.submit(drain, lanes, wait=fleet.stop.wait, patient=True, progress=progress)
            for lanes in accounts.values()
        ]
        return [report for drained in running for report in drained.result()]


def _add(did: dict[str, int], report: LaneReport) -> None:
    for job, done in report.did.items():
        did[job] = did.get(job, 0) + done
