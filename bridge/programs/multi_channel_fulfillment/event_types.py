"""What the core knows of orders."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from msgspec.structs import replace

from bridge.programs.event_types import EventType, VerdictRead, Verification
from bridge.programs.multi_channel_fulfillment import bodies
from bridge.programs.multi_channel_fulfillment.cancellations import CANCELLATION, CANCELLED
from bridge.programs.multi_channel_fulfillment.events import FulfillmentOrdered
from bridge.programs.multi_channel_fulfillment.operations import CREATE, GET, ID_KEY
from bridge.programs.multi_channel_fulfillment.orders import LOOKS, TOLD_AFTER, compared, verdict_of
from bridge.programs.multi_channel_fulfillment.preview_check import PRECHECK
from bridge.programs.multi_channel_fulfillment.returns import RETURNED
from bridge.programs.multi_channel_fulfillment.rules import violations
from bridge.programs.multi_channel_fulfillment.updates import CHANGE, UPDATED


def _named(event: FulfillmentOrdered) -> Mapping[str, str]:
    return {ID_KEY: event.seller_fulfillment_order_id}


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def _content(event: FulfillmentOrdered) -> FulfillmentOrdered:
    """Return an order without the date of the interchange that it came in: another one makes it no other."""
    return replace(event, displayable_order_date="") if event.order_date_assumed else event


EVENT_TYPES = (
    EventType(
        event=FulfillmentOrdered,
        operation=CREATE,
        noun="fulfillment order",
        ordering_key=lambda event: f"po:{event.order_number}",
        order=lambda event: event.order_number,
        rules=violations,
        body=bodies.fulfillment_order,
        own_time=lambda event: event.displayable_order_date,
        time_name="displayableOrderDate",
        early=timedelta(hours=24),
        too_early="an order is not made in the future",
        day=lambda event: _day(event.ship_not_before),
        last_day=lambda event: _day(event.cancel_after),
        once=True,
        content=_content,
        cancelled_by=CANCELLATION,
        precheck=PRECHECK,
        changed_by=CHANGE,
        verification=Verification(
            operation=GET,
            names=_named,
            judge=compared,
            looks=LOOKS,
            doubts_refusals=True,
            told_after=TOLD_AFTER,
        ),
        verdict=VerdictRead(
            operation=GET,
            path_name=ID_KEY,
            reference=lambda event: event.seller_fulfillment_order_id,
            judge=verdict_of,
        ),
    ),
    CANCELLED,
    UPDATED,
    RETURNED,
)
