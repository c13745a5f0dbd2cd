"""The drain of one partner: each job in turn, pass after pass, until nothing is due."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field

import structlog

from bridge.domain.planning import backoff
from bridge.errors import DropFolderError, LedgerError
from bridge.pipeline.alerts import JOB, clear_alert, folder_failed, folder_works, job_failed, review
from bridge.pipeline.background import BackgroundJob
from bridge.pipeline.deadlines import review_deadlines
from bridge.pipeline.jobs import JOBS, InBackground, Job
from bridge.pipeline.partner import Partner
from bridge.pipeline.restored import compare_with_folder, hold_if_restored
from bridge.pipeline.retention import keep_retention
from bridge.pipeline.timekeeping import review_clock
from bridge.pipeline.validity import review_validity

log = structlog.get_logger(__name__)

Progress = Callable[[str, str, int], None]
"""Called with vendor, job and how much, whenever a job did something."""

LONGEST_REST = 60.0
"""Longest time in seconds for which a folder is left alone after it could not be used,"""
REST_AFTER_A_REFUSAL = 300.0
"""and where it refused us: a server that is asked every second soon locks us out."""
REVIEWED_EVERY = 60.0
"""Seconds after which alerts are raised for what is late or held, even while the drain still goes on."""
EXTRA_LISTINGS = 2
"""Further listings by a patient drain of an inbox with files that may still be growing."""


@dataclass(slots=True)
class PartnerReport:
    """What one drain did for a partner. `folder_error` says why its folder could not be used."""

    vendor: str
    did: dict[str, int] = field(default_factory=dict)
    folder_error: str = ""
    failures: dict[str, str] = field(default_factory=dict)
    """What jobs failed by a mistake of the bridge's own, and how."""

    def count(self, job: str, done: int) -> None:
        """Add to what a job did."""
        self.did[job] = self.did.get(job, 0) + done

    def after(self, earlier: PartnerReport | None) -> PartnerReport:
        """Add what an earlier report of the same drain counts, and return this one."""
        for job, done in earlier.did.items() if earlier is not None else ():
            self.count(job, done)
        return self


def drain_partner(
    partner: Partner, wait: Callable[[float], object], progress: Progress, *, patient: bool
) -> PartnerReport:
    """Run the partner's jobs until nothing is due; see `drain` for what is asked for."""
    report = PartnerReport(partner.vendor)
    _check_restored(partner, report)
    with ExitStack() as stack:
        background = {
            job.name: stack.enter_context(BackgroundJob(job.name, job.run.run, partner))
            for job in JOBS
            if isinstance(job.run, InBackground)
        }
        listed = _Passes(partner, report, progress, background).run(wait, patient=patient)
    for name, job in background.items():
        if done := job.take_count():
            report.count(name, done)
    if listed and not report.folder_error and not partner.stopping():
        # Only now: an inbox that can be listed says nothing of an outbox that takes no file.
        partner.state.folder.failures = 0
        folder_works(partner)
    _review(partner)
    keep_retention(partner)
    return report


def _check_restored(partner: Partner, report: PartnerReport) -> None:
    """Check before anything is sent whether the ledger was restored from a backup."""
    if partner.folder_rests():
        report.folder_error = partner.state.folder.error
    else:
        try:
            compare_with_folder(partner)
        except DropFolderError as error:  # it is not tried a second time by the jobs
            _rest(partner, report, error)
    hold_if_restored(partner)


