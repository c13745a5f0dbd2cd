"""How a fulfillment order goes on by itself: its status and shipments at a moment, by the clock. Pure.

New → Received → Planning → Processing → shipped in one or more shipments → Complete. Nothing is remembered
between two moments, so that the clock may be set forward as far as one likes.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

import msgspec

from simulator.options import Options

Item = dict[str, Any]
Quantities = dict[str, int]
"""Pieces by line."""
HELD_FOR = 14 * 86400.0
"""An order that is on hold is cancelled after so many seconds."""
FILLED_WITHIN = 86400.0
"""What FillAll waits for never comes after so many seconds."""
LATE_TRACKING = 2
"""Steps after which a late tracking number is there."""
ENDS = frozenset({"Complete", "CompletePartialled", "Cancelled", "Unfulfillable", "Invalid"})
_MOST_SHIPMENTS, _MOST_PACKAGES = 5, 9
_DAYS_UNDER_WAY = 2
_PACKAGES_OF_AN_ORDER = 100


class Course(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How one order goes.

    It ships in so many `shipments` of so many `packages` each, as far as it has pieces. `replanned`: Amazon
    cancels its first shipment and plans another for the same pieces. `lost`: pieces by line that are not
    found in the warehouse. `invalid`: it never gets beyond New.
    """

    shipments: int = 1
    packages: int = 1
    replanned: bool = False
    late_tracking: bool = False
    lost: Quantities = {}
    invalid: bool = False

    def __post_init__(self) -> None:
        """Check the counts."""
        if not (1 <= self.shipments <= _MOST_SHIPMENTS and 1 <= self.packages <= _MOST_PACKAGES):
            message = f"1 to {_MOST_SHIPMENTS} shipments of 1 to {_MOST_PACKAGES} packages"
            raise ValueError(f"an order has {message}")


class Order(msgspec.Struct, kw_only=True):
    """One order. `index` counts all orders; `status` is empty while the clock moves it.

    `missing` are pieces that were not in stock; `filled` is when they came. `released` is when it was taken
    off hold.
    """

    index: int
    body: Item
    created: float
    updated: float
    course: Course = Course()
    missing: Quantities = {}
    filled: float | None = None
    released: float | None = None
    cancel_at: float | None = None
    """When it is cancelled that was asked for, if it still can be."""
    returns: list[Item] = []
    authorizations: list[Item] = []
    status: str = ""
    shipments: list[Item] = []
    cancelled: Quantities = {}
    unfulfillable: Quantities = {}

    @property
    def ordered(self) -> Quantities:
        """The pieces of each line."""
        return {one["sellerFulfillmentOrderItemId"]: one["quantity"] for one in self.body["items"]}

    @property
    def policy(self) -> str:
        """What Amazon does where pieces are missing."""
        return str(self.body.get("fulfillmentPolicy", "FillOrKill"))


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """How an order stands: its status and since when, its shipments, and what never ships."""

    status: str
    since: float
    shipments: list[Item] = []
    cancelled: Quantities = {}
    unfulfillable: Quantities = {}


class _Planned(msgspec.Struct, frozen=True):
    """A shipment: its number within the order, and when it is planned and leaves (or is cancelled)."""

    number: int
    quantities: Quantities
    planned: float
    ended: float
    cancelled: bool = False


def course_of(number: str) -> Course:
    """Return a course by an order's number: most are plain, some have what orders may have."""
    mixed = {
        0: Course(invalid=True),
        1: Course(lost={"*": 1}),
        2: Course(replanned=True),
        3: Course(shipments=2, packages=2),
        4: Course(shipments=2),
        5: Course(shipments=2),
        6: Course(packages=2),
        7: Course(late_tracking=True),
        8: Course(shipments=2, replanned=True),
    }
    return mixed.get(zlib.crc32(number.encode()) % 20, Course())


def standing(order: Order, options: Options, now: float) -> Standing:
    """Return how an order stands at a moment."""
    if order.status:
        return Standing(
            status=order.status,
            since=order.updated,
            shipments=order.shipments,
            cancelled=order.cancelled,
            unfulfillable=order.unfulfillable,
        )
    received = order.created + options.order_received_after
    if now < received:
        return Standing(status="New", since=order.created)
    if order.course.invalid:
        return Standing(status="Invalid", since=received)
    if order.body.get("fulfillmentAction") == "Hold":
        return _on_hold(order, received, now)
    if options.order_step is None:
        return Standing(status="Received", since=received)
    return _on_its_way(order, received, options.order_step, options.tracking_after, now)


def steered(order: Order, status: str, now: float) -> Standing:
    """Return how an order stands that somebody moves to a status, with the shipments that belong to it.

    Of CompletePartialled orders the last line is not found, or all but one piece of the only one.
    """
    ordered = order.ordered
    if status not in {"Processing", "Complete", "CompletePartialled"}:
        return Standing(
            status=status,
            since=now,
            cancelled=ordered if status == "Cancelled" else {},
            unfulfillable=ordered if status == "Unfulfillable" else {},
        )
    lost: Quantities = {}
    if status == "CompletePartialled":
        *others, last = ordered
        lost = {last: ordered[last] - (not others)}
    step = 0.0 if status != "Processing" else FILLED_WITHIN  # planned, and not shipped by itself
    parts = [one for one in _plan(order, lost, now, step) if one.planned <= now]
    return Standing(
        status=status,
        since=now,
        shipments=[_shipment(order, one, now, 0.0) for one in parts],
        unfulfillable={line: count for line, count in lost.items() if count},
    )


def _on_hold(order: Order, received: float, now: float) -> Standing:
    end = received + HELD_FOR
    if now < end:
        return Standing(status="Received", since=received)
    return Standing(status="Cancelled", since=end, cancelled=order.ordered)


