"""What the core knows of packages that shipping is to be bought for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from bridge.programs.event_types import Cancellation, EventType
from bridge.programs.merchant_fulfillment import bodies, refunds
from bridge.programs.merchant_fulfillment.events import ShipmentCancelled, ShipmentRequested
from bridge.programs.merchant_fulfillment.operations import CANCEL, CREATE, SHIPMENT_KEY
from bridge.programs.merchant_fulfillment.purchase import (
    PRECHECK,
    SPENDING,
    VERIFICATION,
    answered,
    not_sendable,
)
from bridge.programs.merchant_fulfillment.refused import REFUSALS
from bridge.programs.merchant_fulfillment.rules import violations, violations_of_cancellation

NOT_REPRINTED = "labels are not fetched again yet: print it from Seller Central, and drop this"


def _key(event: ShipmentRequested | ShipmentCancelled) -> str:
    return f"po:{event.amazon_order_id}"


def _key_of_label(event: ShipmentCancelled) -> str:
    return _key(event) if event.amazon_order_id else f"shipment:{event.shipment_id}"


def _order(event: ShipmentRequested | ShipmentCancelled) -> str:
    return event.amazon_order_id


def _package(event: ShipmentRequested | ShipmentCancelled) -> str:
    return event.package


def _named(event: ShipmentCancelled) -> Mapping[str, str]:
    return {SHIPMENT_KEY: event.shipment_id}


def _content(event: ShipmentRequested) -> ShipmentRequested:
    """Return what a document says of a package, without what the settings add and what is to be done."""
    return replace(
        event,
        ship_from=None,
        delivery_experience="",
        carrier_will_pick_up=False,
        label_format="",
        packing_slip=False,
        action="",
        items=tuple(replace(item, asin="", inputs="") for item in event.items),
        latest_ship="",
        promised="",
        ship_date="",
        takes_all=False,
        offer=None,
        inputs="",
        inputs_for="",
        input_problems=(),
        refused_formats=(),
    )


def _cancelled(event: ShipmentRequested) -> ShipmentCancelled:
    return ShipmentCancelled(amazon_order_id=event.amazon_order_id, package=event.package)


def _nothing(_event: Any, _version: str) -> dict[str, Any]:  # noqa: ANN401 - an event of any type
    return {}


EVENT_TYPES = (
    EventType(
        event=ShipmentRequested,
        operation=CREATE,
        noun="shipment",
        ordering_key=_key,
        order=_order,
        subject=_package,
        rules=violations,
        body=bodies.shipment,
        once=True,
        content=_content,
        cancelled_by=Cancellation(operation=CANCEL, make=_cancelled, refer=refunds.refer, frees=True),
        not_sendable=not_sendable,
        answered=answered,
        verification=VERIFICATION,
        spending=SPENDING,
        refusals=REFUSALS,
        precheck=PRECHECK,
    ),
    EventType(
        event=ShipmentCancelled,
        operation=CANCEL,
        noun="cancellation of a label",
        ordering_key=_key_of_label,
        order=_order,
        subject=_package,
        rules=violations_of_cancellation,
        body=_nothing,
        path_names=_named,
        not_sendable=refunds.not_sendable,
        answered=refunds.answered,
        verification=refunds.VERIFICATION,
    ),
)
