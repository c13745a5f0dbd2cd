"""Deadlines: what is due by now, what waits too long, what is late or silent."""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog

from bridge.ledger.read_models import LateBatch, UnshippedLabel
from bridge.pipeline.alerts import (
    LABEL_EXPIRY,
    LABEL_REPLACED,
    LATE_CONFIRMATION,
    SILENT,
    WAITING,
    clear_alert,
    open_keys,
    raise_alert,
)
from bridge.pipeline.fetch import fetch_is_due
from bridge.pipeline.partner import Partner
from bridge.pipeline.snapshot import snapshot_is_due
from bridge.pipeline.sweep import sweep_is_due
from bridge.pipeline.timekeeping import confirmed_time
from bridge.pipeline.watch import review_watched, watch_is_due
from bridge.programs.event_types import EventType
from bridge.programs.registry import installed

log = structlog.get_logger(__name__)

VOID_TOLD = timedelta(days=7)
"""Time for which the alert on a void label stays open."""
SEEN_EVERY = timedelta(minutes=1)
"""Interval between two checks whether a status update has waited for too long."""
_NAMED = 5
"""Orders named in one alert, at most."""


def listing_is_due(partner: Partner) -> bool:
    """Return whether the inbox is to be listed: by its schedule, or for a file that was still growing."""
    inbox = partner.state.inbox
    unsettled = inbox.unsettled and partner.seconds() >= inbox.listed_at + partner.listing_interval
    return bool(partner.state.listing_requested.is_set() or unsettled) and not partner.folder_rests()


def work_is_due(partner: Partner, now: datetime, since: datetime | None) -> bool:
    """Return whether the ledger has something due, lists are to be fetched, or anything moved since then.

    An operator's rerun or resolve may give work. What the last drain moved itself counts too, which costs one
    more that finds nothing.
    """
    due = partner.ledger.next_due(partner.vendor, now, deliveries=not partner.folder_rests())
    if (
        (due is not None and due <= now)
        or fetch_is_due(partner, now)
        or sweep_is_due(partner)
        or watch_is_due(partner)
    ):
        return True
    if snapshot_is_due(partner, now):
        return True
    return since is not None and bool(partner.ledger.moved_since(partner.vendor, since))


def hold_late(partner: Partner) -> int:
    """Hold the status updates that have waited too long for their confirmation; return how many."""
    now, timers = partner.clock(), partner.state.timers
    # All that waits is gone through, which may be much: not in each pass of a drain.
    if timers.waiting_checked_at is not None and abs(now - timers.waiting_checked_at) < SEEN_EVERY:
        return 0
    timers.waiting_checked_at = now
    before = now - partner.policies.wait_for_confirmation
    if not partner.ledger.waits_since(partner.vendor, before):
        return 0
    confirmed = confirmed_time(partner)
    if confirmed is None:  # a clock that jumped makes everything wait for days
        return 0
    before = min(before, confirmed - partner.policies.wait_for_confirmation)
    return partner.ledger.hold_waiting(partner.fence, partner.vendor, before, now)


def review_deadlines(partner: Partner) -> None:
    """Raise and clear the alerts that follow from the time alone."""
    _review_waiting(partner)
    _review_late(partner)
    _review_labels(partner)
    _review_replaced_labels(partner)
    _review_silence(partner)
    review_watched(partner)


def _review_waiting(partner: Partner) -> None:
    count = partner.ledger.waited_too_long(partner.vendor)
    if not count:
        clear_alert(partner, WAITING, "")
        return
    limit = _hours(partner.policies.wait_for_confirmation)
    message = f"status updates waited longer than {limit} for the confirmation of their package, and are held"
    if raise_alert(partner, WAITING, "", message):
        log.warning("waiting", vendor=partner.vendor, events=count)


