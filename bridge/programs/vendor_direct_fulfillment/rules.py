"""Business rules that can be checked before anything is sent, on events. Pure.

Sources: Amazon's Vendor Direct Fulfillment Shipping v1 model and its use-case guide. Each rule has a
stable code; the vendor must send the document again, corrected.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator

import msgspec

from bridge.mapping.units import LENGTH_UNITS, WEIGHT_UNITS
from bridge.outside_text import clipped_message
from bridge.programs.event_types import Violation
from bridge.programs.vendor_direct_fulfillment.events import (
    Container,
    ContainerLabelRequested,
    Item,
    LabelRequested,
    ShipmentConfirmed,
    ShipmentStatusChanged,
)
from bridge.programs.vendor_direct_fulfillment.status_codes import AMAZON_PAIRS

LARGEST_NUMBER = 2**31 - 1
"""Amazon's integers; no shipment holds more of anything."""
CARRIERS = ("SWA",)
"""The carriers that Amazon makes container labels of: Ship with Amazon."""
CONTAINER_TYPES = frozenset({"carton", "pallet"})

_PAIRS = frozenset(pair for columns in AMAZON_PAIRS.values() for pair in columns.values())
ORDER_NUMBER = re.compile(r"[a-zA-Z0-9]+")
_DECIMAL = re.compile(r"(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)")
_COUNTRY = re.compile(r"[A-Z]{2}")


CONDITIONS = {
    "DUPLICATE": "006",
    "EMPTY_PACKAGES": "007",
    "ITEM_NOT_PACKED": "007",
    "MISSING_CONTAINER_IDENTIFIER": "007",
    "MISSING_COUNTRY": "007",
    "MISSING_ORDER_NUMBER": "007",
    "MISSING_PRODUCT_IDENTIFIER": "007",
    "MISSING_SELLING_PARTY": "007",
    "MISSING_SHIPPED_DATE": "007",
    "MISSING_SHIP_FROM": "007",
    "MISSING_SHIP_METHOD": "007",
    "MISSING_STATUS": "007",
    "MISSING_STATUS_DATE": "007",
    "MISSING_TRACKING_NUMBER": "007",
    "MISSING_WEIGHT": "007",
    "NO_ITEMS": "007",
    "NO_STATUS": "007",
    "QUANTITY": "008",
    "ZERO_QUANTITY": "008",
    "DATE_TIME": "009",
    "SHIPPED_DATE": "009",
    "STATUS_DATE": "009",
    "PACKED_QUANTITY": "010",
    "CONTAINER_CONFLICT": "011",
    "ITEM_CONFLICT": "011",
    "CONTAINERS_OF_DENIAL": "012",
}
"""X12's conditions (647) for our own and Amazon's codes, as an 824 tells them."""

_Rules = Iterator[Violation]


def violations(
    event: ShipmentConfirmed | ShipmentStatusChanged | LabelRequested | ContainerLabelRequested,
    *,
    require_containers: bool = True,
) -> tuple[Violation, ...]:
    """Return every rule that the event breaks, with what it is about; none means that it may be sent.

    `require_containers` refuses a SHIPPED confirmation without containers, which Amazon's guide
    allows but Amazon has refused as EMPTY_PACKAGES.
    """
    if isinstance(event, ShipmentConfirmed):
        return tuple(_confirmation(event, require_containers))
    if isinstance(event, ShipmentStatusChanged):
        return tuple(_status(event))
    if isinstance(event, ContainerLabelRequested):
        return tuple(_container_label(event))
    return tuple(_label_request(event))


def _confirmation(event: ShipmentConfirmed, require_containers: bool) -> _Rules:
    yield from _order_number(event.purchase_order_number)
    yield from _parties(event)
    yield from _moment("shippedDate", event.shipped_date, required=True)
    yield from _moment("estimatedDeliveryDate", event.estimated_delivery_date)
    if not event.items:
        yield _error("NO_ITEMS", "a confirmation names every line of the order; this one has none")
    yield from _items(event.items, event.shipment_status)
    if event.shipment_status == "SHIPPED":
        if require_containers and not event.containers:
            yield _error(
                "EMPTY_PACKAGES",
                "a shipped order needs its containers: no package and no tracking number found",
            )
    elif event.shipment_status != "FLOOR_DENIAL":
        yield _error("SHIPMENT_STATUS", f"{event.shipment_status!r} is neither SHIPPED nor FLOOR_DENIAL")
    elif event.containers:
        yield _error("CONTAINERS_OF_DENIAL", "a floor denial ships nothing and has no containers")
    for container in event.containers:
        yield from _about(_shipped_container(container), container=container.container_identifier)
    yield from _unique("containerIdentifier", (c.container_identifier for c in event.containers))
    if event.containers:
        yield from _pieces(event.containers)
        yield from _packed_sums(event)


