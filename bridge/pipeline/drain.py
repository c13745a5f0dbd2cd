"""Drain: the jobs of an account's vendors, run until nothing is due.

The drain is the unit of work. Its owner claims the account, which fences every earlier owner; the
vendors then run side by side in threads, so that a slow server holds up nobody else.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent import futures
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from bridge.domain.planning import backoff
from bridge.errors import DropFolderError, LedgerError
from bridge.faultpoints import reached
from bridge.pipeline.alerts import JOB, clear_alert, folder_failed, folder_works, job_failed, review
from bridge.pipeline.collect import collect, put_away
from bridge.pipeline.deadlines import hold_late, look_is_due, review_deadlines, work_is_due
from bridge.pipeline.deliver import deliver
from bridge.pipeline.fetch import fetch
from bridge.pipeline.partner import Partner
from bridge.pipeline.restored import claim, compare_with_folder, hold_if_restored
from bridge.pipeline.retention import keep_retention
from bridge.pipeline.sending import Sending
from bridge.pipeline.settle import settle
from bridge.pipeline.submit import submit
from bridge.pipeline.timekeeping import correct_due_times, review_clock
from bridge.pipeline.translate import translate

log = structlog.get_logger(__name__)

Job = Callable[[Partner], int]
Progress = Callable[[str, str, int], None]
"""Told (vendor, job, how many) whenever a job did something."""

JOBS: tuple[tuple[Job, bool], ...] = (
    # The job, and whether it needs the vendor's folder.
    (collect, True),
    (translate, False),
    (put_away, True),
    (submit, False),  # goes on beside the others, see `Sending`
    (hold_late, False),
    (settle, False),
    (fetch, False),
    (deliver, True),
)

LONGEST_REST = 60.0
"""Seconds that a folder is left alone at most after it could not be used,"""
REST_AFTER_A_REFUSAL = 300.0
"""and where it refused us: a server that is asked every second soon locks us out."""
PULSE = 1.0
"""Seconds after which a partner that is through looks for new work while others of its account still work."""
AFTER_A_FAILURE = timedelta(seconds=30)
"""So long after its begin a partner of which a job failed by our own mistake is not begun again."""
REVIEWED_EVERY = 60.0
"""Seconds after which a person is told of what is late or held, even while the drain still goes on."""
EXTRA_LOOKS = 2
"""So many more looks a patient drain takes at files that may still be growing."""


@dataclass(slots=True)
class PartnerReport:
    """What one drain did for a vendor. `folder_error` says why its folder could not be used."""

    vendor: str
    did: dict[str, int] = field(default_factory=dict)
    folder_error: str = ""
    failures: dict[str, str] = field(default_factory=dict)
    """What jobs failed by a mistake of the bridge's own, and how."""

    def count(self, job: str, done: int) -> None:
        """Add to what a job did."""
        self.did[job] = self.did.get(job, 0) + done

    def after(self, earlier: PartnerReport | None) -> PartnerReport:
        """Add what the partner did before in the same drain."""
        for job, done in earlier.did.items() if earlier is not None else ():
            self.count(job, done)
        return self


def drain(
    partners: Sequence[Partner],
    *,
    wait: Callable[[float], object],
    patient: bool = False,
    progress: Progress = lambda _vendor, _job, _done: None,
) -> list[PartnerReport]:
    """Run the jobs of one account's partners until nothing is due; raise the first error that stops one.

    `wait` sleeps for seconds, or less when the process is to stop. A `patient` drain waits for files
    that may still be growing.
    """
    if not partners:
        return []
    first = partners[0]
    first.ledger.check_daily()
    fence = claim(partners)
    reached("drain.claimed")
    for partner in partners:
        partner.claim.fence = fence
        correct_due_times(partner)
    with ThreadPoolExecutor(max_workers=len(partners), thread_name_prefix=f"drain-{first.account}") as pool:
        return _side_by_side(
            partners, lambda partner: pool.submit(_work, partner, wait, patient, progress), again=not patient
        )


def _side_by_side(
    partners: Sequence[Partner], start: Callable[[Partner], Future[PartnerReport]], *, again: bool
) -> list[PartnerReport]:
    """Start all partners and wait for them; meanwhile those that are through (`again`) begin what is new.

    Otherwise a server that never answers would hold up the new files of all who share its account.
    """
    begun: dict[str, datetime] = {}
    running: dict[Future[PartnerReport], Partner] = {}
    reports: dict[str, PartnerReport] = {}
    due = list(partners)
    while True:
        for partner in due:
            begun[partner.vendor] = partner.clock()
            running[start(partner)] = partner
        done, _ = futures.wait(running, timeout=PULSE if again else None, return_when=FIRST_COMPLETED)
        for future in done:
            report = future.result()
            reports[running.pop(future).vendor] = report.after(reports.get(report.vendor))
        if not running:
            return [reports[partner.vendor] for partner in partners]
        busy = {partner.vendor for partner in running.values()}
        idle = [
            partner for partner in partners if again and partner.vendor not in busy and not partner.stopping()
        ]
        due = [
            partner for partner in idle if _is_due(partner, begun[partner.vendor], reports[partner.vendor])
        ]


