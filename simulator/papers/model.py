"""What a document is made of, before it is printed."""

from __future__ import annotations

from typing import Literal

import msgspec

Kind = Literal["label", "packing_slip", "invoice"]
LabelFormat = Literal["PNG", "ZPL"]
SHIP_METHOD = "UPS_GR_RES"
_METHOD_NAMES = {SHIP_METHOD: "UPS Ground Residential", "UPS_GROUND": "UPS Ground"}


class Package(msgspec.Struct, frozen=True, kw_only=True):
    """One box with its label."""

    identifier: str
    tracking_number: str
    ship_method: str = SHIP_METHOD
    weight: str = ""
    """With its unit, as it is printed: "1.5 KG"."""

    @property
    def ship_method_name(self) -> str:
        """The name of the shipping method, for people."""
        return _METHOD_NAMES.get(self.ship_method) or self.ship_method.replace("_", " ").title()


class Line(msgspec.Struct, frozen=True):
    """One product of an order, for slips and invoices."""

    product: str
    quantity: int


class Document(msgspec.Struct, frozen=True, kw_only=True):
    """A label (all packages of an order), a packing slip or an invoice; `created` in epoch seconds."""

    kind: Kind
    account: str
    order: str
    created: float
    ship_from: str
    selling_party: str
    version: int = 1
    label_format: LabelFormat = "PNG"
    packages: tuple[Package, ...] = ()
    lines: tuple[Line, ...] = ()