def _status(event: ShipmentStatusChanged) -> _Rules:
    # The ledger knows the order of a confirmed tracking number, so a missing one is no error here.
    if event.purchase_order_number:
        yield from _order_number(event.purchase_order_number)
    if not event.selling_party.party_id:
        yield _error("MISSING_SELLING_PARTY", "the document and the configuration name no selling party")
    if not event.tracking_number:
        yield _error("MISSING_TRACKING_NUMBER", "a status update needs the tracking number of its package")
    if (event.status_code, event.reason_code) not in _PAIRS:
        pair = f"{event.status_code}/{event.reason_code}"
        yield _error("UNSUPPORTED_STATUS", f"{pair} is not one of the pairs that Amazon supports")
    yield from _moment("statusDateTime", event.status_date_time, required=True)
    if schedule := event.shipment_schedule:
        yield from _moment("estimatedDeliveryDateTime", schedule.estimated_delivery_date_time)
        yield from _moment("apptWindowStartDateTime", schedule.appt_window_start_date_time)
        yield from _moment("apptWindowEndDateTime", schedule.appt_window_end_date_time)
    country = event.status_location_address.country_code
    if not _COUNTRY.fullmatch(country):
        yield _error(
            "MISSING_COUNTRY" if not country else "COUNTRY_CODE",
            f"the status's place needs a country of two letters (ISO 3166-1), not {country!r}: "
            "send it, or set the vendor's location",
        )


def _label_request(event: LabelRequested) -> _Rules:
    yield from _order_number(event.purchase_order_number)
    yield from _parties(event)
    for container in event.containers:
        yield from _about(_container(container), container=container.container_identifier)
    yield from _pieces(event.containers)
    yield from _unique("containerIdentifier", (c.container_identifier for c in event.containers))


def _container_label(event: ContainerLabelRequested) -> _Rules:
    yield from _parties(event)
    if not event.vendor_container_id:
        yield _error("MISSING_CONTAINER_IDENTIFIER", "the container has no id of the vendor's")
    if event.carrier_id not in CARRIERS:
        known = ", ".join(CARRIERS)
        yield _error("CARRIER", f"Amazon makes container labels of {known} only, not of {event.carrier_id!r}")
    if not event.packages:
        yield _error("NO_PACKAGES", "the container has no packages: name their tracking numbers")
    elif not all(event.packages):
        yield _error("MISSING_TRACKING_NUMBER", "a package of the container has no tracking number")
    for number, count in Counter(filter(None, event.packages)).items():
        if count > 1:
            message = clipped_message(f"package {number} stands {count} times")
            yield Violation(code="DUPLICATE", message=message, container=number)


def _order_number(number: str) -> _Rules:
    if not number:
        yield _error("MISSING_ORDER_NUMBER", "the document names no purchase order")
    elif not ORDER_NUMBER.fullmatch(number):
        yield _error(
            "ORDER_NUMBER_PATTERN", f"purchase order {number!r} may hold letters A-Z, a-z and digits only"
        )


def _parties(event: ShipmentConfirmed | LabelRequested | ContainerLabelRequested) -> _Rules:
    if not event.selling_party.party_id:
        yield _error("MISSING_SELLING_PARTY", "the document and the configuration name no selling party")
    if not event.ship_from_party.party_id:
        yield _error(
            "MISSING_SHIP_FROM",
            "the document names no warehouse, and the configuration does not have exactly one",
        )


def _items(items: tuple[Item, ...], status: str) -> _Rules:
    for item in items:
        yield from _about(_item(item), line=item.item_sequence_number)
        if item.quantity.amount == 0 and status == "SHIPPED":
            yield _error(
                "ZERO_QUANTITY",
                f"line {item.item_sequence_number} ships nothing: Amazon takes no partial shipment, "
                "deny the whole order or ship all of it",
            )
    yield from _unique("itemSequenceNumber", (str(item.item_sequence_number) for item in items))


def _item(item: Item) -> _Rules:
    line = f"line {item.item_sequence_number}"
    if item.item_sequence_number < 1:
        yield _error("ITEM_SEQUENCE_NUMBER", f"{line}: item sequence numbers count from 1")
    if not (item.buyer_product_identifier or item.vendor_product_identifier):
        yield _error(
            "MISSING_PRODUCT_IDENTIFIER", f"{line} has neither an ASIN nor a vendor's product number"
        )
    if max(item.quantity.amount, item.item_sequence_number) > LARGEST_NUMBER:
        yield _error("QUANTITY", f"{line}: a number larger than {LARGEST_NUMBER} is no quantity or line")
    if item.quantity.amount < 0:
        yield _error("QUANTITY", f"{line}: {item.quantity.amount} is negative")


