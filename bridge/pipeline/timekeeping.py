"""The clock: compared with Amazon's and with the ledger's; what a wrong one would spoil stands still."""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog

from bridge.errors import AmazonError
from bridge.pipeline.alerts import CLOCK, clear_alert, raise_alert
from bridge.pipeline.partner import Partner
from bridge.spapi.amazon_time import TOLERANCE

log = structlog.get_logger(__name__)

TIME_ASKED_EVERY = 60.0
"""Seconds between two questions for Amazon's time, where it is not known or contradicts the clock."""
CONFIRMED_EVERY = timedelta(minutes=5)
"""Interval at which the time that Amazon confirms is stored, for a purge by hand."""


def confirmed_time(partner: Partner) -> datetime | None:
    """Return the present as far as Amazon confirms it; None where it does not, or contradicts.

    What cannot be taken back (a cursor, a purge, a hold for having waited too long) goes by this. Where
    nothing is known yet, or the clock seems to be wrong, Amazon is asked, once a minute at most.
    """
    time, timers = partner.amazon_time, partner.state.timers
    if time is None:
        return partner.clock()
    unsure = time.confirmed() is None or time.is_off
    if unsure and partner.seconds() >= timers.time_asked_at + TIME_ASKED_EVERY:
        timers.time_asked_at = partner.seconds()
        try:
            partner.amazon.ask_time()
        except AmazonError as error:
            log.info("time_not_asked", account=partner.account, fault=str(error.fault))
    return None if time.is_off else time.confirmed()


def correct_due_times(partner: Partner) -> None:
    """Make due what a clock that was ahead has put off for longer than anything rests."""
    if clamped := partner.ledger.clamp_due(partner.fence, partner.vendor, partner.clock()):
        log.warning("due_times_corrected", vendor=partner.vendor, count=clamped)


def review_clock(partner: Partner) -> None:
    """Raise or clear the alert about the clock, and keep the time that Amazon confirms."""
    if partner.amazon_time is None:
        return
    time = partner.amazon_time
    newest = partner.ledger.newest(partner.vendor)
    ahead_of_us = newest is not None and newest > partner.clock() + TOLERANCE
    if time.is_off or (ahead_of_us and time.confirmed() is None):
        confirmed_time(partner)  # what is to be told is worth a question
    confirmed = None if time.is_off else time.confirmed()
    if confirmed is not None:
        known = partner.ledger.confirmed_at(partner.account)
        if known is None or confirmed - known >= CONFIRMED_EVERY:
            partner.ledger.confirm_time(partner.fence, confirmed)
    message = _wrong_clock(time.ahead()) or _dated_ahead(partner, newest, confirmed)
    if not message:
        clear_alert(partner, CLOCK, "")
    elif raise_alert(partner, CLOCK, "", message):
        log.error("clock", vendor=partner.vendor, reason=message)


def _wrong_clock(ahead: timedelta | None) -> str:
    if ahead is None or abs(ahead) <= TOLERANCE:
        return ""
    side = "ahead of" if ahead > timedelta(0) else "behind"
    return (
        f"this machine's clock is {_span(ahead)} {side} Amazon's: Amazon's time is used; nothing is purged, "
        "and no list's cursor moves, until they agree. Set the clock"
    )


def _dated_ahead(partner: Partner, newest: datetime | None, confirmed: datetime | None) -> str:
    """Compare the ledger's newest entry with the present: one from the future tells of a jump."""
    now = confirmed or partner.clock()
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
        f"{partner.fetch_plan.since.days} days back; what lies further back is not fetched"
    )


def _span(span: timedelta) -> str:
    minutes = round(abs(span).total_seconds() / 60)
    days, hours = minutes // 1440, minutes // 60
    if days >= 2:
        return f"{days} days"
    return f"{hours} hours" if hours >= 2 else f"{minutes} minutes"
