"""Amazon's operations as a table: event to request here, reply to outcome in `replies`. Pure.

Source: Vendor Direct Fulfillment Shipping v1 and Transactions v1 of the Selling Partner API. A new
operation is a line in `OPERATIONS` and a shape in `elements`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal
from urllib.parse import quote

import msgspec

from bridge.domain.events import Event, LabelRequested, ShipmentConfirmed, ShipmentStatusChanged
from bridge.spapi.elements import item_of
from bridge.spapi.replies import classify_reply, orders_named, parse_verdict

__all__ = [
    "OPERATIONS",
    "RESTRICTED_DATA_TOKEN",
    "TRANSACTION_STATUS",
    "InDoubtPolicy",
    "Operation",
    "classify_reply",
    "item_count",
    "item_of",
    "operation_of",
    "orders_named",
    "parse_verdict",
    "request_body",
]

InDoubtPolicy = Literal["hold", "resubmit", "verify"]

_SHIPPING = "/vendor/directFulfillment/shipping/v1"
_TRANSACTIONS = "/vendor/directFulfillment/transactions/v1"


class Operation(msgspec.Struct, frozen=True, kw_only=True):
    """One operation of Amazon's API.

    `path` may hold `{names}`. `body_key` names the posted array, `event` the type of its elements'
    events (empty and None for a GET). `in_doubt` is what to do by default where it is not known whether
    Amazon took it: `hold` for an operator, `resubmit`, or `verify` for the result. `verdict_minutes` is
    when Amazon expects to have a verdict.

    `restricted`: Amazon wants a restricted data token instead of the access token. `list_key` names
    the list that a read answers with, by order too, where there is one element of it alone. `limit`
    is how many elements a page may hold; 0 where there are no pages.
    """

    name: str
    method: Literal["GET", "POST"]
    path: str
    body_key: str = ""
    event: type[Event] | None = None
    in_doubt: InDoubtPolicy = "hold"
    verdict_minutes: int = 10
    restricted: bool = False
    list_key: str = ""
    limit: int = 0

    def path_of(self, **names: str) -> str:
        """Fill in the path's names, each percent-encoded."""
        return self.path.format_map({name: quote(value, safe="") for name, value in names.items()})


TRANSACTION_STATUS = Operation(
    name="getTransactionStatus",
    method="GET",
    path=f"{_TRANSACTIONS}/transactions/{{transactionId}}",
)

RESTRICTED_DATA_TOKEN = Operation(
    name="createRestrictedDataToken",
    method="POST",
    path="/tokens/2021-03-01/restrictedDataToken",
)


def _reads(many: str, one: str, list_key: str, limit: int) -> tuple[Operation, Operation]:
    """Make the two reads of a kind of document: those of a window, and that of one order."""
    path = f"{_SHIPPING}/{list_key}"
    return (
        Operation(name=many, method="GET", path=path, restricted=True, list_key=list_key, limit=limit),
        Operation(
            name=one,
            method="GET",
            path=f"{path}/{{purchaseOrderNumber}}",
            restricted=True,
            list_key=list_key,
        ),
    )


OPERATIONS: dict[str, Operation] = {
    operation.name: operation
    for operation in (
        Operation(
            name="submitShipmentConfirmations",
            method="POST",
            path=f"{_SHIPPING}/shipmentConfirmations",
            body_key="shipmentConfirmations",
            event=ShipmentConfirmed,
            # Twice the same confirmation may be an error or a second shipment: an operator decides.
            in_doubt="hold",
        ),
        Operation(
            name="submitShipmentStatusUpdates",
            method="POST",
            path=f"{_SHIPPING}/shipmentStatusUpdates",
            body_key="shipmentStatusUpdates",
            event=ShipmentStatusChanged,
            in_doubt="resubmit",  # the same fact twice is harmless
        ),
        Operation(
            name="submitShippingLabelRequest",
            method="POST",
            path=f"{_SHIPPING}/shippingLabels",
            body_key="shippingLabelRequests",
            event=LabelRequested,
            in_doubt="verify",  # the label is there if the request was taken
            verdict_minutes=15,
        ),
        TRANSACTION_STATUS,
        *_reads("getShippingLabels", "getShippingLabel", "shippingLabels", 100),
        *_reads("getPackingSlips", "getPackingSlip", "packingSlips", 100),
        # The model says 100, the guide 10: what both take is asked for.
        *_reads("getCustomerInvoices", "getCustomerInvoice", "customerInvoices", 10),
    )
}

_OPERATION_OF_EVENT: Mapping[type[Event], Operation] = {
    operation.event: operation for operation in OPERATIONS.values() if operation.event is not None
}


def operation_of(event: Event) -> Operation:
    """Name the operation that tells Amazon this event."""
    return _OPERATION_OF_EVENT[type(event)]


def request_body(operation: Operation, items: Sequence[dict[str, Any]]) -> bytes:
    """Write the body of a POST as compact UTF-8 JSON: `{body_key: items}`. Raises ValueError if empty.

    Amazon's model wants at least one element; an empty POST would be a mistake of the caller's.
    """
    if not operation.body_key or not items:
        raise ValueError(f"{operation.name}: a body needs at least one element")
    return msgspec.json.encode({operation.body_key: list(items)})


def item_count(operation: Operation, body: bytes) -> int:
    """Count the elements of a body that `request_body` wrote."""
    return len(msgspec.json.decode(body, type=dict[str, list[msgspec.Raw]])[operation.body_key])
