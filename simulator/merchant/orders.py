"""Sellers' marketplace orders as Orders 2026-01-01 has them: seeded, read and listed."""

from __future__ import annotations

import secrets
import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from http import HTTPStatus
from typing import Any, NoReturn

import msgspec

from simulator.bodies import is_time
from simulator.merchant.options import MerchantOptions
from simulator.merchant.seller_orders import OrderItem, SellerOrder, Status
from simulator.order_course import iso_time
from simulator.replies import Refused

Item = dict[str, Any]
_DAY = 86400.0
_TOKEN_LIFETIME = _DAY
_MOST = 100
_UNTIL = 120.0
"""What changed more lately must not be asked for by a latest time."""
_FILTERS = {
    "fulfillmentStatuses": frozenset(Status.__args__),  # type: ignore[attr-defined]
    "fulfilledBy": frozenset({"MERCHANT", "AMAZON"}),
    "marketplaceIds": None,
    "includedData": frozenset(
        {
            "BUYER", "RECIPIENT", "PROCEEDS", "EXPENSE", "PROMOTION", "CANCELLATION", "FULFILLMENT",
            "PACKAGES", "TAX", "PAYMENT", "FULFILLMENT_ORDERS",
        }
    ),
}  # fmt: skip
_TIMES = ("createdAfter", "createdBefore", "lastUpdatedAfter", "lastUpdatedBefore")
_RESTRICTED_DATA = frozenset({"BUYER", "RECIPIENT"})


class OrderPackage(msgspec.Struct, frozen=True, kw_only=True):
    """What an order knows of a shipment that was bought for it."""

    reference: str
    created: float
    carrier: str
    service: str
    tracking: str
    items: Counter[str]


