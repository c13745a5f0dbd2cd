"""The seller's orders in the demo: how they go on at Amazon, and the shipments that come back."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from bridge.cli.lines import Line
from bridge.pipeline.sandbox import Rehearsed
from simulator.order_course import Course

COURSES = {"1001": Course(shipments=2), "2001": Course(packages=2)}
"""How orders go that do not ship at once and whole."""
ENDS = {"Complete": ("1001", "2001", "3001"), "Unfulfillable": ("1002",)}
"""Where each order comes to, as a rehearsal moves it there."""


def stock() -> list[dict[str, Any]]:
    """Return the seller's stock, as Amazon's model has it."""
    return [_summary(sku, left) for sku, left in {"MUG-BLUE": 40, "MUG-RED": 12, "KETTLE-17": 0}.items()]


def _summary(sku: str, left: int) -> dict[str, Any]:
    return {
        "sellerSku": sku,
        "condition": "NewItem",
        "productName": sku.title(),
        "inventoryDetails": {"fulfillableQuantity": left},
        "totalQuantity": left,
    }


class ShipmentRow(msgspec.Struct, frozen=True):
    """What the demo reads in a row of a file of shipments: pieces of an order that shipped or never will."""

    event: str
    order_id: str
    line: str
    sku: str
    status: str
    tracking_number: str
    shipped: str
    unshipped: str


def shipments_in(outbox: Path) -> list[ShipmentRow]:
    """Read the files of shipments as the seller would."""
    rows: list[ShipmentRow] = []
    for path in sorted((outbox / "shipments").glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as lines:
            rows += [msgspec.convert(line, ShipmentRow) for line in csv.DictReader(lines)]
    return rows


def wrong_shipments(rows: Sequence[ShipmentRow], ordered: Mapping[str, int]) -> Iterator[str]:
    """List the orders of which not all pieces are told as shipped or as never shipping, each once."""
    told: Counter[str] = Counter()
    for row in rows:
        told[row.order_id] += int(row.shipped or 0) + int(row.unshipped or 0)
    for order, pieces in ordered.items():
        if told[order] != pieces:
            yield f"of order {order} {told[order]} pieces are told, not {pieces}"
    yield from (f"not ordered: {order}" for order in told if order not in ordered)


def order_lines(steps: Sequence[Rehearsed], rows: Sequence[ShipmentRow]) -> Iterator[Line]:
    """Render how each order went on, and what its seller was told of it."""
    for order in dict.fromkeys(step.number for step in steps):
        way = dict.fromkeys(step.status for step in steps if step.number == order)
        yield Line("")
        yield Line(f"order {order} at Amazon: {', '.join(way)}", rest="  ", style="good")
        for row in rows:
            if row.order_id == order:
                yield Line(_told(row), first="  ", rest="    ")


def _told(row: ShipmentRow) -> str:
    if row.event == "ended":
        return f"{row.unshipped} x {row.sku} will not ship: {row.status}"
    return f"{row.shipped} x {row.sku} shipped, tracking {row.tracking_number}"
