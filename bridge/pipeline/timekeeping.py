"""The clock: compared with Amazon's and with the ledger's; what a wrong one would spoil stands still."""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog

from bridge.pipeline.alerts import CLOCK, clear_alert, raise_alert
from bridge.pipeline.lane import Lane
from bridge.spapi.amazon_time import TOLERANCE

log = structlog.get_logger(__name__)

CONFIRMED_EVERY = timedelta(minutes=5)
"""So often the time that Amazon confirms is kept, for a purge by hand."""


def correct_due_times(lane: Lane) -> None:
    """Make due what a clock that was ahead has put off for longer than anything rests."""
    if clamped := lane.ledger.clamp_due(lane.fence, lane.vendor, lane.clock()):
        log.warning("due_times_corrected", vendor=lane.vendor, count=clamped)


def review_clock(lane: Lane) -> None:
    """Raise or clear the alert about the clock, and keep the time that Amazon confirms."""
    if lane.amazon_time is None:
        return
    time = lane.amazon_time
    newest = lane.ledger.newest(lane.vendor)
    ahead_of_us = newest is not None and newest > lane.clock() + TOLERANCE
    if time.is_off or (ahead_of_us and time.confirmed() is None):
        lane.confirmed_time()  # what is to be told is worth a question
    confirmed = None if time.is_off else time.confirmed()
    if confirmed is not None:
        known = lane.ledger.confirmed_at(lane.account)
        if known is None or confirmed - known >= CONFIRMED_EVERY:
            lane.ledger.confirm_time(lane.fence, confirmed)
    message = _wrong_clock(time.ahead()) or _dated_ahead(lane, newest, confirmed)
    if not message:
        clear_alert(lane, CLOCK, "")
    elif raise_alert(lane, CLOCK, "", message):
        log.error("clock", vendor=lane.vendor, reason=message)


def _wrong_clock(ahead: timedelta | None) -> str:
    if ahead is None or abs(ahead) <= TOLERANCE:
        return ""
    side = "ahead of" if ahead > timedelta(0) else "behind"
    return (
        f"this machine's clock is {_span(ahead)} {side} Amazon's: Amazon's time is used; nothing is purged, "
        "and no list's cursor moves, until they agree. Set the clock"
    )


def _dated_ahead(lane: Lane, newest: datetime | None, confirmed: datetime | None) -> str:
    """Compare the ledger's newest entry with the present: one from the future tells of a jump."""
    now = confirmed or lane.clock()
    if newest is None or newest <= now + TOLERANCE:
        return ""
    told = f"the ledger has files that came at {newest:%Y-%m-%d %H:%M} UTC, {_span(newest - now)} from now"
    if confirmed is None:
        return (
            f"{told}, and Amazon has not confirmed the time yet: this machine's clock is behind, or was "
            "ahead; nothing is purged, and no list's cursor moves. Set the clock"
        )
    return (
        f"{told}: this machine's clock was ahead. What was put off is due now, and lists are read again from "
        f"{lane.papers.since.days} days back; what lies further back is not looked for"
    )


def _span(span: timedelta) -> str:
    minutes = round(abs(span).total_seconds() / 60)
    days, hours = minutes // 1440, minutes // 60
    if days >= 2:
        return f"{days} days"
    return f"{hours} hours" if hours >= 2 else f"{minutes} minutes"
