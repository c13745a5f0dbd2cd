"""The operations that the stand-in offers, as data."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from simulator.shipping_documents import Kind

SHIPPING = "/vendor/directFulfillment/shipping/v1"
TRANSACTIONS = "/vendor/directFulfillment/transactions/v1/transactions"
TOKEN = "/auth/o2/token"  # noqa: S105 - a path
STATUS_OPERATION = "getTransactionStatus"
TOKEN_OPERATION = "token"  # noqa: S105 - a name
RESTRICTED_TOKEN = "/tokens/2021-03-01/restrictedDataToken"  # noqa: S105 - a path
RESTRICTED_TOKEN_OPERATION = "createRestrictedDataToken"  # noqa: S105 - a name
ORDER_PLACE = "{purchaseOrderNumber}"
"""Stands in a path of the model for an order's number, and literally in a restricted resource for any."""


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


class Read(msgspec.Struct, frozen=True):
    """One restricted GET: its operation and path, what it reads, and how much of that at once.

    `key` is the array's name in a list's payload. `limit` is 1 and `key` empty where one order is read.
    `unknown` is what the model's example says to an order that is not one.
    """

    operation: str
    path: str
    kind: Kind
    key: str = ""
    limit: int = 1
    unknown: str = ""

    @property
    def one(self) -> bool:
        """Whether it reads one order's document."""
        return not self.key


_LABELS, _SLIPS, _INVOICES = (
    f"{SHIPPING}/{name}" for name in ("shippingLabels", "packingSlips", "customerInvoices")
)
_READS = (
    Read("getShippingLabels", _LABELS, "label", "shippingLabels", 100),
    Read("getShippingLabel", f"{_LABELS}/{ORDER_PLACE}", "label", unknown="Invalid PO ID."),
    Read("getPackingSlips", _SLIPS, "packing_slip", "packingSlips", 100),
    Read("getPackingSlip", f"{_SLIPS}/{ORDER_PLACE}", "packing_slip", unknown="Invalid transmission ID."),
    # The model allows 100; the guide says 1 to 10, so that is all one may rely on.
    Read("getCustomerInvoices", _INVOICES, "invoice", "customerInvoices", 10),
    Read("getCustomerInvoice", f"{_INVOICES}/{ORDER_PLACE}", "invoice", unknown="Invalid transmission ID."),
)
READS: Mapping[str, Read] = {read.operation: read for read in _READS}
