"""The lines of an order: SKU, pieces, gift message and declared value of each."""

from __future__ import annotations

from bridge.mapping.lookup import Scope
from bridge.mapping.reader import Reader, opening
from bridge.mapping.units import whole
from bridge.programs.multi_channel_fulfillment.documents.told import all_told, hold_undecided, joined
from bridge.programs.multi_channel_fulfillment.events import Money, OrderItem
from bridge.programs.multi_channel_fulfillment.money import money_of
from bridge.programs.multi_channel_fulfillment.profile import SellerValues

ITEM = "item"
LINE_WORDS = frozenset({"hold"})
"""What a line's own action may mean: an operator decides."""


def item_of(reader: Reader, scope: Scope, values: SellerValues) -> OrderItem:
    """Return a line as Amazon takes it; what it does not take is noted in the findings."""
    line = reader.text("line", scope)
    named = f"line {line}" if line else f"the line at segment {scope.first.number if scope.first else 0}"
    _note_what_has_no_place(reader, scope, named)
    return OrderItem(
        seller_fulfillment_order_item_id=line,
        seller_sku=_sku(reader, scope, named, values),
        quantity=_pieces(reader, scope, named),
        gift_message=joined(reader, "gift_message", scope),
        per_unit_declared_value=_declared(reader, scope, values),
    )


def _sku(reader: Reader, scope: Scope, named: str, values: SellerValues) -> str:
    sku = reader.text("sku", scope)
    if sku:
        return sku
    code = reader.text("product_code", scope)
    if code and code not in values.skus:
        place = reader.place("product_code", scope)
        hold_undecided(
            reader,
            f"{named} names its product by {code} in {place}, and no SKU: add {code} to "
            f"[sellers.{reader.profile.vendor or 'S'}.skus], then `edibridge rerun` the batch",
        )
        return code
    return values.skus.get(code, "")


def _pieces(reader: Reader, scope: Scope, named: str) -> int:
    """Return the pieces of a line; 0, which is refused, where it does not tell them."""
    field = reader.fields["quantity"]
    told = [
        one
        for _, step in field.near
        if (at := scope.scopes.get(step.level)) is not None
        for one in field.told(at, step)
    ]
    if not told:
        reader.findings.error(opening(scope), "QUANTITY", f"{named} has no quantity")
        return 0
    if len(told) > 1:
        places = "; ".join(f"{place} {' '.join(filter(None, parts))}" for place, parts in told)
        hold_undecided(
            reader,
            f"{named} tells its quantity {len(told)} times ({places}), and nothing says whether they add "
            "up: have it sent again with one",
        )
    place, (amount, *units) = told[0]
    unit = next(filter(None, units), field.unit)
    if not unit:
        reader.findings.error(place, "UNIT", f"the quantity of {named} has no unit")
    elif unit not in reader.mappings.units.quantity:
        hold_undecided(
            reader,
            f"the quantity of {named} in {place} is in {unit}, and nothing says how many pieces that is: "
            "have it sent again in pieces (EA); if it means a piece, add it to [quantity] of a units.toml "
            "in a folder of mappings of your own, then `edibridge rerun` the batch",
        )
    try:
        return whole(amount, reader.mark)
    except ValueError as error:
        reader.findings.error(place, "QUANTITY", f"the quantity of {named}: {error}")
        return 0


def _declared(reader: Reader, scope: Scope, values: SellerValues) -> Money | None:
    amount = reader.text("declared_value", scope)
    if not amount:
        return None
    currency = reader.text("currency", scope) or values.currency
    try:
        return money_of(amount.replace(",", ".") if reader.mark == "," else amount, currency)
    except ValueError as error:
        place = reader.place("declared_value", scope)
        reader.findings.error(place, "DECLARED_VALUE", f"declared_value: {error}")
        return None


def _note_what_has_no_place(reader: Reader, scope: Scope, named: str) -> None:
    """Hold a line that says more than Amazon takes. Released, it goes without that."""
    for name, what in (
        ("line_note", "a note"),
        ("other_amount", "an amount that is not the value of one piece"),
        ("line_action", "an action of its own"),
    ):
        for value, place in all_told(reader, name, scope):
            if name != "line_action" or value == "hold":
                reader.findings.hold(f"{named} has {what} in {place}, which Amazon has no place for")
                break
