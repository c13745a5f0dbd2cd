"""What sellers drop in the long run: orders in files of several forms, some of them damaged."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Literal

from tests.system.traffic import edifact, x12

SKUS = ("MUG-BLUE", "MUG-RED", "PLATE", "BOWL-XL")
POLICIES = ("FillOrKill", "FillAll", "FillAllAvailable")
Fate = Literal["sent", "refused", "held", "rejected"]
"""What must become of an order: it goes to Amazon, breaks a rule, waits for an operator, or its document is
none."""
DAMAGES: dict[str, Fate] = {
    "quantity": "refused",
    "fraction": "refused",
    "country": "refused",
    "line twice": "refused",
    "number": "refused",
    "speed": "held",
    "segment": "rejected",
}
"""Ways to damage an order, and what must become of it; a segment there is in EDI alone."""
_COLUMNS = (
    "order_id,order_date,speed,policy,name,address_line1,city,state_or_region,postal_code,country_code,"
    "line,sku,quantity"
)


@dataclass(frozen=True, slots=True)
class Line:
    """A line of an order; `quantity` is a text, since it may be damaged."""

    number: str
    sku: str
    quantity: str


@dataclass(frozen=True, slots=True)
class Order:
    """One order as it is dropped, and what must become of it."""

    number: str
    fate: Fate
    lines: tuple[Line, ...]
    speed: str = "Standard"
    policy: str = "FillOrKill"
    country: str = "US"

    @property
    def pieces(self) -> int:
        """How many pieces a sound order has."""
        return sum(int(line.quantity) for line in self.lines)


@dataclass(frozen=True, slots=True)
class File:
    """One file: whose it is, and the orders in it. `repeated` are numbers of orders that came before.

    `acknowledged`: it asks for an acknowledgement.
    """

    seller: str
    name: str
    data: bytes
    orders: tuple[Order, ...]
    repeated: frozenset[str] = frozenset()
    acknowledged: bool = False

    @property
    def form(self) -> str:
        """The form that it is in."""
        return self.name.rpartition(".")[2]


@dataclass(slots=True)
class Trade:
    """Makes the files of some sellers by chance, the same ones for the same seed."""

    chance: random.Random
    sellers: Sequence[str]
    day: datetime = field(default_factory=lambda: datetime.now(UTC) - timedelta(days=2))
    _count: int = 0

    def files(self, orders: int, files: int, damaged: int) -> list[File]:
        """Make so many files of so many orders in all, so many of these damaged."""
        bad = set(self.chance.sample(range(orders), damaged))
        made: list[File] = []
        for place in range(files):
            seller = self.sellers[place % len(self.sellers)]
            form = list(FORMS)[place // len(self.sellers) % len(FORMS)]
            span = range(place * orders // files, (place + 1) * orders // files)
            own = [self._order(number, form, damaged=number in bad) for number in span]
            again = self._repeated([one for one in made if (one.seller, one.form) == (seller, form)])
            shuffled = [*own, *again]
            self.chance.shuffle(shuffled)
            made.append(
                File(
                    seller=seller,
                    name=f"orders_{place:03}.{form}",
                    data=FORMS[form](shuffled, self.day, place + 1),
                    orders=tuple(own),
                    repeated=frozenset(one.number for one in again),
                    acknowledged=form in EDI,
                )
            )
        return made

    def _repeated(self, earlier: Sequence[File]) -> list[Order]:
        """Choose an order to be sent once more, with the same content: Amazon must not get it twice."""
        if not earlier or self.chance.random() < 0.5:
            return []
        sound = [one for one in earlier[-1].orders if one.fate == "sent"]
        return self.chance.sample(sound, min(1, len(sound)))

    def _order(self, number: int, form: str, *, damaged: bool) -> Order:
        chance = self.chance
        lines = [
            Line(str(place), chance.choice(SKUS), str(chance.randint(1, 4)))
            for place in range(1, chance.randint(1, 4))
        ] or [Line("1", SKUS[0], "1")]
        order = Order(f"A-{number:06}", "sent", tuple(lines), policy=chance.choice(POLICIES))
        if not damaged:
            return order
        self._count += 1
        ways = [one for one in DAMAGES if form in EDI or one != "segment"]
        return _damaged(order, ways[self._count % len(ways)])


def _damaged(order: Order, how: str) -> Order:
    first, *rest = order.lines
    changes: dict[str, dict[str, object]] = {
        "quantity": {"lines": (Line(first.number, first.sku, "0"), *rest)},
        "fraction": {"lines": (Line(first.number, first.sku, "1.5"), *rest)},
        "country": {"country": ""},
        "line twice": {"lines": (first, *rest, Line(first.number, SKUS[-1], "1"))},
        "number": {"number": order.number.replace("-", "+")},
        "speed": {"speed": "BY_DRONE"},
        "segment": {},
    }
    facts = {name: getattr(order, name) for name in ("number", "lines", "speed", "policy", "country")}
    return Order(**(facts | changes[how] | {"fate": DAMAGES[how]}))


def _csv(orders: Sequence[Order], day: datetime, _control: int) -> bytes:
    return "\n".join([_COLUMNS, *(row for one in orders for row in _rows(one, day)), ""]).encode()


def _rows(order: Order, day: datetime) -> Iterator[str]:
    place = f"Ann Example,{order.number} Example Road,Springfield,IL,62701,{order.country}"
    for line in order.lines:
        facts = f"{order.number},{day:%Y-%m-%d},{order.speed},{order.policy},{place}"
        yield f"{facts},{line.number},{line.sku},{line.quantity}"


def _json(orders: Sequence[Order], day: datetime, _control: int) -> bytes:
    return json.dumps({"fulfillment_orders": [_element(one, day) for one in orders]}).encode()


def _element(order: Order, day: datetime) -> dict[str, object]:
    address = {
        "name": "Ann Example",
        "address_line1": f"{order.number} Example Road",
        "city": "Springfield",
        "state_or_region": "IL",
        "postal_code": "62701",
        **({"country_code": order.country} if order.country else {}),
    }
    return {
        "order_id": order.number,
        "order_date": f"{day:%Y-%m-%d}",
        "speed": order.speed,
        "policy": order.policy,
        "address": address,
        "items": [
            {"line": one.number, "sku": one.sku, "quantity": json.loads(one.quantity)} for one in order.lines
        ],
    }


def _940(orders: Sequence[Order], day: datetime, control: int) -> bytes:
    data = x12("940", "OW", "004010", control, [_shipping_order(one, day) for one in orders])
    return _spoiled(data, orders, b"SE*")


def _shipping_order(order: Order, day: datetime) -> list[str]:
    lines = (
        (f"LX*{place}", f"W01*{line.quantity}*EA**SK*{line.sku}", f"N9*LI*{line.number}")
        for place, line in enumerate(order.lines, 1)
    )
    return [
        f"W05*N*{order.number}",
        "N1*ST*Ann Example",
        f"N3*{order.number} Example Road",
        f"N4*Springfield*IL*62701{f'*{order.country}' if order.country else ''}",
        f"G62*04*{day:%Y%m%d}",
        f"W66*PP*M***{order.speed}",
        *(segment for line in lines for segment in line),
    ]


def _orders(orders: Sequence[Order], day: datetime, control: int) -> bytes:
    data = edifact("ORDERS", "96A", control, [_purchase_order(one, day) for one in orders])
    return _spoiled(data, orders, b"UNT+")


def _purchase_order(order: Order, day: datetime) -> list[str]:
    number = order.number.replace("+", "?+")
    place = f"{number} Example Road+Springfield+IL+62701{f'+{order.country}' if order.country else ''}"
    lines = (
        (f"LIN+{line.number}", f"PIA+5+{line.sku}:SA", f"QTY+21:{line.quantity}:EA") for line in order.lines
    )
    return [
        f"BGM+220+{number}+9",
        f"DTM+137:{day:%Y%m%d}:102",
        f"NAD+ST+++Ann Example+{place}",
        f"TDT+20++++:::{order.speed}",
        *(segment for line in lines for segment in line),
        "UNS+S",
    ]


def _spoiled(data: bytes, orders: Sequence[Order], trailer: bytes) -> bytes:
    """Count a segment too many in the documents of orders whose segments are to be damaged."""
    parts = data.split(trailer)
    for place, order in enumerate(orders, 1):
        if order.fate == "rejected":
            parts[place] = b"9" + parts[place]
    return trailer.join(parts)


FORMS: dict[str, Callable[[Sequence[Order], datetime, int], bytes]] = {
    "csv": _csv,
    "940": _940,
    "json": _json,
    "orders": _orders,
}
"""The forms of files, each with its writer: orders, their day, and a control number of its own."""
EDI = frozenset({"940", "orders"})
