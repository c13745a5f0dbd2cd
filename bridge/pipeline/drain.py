"""The drain of an account: the jobs of its partners, run until nothing is due.

The drain is the unit of work. Its owner claims the account, which fences every earlier owner; the
partners then run side by side in threads, so that a slow server holds up nobody else.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent import futures
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor
from datetime import datetime, timedelta

from bridge.faultpoints import reached
from bridge.pipeline.deadlines import listing_is_due, work_is_due
from bridge.pipeline.partner import Partner
from bridge.pipeline.partner_drain import PartnerReport, Progress, drain_partner
from bridge.pipeline.restored import claim
from bridge.pipeline.timekeeping import correct_due_times

PULSE = 1.0
"""Seconds between two checks for new work of a partner that is done while others of its account are not."""
AFTER_A_FAILURE = timedelta(seconds=30)
"""Time from the start of a partner's run, where a job of it failed by our own mistake, until the next one."""


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
            partners,
            lambda partner: pool.submit(drain_partner, partner, wait, progress, patient=patient),
            again=not patient,
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
    if listing_is_due(partner):
        partner.state.listing_requested.set()
        return True
    return work_is_due(partner, partner.clock(), since)
