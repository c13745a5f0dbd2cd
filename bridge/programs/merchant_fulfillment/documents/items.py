"""What is in a package, as a document tells it."""

from __future__ import annotations

import re
from collections.abc import Sequence

import msgspec

from bridge.mapping.lookup import Scope
from bridge.mapping.reader import Reader, opening
from bridge.programs.merchant_fulfillment.events import DangerousGoods, ShipmentItem
from bridge.programs.merchant_fulfillment.measures import hazardous

_FOUR_DIGITS = re.compile(r"[0-9]{4}")


class ItemRead(msgspec.Struct):
    """An item, and the loop that tells it."""

    item: ShipmentItem
    scope: Scope


def item_of(reader: Reader, scope: Scope, package: Scope | None = None, *, splits: bool = False) -> ItemRead:
    """Return an item; `package` is a loop within it that may tell how much of it is there.

    What cannot be read is noted, and its quantity is 0. With `splits` it is in several packages.
    """
    told = DangerousGoods(
        united_nations_regulatory_id=_un_number(reader.text("united_nations_regulatory_id", scope)),
        transportation_regulatory_class=reader.text("transportation_regulatory_class", scope),
        packing_group=reader.text("packing_group", scope),
        packing_instruction=reader.text("packing_instruction", scope),
    )
    goods = told if told != DangerousGoods() else None
    item = ShipmentItem(
        order_item_id=reader.text("order_item_id", scope),
        seller_sku=reader.text("sku", scope),
        quantity=_quantity(reader, scope, package, splits=splits),
        transparency_codes=tuple(reader.fields["transparency_codes"].every(scope)),
        is_hazmat=hazardous(reader.flag("is_hazmat", scope), goods),
        dangerous_goods=goods,
    )
    return ItemRead(item, scope)


def joined(reader: Reader, found: Sequence[ItemRead]) -> list[ItemRead]:
    """Return items with those of the same product as one; those that differ in anything else are refused."""
    known: dict[tuple[str, str], ItemRead] = {}
    for one in found:
        key = one.item.order_item_id, one.item.seller_sku
        first = known.setdefault(key, one)
        if first is one or key == ("", ""):
            continue
        both = first.item.quantity + one.item.quantity
        codes = tuple(dict.fromkeys((*first.item.transparency_codes, *one.item.transparency_codes)))
        alike = msgspec.structs.replace(one.item, quantity=both, transparency_codes=codes)
        if alike != msgspec.structs.replace(first.item, quantity=both, transparency_codes=codes):
            message = f"item {key[0] or key[1]} stands twice in the package, with other details"
            reader.findings.error(opening(one.scope), "ITEM_TWICE", message)
        first.item = alike
    return [
        one for one in found if known[one.item.order_item_id, one.item.seller_sku] is one or not _named(one)
    ]


def _named(one: ItemRead) -> bool:
    return bool(one.item.order_item_id or one.item.seller_sku)


def _quantity(reader: Reader, scope: Scope, package: Scope | None, *, splits: bool) -> int:
    if package is not None:
        own = reader.quantity("packed_quantity", package)
        if own is not None:
            return own.amount
        if splits:
            message = "the item is in several packages, and they do not say how much of it each holds"
            reader.findings.error(opening(scope), "PACKED_QUANTITY", message)
            return 0
    quantity = reader.quantity("quantity", scope)
    if quantity is None and reader.fields["quantity"].parts(scope) is None:
        reader.findings.error(opening(scope), "QUANTITY", "the item has no quantity")
    return quantity.amount if quantity is not None else 0


def _un_number(text: str) -> str:
    """Return a number of dangerous goods as Amazon writes it: documents have its digits alone."""
    return f"UN{text}" if _FOUR_DIGITS.fullmatch(text) else text