def _review_late(partner: Partner) -> None:
    """Report events that Amazon wants within a time of their own, which is over in part."""
    late: dict[str, tuple[LateBatch, EventType, timedelta]] = {}
    for kind in installed().event_types:
        if kind.due_within is not None:
            warn_after = kind.due_within * partner.policies.confirmation_warning
            for one in partner.ledger.late_events(
                partner.vendor, kind.operation, partner.clock() - warn_after
            ):
                late.setdefault(str(one.batch), (one, kind, kind.due_within))
    for key in open_keys(partner, LATE_CONFIRMATION):
        if key not in late:
            clear_alert(partner, LATE_CONFIRMATION, key)
    for key, (one, kind, within) in late.items():
        due = one.shipped_at + within
        message = (
            f"Amazon wants the first {kind.noun} of batch {one.batch} by {due:%Y-%m-%d %H:%M} UTC, "
            f"{_hours(within)} after its shipping, and does not have it; {kind.noun}s of the batch that are "
            f"as late: {one.events}"
        )
        if raise_alert(partner, LATE_CONFIRMATION, key, message):
            log.warning(
                "late_confirmation",
                vendor=partner.vendor,
                batch=one.batch,
                events=one.events,
                due=due.isoformat(),
            )


def _review_labels(partner: Partner) -> None:
    """Report labels that are void soon and whose orders have not shipped: one alert for each day."""
    now, life = partner.clock(), installed().label_life
    if life is None:
        return
    old = now - life
    days: dict[str, list[UnshippedLabel]] = {}
    for one in partner.ledger.unshipped_labels(
        partner.fence, partner.vendor, old + partner.fetch_plan.label_warning, old - VOID_TOLD
    ):
        days.setdefault(f"{one.made_at + life:%Y-%m-%d}", []).append(one)
    for key in open_keys(partner, LABEL_EXPIRY):
        if key not in days:
            clear_alert(partner, LABEL_EXPIRY, key)
    for day, labels in days.items():
        if raise_alert(partner, LABEL_EXPIRY, day, _void_on(day, labels, over=f"{now:%Y-%m-%d}" > day)):
            log.warning("label_expiry", vendor=partner.vendor, orders=len(labels), day=day)


def _review_replaced_labels(partner: Partner) -> None:
    """Report orders that were confirmed before a newer label came: one alert an order, for a week."""
    found = {
        one.purchase_order_number: one
        for one in partner.ledger.void_confirmed(partner.vendor, partner.clock() - VOID_TOLD)
    }
    for key in open_keys(partner, LABEL_REPLACED):
        if key not in found:
            clear_alert(partner, LABEL_REPLACED, key)
    for order, one in found.items():
        message = (
            f"order {order} was confirmed with tracking number {one.tracking_number} (batch {one.batch}, "
            f"event {one.event}), and Amazon has replaced that label since: the valid one has "
            f"{', '.join(one.valid[:_NAMED]) or 'no number'}; edibridge trace {order} shows both"
        )
        if raise_alert(partner, LABEL_REPLACED, order, message):
            log.warning(
                "label_replaced", vendor=partner.vendor, order=order, batch=one.batch, label_event=one.event
            )


def _void_on(day: str, labels: list[UnshippedLabel], *, over: bool) -> str:
    orders = [one.purchase_order_number for one in labels]
    named = ", ".join(orders[:_NAMED]) + (", ..." if len(orders) > _NAMED else "")
    undelivered = sum(not one.delivered for one in labels)
    what = f"{len(orders)} order{'s' * (len(orders) != 1)} not known to have shipped ({named})"
    lost = f"; {undelivered} of the labels never reached the outbox" if undelivered else ""
    if over:
        return f"the labels of {what} are void since {day}: ship nothing with them, ask for new ones{lost}"
    return f"the labels of {what} are void from {day} on: ship before, or ask for new ones{lost}"


def _review_silence(partner: Partner) -> None:
    after = partner.policies.silent_after
    if after is None or not partner.ledger.silent(partner.vendor, partner.clock() - after):
        clear_alert(partner, SILENT, "")
    elif raise_alert(
        partner, SILENT, "", f"no file has come from {partner.vendor} for more than {_hours(after)}"
    ):
        log.warning("silent", vendor=partner.vendor)


def _hours(time: timedelta) -> str:
    hours = time.total_seconds() / 3600
    return f"{hours:g} hour{'s' * (hours != 1)}"
