"""Clocks: what waits too long is held, what is late or silent is told to a person."""

from __future__ import annotations

from datetime import timedelta

import structlog

from bridge.ledger.read_models import UnshippedLabel
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
from bridge.pipeline.lane import Lane

log = structlog.get_logger(__name__)

CONFIRM_WITHIN = timedelta(hours=4)
"""Amazon wants a confirmation so soon after the shipped date."""
LABEL_LIFE = timedelta(days=90)
"""So long after it was made a carrier takes a label of Amazon's."""
VOID_TOLD = timedelta(days=7)
"""So long after that a person is told of it still."""
SEEN_EVERY = timedelta(minutes=1)
"""So often it is seen whether a status update has waited for too long."""
_NAMED = 5
"""So many orders are named in one alert."""


def hold_late(lane: Lane) -> int:
    """Hold the status updates that have waited too long for their confirmation; give how many."""
    now = lane.clock()
    # All that waits is gone through, which may be much: not in each pass of a drain.
    if lane.waiting_seen_at is not None and abs(now - lane.waiting_seen_at) < SEEN_EVERY:
        return 0
    lane.waiting_seen_at = now
    before = now - lane.policies.wait_for_confirmation
    if not lane.ledger.waits_since(lane.vendor, before):
        return 0
    confirmed = lane.confirmed_time()
    if confirmed is None:  # a clock that jumped makes everything wait for days
        return 0
    before = min(before, confirmed - lane.policies.wait_for_confirmation)
    return lane.ledger.hold_waiting(lane.fence, lane.vendor, before, now)


def review_clocks(lane: Lane) -> None:
    """Raise and clear the alerts that follow from the time alone."""
    _review_waiting(lane)
    _review_confirmations(lane)
    _review_labels(lane)
    _review_replaced_labels(lane)
    _review_silence(lane)


def _review_waiting(lane: Lane) -> None:
    count = lane.ledger.waited_too_long(lane.vendor)
    if not count:
        clear_alert(lane, WAITING, "")
        return
    limit = _hours(lane.policies.wait_for_confirmation)
    message = f"status updates waited longer than {limit} for the confirmation of their package, and are held"
    if raise_alert(lane, WAITING, "", message):
        log.warning("waiting", vendor=lane.vendor, events=count)


def _review_confirmations(lane: Lane) -> None:
    warn_after = CONFIRM_WITHIN * lane.policies.confirmation_warning
    late = {
        str(one.batch): one for one in lane.ledger.late_confirmations(lane.vendor, lane.clock() - warn_after)
    }
    for key in open_keys(lane, LATE_CONFIRMATION):
        if key not in late:
            clear_alert(lane, LATE_CONFIRMATION, key)
    for key, one in late.items():
        due = one.shipped_at + CONFIRM_WITHIN
        message = (
            f"Amazon wants the first confirmation of batch {one.batch} by {due:%Y-%m-%d %H:%M} UTC, "
            f"4 hours after its shipping, and does not have it; confirmations of the batch that are as late: "
            f"{one.confirmations}"
        )
        if raise_alert(lane, LATE_CONFIRMATION, key, message):
            log.warning(
                "late_confirmation",
                vendor=lane.vendor,
                batch=one.batch,
                events=one.confirmations,
                due=due.isoformat(),
            )


def _review_labels(lane: Lane) -> None:
    """Tell of labels that are void soon and whose orders have not shipped: one alert for each day."""
    now = lane.clock()
    old = now - LABEL_LIFE
    days: dict[str, list[UnshippedLabel]] = {}
    for one in lane.ledger.unshipped_labels(
        lane.fence, lane.vendor, old + lane.papers.label_warning, old - VOID_TOLD
    ):
        days.setdefault(f"{one.made_at + LABEL_LIFE:%Y-%m-%d}", []).append(one)
    for key in open_keys(lane, LABEL_EXPIRY):
        if key not in days:
            clear_alert(lane, LABEL_EXPIRY, key)
    for day, labels in days.items():
        if raise_alert(lane, LABEL_EXPIRY, day, _void_on(day, labels, over=f"{now:%Y-%m-%d}" > day)):
            log.warning("label_expiry", vendor=lane.vendor, orders=len(labels), day=day)


def _review_replaced_labels(lane: Lane) -> None:
    """Tell of orders that were confirmed before a newer label came: one alert an order, for a week."""
    found = {
        one.purchase_order_number: one
        for one in lane.ledger.void_confirmed(lane.vendor, lane.clock() - VOID_TOLD)
    }
    for key in open_keys(lane, LABEL_REPLACED):
        if key not in found:
            clear_alert(lane, LABEL_REPLACED, key)
    for order, one in found.items():
        message = (
            f"order {order} was confirmed with tracking number {one.tracking_number} (batch {one.batch}, "
            f"event {one.event}), and Amazon has replaced that label since: the valid one has "
            f"{', '.join(one.valid[:_NAMED]) or 'no number'}; edibridge trace {order} shows both"
        )
        if raise_alert(lane, LABEL_REPLACED, order, message):
            log.warning(
                "label_replaced", vendor=lane.vendor, order=order, batch=one.batch, label_event=one.event
            )


def _void_on(day: str, labels: list[UnshippedLabel], *, over: bool) -> str:
    orders = [one.purchase_order_number for one in labels]
    named = ", ".join(orders[:_NAMED]) + (", ..." if len(orders) > _NAMED else "")
    undelivered = sum(not one.delivered for one in labels)
    what = f"{len(orders)} order{'s' * (len(orders) != 1)} that nobody has told us to be shipped ({named})"
    lost = f"; {undelivered} of the labels never reached the outbox" if undelivered else ""
    if over:
        return f"the labels of {what} are void since {day}: ship nothing with them, ask for new ones{lost}"
    return f"the labels of {what} are void from {day} on: ship before, or ask for new ones{lost}"


def _review_silence(lane: Lane) -> None:
    after = lane.policies.silent_after
    if after is None or not lane.ledger.silent(lane.vendor, lane.clock() - after):
        clear_alert(lane, SILENT, "")
    elif raise_alert(lane, SILENT, "", f"no file has come from {lane.vendor} for more than {_hours(after)}"):
        log.warning("silent", vendor=lane.vendor)


def _hours(time: timedelta) -> str:
    hours = time.total_seconds() / 3600
    return f"{hours:g} hour{'s' * (hours != 1)}"
