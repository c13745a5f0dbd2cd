"""An order of a flat file while it is read, and what it becomes."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from bridge.domain.events import Event, MappingResult
from bridge.flatfiles.draft import Draft
from bridge.flatfiles.ship_date import ship_date_of
from bridge.mapping.profile import VendorProfile
from bridge.mapping.times import iso_time
from bridge.programs.event_types import Violation
from bridge.programs.multi_channel_fulfillment.profile import marketplace_id_of
from bridge.programs.multi_channel_fulfillment.rules import (
    reason_to_hold,
    violations,
    violations_of_update,
)
from bridge.programs.multi_channel_fulfillment.stated import (
    StatedOrder,
    ordered,
    summary_of,
    summary_of_update,
    updated,
)


class OrderDraft(Draft, kw_only=True):
    """An order while it is read; `places` has the row (or request) of each item.

    `order_date`, `latest_arrival` and `marketplace` are read by the seller's profile.
    """

    stated: StatedOrder = msgspec.field(default_factory=StatedOrder)
    order_date: str = ""
    marketplace: str = ""
    latest_arrival: str = ""
    places: list[int] = msgspec.field(default_factory=list)


def result_of(draft: OrderDraft, profile: VendorProfile) -> MappingResult:
    """Return the order, or why it is refused or held."""
    stated = draft.stated
    try:
        if draft.order_date:
            stated.order_date = _moment(draft.order_date, profile.timezone)
    except ValueError as error:
        draft.error("ORDER_DATE", f"order_date: {error}")
    try:
        if draft.latest_arrival:
            stated.latest_arrival = _moment(draft.latest_arrival, profile.timezone, "23:59:59")
    except ValueError as error:
        draft.error("LATEST_ARRIVAL", f"latest_arrival: {error}")
    try:
        if draft.marketplace:
            stated.marketplace_id = marketplace_id_of(draft.marketplace)
    except ValueError as error:
        draft.error("MARKETPLACE", f"marketplace: {error}")
    unread = bool(draft.errors)
    if draft.meaning == "replace":
        change = updated(stated, profile)
        _check(draft, violations_of_update(change), unread=unread)
        return _result(draft, change, "", summary_of_update(change))
    event = ordered(stated, profile)
    _check(draft, violations(event), unread=unread)
    shown = f"order {stated.order or 'without number'}: not read" if unread else summary_of(event)
    if draft.meaning == "cancel":  # of which the number alone counts
        shown = f"order {stated.order or 'without number'}"
    return _result(draft, event, reason_to_hold(event, profile.vendor), shown)


def _check(draft: OrderDraft, broken: Iterable[Violation], *, unread: bool) -> None:
    for one in broken:
        # A value that could not be read is told once; the rules that miss it add nothing.
        if not (unread and one.code.startswith(("MISSING_", "NO_"))):
            row = draft.places[one.line - 1] if one.line else draft.number
            draft.error(one.code, one.message, row)


def _result(draft: OrderDraft, event: Event, hold: str, shown: str) -> MappingResult:
    return MappingResult(
        event=event,
        hold="" if draft.errors else hold,
        errors=tuple(draft.errors),
        purchase_order_number=draft.stated.order,
        summary=f"{draft.reference}, {shown}",
    )


def _moment(text: str, zone: str, of_day: str = "00:00:00") -> str:
    """Read a date, or a date and time; in the seller's zone where it has no offset. Raises ValueError."""
    return iso_time(text, zone) if "T" in text else iso_time(f"{ship_date_of(text)}T{of_day}", zone)
