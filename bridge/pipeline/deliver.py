"""Deliver: outbound files → the vendor's outbox, under a temporary name and then renamed."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import structlog

from bridge.domain.planning import backoff
from bridge.dropfolder.port import Content
from bridge.errors import RemoteFileError
from bridge.faultpoints import reached
from bridge.ledger.rows import Outbound
from bridge.pipeline.partner import Partner

log = structlog.get_logger(__name__)

FILES_A_PASS = 500
SECONDS_A_PASS = 600.0
"""Longest time for which files are delivered before the partner's other jobs run."""


def deliver(partner: Partner) -> int:
    """Upload the outbound files that are due; return how many were delivered.

    A file that cannot be written is tried again later and holds up no other. When the whole folder
    fails, the error reaches the drain.
    """
    delivered = 0
    end = partner.seconds() + SECONDS_A_PASS
    for outbound in partner.ledger.outbound_due(partner.vendor, partner.clock(), FILES_A_PASS):
        if partner.stopping() or partner.seconds() > end:
            break
        reached("deliver.begun")
        try:
            partner.folder.deliver(outbound.folder, outbound.name, _content(partner, outbound))
        except RemoteFileError as error:
            now = partner.clock()
            retry_at = now + timedelta(seconds=backoff(outbound.attempts + 1))
            partner.ledger.outbound_failed(partner.fence, outbound.id, str(error), retry_at)
            log.warning("not_delivered", vendor=partner.vendor, file=outbound.name, reason=str(error))
            continue
        reached("deliver.renamed")
        partner.ledger.outbound_delivered(partner.fence, outbound.id, partner.clock())
        reached("deliver.committed")
        log.info("delivered", vendor=partner.vendor, folder=outbound.folder, file=outbound.name)
        delivered += 1
    return delivered


def _content(partner: Partner, outbound: Outbound) -> Content:
    """Return what is to be uploaded, which leaves the ledger only as fast as the folder takes it."""
    return Content(outbound.size, outbound.sha256, partial(partner.ledger.outbound_bytes, outbound))
