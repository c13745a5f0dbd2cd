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
from bridge.pipeline.lane import Lane

log = structlog.get_logger(__name__)

FILES_A_PASS = 500
SECONDS_A_PASS = 600.0
"""So long files are delivered at most before the vendor's other jobs have their turn."""


def deliver(lane: Lane) -> int:
    """Upload the outbound files that are due; give how many were delivered.

    A file that cannot be written is tried again later and holds up no other. When the whole folder
    fails, the error reaches the drain.
    """
    delivered = 0
    end = lane.seconds() + SECONDS_A_PASS
    for outbound in lane.ledger.outbound_due(lane.vendor, lane.clock(), FILES_A_PASS):
        if lane.stopping() or lane.seconds() > end:
            break
        reached("deliver.begun")
        try:
            lane.folder.deliver(outbound.folder, outbound.name, _content(lane, outbound))
        except RemoteFileError as error:
            now = lane.clock()
            retry_at = now + timedelta(seconds=backoff(outbound.attempts + 1))
            lane.ledger.outbound_failed(lane.fence, outbound.id, str(error), retry_at)
            log.warning("not_delivered", vendor=lane.vendor, file=outbound.name, reason=str(error))
            continue
        reached("deliver.renamed")
        lane.ledger.outbound_delivered(lane.fence, outbound.id, lane.clock())
        reached("deliver.committed")
        log.info("delivered", vendor=lane.vendor, folder=outbound.folder, file=outbound.name)
        delivered += 1
    return delivered


def _content(lane: Lane, outbound: Outbound) -> Content:
    """Give what is to be uploaded, which leaves the ledger only as fast as the folder takes it."""
    return Content(outbound.size, outbound.sha256, partial(lane.ledger.outbound_bytes, outbound))
