"""Business rules that can be checked before Amazon is asked for anything, on events. Pure.

Source: Amazon's model Merchant Fulfillment v0 and its guides. Each rule has a stable code; the partner must
send the package again, corrected. What only an operator can decide is held instead (`reason_to_hold`).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal

from bridge.outside_text import clipped_message
from bridge.programs.event_types import Violation
from bridge.programs.merchant_fulfillment.bodies import ORDER_ID_ON_LABEL
from bridge.programs.merchant_fulfillment.events import (
    DangerousGoods,
    ShipmentCancelled,
    ShipmentItem,
    ShipmentRequested,
)
from bridge.programs.merchant_fulfillment.measures import LARGEST
from bridge.programs.merchant_fulfillment.package_types import PREDEFINED

LONGEST_TEXT = 14
"""Characters that Amazon prints on a label."""
LARGEST_NUMBER = 2**31 - 1
"""Amazon's integers."""
PRINTS_TEXT = "ZPL203"
ACTIONS = ("quote", "buy")
HAZMAT_TYPES = ("None", "LQHazmat")
VOLUMES = ("ML", "L", "FL_OZ", "GAL", "PT", "QT", "C")
PACKING_GROUPS = ("I", "II", "III")
PACKING_INSTRUCTIONS = tuple(
    f"{number}_SECTION_{section}"
    for number, sections in {
        "PI965": ("IA", "IB", "II"),
        "PI966": ("I", "II"),
        "PI967": ("I", "II"),
        "PI968": ("IA", "IB"),
        "PI969": ("I", "II"),
        "PI970": ("I", "II"),
    }.items()
    for section in sections
)
_ORDER_ID = re.compile(r"\d{3}-\d{7}-\d{7}", re.ASCII)
_UN_NUMBER = re.compile(r"(UN|ID|NA)[0-9]{4}")
_CLASS = re.compile(r"[1-9](\.[1-9])?")
_CARRIER_WITHOUT_TEXT = "FedEx"

CONDITIONS = {
    "ACTION": "009",
    "DANGEROUS_GOODS": "009",
    "DECLARED_VALUE": "009",
    "DELIVER_BY": "009",
    "DIMENSIONS": "009",
    "ITEM_TWICE": "006",
    "LABEL_TEXT": "009",
    "LIQUID_VOLUME": "009",
    "MISSING_DIMENSIONS": "007",
    "MISSING_ITEM": "007",
    "MISSING_ORDER_NUMBER": "007",
    "MISSING_WEIGHT": "007",
    "NO_ITEMS": "007",
    "ORDER_ID": "009",
    "PACKAGE_CONFLICT": "009",
    "PACKAGE_TYPE": "009",
    "WEIGHT": "009",
    "ZERO_QUANTITY": "008",
}
"""X12's application error conditions (element 647) by the codes of this program's rules."""


class BrokenRule(Violation, frozen=True, kw_only=True):
    """A rule that a package breaks, and the field that it is about, as columns name it; empty: all of it."""

    about: str = ""


def violations(event: ShipmentRequested) -> tuple[BrokenRule, ...]:
    """Return every rule that a package breaks; `line` is the place of an item among the items, from 1."""
    return (*_order(event.amazon_order_id), *_package(event), *_on_label(event), *_items(event))


def violations_of_cancellation(event: ShipmentCancelled) -> tuple[BrokenRule, ...]:
    """Return every rule that the cancellation of a label breaks."""
    return () if event.shipment_id and not event.amazon_order_id else tuple(_order(event.amazon_order_id))


def reason_to_hold(event: ShipmentRequested) -> str:
    """Return why a package is left to an operator; empty where it may go."""
    for number, item in enumerate(event.items, start=1):
        goods = item.dangerous_goods
        if item.is_hazmat and not (goods and goods.united_nations_regulatory_id):
            return (
                f"item {_name(item, number)} is hazardous, and its document tells no UN number "
                "(united_nations_regulatory_id): have it sent again with one"
            )
    return ""


def is_order_id(number: str) -> bool:
    """Return whether a number is an order's at Amazon: 3, 7 and 7 digits."""
    return _ORDER_ID.fullmatch(number) is not None


def _order(number: str) -> Iterator[BrokenRule]:
    if not number:
        yield _error("MISSING_ORDER_NUMBER", "the package has no amazon_order_id", "amazon_order_id")
    elif not is_order_id(number):
        message = f"amazon_order_id {number!r} is none of Amazon's: 3, 7 and 7 digits with hyphens between"
        yield _error("ORDER_ID", message, "amazon_order_id")


