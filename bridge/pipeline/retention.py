"""Retention: what is done and old loses its contents, and a tombstone stays.

The ledger comes first: it blanks a batch and still names its bytes. Then the bytes go, and the name.
Killed anywhere in between, the next purge finds what is named still and ends it.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog

from bridge.faultpoints import reached
from bridge.ledger.read_models import Purged
from bridge.ledger.store import Ledger
from bridge.pipeline.partner import Partner
from bridge.pipeline.spool import Spool
from bridge.pipeline.timekeeping import confirmed_time

log = structlog.get_logger(__name__)

EVERY = timedelta(days=1).total_seconds()
UNSURE = timedelta(minutes=10).total_seconds()
"""Seconds until a purge is retried that was left out since Amazon does not confirm the time."""
AT_ONCE = 200
"""Batches that a drain purges, so that it does not keep the vendor's traffic waiting."""


def keep_retention(partner: Partner) -> None:
    """Purge what the vendor's retention time is over for, once a day."""
    if partner.seconds() < partner.state.timers.purge_due_at:
        return
    now = confirmed_time(partner)
    if now is None:  # a clock that is ahead would purge what is new
        partner.state.timers.purge_due_at = partner.seconds() + UNSURE
        return
    purged = purge(
        partner.ledger, partner.spool, partner.vendor, now - partner.policies.retention, now, most=AT_ONCE
    )
    if purged.files < AT_ONCE:
        partner.state.timers.purge_due_at = partner.seconds() + EVERY
    if purged != Purged():
        log.info("purged", vendor=partner.vendor, batches=purged.files, outbound=purged.outbound)


def purge(  # noqa: PLR0913, PLR0917 - what, whose, and when
    ledger: Ledger, spool: Spool, vendor: str, before: datetime, now: datetime, most: int = 1_000_000
) -> Purged:
    """Purge a vendor's batches received before then that are done, and what they and it were sent."""
    total = Purged()
    while total.files < most and (
        found := ledger.purgeable(vendor, before, min(most - total.files, AT_ONCE))
    ):
        blanked = [one for batch in found if (one := ledger.purge(batch.id, now)) is not None]
        reached("purge.blanked")
        if not blanked:  # somebody else goes on with all of them
            break
        total = sum(blanked, total)
        _remove_bytes(ledger, spool, vendor, before)
    _remove_bytes(ledger, spool, vendor, before)  # also of a purge that was cut off, and of files come again
    spool.remove_partial()
    loose = ledger.purge_loose(vendor, before, now)
    return total + Purged(outbound=loose)


def _remove_bytes(ledger: Ledger, spool: Spool, vendor: str, before: datetime) -> None:
    def remove(name: str) -> None:
        spool.remove(name)
        reached("purge.removed")

    for file_id in ledger.bytes_to_remove(vendor, before, spool.has):
        with spool.removing() as free:
            if not free:  # files are being taken in; the next purge goes on
                return
            ledger.forget_bytes(file_id, remove)
            reached("purge.forgotten")
