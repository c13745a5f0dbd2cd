"""Label requests that Amazon processed become labels, and packing slips and invoices with them."""

from __future__ import annotations

from collections import Counter
from typing import Any

import msgspec

from simulator.options import Options
from simulator.papers.model import SHIP_METHOD, Document, Kind, LabelFormat, Line, Package
from simulator.papers.people import tracking_number
from simulator.shelf import Shelf

Item = dict[str, Any]


class Press:
    """Makes documents from label requests.

    `formats` maps an order or an account to the format of its labels; `gift_orders` get packing slips.
    """

    def __init__(self, options: Options, shelf: Shelf) -> None:
        self._options = options
        self._shelf = shelf
        self.formats: dict[str, LabelFormat] = {}
        self.gift_orders: set[str] = set()

    def issue(self, account: str, item: Item, created: float) -> None:
        """Put the label that a request asks for on the shelf.

        A request for an order that has such a label already changes nothing; other packages make a
        new version.
        """
        order = item["purchaseOrderNumber"]
        packages = _packages(item)
        before = self._shelf.find(account, "label", order, created)
        if before is not None and before.packages == packages:
            return
        label = Document(
            kind="label",
            account=account,
            order=order,
            created=created,
            ship_from=item["shipFromParty"]["partyId"],
            selling_party=item["sellingParty"]["partyId"],
            version=1 if before is None else before.version + 1,
            label_format=self.format_of(account, order),
            packages=packages,
            lines=_lines(item),
        )
        self._shelf.put(label)
        if self._options.packing_slips or order in self.gift_orders:
            self._shelf.put(_as(label, "packing_slip"))
        if self._options.invoices:
            self._shelf.put(_as(label, "invoice"))

    def format_of(self, account: str, order: str) -> LabelFormat:
        """Tell the format of an order's labels."""
        return self.formats.get(order) or self.formats.get(account) or self._options.label_format


def _as(label: Document, kind: Kind) -> Document:
    return msgspec.structs.replace(label, kind=kind, version=1)


def _packages(item: Item) -> tuple[Package, ...]:
    """One package for each container, or a single one where the request names none."""
    order = item["purchaseOrderNumber"]
    containers = item.get("containers") or [{}]
    return tuple(
        Package(
            identifier=container.get("containerIdentifier") or f"PKG{place:03}",
            tracking_number=container.get("trackingNumber") or tracking_number(order, place),
            ship_method=container.get("shipMethod") or SHIP_METHOD,
            weight=_weight(container),
        )
        for place, container in enumerate(containers, 1)
    )


def _weight(container: Item) -> str:
    weight = container.get("weight")
    return f"{weight['value']} {weight['unitOfMeasure']}" if weight else ""


def _lines(item: Item) -> tuple[Line, ...]:
    """Add up the products in all containers."""
    amounts: Counter[str] = Counter()
    for container in item.get("containers", ()):
        for packed in container["packedItems"]:
            product = packed.get("buyerProductIdentifier") or packed.get("vendorProductIdentifier")
            amounts[product or f"LINE {packed['itemSequenceNumber']}"] += packed["packedQuantity"]["amount"]
    return tuple(Line(product, amount) for product, amount in amounts.items())
