"""Due: whether a lane has work by now; asked by the daemon each second, and by a drain that still goes on."""

from __future__ import annotations

from datetime import datetime

from bridge.pipeline.fetch import fetch_is_due
from bridge.pipeline.lane import Lane


def look_is_due(lane: Lane) -> bool:
    """Tell whether the inbox is to be looked into: by its schedule, or for a file that was still growing."""
    unsettled = lane.unsettled and lane.seconds() >= lane.looked_at + lane.look_interval
    return bool(lane.look or unsettled) and not lane.folder_rests()


def work_is_due(lane: Lane, now: datetime, since: datetime | None) -> bool:
    """Tell whether the ledger has something due, lists are to be fetched, or anything moved since then.

    A person's rerun or word may give work. What the last drain moved itself counts too, which costs one
    more that finds nothing.
    """
    due = lane.ledger.next_due(lane.vendor, now, deliveries=not lane.folder_rests())
    if (due is not None and due <= now) or fetch_is_due(lane, now):
        return True
    return since is not None and bool(lane.ledger.moved_since(lane.vendor, since))