@dataclass(frozen=True, slots=True)
class _Passes:
    """The passes of one drain of a partner through its jobs."""

    partner: Partner
    report: PartnerReport
    progress: Progress
    background: dict[str, BackgroundJob]

    def run(self, wait: Callable[[float], object], *, patient: bool) -> bool:
        """Pass through the jobs until none does anything; return whether the inbox was to be listed."""
        partner, report, inbox = self.partner, self.report, self.partner.state.inbox
        listings = EXTRA_LISTINGS if patient else 0
        listing = collected = False
        reviewed_at = partner.seconds()
        while not partner.stopping():
            listing = self._is_to_list(patient=patient) or listing
            # While Amazon's rate is what all waits for, passes are many; the inbox keeps its interval.
            early = self._is_busy() and not collected and _was_just_listed(partner)
            done = self._pass(listing=listing and not early)
            collected = any(job.lists_inbox and job.name in done for job in JOBS)
            if report.folder_error and listing:
                partner.state.listing_requested.set()  # as soon as its rest is over
            if partner.seconds() >= reviewed_at + REVIEWED_EVERY:
                _review(partner)
                reviewed_at = partner.seconds()
            if done or self._is_under_way():
                continue
            # A file that could not be read is looked at again, too: did its vendor only write to it then?
            if not ((inbox.unsettled or inbox.untaken) and listings and not report.folder_error):
                break
            listings -= 1
            wait(partner.listing_interval)
        return listing

    def _is_to_list(self, *, patient: bool) -> bool:
        """Return whether the inbox is to be listed; the folder is tried again once its rest is over.

        Both may come about while a drain still goes on: sending a large file takes long.
        """
        partner, report = self.partner, self.report
        if report.folder_error and not partner.folder_rests():
            report.folder_error = ""
        if report.folder_error or not (partner.state.listing_requested.is_set() or patient):
            return False
        # Before the listing, so that one asked for meanwhile is not forgotten.
        partner.state.listing_requested.clear()
        return True

    def _is_busy(self) -> bool:
        return any(job.busy for job in self.background.values())

    def _is_under_way(self) -> bool:
        # What failed by our own mistake is left to its end: nobody takes note of it any more.
        return any(job.wait() for name, job in self.background.items() if name not in self.report.failures)

    def _pass(self, *, listing: bool) -> dict[str, int]:
        """Run each job once; return how much each did, if anything."""
        partner, report = self.partner, self.report
        did: dict[str, int] = {}
        for job in JOBS:
            if partner.stopping() or self._is_left_out(job, listing=listing):
                continue
            try:
                done = self._run(job)
            except DropFolderError as error:
                # This partner's folder rests for a while; what Amazon is owed goes on.
                _rest(partner, report, error)
                continue
            except (LedgerError, MemoryError):
                raise
            except Exception as error:
                # Of the bridge's own: what the other jobs have for the partner goes on.
                log.exception("job_failed", vendor=partner.vendor, job=job.name)
                report.failures[job.name] = type(error).__name__
                job_failed(partner, job.name, error)
                continue
            clear_alert(partner, JOB, job.name)
            if done:
                did[job.name] = done
                report.count(job.name, done)
                self.progress(partner.vendor, job.name, done)
        return did

    def _is_left_out(self, job: Job, *, listing: bool) -> bool:
        return (
            (job.needs_folder and bool(self.report.folder_error))
            or (job.lists_inbox and not listing)
            or job.name in self.report.failures
        )

    def _run(self, job: Job) -> int:
        if isinstance(job.run, InBackground):
            return self.background[job.name].go_on()
        return job.run(self.partner)


def _review(partner: Partner) -> None:
    review(partner)
    review_deadlines(partner)
    review_validity(partner)
    review_clock(partner)


def _was_just_listed(partner: Partner) -> bool:
    # After a failure a listing has to be made in any case: it tells whether the folder works.
    listed_at = partner.state.inbox.listed_at
    return partner.state.folder.rests_until <= listed_at > partner.seconds() - partner.listing_interval


def _rest(partner: Partner, report: PartnerReport, error: DropFolderError) -> None:
    """Leave a folder alone that cannot be used."""
    folder = partner.state.folder
    folder.failures += 1
    seconds = REST_AFTER_A_REFUSAL if error.permanent else min(LONGEST_REST, backoff(folder.failures))
    folder.rests_until = partner.seconds() + seconds
    folder.error = report.folder_error = str(error)
    folder_failed(partner, error)
