"""Returns of orders in CSV (the rows of one return) and JSON (an element with its items)."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from bridge.domain.events import MappingResult
from bridge.flatfiles.cells import Cells, RowReader
from bridge.flatfiles.draft import Draft
from bridge.flatfiles.json_values import ElementReader
from bridge.mapping.profile import VendorProfile
from bridge.mapping.units import Units
from bridge.outside_text import LONGEST
from bridge.programs.multi_channel_fulfillment.events import FulfillmentReturned, ReturnedItem
from bridge.programs.multi_channel_fulfillment.profile import marketplace_id_of, values_of
from bridge.programs.multi_channel_fulfillment.returns import LONGEST_COMMENT, violations

_ITEM = ("line", "shipment_id", "sku", "quantity", "reason", "comment")
COLUMNS = ("return_id", "function", "order_id", "marketplace", *_ITEM)
"""All columns; the rows of one `return_id` are one return."""
KEYS = ("return_id", "function", "order_id", "marketplace", "items")
_IDENTIFIERS = ("return_id", "order_id", "line", "shipment_id", "sku")
_TEXTS = {"line": LONGEST, "comment": LONGEST_COMMENT}
_WHOSE = "the rows of one return"


class ReturnDraft(Draft, kw_only=True):
    """A return while it is read; `places` has the row (or request) of each item."""

    return_id: str = ""
    order: str = ""
    marketplace: str = ""
    items: list[ReturnedItem] = msgspec.field(default_factory=list)
    places: list[int] = msgspec.field(default_factory=list)


def read_rows(draft: ReturnDraft, rows: Sequence[Cells], units: Units) -> None:
    """Read all rows of a return into its draft."""
    draft.return_id = rows[0].text("return_id")[:LONGEST]
    reader: RowReader[ReturnDraft] = RowReader(draft, rows, units)
    if not reader.check_cells(_IDENTIFIERS, _TEXTS):
        return
    draft.function = reader.function(_WHOSE)
    draft.order = reader.agreed(rows, "order_id", "RETURN_CONFLICT", _WHOSE)
    draft.marketplace = reader.agreed(rows, "marketplace", "RETURN_CONFLICT", _WHOSE)
    for row in rows:
        if not any(row.text(column) for column in _ITEM):
            continue
        quantity = reader.whole(row, "quantity")
        if quantity is not None:
            _add(draft, row.number, quantity, {name: row.text(name) for name in _ITEM})


def read_element(draft: ReturnDraft, value: object, units: Units) -> None:
    """Read one return of a JSON file into its draft."""
    reader = ElementReader(draft, units)
    told = reader.members(value, "", KEYS)
    draft.return_id = reader.text(told, "return_id", "")
    draft.function = reader.text(told, "function", "")
    draft.order = reader.text(told, "order_id", "")
    draft.marketplace = reader.text(told, "marketplace", "")
    for place, one in enumerate(reader.array(told, "items", "")):
        path = f"items[{place}]"
        item = reader.members(one, path, _ITEM)
        quantity = reader.whole(item, "quantity", path, required=True)
        texts = {
            name: reader.text(item, name, path, _TEXTS.get(name, LONGEST))
            for name in _ITEM
            if name != "quantity"
        }
        if quantity is not None:
            _add(draft, draft.number, quantity, texts)


def _add(draft: ReturnDraft, number: int, quantity: int, told: dict[str, str]) -> None:
    draft.places.append(number)
    draft.items.append(
        ReturnedItem(
            line=told["line"],
            amazon_shipment_id=told["shipment_id"],
            quantity=quantity,
            return_reason_code=told["reason"],
            return_comment=told["comment"],
            seller_sku=told["sku"],
        )
    )


def result_of(draft: ReturnDraft, profile: VendorProfile) -> MappingResult:
    """Return the return, or why it is refused."""
    values, marketplace, unread = values_of(profile), "", bool(draft.errors)
    try:
        marketplace = marketplace_id_of(draft.marketplace) if draft.marketplace else values.marketplace_id
    except ValueError as error:
        draft.error("MARKETPLACE", f"marketplace: {error}")
    event = FulfillmentReturned(
        return_id=draft.return_id,
        order_number=draft.order,
        seller_fulfillment_order_id=f"{values.order_prefix}{draft.order}" if draft.order else "",
        marketplace_id=marketplace,
        items=tuple(draft.items),
    )
    for one in () if unread else violations(event):
        draft.error(one.code, one.message, draft.places[one.line - 1] if one.line else draft.number)
    pieces = sum(item.quantity for item in draft.items)
    told = f"return {draft.return_id} of order {draft.order or 'without number'}"
    return MappingResult(
        event=event,
        errors=tuple(draft.errors),
        purchase_order_number=draft.order,
        summary=f"{draft.reference}, {told}: {pieces} piece{'s' * (pieces != 1)}",
    )
