"""Orders of Multi-Channel Fulfillment: created, read, listed, cancelled; they go on by the clock.

How they go on stands in `order_course`.
"""

from __future__ import annotations

import re
import secrets
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from http import HTTPStatus
from typing import Any

from simulator.operations import CREATE_ORDER
from simulator.options import Options
from simulator.order_course import (
    ENDS,
    Course,
    Order,
    Standing,
    course_of,
    index_of,
    iso_time,
    standing,
    steered,
)
from simulator.order_previews import previewed
from simulator.records import Batch, Records
from simulator.replies import Refused

Item = dict[str, Any]
GET, LIST = "getFulfillmentOrder", "listAllFulfillmentOrders"
ORDERS_A_PAGE = 50
CANCELLABLE = frozenset({"New", "Received", "Planning"})
"""An order that is one of these may be cancelled, or changed while it is on hold."""
_FORWARD = ("New", "Received", "Planning", "Processing")
"""The order in which an order goes on until it ends."""
_AS_IT_CAME = (
    "displayableOrderId", "displayableOrderDate", "displayableOrderComment", "shippingSpeedCategory",
    "destinationAddress", "fulfillmentAction", "fulfillmentPolicy", "notificationEmails",
    "featureConstraints",
)  # fmt: skip


class FulfillmentOrders:
    """Thread-safe; `wall` returns the stand-in's time of day. Orders are known by account and id."""

    def __init__(self, options: Options, records: Records, wall: Callable[[], float]) -> None:
        self.refused: dict[str, tuple[str, str]] = {}
        """Orders whose creation is refused, each with a code and words."""
        self.courses: dict[str, Course] = {}
        """How single orders go, by their id; the others go as `Options.order_courses` says."""
        self.stock: dict[str, int] = {}
        """Pieces that are left by SKU; of one that is not named there are always enough."""
        self._options = options
        self._records = records
        self._wall = wall
        self._lock = threading.Lock()
        self._orders: dict[tuple[str, str], Order] = {}
        self._listings: dict[str, list[str]] = {}
        """The orders that are left of a list, by the token of its next page."""

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
                self._orders[account, number] = self._new(body, now)
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

    def preview(self, body: Item) -> Item:
        """Return what would become of an order at each speed; nothing is kept of it."""
        with self._lock:
            missing = self._missing(body["items"])
        return previewed(body, missing, self._wall())

    def read(self, account: str, number: str) -> Item:
        """Return one order whole; raises `Refused` where there is none."""
        with self._lock:
            order = self._find(account, number)
            stands = self._standing(order)
            return {
                "payload": {
                    "fulfillmentOrder": _header(order, stands),
                    "fulfillmentOrderItems": [_item(stands, item) for item in order.body["items"]],
                    "fulfillmentShipments": stands.shipments,
                    "returnItems": order.returns,
                    "returnAuthorizations": order.authorizations,
                }
            }

    def listed(self, account: str, query: Mapping[str, str]) -> Item:
        """Return one page of the orders that changed since `queryStartDate`."""
        with self._lock:
            if token := query.get("nextToken"):
                if token not in self._listings:
                    message = "The nextToken is invalid or has expired."
                    raise Refused(HTTPStatus.BAD_REQUEST, "InvalidInput", message)
                numbers = self._listings[token]
            else:
                numbers = self._changed_since(account, query.get("queryStartDate", ""))
            page, rest = numbers[:ORDERS_A_PAGE], numbers[ORDERS_A_PAGE:]
            orders = [self._orders[account, number] for number in page]
            found: Item = {"fulfillmentOrders": [_header(one, self._standing(one)) for one in orders]}
            if rest:
                found["nextToken"] = secrets.token_urlsafe(16)
                self._listings[found["nextToken"]] = rest
        return {"payload": found}

    def _changed_since(self, account: str, date: str) -> list[str]:
        since = datetime.fromisoformat(date).timestamp() if date else 0.0
        return [
            number
            for (of, number), order in self._orders.items()
            if of == account and self._standing(order).since >= since
        ]

    def cancel(self, account: str, number: str) -> Item:
        """Take the request to cancel an order that is not processed yet; raises `Refused`."""
        with self._lock:
            order = self._find(account, number)
            status = self._standing(order).status
            if status not in CANCELLABLE:
                message = f"Order {number} cannot be cancelled: it is {status}."
                raise Refused(HTTPStatus.BAD_REQUEST, "InvalidInput", message)
            order.cancel_at = self._wall() + self._options.cancel_after
            self._standing(order)
        return {}

    @contextmanager
    def at_hand(self, account: str, number: str) -> Iterator[tuple[Order, Standing]]:
        """Keep an order from changing within the block; raises `Refused` where there is none."""
        with self._lock:
            order = self._find(account, number)
            yield order, self._standing(order)

    def steer(self, account: str, number: str, status: str) -> Item:
        """Move an order on to a status, as Amazon's sandbox lets one; raises `Refused`.

        It stays there until it is moved again.
        """
        with self._lock:
            order = self._find(account, number)
            now = self._standing(order).status
            if not _goes_on(now, status):
                message = f"Order {number} is {now} and cannot become {status}."
                raise Refused(HTTPStatus.BAD_REQUEST, "InvalidInput", message)
            self._settle(order, steered(order, status, self._wall()))
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

    def restock(self, stock: Mapping[str, int]) -> None:
        """Set the pieces of SKUs; orders that wait for them get them, the oldest first."""
        with self._lock:
            self.stock |= stock
            for order in self._orders.values():
                self._fill(order)

    def numbers(self, account: str = "default") -> list[str]:
        """List the ids of an account's orders."""
        with self._lock:
            return [number for of, number in self._orders if of == account]

    def statuses(self, account: str = "default") -> dict[str, str]:
        """Return how each of an account's orders stands, by its id."""
        with self._lock:
            known = [(number, order) for (of, number), order in self._orders.items() if of == account]
            return {number: self._standing(order).status for number, order in known}

    def _new(self, body: Item, now: float) -> Order:
        """Make an order and take its pieces from the stock; raises `Refused` where there are not enough."""
        number = body["sellerFulfillmentOrderId"]
        mixed = self._options.order_courses == "mixed"
        course = self.courses.get(number) or (course_of(number) if mixed else Course())
        order = Order(index=len(self._orders) + 1, body=body, created=now, updated=now, course=course)
        missing = self._missing(order.body["items"])
        nothing = missing == order.ordered
        if missing and (order.policy == "FillOrKill" or (nothing and order.policy == "FillAllAvailable")):
            skus = sorted(one["sellerSku"] for one in _lines(order, missing))
            message = f"Not enough fulfillable inventory for {', '.join(skus)}."
            raise Refused(HTTPStatus.BAD_REQUEST, "InvalidInput", message)
        order.missing = missing
        for item in body["items"]:
            self._take(item["sellerSku"], item["quantity"] - missing.get(_line(item), 0))
        return order

    def _missing(self, items: Iterable[Item]) -> dict[str, int]:
        """Return the pieces by line that the stock lacks."""
        left, missing = dict(self.stock), dict[str, int]()
        for item in items:
            sku, wanted = item["sellerSku"], item["quantity"]
            if sku in left:
                short = max(0, wanted - left[sku])
                left[sku] -= wanted - short
                missing |= {_line(item): short} if short else {}
        return missing

    def _fill(self, order: Order) -> None:
        """Give an order the pieces that it waits for, all at once."""
        if order.policy != "FillAll" or not order.missing or order.filled is not None or order.status:
            return
        if self._standing(order).status in ENDS:
            return
        wanted = [item | {"quantity": order.missing[_line(item)]} for item in _lines(order, order.missing)]
        if not self._missing(wanted):
            for item in wanted:
                self._take(item["sellerSku"], item["quantity"])
            order.filled = self._wall()

    def _put_back(self, order: Order) -> None:
        for item in order.body["items"]:
            waited = order.missing.get(_line(item), 0) if order.filled is None else 0
            self._take(item["sellerSku"], waited - item["quantity"])

    def _take(self, sku: str, quantity: int) -> None:
        if sku in self.stock:
            self.stock[sku] -= quantity

    def shipped_package(self, account: str, number: int) -> tuple[Item, Item] | None:
        """Return the shipment of a package that has left, and the package; None where there is none."""
        with self._lock:
            shipments = [
                shipment
                for (of, _), order in self._orders.items()
                if of == account and order.index == index_of(number)
                for shipment in self._standing(order).shipments
            ]
        for shipment in shipments:
            for package in shipment["fulfillmentShipmentPackage"]:
                if package["packageNumber"] == number and shipment["fulfillmentShipmentStatus"] == "SHIPPED":
                    return shipment, package
        return None

    def _find(self, account: str, number: str) -> Order:
        order = self._orders.get((account, number))
        # An id with other characters is taken, and cannot be read back.
        if order is None or not re.fullmatch(r"[A-Za-z0-9._-]+", number):
            status = HTTPStatus(self._options.unknown_order)
            code = "NotFound" if status == HTTPStatus.NOT_FOUND else "InvalidInput"
            raise Refused(status, code, f"Requested order {number!r} not found.")
        return order

    def _standing(self, order: Order) -> Standing:
        now = self._wall()
        if order.cancel_at is not None and now >= order.cancel_at:
            at, order.cancel_at = order.cancel_at, None
            if standing(order, self._options, at).status in CANCELLABLE:
                self._settle(order, steered(order, "Cancelled", at))
                self._put_back(order)
        return standing(order, self._options, now)

    def _settle(self, order: Order, stands: Standing) -> None:
        """Leave an order as it stands: the clock moves it no more."""
        order.status, order.updated, order.shipments = stands.status, stands.since, stands.shipments
        order.cancelled, order.unfulfillable = stands.cancelled, stands.unfulfillable


