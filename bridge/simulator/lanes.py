"""The operations that the stand-in offers, as data."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

SHIPPING = "/vendor/directFulfillment/shipping/v1"
TRANSACTIONS = "/vendor/directFulfillment/transactions/v1/transactions"
TOKEN = "/auth/o2/token"  # noqa: S105 - a path
STATUS_OPERATION = "getTransactionStatus"
TOKEN_OPERATION = "token"  # noqa: S105 - a name


class Lane(msgspec.Struct, frozen=True):
    """One POST: its operation, path, the key of its array, and the shape of the array's items."""

    operation: str
    path: str
    key: str
    shape: str


CONFIRMATIONS = Lane(
    "submitShipmentConfirmations",
    f"{SHIPPING}/shipmentConfirmations",
    "shipmentConfirmations",
    "ShipmentConfirmation",
)
STATUS_UPDATES = Lane(
    "submitShipmentStatusUpdates",
    f"{SHIPPING}/shipmentStatusUpdates",
    "shipmentStatusUpdates",
    "ShipmentStatusUpdate",
)
LABEL_REQUESTS = Lane(
    "submitShippingLabelRequest",
    f"{SHIPPING}/shippingLabels",
    "shippingLabelRequests",
    "ShippingLabelRequest",
)
LANES: Mapping[str, Lane] = {lane.operation: lane for lane in (CONFIRMATIONS, STATUS_UPDATES, LABEL_REQUESTS)}
