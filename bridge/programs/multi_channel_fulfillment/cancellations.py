"""Cancelling an order that Amazon has: a request there, whose outcome the order shows. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from bridge.domain.outcomes import AmazonApiError, Verdict
from bridge.programs.event_types import Cancellation, EventType, Found, VerdictRead, Verification
from bridge.programs.multi_channel_fulfillment.events import FulfillmentCancelled, FulfillmentOrdered
from bridge.programs.multi_channel_fulfillment.operations import CANCEL, GET, ID_KEY
from bridge.programs.multi_channel_fulfillment.orders import LOOKS, STATUSES, TOLD_AFTER, FulfillmentOrder

TOO_LATE = "TOO_LATE"
_STILL_OPEN = frozenset({"New", "Received", "Planning"})
"""As long as an order is one of these, Amazon may cancel it yet."""


def verdict_of(order: FulfillmentOrder) -> Verdict:
    """Return whether an order was cancelled; as long as Amazon may cancel it, that is open."""
    units = sum(line.quantity for line in order.lines)
    cancelled = sum(line.cancelled_quantity for line in order.lines)
    if order.status == "Cancelled" or (units and cancelled >= units):
        return Verdict(status="Success")
    if order.status in _STILL_OPEN or order.status not in STATUSES:
        return Verdict(status="Processing")
    return Verdict(status="Failure", errors=(AmazonApiError(TOO_LATE, _why_not(order, cancelled, units)),))


def found(_event: FulfillmentCancelled, order: FulfillmentOrder) -> Found:
    """Return whether a request in doubt is decided; one that is not may be repeated without harm."""
    return "absent" if verdict_of(order).status == "Processing" else "taken"


def _why_not(order: FulfillmentOrder, cancelled: int, units: int) -> str:
    if order.status in {"Unfulfillable", "Invalid"}:
        return f"there is nothing to cancel: the order is {order.status} at Amazon, and nothing of it ships"
    some = f", except for {cancelled} of its {units} units" if cancelled else ""
    return (
        f"too late: the order is {order.status} at Amazon and is not cancelled{some}; what ships of it is "
        "told as for any order"
    )


def _cancelling(event: FulfillmentOrdered) -> FulfillmentCancelled:
    return FulfillmentCancelled(
        order_number=event.order_number, seller_fulfillment_order_id=event.seller_fulfillment_order_id
    )


def _named(event: FulfillmentCancelled) -> Mapping[str, str]:
    return {ID_KEY: event.seller_fulfillment_order_id}


CANCELLATION = Cancellation(operation=CANCEL, make=_cancelling)
CANCELLED = EventType(
    event=FulfillmentCancelled,
    operation=CANCEL,
    noun="cancellation",
    ordering_key=lambda event: f"po:{event.order_number}",
    order=lambda event: event.order_number,
    rules=lambda _event: (),
    body=lambda _event, _version: {},
    path_names=_named,
    verification=Verification(operation=GET, names=_named, judge=found, looks=LOOKS, told_after=TOLD_AFTER),
    verdict=VerdictRead(
        operation=GET,
        path_name=ID_KEY,
        reference=lambda event: event.seller_fulfillment_order_id,
        judge=verdict_of,
        explains_refusals=True,
    ),
)