class MerchantOrders:
    """Orders by account and id; `packages` returns what was bought for one, `wall` the time of day."""

    def __init__(
        self,
        options: MerchantOptions,
        wall: Callable[[], float],
        packages: Callable[[SellerOrder], Sequence[OrderPackage]],
        lock: threading.RLock,
    ) -> None:
        self._options = options
        self._wall = wall
        self._packages = packages
        self._lock = lock
        self._orders: dict[tuple[str, str], SellerOrder] = {}
        self._pages: dict[str, tuple[str, tuple[str, ...], Mapping[str, str], float]] = {}

    def add(self, order: SellerOrder) -> None:
        """Add an order, or put it in place of the one with its id; what was bought for it stays."""
        now = self._wall()
        known = self._orders.get((order.account, order.order_id))
        created = order.created if order.created is not None else known.created if known else now
        latest = order.latest_ship if order.latest_ship is not None else (created or now) + 2 * _DAY
        added = msgspec.structs.replace(
            order,
            created=created,
            updated=order.updated if order.updated is not None else now,
            latest_ship=latest,
            deliver_by=order.deliver_by if order.deliver_by is not None else latest + 5 * _DAY,
        )
        with self._lock:
            self._orders[order.account, order.order_id] = added

    def find(self, account: str, order_id: str) -> SellerOrder | None:
        """Return an order; None where there is none."""
        return self._orders.get((account, order_id))

    def touch(self, order: SellerOrder) -> None:
        """Mark an order as changed now."""
        order.updated = self._wall()

    def all(self, account: str) -> list[Item]:
        """Return an account's orders with all that is known of them."""
        whole = frozenset({"FULFILLMENT", "PACKAGES", "CANCELLATION"})
        with self._lock:
            return [self._view(order, whole) for (of, _), order in self._orders.items() if of == account]

    # Amazon's operations

    def get(self, account: str, order_id: str, query: Mapping[str, str]) -> Item:
        """Answer getOrder; raises `Refused`."""
        included = _values(query, "includedData")
        _check_restricted(included)
        order = self.find(account, order_id)
        if order is None:
            raise Refused(HTTPStatus.NOT_FOUND, "NotFound", f"The order {order_id} does not exist.")
        return {"order": self._view(order, included)}

    def search(self, account: str, query: Mapping[str, str]) -> Item:
        """Answer searchOrders; raises `Refused`."""
        _check_query(query)
        included = _values(query, "includedData")
        _check_restricted(included)
        ids = self._wanted(account, query)
        limit = min(int(query.get("maxResultsPerPage", _MOST)), self._options.orders_page)
        page, rest = ids[:limit], ids[limit:]
        content: Item = {"orders": [self._view(self._orders[account, one], included) for one in page]}
        if rest:
            token = f"{secrets.token_urlsafe(24)}+/="
            self._pages[token] = (account, tuple(rest), _asked(query), self._wall() + _TOKEN_LIFETIME)
            content["pagination"] = {"nextToken": token}
        until = "createdBefore" if "createdAfter" in query else "lastUpdatedBefore"
        return content | {until: query.get(until, iso_time(self._wall() - self._options.orders_lag))}

    def _wanted(self, account: str, query: Mapping[str, str]) -> Sequence[str]:
        token = query.get("paginationToken")
        if token is not None:
            of, ids, asked, end = self._pages.get(token, ("", (), {}, 0.0))
            if of != account or asked != _asked(query) or self._wall() >= end:
                _refuse("The paginationToken is invalid, has expired or is of another query.")
            return ids
        kind = "createdAfter" if "createdAfter" in query else "lastUpdatedAfter"
        known = self._wall() - self._options.orders_lag
        after, before = _time(query, kind, 0.0), _time(query, kind.replace("After", "Before"), known)
        if kind.replace("After", "Before") in query and before > self._wall() - _UNTIL:
            _refuse(f"The latest time must be {_UNTIL:.0f} seconds ago or earlier.")
        found = [
            (at, order_id)
            for (of, order_id), order in self._orders.items()
            if of == account and self._fits(order, query)
            for at in [order.created if kind == "createdAfter" else order.updated]
            if at is not None and after <= at <= before
        ]
        return [order_id for _, order_id in sorted(found)]

    def _fits(self, order: SellerOrder, query: Mapping[str, str]) -> bool:
        told = {
            "fulfillmentStatuses": self.status(order),
            "fulfilledBy": order.fulfilled_by,
            "marketplaceIds": order.marketplace,
        }
        return all(name not in query or value in _values(query, name) for name, value in told.items())

    def status(self, order: SellerOrder) -> Status:
        """Return how an order stands."""
        if order.status is not None:
            return order.status
        shipped = self._shipped(order)
        if not shipped:
            return "UNSHIPPED"
        return (
            "SHIPPED"
            if all(shipped[one] >= count for one, count in order.ordered.items())
            else "PARTIALLY_SHIPPED"
        )

    def _shipped(self, order: SellerOrder) -> Counter[str]:
        return sum((one.items for one in self._packages(order)), Counter[str]())

    def _view(self, order: SellerOrder, included: frozenset[str]) -> Item:
        content: Item = {
            "orderId": order.order_id,
            "createdTime": iso_time(order.created or 0.0),
            "lastUpdatedTime": iso_time(order.updated or 0.0),
            "programs": list(order.programs),
            "salesChannel": {"channelName": "AMAZON", "marketplaceId": order.marketplace},
            "orderItems": self._items(order, included),
        }
        if "FULFILLMENT" in included:
            content["fulfillment"] = {
                "fulfillmentStatus": self.status(order),
                "fulfilledBy": order.fulfilled_by,
                "fulfillmentServiceLevel": "STANDARD",
                "shipByWindow": _window(order.created, order.latest_ship),
                "deliverByWindow": _window(order.latest_ship, order.deliver_by),
            }
        if "PACKAGES" in included:
            content["packages"] = [_package(one) for one in self._packages(order)]
        return content

    def _items(self, order: SellerOrder, included: frozenset[str]) -> list[Item]:
        shipped = self._shipped(order)
        return [_item(item, shipped[item.order_item_id], included) for item in order.items]


