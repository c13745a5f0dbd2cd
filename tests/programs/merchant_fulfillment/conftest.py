"""A seller who buys shipping: a partner as the wiring makes it, its clock, and a stand-in Amazon."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
import stamina

from bridge.programs.merchant_fulfillment.events import Money
from bridge.programs.merchant_fulfillment.profile import NAME, values_of
from simulator.access import Credentials
from simulator.amazon import StandInAmazon
from simulator.merchant.seller_orders import OrderItem, SellerOrder
from tests.pipeline.partners import partner_in
from tests.pipeline.stubs import Clock
from tests.programs.merchant_fulfillment.contract_cases import SETTINGS
from tests.programs.multi_channel_fulfillment.conftest import Shop

ORDER = "903-5563053-5647845"
HEADER = (
    "amazon_order_id,package,sku,quantity,length,width,height,dimension_unit,weight,weight_unit,ship_from,"
    "action\n"
)
USUAL = {"max_price": Money("USD", "25.00"), "daily_cap": Money("USD", "100.00")}


def row(package: str = "1", sku: str = "MUG", pieces: int = 1, order: str = ORDER, action: str = "") -> str:
    """Write a row of a CSV file: pieces of a SKU in a package."""
    return f"{order},{package},{sku},{pieces},12,9,4,IN,2,LB,WAREHOUSE,{action}\n"


class Desk(Shop):
    """One seller who buys shipping, and its Amazon."""

    def passes(self, rounds: int = 1, **passed: float) -> None:
        """Drain so often, each after so much time (as `timedelta` has it), which passes at Amazon, too."""
        for _ in range(rounds):
            self.tell_time(self.clock.now + timedelta(**passed))
            super().passes(1, **passed)

    def tell_time(self, now: datetime) -> None:
        """Have Amazon go by this time of day."""
        self.amazon.options.change({"clock_offset": now.timestamp() - time.time()})

    def sets(self, **values: Any) -> None:
        """Set values of the seller's settings."""
        profile = self.partner.profile
        own = msgspec.structs.replace(values_of(profile), **values)
        profile = msgspec.structs.replace(profile, of_programs={**profile.of_programs, NAME: own})
        self.partner = replace(self.partner, profile=profile)

    def prefers(self, *mappings: str) -> None:
        """Name the mappings that the seller's documents are read by."""
        self.partner = replace(
            self.partner, profile=msgspec.structs.replace(self.partner.profile, mapping=mappings)
        )

    def order(self, order: str = ORDER, **pieces: int) -> None:
        """Have Amazon know an order with so many pieces of each SKU."""
        lines = pieces or {"MUG": 1}
        items = tuple(
            OrderItem(order_item_id=f"{number}{order[-7:]}", sku=sku, quantity=count)
            for number, (sku, count) in enumerate(lines.items(), start=1)
        )
        self.amazon.merchant.orders.add(SellerOrder(order_id=order, items=items, account="default"))

    def takes(self, *rows: str, name: str = "packages.csv") -> None:
        """Drop a CSV file and drain until nothing is due."""
        self.drop(name, (HEADER + "".join(rows)).encode())
        self.passes(2, seconds=2)

    def bought(self) -> list[dict[str, Any]]:
        """Return the labels that Amazon has sold, in turn."""
        return [msgspec.to_builtins(one) for one in self.amazon.merchant.shipments("default")]

    def outbox(self, folder: str) -> dict[str, bytes]:
        """Read what lies below a folder of the outbox, by path."""
        root = self.folder / "drop" / "outbox"
        files = sorted(path for path in (root / folder).rglob("*") if path.is_file())
        return {str(path.relative_to(root)): path.read_bytes() for path in files}


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    with (
        StandInAmazon(rate=None, told_rate=100.0) as amazon,
        stamina.set_testing(True, attempts=10, cap=True),
    ):
        amazon.admit("default", Credentials("made-up", "made-up", "made-up"))
        amazon.merchant.options.change({"rates": False})
        made = partner_in(tmp_path, monkeypatch, endpoint=amazon.url, table="sellers", settings=SETTINGS)
        clock = Clock()

        def seconds() -> float:
            return clock.now.timestamp()

        partner = replace(made, clock=clock, amazon_time=None, seconds=seconds)
        opened = Desk(tmp_path, partner, clock, amazon)
        opened.tell_time(clock.now)
        yield opened
        partner.amazon.close()
        partner.ledger.close()
