"""A package of a flat file while it is read, and what it becomes."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from bridge.domain.events import MappingResult
from bridge.flatfiles.draft import Draft
from bridge.flatfiles.ship_date import ship_date_of
from bridge.mapping.profile import VendorProfile
from bridge.mapping.times import iso_time
from bridge.programs.event_types import Violation
from bridge.programs.merchant_fulfillment.event_types import NOT_REPRINTED
from bridge.programs.merchant_fulfillment.events import ShipmentCancelled
from bridge.programs.merchant_fulfillment.rules import reason_to_hold, violations, violations_of_cancellation
from bridge.programs.merchant_fulfillment.stated import (
    StatedPackage,
    named,
    requested,
    summary_of,
    why_not_from,
)


class PackageDraft(Draft, kw_only=True):
    """A package while it is read.

    `places` has the row (or request) of each item, `at` the number of each column. `deliver_by` is read by
    the seller's profile. `shipment_id` is told by what is about a label that was bought.
    """

    stated: StatedPackage = msgspec.field(default_factory=StatedPackage)
    deliver_by: str = ""
    shipment_id: str = ""
    places: list[int] = msgspec.field(default_factory=list)
    at: dict[str, int] = msgspec.field(default_factory=dict)


def result_of(draft: PackageDraft, profile: VendorProfile) -> MappingResult:
    """Return the package, or why it is refused or held."""
    stated, unread = draft.stated, bool(draft.errors)
    if draft.shipment_id or stated.action == "reprint":
        return _about_label(draft)
    try:
        if draft.deliver_by:
            stated.deliver_by = _moment(draft.deliver_by, profile.timezone)
    except ValueError as error:
        draft.error("DELIVER_BY", f"deliver_by: {error}", 0, draft.at.get("deliver_by", 0))
    if draft.meaning == "cancel":
        stated.action = ""
    event = requested(stated, profile)
    if draft.meaning != "cancel":  # of which the numbers alone count
        _check(draft, violations(event), unread=unread)
    shown = summary_of(event) if draft.meaning != "cancel" else named(stated.order, stated.package)
    if unread:
        shown = f"{named(stated.order, stated.package)}: not read"
    unknown = why_not_from(event, profile)
    reasons = filter(None, (unknown, reason_to_hold(event)))
    lacks = unknown and not draft.errors and draft.meaning != "cancel"
    return MappingResult(
        event=None if lacks else event,
        about=event,
        hold="" if draft.errors else "; ".join(reasons),
        errors=tuple(draft.errors),
        purchase_order_number=stated.order,
        summary=f"{draft.reference}, {shown}",
    )


def _about_label(draft: PackageDraft) -> MappingResult:
    """Return what is to be done with a label that was bought."""
    stated = draft.stated
    event = ShipmentCancelled(
        amazon_order_id=stated.order, package=stated.package, shipment_id=draft.shipment_id
    )
    if stated.action not in {"cancel", "reprint"}:
        draft.error("ACTION", "shipment_id names a label that was bought: action must be cancel or reprint")
    _check(draft, violations_of_cancellation(event), unread=False)
    cancels = stated.action == "cancel"
    shown = named(stated.order, stated.package) if stated.order else f"shipment {draft.shipment_id}"
    return MappingResult(
        event=event if cancels else None,
        hold="" if draft.errors or cancels else NOT_REPRINTED,
        errors=tuple(draft.errors),
        purchase_order_number=stated.order,
        summary=f"{draft.reference}, {stated.action or 'label'} of {shown}",
    )


def _check(draft: PackageDraft, broken: Iterable[Violation], *, unread: bool) -> None:
    for one in broken:
        # A value that could not be read is told once; the rules that miss it add nothing.
        if unread and one.code.startswith(("MISSING_", "NO_")):
            continue
        row = draft.places[one.line - 1] if one.line else draft.number
        draft.error(one.code, one.message, row, draft.at.get(getattr(one, "about", ""), 0))


def _moment(text: str, zone: str) -> str:
    """Read a day (its end), or a moment; in the seller's zone where it has no offset. Raises ValueError."""
    return iso_time(text, zone) if "T" in text else iso_time(f"{ship_date_of(text)}T23:59:59", zone)
