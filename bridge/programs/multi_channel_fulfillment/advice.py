"""What a seller is told of shipments in documents (945, DESADV): the values of the notice `shipment`. Pure.

`difference` of a line is what has not shipped with this document and those before it. So the pieces shipped
of all documents of an order, and the last difference of each line, add up to what was ordered.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec

from bridge.edi.model import Standard
from bridge.programs.follow_ups import NewsDocument
from bridge.programs.multi_channel_fulfillment.events import Original
from bridge.programs.multi_channel_fulfillment.notices import SHIPMENT
from bridge.programs.multi_channel_fulfillment.orders import FulfillmentOrder, OrderLine, Package, Shipment
from bridge.programs.multi_channel_fulfillment.shipments import FOLDER, Line, safe_name, why_unshipped
from bridge.programs.notices import Values

DOCUMENTS: dict[str, Standard] = {"945": "x12", "DESADV": "edifact"}
"""The words of the setting `shipment_files` that are types of documents, with their standards."""


class Advice(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be told of an order: shipments with their packages, and pieces that never ship.

    `before` are the pieces of each line in earlier documents. `ended`: nothing more will ship. `now` is when
    it is told.
    """

    order_number: str
    customer_order: str
    original: Original
    lines: Sequence[Line]
    order: FulfillmentOrder
    shipments: Sequence[Shipment] = ()
    before: Mapping[str, int] = {}
    ended: bool = False
    now: datetime


def documents_of(advice: Advice, what: str, forms: Sequence[str]) -> list[NewsDocument]:
    """Return the documents that tell an advice, one a form; none where it says nothing."""
    stem = safe_name(f"{advice.order_number}.{what}")
    told = [(form, values_of_advice(advice, DOCUMENTS[form])) for form in forms if form in DOCUMENTS]
    return [
        NewsDocument(
            document=document,
            notice=SHIPMENT,
            values=values,
            folder=FOLDER,
            name=f"{stem}.{document}.edi",
            origin=advice.original.origin,
        )
        for document, values in told
        if values["package"]
    ]


def values_of_advice(advice: Advice, standard: Standard) -> Values:
    """Return the values of the notice `shipment` for a document of a standard.

    Products are named as the order names them, where it came in the same standard, of which their qualifiers
    are.
    """
    return _Telling(advice, standard).values()


class _Telling:
    def __init__(self, advice: Advice, standard: Standard) -> None:
        self.advice = advice
        origin = advice.original.origin
        self.original = advice.original if origin and origin.standard == standard else Original()
        self.ordered = {one.line: one for one in advice.lines}
        self.at_amazon = {one.seller_fulfillment_order_item_id: one for one in advice.order.lines}
        self.shipped = Counter(advice.before)
        for shipment in advice.shipments:
            for item in shipment.items:
                self.shipped[item.line] += item.quantity

    def values(self) -> Values:
        advice, original = self.advice, self.original
        packages = [one for shipment in advice.shipments for one in self._packages(shipment)]
        unshipped = self._unshipped() if advice.ended else []
        carriers = {one["package_carrier"] for one in packages}
        centers = {one.fulfillment_center_id for one in advice.shipments}
        first = advice.shipments[0] if len(advice.shipments) == 1 else None
        return {
            "event": "ended" if not advice.shipments else "order" if advice.ended else "shipped",
            "order_number": advice.order_number,
            "purchase_order_number": original.purchase_order_number,
            "customer_order": advice.customer_order,
            "ship_to_qualifier": original.ship_to_qualifier,
            "ship_to_id": original.ship_to_id,
            "shipment_id": first.amazon_shipment_id if first else "",
            "told_at": advice.now.isoformat(),
            "shipped_at": _moment(first.shipping_date) if first else "",
            "estimated_arrival": _moment(first.estimated_arrival_date) if first else "",
            "fulfillment_center": centers.pop() if len(centers) == 1 else "",
            "carrier": carriers.pop() if len(carriers) == 1 else "",
            "package_count": len(packages),
            "package": packages + ([{"item": unshipped}] if unshipped else []),
        }

    def _packages(self, shipment: Shipment) -> list[dict[str, object]]:
        """Return the packages with what is in them; apart, what is in none that Amazon names."""
        only = shipment.packages[0].package_number if len(shipment.packages) == 1 else None
        known = {one.package_number for one in shipment.packages}
        items: dict[int | None, list[Values]] = {number: [] for number in known}
        for item in shipment.items:
            number = only if item.package_number is None else item.package_number
            ordered = self.ordered.get(item.line)
            items.setdefault(number if number in known else None, []).append(
                self._item(
                    item.line,
                    item.sku,
                    ordered=ordered.quantity if ordered else None,
                    shipped=item.quantity,
                    status=self._status(item.line),
                    serial_number=[item.serial_number] if item.serial_number else [],
                    lot_number=list(item.lot_codes),
                )
            )
        found = [_package(one, items[one.package_number]) for one in shipment.packages]
        found += [_package(None, items[None])] if None in items else []
        told = {
            "package_shipment_id": shipment.amazon_shipment_id,
            "package_shipped_at": _moment(shipment.shipping_date),
        }
        return [one | told for one in found]

    def _unshipped(self) -> list[Values]:
        """Return what never ships of each line."""
        return [
            self._item(
                one.line,
                one.sku,
                ordered=one.quantity,
                shipped=0,
                status=why_unshipped(self.at_amazon.get(one.line)),
            )
            for one in self.advice.lines
            if one.quantity > self.shipped[one.line]
        ]

    def _item(self, line: str, sku: str, *, ordered: int | None, shipped: int, **more: object) -> Values:
        product = self.original.products.get(line)
        return {
            "line": line,
            "sku": product.number if product else sku,
            "sku_qualifier": product.qualifier if product else "",
            "seller_sku": sku,
            "ordered": ordered,
            "shipped": shipped,
            "difference": None if ordered is None else ordered - self.shipped[line],
            **more,
        }

    def _status(self, line: str) -> str:
        ordered = self.ordered.get(line)
        rest = ordered.quantity - self.shipped[line] if ordered else 0
        if rest <= 0:
            return "complete"
        return "short" if self.advice.ended or _gone(self.at_amazon.get(line)) >= rest else "partial"


def _gone(line: OrderLine | None) -> int:
    return line.cancelled_quantity + line.unfulfillable_quantity if line else 0


def _package(package: Package | None, items: list[Values]) -> dict[str, object]:
    if package is None:
        return {"package_carrier": "", "item": items}
    return {
        "package_number": package.package_number,
        "package_carrier": package.carrier_code,
        "tracking_number": package.number,
        "item": items,
    }


def _moment(text: str) -> str:
    """Return a time of Amazon's where it is one; else nothing."""
    try:
        return text if datetime.fromisoformat(text).tzinfo else ""
    except ValueError:
        return ""