def _item(item: OrderItem, shipped: int, included: frozenset[str]) -> Item:
    content: Item = {
        "orderItemId": item.order_item_id,
        "quantityOrdered": item.quantity,
        "programs": list(item.programs),
        "product": {"asin": item.asin, "title": f"Product {item.sku}", "sellerSku": item.sku},
    }
    if "FULFILLMENT" in included:
        left = max(0, item.quantity - shipped)
        content["fulfillment"] = {"quantityFulfilled": shipped, "quantityUnfulfilled": left}
    if "CANCELLATION" in included and item.cancellation_requested:
        request = {"requester": "BUYER", "cancelReason": "Ordered by mistake"}
        content["cancellation"] = {"cancellationRequest": request}
    return content


def _package(package: OrderPackage) -> Item:
    return {
        "packageReferenceId": package.reference,
        "createdTime": iso_time(package.created),
        "packageStatus": {"status": "PENDING"},
        "carrier": package.carrier,
        "shipTime": iso_time(package.created),
        "shippingService": package.service,
        "trackingNumber": package.tracking,
        "packageItems": [
            {"orderItemId": one, "quantity": count} for one, count in sorted(package.items.items())
        ],
    }


def _window(earliest: float | None, latest: float | None) -> Item:
    return {"earliestDateTime": iso_time(earliest or 0.0), "latestDateTime": iso_time(latest or 0.0)}


def _values(query: Mapping[str, str], name: str) -> frozenset[str]:
    return frozenset(query[name].split(",")) if query.get(name) else frozenset()


def _asked(query: Mapping[str, str]) -> dict[str, str]:
    """Return what has to be the same for each page."""
    free = ("paginationToken", "maxResultsPerPage", "includedData")
    return {name: value for name, value in query.items() if name not in free}


def _check_restricted(included: frozenset[str]) -> None:
    unknown = sorted(included - (_FILTERS["includedData"] or included))
    if unknown:
        _refuse(f"includedData has no {', '.join(unknown)}.")
    if restricted := sorted(included & _RESTRICTED_DATA):
        message = "Access to requested resource is denied."
        details = f"{', '.join(restricted)} need a role and a token that the stand-in does not give."
        raise Refused(HTTPStatus.FORBIDDEN, "Unauthorized", message, details)


def _check_query(query: Mapping[str, str]) -> None:
    known = {*_FILTERS, *_TIMES, "maxResultsPerPage", "paginationToken"}
    if unknown := sorted(query.keys() - known):
        _refuse(f"The parameter {unknown[0]} is not known.")
    if ("createdAfter" in query) == ("lastUpdatedAfter" in query):
        _refuse("Exactly one of createdAfter and lastUpdatedAfter is required.")
    other = "lastUpdatedBefore" if "createdAfter" in query else "createdBefore"
    if other in query:
        _refuse(f"{other} does not go with the other times.")
    for name, allowed in _FILTERS.items():
        if allowed is not None and (wrong := sorted(_values(query, name) - allowed)):
            _refuse(f"{name} has no {', '.join(wrong)}.")
    limit = query.get("maxResultsPerPage", "1")
    if not (limit.isascii() and limit.isdigit() and 1 <= int(limit) <= _MOST):
        _refuse(f"maxResultsPerPage must be an integer from 1 to {_MOST}.")


def _time(query: Mapping[str, str], name: str, otherwise: float) -> float:
    value = query.get(name)
    if value is None:
        return otherwise
    if not is_time(value):
        _refuse(f"{name} must be an ISO-8601 date and time with Z or an offset, not {value!r}.")
    return datetime.fromisoformat(value).timestamp()


def _refuse(details: str) -> NoReturn:
    raise Refused(HTTPStatus.BAD_REQUEST, "InvalidInput", "Invalid Input", details)
