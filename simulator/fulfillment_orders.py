"""Orders of Multi-Channel Fulfillment: created, read, listed, cancelled, and moved by the clock."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

import msgspec

from simulator.operations import CREATE_ORDER
from simulator.options import Options
from simulator.records import Batch, Records
from simulator.replies import Refused

Item = dict[str, Any]
GET, LIST = "getFulfillmentOrder", "listAllFulfillmentOrders"
ORDERS_A_PAGE = 50
_CANCELLABLE = frozenset({"New", "Received", "Planning"})
_AS_IT_CAME = (
    "displayableOrderId", "displayableOrderDate", "displayableOrderComment", "shippingSpeedCategory",
    "destinationAddress", "fulfillmentAction", "fulfillmentPolicy", "notificationEmails",
    "featureConstraints",
)  # fmt: skip


class _Order(msgspec.Struct, kw_only=True):
    """One order; `status` is empty while the clock moves it."""

    body: Item
    created: float
    updated: float
    status: str = ""
    shipments: list[Item] = []
    cancelled: dict[str, int] = {}
    unfulfillable: dict[str, int] = {}


class FulfillmentOrders:
    """Thread-safe; `wall` returns the stand-in's time of day. Orders are known by account and id."""

    def __init__(self, options: Options, records: Records, wall: Callable[[], float]) -> None:
        self.refused: dict[str, tuple[str, str]] = {}
        """Orders whose creation is refused, each with a code and words."""
        self._options = options
        self._records = records
        self._wall = wall
        self._lock = threading.Lock()
        self._orders: dict[tuple[str, str], _Order] = {}

    # Amazon's operations

    def create(self, account: str, body: Item) -> Item:
        """Accept an order, `New` at first; raises `Refused`."""
        number, now = body["sellerFulfillmentOrderId"], self._wall()
        if (told := self.refused.get(number)) is not None:
            raise Refused(HTTPStatus.BAD_REQUEST, *told)
        with self._lock:
            known = self._orders.get((account, number))
            if known is not None and self._options.repeated_order == 400:
                message = (
                    f"Value {number} for parameter sellerFulfillmentOrderId is invalid. It is not unique."
                )
                raise Refused(HTTPStatus.BAD_REQUEST, "InvalidInput", message)
            if known is None:
                self._orders[account, number] = _Order(body=body, created=now, updated=now)
        self._records.accept(
            Batch(
                time=now,
                account=account,
                operation=CREATE_ORDER,
                transaction_id="",
                items=[body],
                processed=[body],
            )
        )
        return {}

    def read(self, account: str, number: str) -> Item:
        """Return one order whole; raises `Refused` where there is none."""
        with self._lock:
            order = self._find(account, number)
            return {
                "payload": {
                    "fulfillmentOrder": self._header(order),
                    "fulfillmentOrderItems": [_item(order, item) for item in order.body["items"]],
                    "fulfillmentShipments": order.shipments,
                    "returnItems": [],
                    "returnAuthorizations": [],
                }
            }

    def listed(self, account: str, query: Mapping[str, str]) -> Item:
        """Return one page of the orders that changed since `queryStartDate`."""
        since = (
            datetime.fromisoformat(query["queryStartDate"]).timestamp() if "queryStartDate" in query else 0
        )
        start = int(query.get("nextToken") or 0)
        with self._lock:
            headers = [
                self._header(order)
                for (of, _), order in self._orders.items()
                if of == account and self._updated(order) >= since
            ]
        page = headers[start : start + ORDERS_A_PAGE]
        more = start + ORDERS_A_PAGE < len(headers)
        return {
            "payload": {
                **({"nextToken": str(start + ORDERS_A_PAGE)} if more else {}),
                "fulfillmentOrders": page,
            }
        }

    def cancel(self, account: str, number: str) -> Item:
        """Cancel an order that is not processed yet; raises `Refused`."""
        with self._lock:
            order = self._find(account, number)
            if self._status(order) not in _CANCELLABLE:
                message = f"Order {number} cannot be cancelled: it is {self._status(order)}."
                raise Refused(HTTPStatus.BAD_REQUEST, "InvalidInput", message)
            order.cancelled = {
                item["sellerFulfillmentOrderItemId"]: item["quantity"] for item in order.body["items"]
            }
            order.status, order.updated = "Cancelled", self._wall()
        return {}

    # What a test or an operator's rehearsal says

    def move(
        self,
        number: str,
        status: str,
        *,
        account: str = "default",
        unfulfillable: Mapping[str, int] | None = None,
    ) -> None:
        """Set how an order stands; `unfulfillable` has quantities by line."""
        with self._lock:
            order = self._find(account, number)
            order.status, order.updated = status, self._wall()
            order.unfulfillable |= unfulfillable or {}

    def ship(
        self, number: str, shipments: Sequence[Item], status: str = "", *, account: str = "default"
    ) -> None:
        """Set an order's shipments as the model has them, and perhaps its status."""
        with self._lock:
            order = self._find(account, number)
            order.shipments, order.updated = list(shipments), self._wall()
            order.status = status or order.status or "Processing"

    def numbers(self, account: str = "default") -> list[str]:
        """List the ids of an account's orders."""
        with self._lock:
            return [number for of, number in self._orders if of == account]

    def _find(self, account: str, number: str) -> _Order:
        order = self._orders.get((account, number))
        # An id with other characters is taken, and cannot be read back.
        if order is None or not re.fullmatch(r"[A-Za-z0-9._-]+", number):
            status = HTTPStatus(self._options.unknown_order)
            code = "NotFound" if status == HTTPStatus.NOT_FOUND else "InvalidInput"
            raise Refused(status, code, f"Requested order {number!r} not found.")
        return order

    def _status(self, order: _Order) -> str:
        if order.status:
            return order.status
        return "New" if self._wall() < order.created + self._options.order_received_after else "Received"

    def _updated(self, order: _Order) -> float:
        if order.status or self._status(order) == "New":
            return order.updated
        return order.created + self._options.order_received_after

    def _header(self, order: _Order) -> Item:
        body = order.body
        return {
            "sellerFulfillmentOrderId": body["sellerFulfillmentOrderId"],
            "marketplaceId": body.get("marketplaceId", "ATVPDKIKX0DER"),
            **{name: body[name] for name in _AS_IT_CAME if name in body},
            "receivedDate": _time(order.created),
            "fulfillmentOrderStatus": self._status(order),
            "statusUpdatedDate": _time(self._updated(order)),
        }


def _item(order: _Order, item: Item) -> Item:
    line = item["sellerFulfillmentOrderItemId"]
    return {
        **item,
        "cancelledQuantity": order.cancelled.get(line, 0),
        "unfulfillableQuantity": order.unfulfillable.get(line, 0),
    }


def _time(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