def _package(event: ShipmentRequested) -> Iterator[BrokenRule]:
    if event.action and event.action not in ACTIONS:
        known = ", ".join((*ACTIONS, "cancel", "reprint"))
        yield _error("ACTION", f"action {event.action!r} is none of {known}", "action")
    predefined, dimensions = event.predefined_package_dimensions, event.package_dimensions
    if predefined and predefined not in PREDEFINED:
        message = (
            f"package_type {predefined!r} is none of Amazon's, and not in package_types of "
            "[sellers.S.buy_shipping]"
        )
        yield _error("PACKAGE_TYPE", message, "package_type")
    elif predefined and dimensions is not None:
        message = f"the package has package_type {predefined} and dimensions: Amazon takes one of them"
        yield _error("PACKAGE_TYPE", message, "package_type")
    elif not predefined and dimensions is None:
        message = "the package has neither length, width and height nor a package_type"
        yield _error("MISSING_DIMENSIONS", message, "length")
    if dimensions is not None:
        sides = {"length": dimensions.length, "width": dimensions.width, "height": dimensions.height}
        for name, side in sides.items():
            if not 0 < Decimal(side) <= LARGEST:
                yield _error("DIMENSIONS", f"{name} is {side} {dimensions.unit}: no package has that", name)
    if event.weight is None:
        yield _error("MISSING_WEIGHT", "the package has no weight", "weight")
    elif not 0 < Decimal(event.weight.value) <= LARGEST:
        yield _error(
            "WEIGHT", f"weight is {event.weight.value} {event.weight.unit}: no package has that", "weight"
        )


def _on_label(event: ShipmentRequested) -> Iterator[BrokenRule]:
    text = event.label_text
    if not text:
        return
    about = "label_text"
    if len(text) > LONGEST_TEXT and text != ORDER_ID_ON_LABEL:
        message = f"label_text {text!r} has {len(text)} characters; Amazon prints {LONGEST_TEXT}"
        yield _error("LABEL_TEXT", message, about)
    if event.label_format != PRINTS_TEXT:
        message = (
            f"label_text is printed on labels in {PRINTS_TEXT} alone, and label_format is "
            f"{event.label_format or 'not set'}"
        )
        yield _error("LABEL_TEXT", message, about)
    if event.predefined_package_dimensions.startswith(_CARRIER_WITHOUT_TEXT):
        yield _error("LABEL_TEXT", f"{_CARRIER_WITHOUT_TEXT} prints no label_text on its labels", about)


def _items(event: ShipmentRequested) -> Iterator[BrokenRule]:
    if not event.items:
        yield _error("NO_ITEMS", "the package has no items")
    ids = Counter(_key(item) for item in event.items if item.order_item_id or item.seller_sku)
    for number, item in enumerate(event.items, start=1):
        for code, message, about in _item(item, _name(item, number)):
            yield _error(code, message, about, number)
        if ids[_key(item)] > 1:
            message = (
                f"item {_name(item, number)} stands {ids[_key(item)]} times in the package: send it once"
            )
            yield _error("ITEM_TWICE", message, "order_item_id" if item.order_item_id else "sku", number)


def _item(item: ShipmentItem, name: str) -> Iterator[tuple[str, str, str]]:
    if not item.order_item_id and not item.seller_sku:
        yield "MISSING_ITEM", f"item {name} has neither order_item_id nor sku", "order_item_id"
    if not 1 <= item.quantity <= LARGEST_NUMBER:
        yield "ZERO_QUANTITY", f"quantity {item.quantity} of item {name} must be 1 or more", "quantity"
    volume = item.liquid_volume
    if volume is not None and volume.unit not in VOLUMES:
        what = f"liquid_volume_unit {volume.unit!r} of item {name} is none of {', '.join(VOLUMES)}"
        yield "LIQUID_VOLUME", what, "liquid_volume_unit"
    if item.dangerous_goods is not None and not item.is_hazmat:
        message = f"item {name} is told to be not hazardous, and which dangerous goods it is"
        yield "DANGEROUS_GOODS", message, "is_hazmat"
    if item.dangerous_goods is not None:
        yield from _dangerous(item.dangerous_goods, name)


def _dangerous(goods: DangerousGoods, name: str) -> Iterator[tuple[str, str, str]]:
    number, kind = goods.united_nations_regulatory_id, goods.transportation_regulatory_class
    if number and not _UN_NUMBER.fullmatch(number):
        message = f"united_nations_regulatory_id {number!r} of item {name} is not UN, ID or NA and 4 digits"
        yield "DANGEROUS_GOODS", message, "united_nations_regulatory_id"
    if kind and not _CLASS.fullmatch(kind):
        message = f"transportation_regulatory_class {kind!r} of item {name} is not 1 to 9, or 1.1 to 9.9"
        yield "DANGEROUS_GOODS", message, "transportation_regulatory_class"
    for field, value, known in (
        ("packing_group", goods.packing_group, PACKING_GROUPS),
        ("packing_instruction", goods.packing_instruction, PACKING_INSTRUCTIONS),
    ):
        if value and value not in known:
            yield "DANGEROUS_GOODS", f"{field} {value!r} of item {name} is none of {', '.join(known)}", field


def _key(item: ShipmentItem) -> tuple[str, str]:
    return (item.order_item_id, "") if item.order_item_id else ("", item.seller_sku)


def _name(item: ShipmentItem, number: int) -> str:
    return item.order_item_id or item.seller_sku or str(number)


def _error(code: str, message: str, about: str = "", line: int | None = None) -> BrokenRule:
    return BrokenRule(code=code, message=clipped_message(message), about=about, line=line)
