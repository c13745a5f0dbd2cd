"""What a seller is told of shipments: rows of one form, as CSV or JSON. Pure.

A row is a line of the order in one package. What was shipped, and what never will be, add up to what was
ordered, over all files of an order. No names or addresses stand in them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal

import msgspec

from bridge.mapping.times import zone_of
from bridge.outside_text import csv_rows, json_text
from bridge.programs.follow_ups import NewsFile
from bridge.programs.multi_channel_fulfillment.orders import FulfillmentOrder, OrderLine, Package, Shipment

FOLDER = "shipments"


class Line(msgspec.Struct, frozen=True, array_like=True):
    """A line of the order as it was sent: its number, its SKU, and how many pieces."""

    line: str
    sku: str
    quantity: int


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One row. `event`: `shipped`, `tracking` (a number that came late or changed) or `ended`.

    `shipped` are pieces in this package, `unshipped` those that never ship; a `tracking` row has neither.
    `status` of a line: `complete`, `partial` (the rest follows), `cancelled`, `unfulfillable`, `not_shipped`.
    Times have an offset.
    """

    event: Literal["shipped", "tracking", "ended"]
    order_id: str
    customer_order: str
    shipment_id: str = ""
    shipped_at: str = ""
    estimated_arrival: str = ""
    fulfillment_center: str = ""
    package_number: str = ""
    carrier: str = ""
    tracking_number: str = ""
    line: str = ""
    sku: str = ""
    ordered: int | None = None
    shipped: int | None = None
    unshipped: int | None = None
    status: str = ""
    serial_numbers: str = ""
    lot_codes: str = ""


class Whose(msgspec.Struct, frozen=True, kw_only=True):
    """The order that rows are about, as its document has it, and the seller's time zone."""

    order_id: str
    customer_order: str
    lines: Sequence[Line]
    timezone: str


def shipped_rows(whose: Whose, shipment: Shipment, before: Mapping[str, int]) -> list[Row]:
    """Return the rows of a shipment; `before` has the pieces of each line in shipments told earlier."""
    packages = {one.package_number: one for one in shipment.packages}
    only = shipment.packages[0] if len(shipment.packages) == 1 else None
    ordered = {one.line: one for one in whose.lines}
    sums = dict(before)
    for item in shipment.items:
        sums[item.line] = sums.get(item.line, 0) + item.quantity
    blank = _of_shipment(_blank(whose, "shipped"), shipment, whose.timezone)
    if not shipment.items:  # the model wants them; that something has left is told all the same
        return [_of_package(blank, package) for package in shipment.packages or (None,)]
    rows = []
    for item in shipment.items:
        number = item.package_number
        package = only if number is None else packages.get(number)
        known = ordered.get(item.line)
        rest = known is not None and sums[item.line] < known.quantity
        rows.append(
            _of_package(
                blank,
                package,
                line=item.line,
                sku=item.sku,
                ordered=known.quantity if known else None,
                shipped=item.quantity,
                unshipped=0,
                status="partial" if rest else "complete",
                serial_numbers=item.serial_number,
                lot_codes=" ".join(item.lot_codes),
            )
        )
    return rows


def tracking_rows(whose: Whose, shipment: Shipment, packages: Sequence[Package]) -> list[Row]:
    """Return a row for each package whose number is new."""
    blank = _of_shipment(_blank(whose, "tracking"), shipment, whose.timezone)
    return [_of_package(blank, package) for package in packages]


def ended_rows(whose: Whose, order: FulfillmentOrder, shipped: Mapping[str, int]) -> list[Row]:
    """Return the rows of what never ships; none where all was shipped."""
    told = {one.seller_fulfillment_order_item_id: one for one in order.lines}
    return [
        msgspec.structs.replace(
            _blank(whose, "ended"),
            line=one.line,
            sku=one.sku,
            ordered=one.quantity,
            shipped=0,
            unshipped=left,
            status=why_unshipped(told.get(one.line)),
        )
        for one in whose.lines
        if (left := one.quantity - shipped.get(one.line, 0)) > 0
    ]


def files_of(rows: Sequence[Row], stem: str, forms: Sequence[str]) -> list[NewsFile]:
    """Return rows as files, CSV and JSON of the forms; none where there are no rows."""
    return [
        NewsFile(kind="shipment", folder=FOLDER, name=f"{safe_name(stem)}.{form}", data=_WRITERS[form](rows))
        for form in forms
        if rows and form in _WRITERS
    ]


def why_unshipped(line: OrderLine | None) -> str:
    """Return why pieces of a line never ship, as a status."""
    if line is not None and line.cancelled_quantity:
        return "cancelled"
    return "unfulfillable" if line is not None and line.unfulfillable_quantity else "not_shipped"


def _blank(whose: Whose, event: Literal["shipped", "tracking", "ended"]) -> Row:
    return Row(event=event, order_id=whose.order_id, customer_order=whose.customer_order)


def _of_shipment(row: Row, shipment: Shipment, zone: str) -> Row:
    return msgspec.structs.replace(
        row,
        shipment_id=shipment.amazon_shipment_id,
        shipped_at=local_time(shipment.shipping_date, zone),
        estimated_arrival=local_time(shipment.estimated_arrival_date, zone),
        fulfillment_center=shipment.fulfillment_center_id,
    )


def _of_package(row: Row, package: Package | None, **more: object) -> Row:
    if package is not None:
        more |= {
            "package_number": str(package.package_number),
            "carrier": package.carrier_code,
            "tracking_number": package.number,
        }
    return msgspec.structs.replace(row, **more)


def local_time(text: str, zone: str) -> str:
    """Return a time of Amazon's at the seller's; one that cannot be read as it is."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    return moment.astimezone(zone_of(zone)).isoformat(timespec="seconds") if moment.tzinfo else text


def safe_name(stem: str) -> str:
    """Return the stem of a file's name as every server takes it."""
    return re.sub(r"[^A-Za-z0-9._-]", "_", stem)


def csv_of(rows: Sequence[msgspec.Struct]) -> bytes:
    """Write rows of one kind as CSV, with their names above them."""
    cells = (["" if value is None else str(value) for value in msgspec.structs.astuple(row)] for row in rows)
    return csv_rows([list(rows[0].__struct_fields__), *cells])


def json_of(rows: Sequence[msgspec.Struct], name: str = "lines") -> bytes:
    """Write rows as JSON, as an array of a name."""
    return json_text({name: rows})


_WRITERS = {"csv": csv_of, "json": json_of}