def _goes_on(status: str, to: str) -> bool:
    """Return whether an order of a status may go on to another."""
    if status in ENDS:
        return False
    if to in _FORWARD:
        return _FORWARD.index(to) > _FORWARD.index(status)
    if to == "Cancelled":
        return status in CANCELLABLE
    return to != "Invalid" or status == "New"


def _header(order: Order, stands: Standing) -> Item:
    body = order.body
    return {
        "sellerFulfillmentOrderId": body["sellerFulfillmentOrderId"],
        "marketplaceId": body.get("marketplaceId", "ATVPDKIKX0DER"),
        **{name: body[name] for name in _AS_IT_CAME if name in body},
        "receivedDate": iso_time(order.created),
        "fulfillmentOrderStatus": stands.status,
        "statusUpdatedDate": iso_time(stands.since),
    }


def _item(stands: Standing, item: Item) -> Item:
    return {
        **item,
        "cancelledQuantity": stands.cancelled.get(_line(item), 0),
        "unfulfillableQuantity": stands.unfulfillable.get(_line(item), 0),
    }


def _line(item: Item) -> str:
    return str(item["sellerFulfillmentOrderItemId"])


def _lines(order: Order, of: Mapping[str, int]) -> list[Item]:
    return [item for item in order.body["items"] if _line(item) in of]