def _is_due(partner: Partner, since: datetime, report: PartnerReport) -> bool:
    if report.failures and partner.clock() < since + AFTER_A_FAILURE:
        return False
    if look_is_due(partner):
        partner.state.listing_requested.set()
        return True
    return work_is_due(partner, partner.clock(), since)


def _work(
    partner: Partner, wait: Callable[[float], object], patient: bool, progress: Progress
) -> PartnerReport:
    report = PartnerReport(partner.vendor)
    inbox, looks = partner.state.inbox, EXTRA_LOOKS if patient else 0
    _look_back(partner, report)
    looking = False
    reviewed_at = partner.seconds()
    done: dict[str, int] = {}
    with Sending(partner) as sending:
        while not partner.stopping():
            looking = _is_looked_for(partner, report, patient=patient) or looking
            # While Amazon's rate is what all waits for, passes are many; the inbox keeps its interval.
            early = sending.busy and not done.get("collect") and _was_just_looked_into(partner)
            done = _once(partner, report, progress, sending, looking=looking and not early)
            if report.folder_error and looking:
                partner.state.listing_requested.set()  # as soon as its rest is over
            if partner.seconds() >= reviewed_at + REVIEWED_EVERY:
                _review(partner)
                reviewed_at = partner.seconds()
            # Sending that failed by our own mistake is left to its end: nobody takes note of it any more.
            if done or (submit.__name__ not in report.failures and sending.wait()):
                continue
            # A file that could not be read is looked at again, too: did its vendor only write to it then?
            if not ((inbox.unsettled or inbox.untaken) and looks and not report.folder_error):
                break
            looks -= 1
            wait(partner.listing_interval)
    if sent := sending.take_count():
        report.count(submit.__name__, sent)
    if looking and not report.folder_error and not partner.stopping():
        # Only now: an inbox that can be listed says nothing of an outbox that takes no file.
        partner.state.folder.failures = 0
        folder_works(partner)
    _review(partner)
    keep_retention(partner)
    return report


def _look_back(partner: Partner, report: PartnerReport) -> None:
    """See before anything is sent whether the ledger was restored from a backup."""
    if partner.folder_rests():
        report.folder_error = partner.state.folder.error
    else:
        try:
            compare_with_folder(partner)
        except DropFolderError as error:  # it is not tried a second time by the jobs
            _rest(partner, report, error)
    hold_if_restored(partner)


def _is_looked_for(partner: Partner, report: PartnerReport, *, patient: bool) -> bool:
    """Tell whether the inbox is to be looked into; the folder is tried again once its rest is over.

    Both may come about while a drain still goes on: sending a large file takes long.
    """
    if report.folder_error and not partner.folder_rests():
        report.folder_error = ""
    if report.folder_error or not (partner.state.listing_requested.is_set() or patient):
        return False
    # Before the listing, so that one asked for meanwhile is not forgotten.
    partner.state.listing_requested.clear()
    return True


def _review(partner: Partner) -> None:
    review(partner)
    review_deadlines(partner)
    review_clock(partner)


def _was_just_looked_into(partner: Partner) -> bool:
    # After a failure a look has to be made in any case: it tells whether the folder works.
    listed_at = partner.state.inbox.listed_at
    return partner.state.folder.rests_until <= listed_at > partner.seconds() - partner.listing_interval


def _once(
    partner: Partner, report: PartnerReport, progress: Progress, sending: Sending, *, looking: bool
) -> dict[str, int]:
    """Run each job once; give how much each did, if anything."""
    did: dict[str, int] = {}
    for job, needs_folder in JOBS:
        if partner.stopping() or (needs_folder and report.folder_error) or (job is collect and not looking):
            continue
        if job.__name__ in report.failures:
            continue
        try:
            done = sending.go_on() if job is submit else job(partner)
        except DropFolderError as error:
            # This vendor's folder rests for a while; what Amazon is owed goes on.
            _rest(partner, report, error)
            continue
        except (LedgerError, MemoryError):
            raise
        except Exception as error:
            # Of the bridge's own; it must not keep what the other jobs have for the vendor from going on.
            log.exception("job_failed", vendor=partner.vendor, job=job.__name__)
            report.failures[job.__name__] = type(error).__name__
            job_failed(partner, job.__name__, error)
            continue
        clear_alert(partner, JOB, job.__name__)
        if done:
            did[job.__name__] = done
            report.count(job.__name__, done)
            progress(partner.vendor, job.__name__, done)
    return did


def _rest(partner: Partner, report: PartnerReport, error: DropFolderError) -> None:
    """Leave a folder alone that cannot be used."""
    folder = partner.state.folder
    folder.failures += 1
    seconds = REST_AFTER_A_REFUSAL if error.permanent else min(LONGEST_REST, backoff(folder.failures))
    folder.rests_until = partner.seconds() + seconds
    folder.error = report.folder_error = str(error)
    folder_failed(partner, error)
