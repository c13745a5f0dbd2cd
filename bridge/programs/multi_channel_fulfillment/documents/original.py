"""What answers to an order repeat as its document has it."""

from __future__ import annotations

from bridge.edi.addressing import origin_of
from bridge.mapping.lookup import Place, Scope
from bridge.mapping.reader import Reader
from bridge.programs.multi_channel_fulfillment.events import Original, Product

_CASE_CODE = ("W01", 3)
"""A U.P.C. case code has an element of its own, without a qualifier: UA in lists of qualifiers."""


def original_of(reader: Reader, root: Scope, lines: list[Scope], party: Scope | None) -> Original:
    """Return the envelope, the numbers and the products of an order as they came."""
    products = {reader.text("line", one): product for one in lines if (product := _product(reader, one))}
    return Original(
        origin=origin_of(reader.document),
        purchase_order_number=reader.text("purchase_order_number", root),
        ship_to_qualifier=reader.text("party_id_qualifier", party) if party else "",
        ship_to_id=reader.text("party_id", party) if party else "",
        products=products,
    )


def _product(reader: Reader, scope: Scope) -> Product | None:
    """Return the number of a line's product and its qualifier."""
    place = reader.fields["sku"].place(scope) or reader.fields["product_code"].place(scope)
    if place is None:
        return None
    number = place.segment.value(place.element, place.component)
    return Product(_qualifier(place, reader.document.standard), number)


def _qualifier(place: Place, standard: str) -> str:
    """Return what stands before a number (X12) or behind it (EDIFACT)."""
    if standard == "edifact":
        return place.segment.value(place.element, place.component + 1)
    if (place.segment.tag, place.element) == _CASE_CODE:
        return "UA"
    return place.segment.value(place.element - 1)
