"""The operations that the stand-in offers, as data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import msgspec

from simulator.shipping_documents import Kind

Version = Literal["v1", "2021-12-28"]
"""Of direct fulfilment's shipping and transactions; v1 wraps its replies in `payload`."""
VERSIONS: tuple[Version, ...] = ("v1", "2021-12-28")
TRANSACTION = "/vendor/directFulfillment/transactions/{version}/transactions/{transaction_id}"
TOKEN = "/auth/o2/token"  # noqa: S105 - a path
STATUS_OPERATION = "getTransactionStatus"
TOKEN_OPERATION = "token"  # noqa: S105 - a name
RESTRICTED_TOKEN = "/tokens/2021-03-01/restrictedDataToken"  # noqa: S105 - a path
RESTRICTED_TOKEN_OPERATION = "createRestrictedDataToken"  # noqa: S105 - a name
ORDER_PLACE = "{purchaseOrderNumber}"
"""Stands in a path of the model for an order's number, and literally in a restricted resource for any."""


class Submission(msgspec.Struct, frozen=True):
    """One POST: its operation, path, and the key of its array."""

    operation: str
    path: str
    key: str


_SHIPPING = "/vendor/directFulfillment/shipping/{version}"
CONFIRMATIONS = Submission(
    "submitShipmentConfirmations", f"{_SHIPPING}/shipmentConfirmations", "shipmentConfirmations"
)
STATUS_UPDATES = Submission(
    "submitShipmentStatusUpdates", f"{_SHIPPING}/shipmentStatusUpdates", "shipmentStatusUpdates"
)
LABEL_REQUESTS = Submission(
    "submitShippingLabelRequest", f"{_SHIPPING}/shippingLabels", "shippingLabelRequests"
)
SUBMISSIONS: Mapping[str, Submission] = {
    one.operation: one for one in (CONFIRMATIONS, STATUS_UPDATES, LABEL_REQUESTS)
}


class Creation(msgspec.Struct, frozen=True):
    """One POST whose answer is the verdict and holds labels; version v1 has none. Its operation and path."""

    operation: str
    path: str


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
    f"{_SHIPPING}/{name}" for name in ("shippingLabels", "packingSlips", "customerInvoices")
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
CREATE_LABELS = Creation("createShippingLabels", f"{_LABELS}/{ORDER_PLACE}")
CREATE_CONTAINER_LABEL = Creation("createContainerLabel", f"{_SHIPPING}/containerLabel")
CREATIONS: Mapping[str, Creation] = {one.operation: one for one in (CREATE_LABELS, CREATE_CONTAINER_LABEL)}


class Outbound(msgspec.Struct, frozen=True):
    """One operation of Fulfillment Outbound: its name, method and path, with `{order}` for an order's id."""

    operation: str
    method: Literal["GET", "POST", "PUT"]
    path: str


CREATE_ORDER = "createFulfillmentOrder"
PREVIEW_ORDER = "getFulfillmentPreview"
UPDATE, RETURN = "updateFulfillmentOrder", "createFulfillmentReturn"
REASON_CODES = "listReturnReasonCodes"
STEER_ORDER = "submitFulfillmentOrderStatusUpdate"
"""Amazon has it in its sandbox alone."""
_ORDERS = "/fba/outbound/2020-07-01/fulfillmentOrders"
_FEATURES = "/fba/outbound/2020-07-01/features"
OUTBOUND: Mapping[str, Outbound] = {
    one.operation: one
    for one in (
        Outbound(CREATE_ORDER, "POST", _ORDERS),
        Outbound(PREVIEW_ORDER, "POST", f"{_ORDERS}/preview"),
        Outbound("listAllFulfillmentOrders", "GET", _ORDERS),
        Outbound("getFulfillmentOrder", "GET", f"{_ORDERS}/{{order}}"),
        Outbound("cancelFulfillmentOrder", "PUT", f"{_ORDERS}/{{order}}/cancel"),
        Outbound(UPDATE, "PUT", f"{_ORDERS}/{{order}}"),
        Outbound(RETURN, "PUT", f"{_ORDERS}/{{order}}/return"),
        Outbound(REASON_CODES, "GET", "/fba/outbound/2020-07-01/returnReasonCodes"),
        Outbound(STEER_ORDER, "PUT", f"{_ORDERS}/{{order}}/status"),
        Outbound("getFeatures", "GET", _FEATURES),
        Outbound("getFeatureInventory", "GET", f"{_FEATURES}/inventory/{{order}}"),
        Outbound("getFeatureSKU", "GET", f"{_FEATURES}/inventory/{{order}}/{{sku:path}}"),
        Outbound("getPackageTrackingDetails", "GET", "/fba/outbound/2020-07-01/tracking"),
    )
}
RESTRICTED = frozenset({*READS, CREATE_LABELS.operation})
"""Operations that take a Restricted Data Token instead of the access token."""


def of_version(path: str, version: Version) -> str:
    """Return a path of one version."""
    return path.replace("{version}", version)


def restricted_resources(version: Version) -> set[tuple[str, str]]:
    """Return method and path of each restricted operation of one version."""
    found = {("GET", of_version(read.path, version)) for read in READS.values()}
    return found if version == "v1" else {*found, ("POST", of_version(CREATE_LABELS.path, version))}
