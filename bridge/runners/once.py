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
    SNAPSHOT,
    SPOOL,
    is_told,
)
from bridge.pipeline.drain import drain
from bridge.pipeline.partner import Partner
from bridge.pipeline.partner_drain import PartnerReport, Progress
from bridge.runners.fleet import Fleet

_LEFT = frozenset({"collected", "ready", "grouped", "sending", "submitted", "pending"})
IDLE_ROUNDS = 2
"""Drains that did nothing, with nothing due at any time, after which a settling run ends."""
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
    """Drain the vendors' partners (all without `vendors`).

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
    partners = [partner for group in accounts.values() for partner in group]
    started, began = clock(), time.monotonic()
    did: dict[str, dict[str, int]] = {partner.vendor: {} for partner in partners}
    idle = 0
    while True:
        reports = _drain_all(fleet, accounts, progress)
        cut = fleet.stop.is_set()
        for report in reports:
            _add(did[report.vendor], report)
        failing = {report.vendor for report in reports if report.folder_error}
        refused = _refused(fleet, accounts, clock())
        waiting = [
            partner
            for partner in partners
            if partner.account not in refused
            and _expects_a_verdict(fleet, partner, partner.vendor in failing)
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
            for partner in partners
            for batch in fleet.ledger.moved_since(partner.vendor, _since(partner, started, began))
        ),
        problems=(
            *(f"{report.vendor}: {report.folder_error}" for report in reports if report.folder_error),
            *(
                f"{report.vendor}: edibridge itself fails in {job} ({error}); see the log"
                for report in reports
                for job, error in report.failures.items()
            ),
            *(f"account {account} is paused: {reason}" for account, reason in refused.items()),
            *_unsent([partner for partner in partners if partner.account not in refused]),
            *_told(partners),
            *_untaken(partners),
            *_undelivered(fleet, [partner for partner in partners if partner.vendor not in failing]),
        ),
        finished=finished,
        delayed=_delayed(partners),
        doubts=tuple(_alerts(partners, lambda _partner, alert: alert.kind in {IN_DOUBT, OVERDUE})),
        left={} if finished else _left(fleet, partners),
    )


def _left(fleet: Fleet, partners: list[Partner]) -> dict[str, dict[str, dict[str, int]]]:
    """Count what is open of each vendor but what only an operator moves on."""
    counts = fleet.ledger.counts()
    left: dict[str, dict[str, dict[str, int]]] = {}
    for partner in partners:
        for kind, states in counts.get(partner.vendor, {}).items():
            some = {state: count for state, count in states.items() if state in _LEFT}
            if some:
                left.setdefault(partner.vendor, {})[kind] = some
    return left


def _delayed(partners: list[Partner]) -> dict[str, tuple[int, datetime]]:
    found = {partner.vendor: partner.ledger.delayed(partner.vendor, partner.clock()) for partner in partners}
    return {vendor: (events, first) for vendor, (events, first) in found.items() if first is not None}


def _since(partner: Partner, started: datetime, began: float) -> datetime:
    """Return when the run began, by the clock that said so then, and by the one that was right after all."""
    if partner.amazon_time is None or not partner.amazon_time.is_off:
        return started
    return min(started, partner.clock() - timedelta(seconds=time.monotonic() - began))


def _expects_a_verdict(fleet: Fleet, partner: Partner, folder_fails: bool) -> bool:
    """Return whether waiting may move this partner on, whatever only its failing folder holds up."""
    if not folder_fails:
        return fleet.ledger.unfinished(partner.vendor, partner.clock())
    submissions = fleet.ledger.counts().get(partner.vendor, {}).get("submissions", {})
    return any(submissions.get(state, 0) for state in ("ready", "sending", "submitted", "overdue"))


def _unsent(partners: list[Partner]) -> Iterator[str]:
    """Name the vendors of whose submissions Amazon took none, though it was asked."""
    for partner in partners:
        count, reason = partner.ledger.unsent(partner.vendor, 1)
        if count:
            yield f"{partner.vendor}: Amazon takes nothing: submissions wait: {count} ({reason})"


def _told(partners: list[Partner]) -> Iterator[str]:
    """Report what of Amazon's cannot be read, and that files cannot be kept, in the words of the alerts."""
    # An account that is refused altogether is told of as paused.
    return _alerts(
        partners,
        lambda partner, alert: (
            alert.kind in {CLOCK, RESTORED, FETCH, SNAPSHOT, SPOOL, INBOX}
            or (alert.kind == CREDENTIALS and alert.key != partner.account)
        ),
    )


def _alerts(partners: list[Partner], chosen: Callable[[Partner, AlertRow], bool]) -> Iterator[str]:
    for partner in partners:
        for alert in partner.ledger.alerts(partner.vendor):
            if chosen(partner, alert):
                yield f"{partner.vendor}: {alert.message}"


def _untaken(partners: list[Partner]) -> Iterator[str]:
    """Name the files of inboxes that are not taken, however often they are listed."""
    for partner in partners:
        for remote in partner.state.inbox.untaken:
            if is_told(partner, FILE, remote.name):
                what = "is too large" if remote.size > partner.policies.max_file_size else "cannot be read"
                yield f"{partner.vendor}: {remote.name} {what} (edibridge status tells why)"


def _undelivered(fleet: Fleet, partners: list[Partner]) -> list[str]:
    """Name the vendors whose outbox did not take all files, though their folder works."""
    counts = fleet.ledger.counts()
    waiting = {partner.vendor: counts.get(partner.vendor, {}).get("outbound", {}) for partner in partners}
    return [
        f"{vendor}: {sum(files.values())} files could not be put into the outbox; retried automatically "
        "(edibridge status tells why)"
        for vendor, files in waiting.items()
        if files
    ]


def _refused(fleet: Fleet, accounts: Iterable[str], now: datetime) -> dict[str, str]:
    """Name the accounts whose credentials Amazon refuses, with the reason: an operator must correct them."""
    pauses = {account: fleet.ledger.pause(account, now) for account in accounts}
    return {account: pause.reason for account, pause in pauses.items() if pause is not None}


def _pause(waiting: list[Partner], now: datetime) -> float:
    soonest = _soonest(waiting, now)
    seconds = LONGEST_WAIT if soonest is None else (soonest - now).total_seconds()
    return max(SHORTEST_WAIT, min(seconds, LONGEST_WAIT))


def _soonest(waiting: list[Partner], now: datetime) -> datetime | None:
    """Return when something is due that no resting folder holds up; None where nothing waits for a time."""
    due = [
        partner.ledger.next_due(partner.vendor, now, deliveries=not partner.folder_rests(), looks=False)
        for partner in waiting
    ]
    return min((at for at in due if at is not None), default=None)


def _drain_all(fleet: Fleet, accounts: dict[str, list[Partner]], progress: Progress) -> list[PartnerReport]:
    """Drain all accounts side by side, each under a claim of its own."""
    if not accounts:
        return []
    with ThreadPoolExecutor(max_workers=len(accounts), thread_name_prefix="account") as pool:
        running = [
            pool.submit(drain, partners, wait=fleet.stop.wait, patient=True, progress=progress)
            for partners in accounts.values()
        ]
        return [report for drained in running for report in drained.result()]


def _add(did: dict[str, int], report: PartnerReport) -> None:
    for job, done in report.did.items():
        did[job] = did.get(job, 0) + done
