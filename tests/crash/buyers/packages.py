"""What sellers drop in the long run of buying: packages of marketplace orders, in files of several forms."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from simulator.merchant.seller_orders import OrderItem, SellerOrder
from tests.system.traffic import x12

SKUS = ("MUG-BLUE", "MUG-RED", "PLATE", "BOWL-XL")
WAREHOUSE = "MAIN"
Fate = Literal["bought", "quoted", "held", "refused"]
"""What must become of a package: a label, offers that are told, an operator's word, or its sender's."""
HEAVY = 25 * 16
"""Ounces from which on no label is to be had for `max_price`; lighter packages are below `LIGHT`."""
LIGHT = 8 * 16
DAMAGES: dict[str, Fate] = {
    "quote": "quoted",
    "heavy": "held",
    "too many": "held",
    "unknown item": "held",
    "no weight": "refused",
}
"""Ways in which a package is not to be bought, and what must become of it."""
_COLUMNS = (
    "amazon_order_id,package,action,sku,quantity,length,width,height,dimension_unit,weight,weight_unit,"
    "ship_from"
)
Key = tuple[str, str]
"""An order, and the number of a package in it."""


@dataclass(frozen=True, slots=True)
class Package:
    """A package as it is dropped, and what must become of it; no two of an order weigh the same."""

    order: str
    number: str
    pieces: dict[str, int]
    ounces: int
    fate: Fate = "bought"
    action: str = ""

    @property
    def key(self) -> Key:
        """What it is known by."""
        return self.order, self.number

    @property
    def weight(self) -> dict[str, object]:
        """Its weight as Amazon has it, by which it is told from the others of its order."""
        return {"Value": self.ounces, "Unit": "oz"}


@dataclass(frozen=True, slots=True)
class File:
    """One file: whose it is, the packages in it, and the keys of those that came before."""

    seller: str
    name: str
    data: bytes
    packages: tuple[Package, ...]
    repeated: tuple[Key, ...] = ()

    @property
    def form(self) -> str:
        """The form that it is in."""
        return self.name.rpartition(".")[2]


@dataclass(slots=True)
class Trade:
    """Makes orders and the files of their packages by chance, the same ones for the same seed."""

    chance: random.Random
    sellers: Sequence[str]
    orders: list[SellerOrder] = field(default_factory=list)
    """The orders that Amazon is to know."""

    def files(self, packages: int, orders: int, files: int, damaged: int) -> list[File]:
        """Make so many files of so many packages and orders in all, so many packages not to be bought."""
        more = set(self.chance.sample(range(orders), packages - orders))
        made = [self._packages(number, 1 + (number in more)) for number in range(orders)]
        self._damage(made, damaged)
        dropped: list[File] = []
        for place in range(files):
            seller = self.sellers[place % len(self.sellers)]
            form = list(FORMS)[place // len(self.sellers) % len(FORMS)]
            span = made[place * orders // files : (place + 1) * orders // files]
            own = [_told_by(form, one) for of_order in span for one in of_order]
            again = self._repeated([one for one in dropped if (one.seller, one.form) == (seller, form)])
            data = FORMS[form]([*own, *again], place + 1)
            keys = tuple(one.key for one in again)
            dropped.append(File(seller, f"packages_{place:03}.{form}", data, tuple(own), keys))
        return dropped

    def _packages(self, number: int, count: int) -> list[Package]:
        """Make an order, and the packages that take its items: of each item all, or parts of one."""
        chance, order = self.chance, f"903-{number:07}-{number:07}"
        kind = chance.choice(("items", "parts"))
        skus = chance.sample(SKUS, count if kind == "items" else 1)
        shares = [{sku: chance.randint(1, 3)} for sku in skus]
        if kind == "parts":
            shares = [{skus[0]: chance.randint(1, 2)} for _ in range(count)]
        spare = chance.random() < 0.1  # a piece that no package takes
        ordered = {sku: sum(one.get(sku, 0) for one in shares) + spare for sku in skus}
        items = [
            OrderItem(order_item_id=f"{place}{number:07}", sku=sku, quantity=ordered[sku])
            for place, sku in enumerate(skus, 1)
        ]
        self.orders.append(SellerOrder(order_id=order, items=tuple(items)))
        weights = chance.sample(range(4, LIGHT), count)
        return [
            Package(order, str(place), share, ounces)
            for place, (share, ounces) in enumerate(zip(shares, weights, strict=True), 1)
        ]

    def _damage(self, made: list[list[Package]], damaged: int) -> None:
        """Have some packages be such as are not to be bought."""
        for place, of_order in enumerate(self.chance.sample(made, damaged)):
            of_order[-1] = _damaged(of_order[-1], list(DAMAGES)[place % len(DAMAGES)])

    def _repeated(self, earlier: Sequence[File]) -> list[Package]:
        """Choose a package to be sent once more, with the same content: it must not be bought twice."""
        if not earlier or self.chance.random() < 0.5:
            return []
        return [self.chance.choice([one for one in earlier[-1].packages if one.fate == "bought"])]


def _damaged(package: Package, how: str) -> Package:
    (sku, count), *_ = package.pieces.items()
    changes: dict[str, Any] = {
        "quote": {"action": "quote"},
        "heavy": {"ounces": HEAVY},
        "too many": {"pieces": {sku: count + 10}},
        "unknown item": {"pieces": {"NO-SUCH-ITEM": count}},
        "no weight": {"ounces": 0},
    }
    return replace(package, fate=DAMAGES[how], **changes[how])


def _told_by(form: str, package: Package) -> Package:
    """Return a package as a form can tell it: an 856 has no word for a quote, and is bought."""
    return replace(package, action="", fate="bought") if form == "856" and package.action else package


def _csv(packages: Sequence[Package], _control: int) -> bytes:
    return "\n".join([_COLUMNS, *(row for one in packages for row in _rows(one)), ""]).encode()


def _rows(package: Package) -> Iterator[str]:
    weight = f"{package.ounces},OZ" if package.ounces else ","
    for sku, count in package.pieces.items():
        facts = f"{package.order},{package.number},{package.action},{sku},{count}"
        yield f"{facts},12,9,4,IN,{weight},{WAREHOUSE}"


def _json(packages: Sequence[Package], _control: int) -> bytes:
    return json.dumps({"shipment_requests": [_element(one) for one in packages]}).encode()


def _element(package: Package) -> dict[str, object]:
    return {
        "amazon_order_id": package.order,
        "package": package.number,
        "ship_from": WAREHOUSE,
        "items": [{"sku": sku, "quantity": count} for sku, count in package.pieces.items()],
        "dimensions": {"length": "12", "width": "9", "height": "4", "unit_of_measure": "IN"},
        **({"action": package.action} if package.action else {}),
        **({"weight": {"value": str(package.ounces), "unit_of_measure": "OZ"}} if package.ounces else {}),
    }


def _856(packages: Sequence[Package], control: int) -> bytes:
    orders: dict[str, list[Package]] = {}
    for package in packages:
        orders.setdefault(package.order, []).append(package)
    return x12("856", "SH", "004010", control, [_notice(order, told) for order, told in orders.items()])


def _notice(order: str, packages: Sequence[Package]) -> list[str]:
    loops = (line for place, one in enumerate(packages) for line in _pack(one, 3 + 10 * place))
    return [
        f"BSN*00*{order[-7:]}*20261122*0755*0001",
        "HL*1**S",
        f"N1*SF*Shop*92*{WAREHOUSE}",
        "HL*2*1*O",
        f"PRF*{order}",
        *loops,
    ]


def _pack(package: Package, number: int) -> Iterator[str]:
    yield f"HL*{number}*2*P"
    yield "PO4**********12*9*4*IN"
    if package.ounces:
        yield f"TD1******G*{package.ounces}*OZ"
    yield f"MAN*GM*{package.number}"
    for place, (sku, count) in enumerate(package.pieces.items(), 1):
        yield f"HL*{number + place}*{number}*I"
        yield f"LIN*1*SK*{sku}"
        yield f"SN1**{count}*EA"


FORMS: dict[str, Callable[[Sequence[Package], int], bytes]] = {"csv": _csv, "json": _json, "856": _856}
"""The forms of files, each with its writer: packages, and a control number of its own."""