def _on_its_way(order: Order, received: float, step: float, tracking_after: float, now: float) -> Standing:
    begun = max(received, order.released or received)
    if now < begun + step:
        return Standing(status="Received", since=received)
    if now < begun + 2 * step:
        return Standing(status="Planning", since=begun + step)
    return _processed(order, begun + 2 * step, step, tracking_after, now)


def _processed(order: Order, begun: float, step: float, tracking_after: float, now: float) -> Standing:
    """Return how an order stands after its planning: what is found ships, the rest waits or never does."""
    given_up = order.filled is None and now >= order.created + FILLED_WITHIN
    awaited = order.missing if order.policy == "FillAll" and not given_up else {}
    lost = _lost(order, awaited)
    parts = list(_plan(order, lost, begun, step, awaited))
    tracked = LATE_TRACKING * step if order.course.late_tracking else tracking_after
    shown = [_shipment(order, one, now, tracked) for one in parts if one.planned <= now]
    waits = bool(awaited) and order.filled is None
    if waits and not parts:
        return Standing(status="Planning", since=begun - step)
    ended = max((one.ended for one in parts), default=begun)
    if order.policy == "FillAll" and order.missing and given_up:
        ended = max(ended, order.created + FILLED_WITHIN)
    if waits or now < ended:
        return Standing(status="Processing", since=begun, shipments=shown, unfulfillable=lost)
    status = "Complete" if not lost else "CompletePartialled" if parts else "Unfulfillable"
    return Standing(status=status, since=ended, shipments=shown, unfulfillable=lost)


def _lost(order: Order, awaited: Quantities) -> Quantities:
    """Return the pieces by line that never ship: not found, or not in stock and not `awaited`."""
    ordered, found = order.ordered, dict(order.course.lost)
    if "*" in found:  # of the first line, whatever its number
        found[next(iter(ordered))] = found.pop("*")
    never = order.missing if not awaited else {}
    lost = {
        line: min(found.get(line, 0) + never.get(line, 0), quantity - awaited.get(line, 0))
        for line, quantity in ordered.items()
    }
    lost = {line: count for line, count in lost.items() if count > 0}
    return ordered if lost and order.policy == "FillOrKill" else lost


def _plan(
    order: Order,
    lost: Quantities,
    begun: float,
    step: float,
    awaited: Mapping[str, int] = MappingProxyType({}),
) -> Iterator[_Planned]:
    """Yield the shipments of an order whose processing has begun; the clock goes on by steps."""
    found = {line: count - lost.get(line, 0) - awaited.get(line, 0) for line, count in order.ordered.items()}
    number, leaves = 0, begun
    for part in _parts(found, order.course.shipments):
        number, leaves = number + 1, leaves + step
        if number == 1 and order.course.replanned:
            yield _Planned(number, part, begun, leaves, cancelled=True)
            yield _Planned(number + 1, part, leaves, leaves + step)
            number, leaves = number + 1, leaves + step
        else:
            yield _Planned(number, part, begun, leaves)
    if awaited and order.filled is not None:
        planned = max(order.filled, begun)
        yield _Planned(number + 1, dict(awaited), planned, planned + step)


def _parts(quantities: Quantities, count: int) -> list[Quantities]:
    """Spread pieces over at most so many shipments, none of them empty."""
    pieces = [line for line, quantity in quantities.items() for _ in range(quantity)]
    parts: list[Quantities] = [{} for _ in range(min(count, len(pieces)))]
    for place, line in enumerate(pieces):
        part = parts[place * len(parts) // len(pieces)]
        part[line] = part.get(line, 0) + 1
    return parts


def _shipment(order: Order, planned: _Planned, now: float, tracked: float) -> Item:
    """Write a shipment as the model has it."""
    shipped = planned.ended <= now and not planned.cancelled
    status = "SHIPPED" if shipped else "PENDING"
    if planned.cancelled and planned.ended <= now:
        status = "CANCELLED_BY_FULFILLER"
    skus = {one["sellerFulfillmentOrderItemId"]: one["sellerSku"] for one in order.body["items"]}
    packages = _parts(planned.quantities, order.course.packages)
    # Package numbers are Amazon's own: no two orders share one.
    first = order.index * _PACKAGES_OF_AN_ORDER + planned.number * 10
    dates = {
        "shippingDate": iso_time(planned.ended),
        "estimatedArrivalDate": iso_time(planned.ended + _DAYS_UNDER_WAY * 86400),
    }
    return {
        "amazonShipmentId": f"SH{order.index:06}{planned.number}",
        "fulfillmentCenterId": "PHX7",
        "fulfillmentShipmentStatus": status,
        **(dates if status != "CANCELLED_BY_FULFILLER" else {}),
        "fulfillmentShipmentItem": [
            {
                "sellerSku": skus[line],
                "sellerFulfillmentOrderItemId": line,
                "quantity": quantity,
                **({"packageNumber": first + place} if shipped else {}),
            }
            for place, package in enumerate(packages)
            for line, quantity in package.items()
        ],
        "fulfillmentShipmentPackage": [
            {
                "packageNumber": first + place,
                "carrierCode": "UPS",
                **({"trackingNumber": f"1Z{first + place:010}"} if now >= planned.ended + tracked else {}),
            }
            for place in range(len(packages))
        ]
        if shipped
        else [],
    }


def index_of(package: int) -> int:
    """Return the index of the order that a package of the clock's is of."""
    return package // _PACKAGES_OF_AN_ORDER


def iso_time(seconds: float) -> str:
    """Write a time as Amazon does."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