def _shipped_container(container: Container) -> _Rules:
    yield from _container(container)
    # Vendors who ship with their own carrier tell scacCode (NA) or carrier (EU) instead.
    if not (container.ship_method or container.scac_code or container.carrier):
        yield _error(
            "MISSING_SHIP_METHOD",
            f"{_named(container)} has none of shipMethod, scacCode and carrier: send one of them, "
            "or set the vendor's carrier",
        )


def _container(container: Container) -> _Rules:
    named = _named(container)
    if container.container_type not in CONTAINER_TYPES:
        yield _error("CONTAINER_TYPE", f"{named}: {container.container_type!r} is neither carton nor pallet")
    if not container.container_identifier:
        yield _error(
            "MISSING_CONTAINER_IDENTIFIER", "a container has neither an identifier nor a tracking number"
        )
    if container.weight is None:
        yield _error("MISSING_WEIGHT", f"{named} has no weight")
    elif container.weight.unit_of_measure not in WEIGHT_UNITS or not _DECIMAL.fullmatch(
        container.weight.value
    ):
        yield _error("WEIGHT", f"{named}: a weight is a number in KG or LB")
    if sides := container.dimensions:
        values = (sides.length, sides.width, sides.height)
        if sides.unit_of_measure not in LENGTH_UNITS or not all(_DECIMAL.fullmatch(side) for side in values):
            yield _error(
                "DIMENSIONS", f"{named}: length, width and height are numbers in IN or CM, all or none"
            )
    if not any(item.quantity.amount for item in container.packed_items):
        yield _error("EMPTY_PACKAGES", f"{named} has nothing packed in it")
    for item in container.packed_items:
        yield from _about(_item(item), line=item.item_sequence_number)
    numbers = (str(item.item_sequence_number) for item in container.packed_items)
    yield from _unique(f"packed itemSequenceNumber in {named}", numbers)


def _pieces(containers: tuple[Container, ...]) -> _Rules:
    """Check the piece numbers that a document tells: all of a line or none, each once."""
    told: dict[int, list[int | None]] = {}
    for container in containers:
        for item in container.packed_items:
            told.setdefault(item.item_sequence_number, []).append(item.piece_number)
    for line, numbers in told.items():
        known = [number for number in numbers if number is not None]
        if known and (min(known) < 1 or max(known) > LARGEST_NUMBER or len(set(known)) < len(numbers)):
            shown = ", ".join("none" if number is None else str(number) for number in numbers)
            message = (
                f"line {line} has the piece numbers {shown}: each of its containers needs one of its own, "
                "from 1, or none has any"
            )
            yield Violation(code="PIECE_NUMBER", message=clipped_message(message), line=line)


def _packed_sums(event: ShipmentConfirmed) -> _Rules:
    packed: Counter[int] = Counter()
    for container in event.containers:
        for item in container.packed_items:
            packed[item.item_sequence_number] += item.quantity.amount
    shipped = {item.item_sequence_number: item.quantity.amount for item in event.items}
    for line in sorted(packed.keys() | shipped.keys()):
        if packed[line] != shipped.get(line, 0):
            yield _error(
                "PACKED_QUANTITY",
                f"line {line}: {shipped.get(line, 0)} shipped, but {packed[line]} packed in containers",
            )


def _moment(name: str, text: str, *, required: bool = False) -> _Rules:
    if not text:
        if required:
            yield _error(f"MISSING_{_MISSING[name]}", f"{name} is missing")
    elif not _MOMENT.fullmatch(text):
        yield _error("DATE_TIME", f"{name} {text!r} is not ISO-8601 with Z or an offset")


_MISSING = {"shippedDate": "SHIPPED_DATE", "statusDateTime": "STATUS_DATE"}


def _unique(name: str, values: Iterable[str]) -> _Rules:
    told = list(values)
    if len(told) == len(set(told)):  # as nearly always
        return
    for value, count in Counter(told).items():
        if count > 1 and value:
            yield _error("DUPLICATE", f"{name} {value} stands {count} times")


def _named(container: Container) -> str:
    return f"container {container.container_identifier or '(without identifier)'}"


def _error(code: str, message: str) -> Violation:
    return Violation(code=code, message=clipped_message(message))


def _about(found: _Rules, *, line: int | None = None, container: str | None = None) -> _Rules:
    """Return what the rules are about."""
    for violation in found:
        yield msgspec.structs.replace(
            violation,
            line=violation.line if violation.line is not None else line,
            container=violation.container if violation.container is not None else container,
        )
