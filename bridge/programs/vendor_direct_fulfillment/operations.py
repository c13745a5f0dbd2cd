"""Amazon's operations of Vendor Direct Fulfillment as a table.

Source: Vendor Direct Fulfillment Shipping and Transactions, v1 and 2021-12-28, of the Selling Partner API.
"""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus

import msgspec

from bridge.programs.operations import Item, Operation
from bridge.programs.vendor_direct_fulfillment.bodies import V1, V2021_12_28
from bridge.programs.vendor_direct_fulfillment.documents import (
    read_container_label,
    read_customer_invoice,
    read_packing_slip,
    read_shipping_label,
)

VERSIONS = (V1, V2021_12_28)
CONFIRM = "submitShipmentConfirmations"
UPDATE_STATUS = "submitShipmentStatusUpdates"
REQUEST_LABEL = "submitShippingLabelRequest"
CREATE_LABELS = "createShippingLabels"
CREATE_CONTAINER_LABEL = "createContainerLabel"
TRANSACTION_STATUS = "getTransactionStatus"
NUMBER_KEY = "purchaseOrderNumber"


def _paths(api: str, path: str, versions: tuple[str, ...] = VERSIONS) -> dict[str, str]:
    return {version: f"/vendor/directFulfillment/{api}/{version}/{path}" for version in versions}


def _reads(
    many: str, one: str, list_key: str, limit: int, read: Callable[[msgspec.Raw], Item]
) -> tuple[Operation, Operation]:
    """Return the two reads of a kind of document: those of a window, and that of one order."""
    return (
        Operation(
            name=many,
            method="GET",
            paths=_paths("shipping", list_key),
            restricted=True,
            list_key=list_key,
            number_key=NUMBER_KEY,
            limit=limit,
            read=read,
        ),
        Operation(
            name=one,
            method="GET",
            paths=_paths("shipping", f"{list_key}/{{{NUMBER_KEY}}}"),
            path_names={NUMBER_KEY: "[a-zA-Z0-9]+"},
            restricted=True,
            list_key=list_key,
            number_key=NUMBER_KEY,
            read=read,
        ),
    )


OPERATIONS = (
    Operation(
        name=CONFIRM,
        method="POST",
        paths=_paths("shipping", "shipmentConfirmations"),
        reply="transaction",
        body_key="shipmentConfirmations",
        # Twice the same confirmation may be an error or a second shipment: an operator decides.
        in_doubt="hold",
    ),
    Operation(
        name=UPDATE_STATUS,
        method="POST",
        paths=_paths("shipping", "shipmentStatusUpdates"),
        reply="transaction",
        body_key="shipmentStatusUpdates",
        in_doubt="resubmit",  # the same fact twice is harmless
    ),
    Operation(
        name=REQUEST_LABEL,
        method="POST",
        paths=_paths("shipping", "shippingLabels"),
        reply="transaction",
        body_key="shippingLabelRequests",
        in_doubt="verify",  # the label is there if the request was taken
    ),
    Operation(
        name=CREATE_LABELS,
        method="POST",
        paths=_paths("shipping", "shippingLabels/{purchaseOrderNumber}", (V2021_12_28,)),
        reply="result",
        in_doubt="verify",
        # It conflicts with the state of the shipment: mostly, that the labels are there.
        doubtful=frozenset({HTTPStatus.CONFLICT}),
        restricted=True,
        number_key=NUMBER_KEY,
        read=read_shipping_label,
    ),
    Operation(
        name=CREATE_CONTAINER_LABEL,
        method="POST",
        paths=_paths("shipping", "containerLabel", (V2021_12_28,)),
        reply="result",
        # Amazon does not say whether a second call returns the same label, and none can be looked up.
        in_doubt="hold",
        read=read_container_label,
    ),
    Operation(
        name=TRANSACTION_STATUS,
        method="GET",
        paths=_paths("transactions", "transactions/{transactionId}"),
    ),
    *_reads("getShippingLabels", "getShippingLabel", "shippingLabels", 100, read_shipping_label),
    *_reads("getPackingSlips", "getPackingSlip", "packingSlips", 100, read_packing_slip),
    # The model says 100, the guide 10: what both take is asked for.
    *_reads("getCustomerInvoices", "getCustomerInvoice", "customerInvoices", 10, read_customer_invoice),
)
