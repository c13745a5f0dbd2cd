"""A seller at work: a partner as the wiring makes it, its clock, and a stand-in Amazon on a socket."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import stamina

from bridge.pipeline.drain import drain
from bridge.pipeline.partner import Partner
from simulator.access import Credentials
from simulator.amazon import StandInAmazon
from tests.pipeline.partners import partner_in
from tests.pipeline.stubs import Clock, drop

HEAD = (
    "order_id,order_date,name,address_line1,city,state_or_region,postal_code,country_code,line,sku,quantity"
)


def orders(*lines: str, date: str = "2026-11-22") -> bytes:
    """Write a CSV file of lines `order,line,sku,quantity`."""
    rows = [line.split(",", 1) for line in lines]
    place = f"{date},Ann Example,1 Example Road,Springfield,IL,62701,US"
    return "\n".join([HEAD, *(f"{order},{place},{rest}" for order, rest in rows), ""]).encode()


@dataclass
class Shop:
    """One seller and its Amazon."""

    folder: Path
    partner: Partner
    clock: Clock
    amazon: StandInAmazon

    def drop(self, name: str, data: bytes) -> None:
        drop(self.folder, name, data)

    def passes(self, rounds: int = 1, **time: float) -> None:
        """Drain so often, each after so much time (as `timedelta` has it)."""
        for _ in range(rounds):
            self.clock.now += timedelta(**time)
            self.partner.state.listing_requested.set()
            drain([self.partner], wait=lambda _seconds: None)

    def created(self) -> Counter[str]:
        """Count by id how often Amazon took an order."""
        return Counter(one.item["sellerFulfillmentOrderId"] for one in self.amazon.accepted)

    def calls(self, operation: str) -> list[int]:
        """Return the statuses of the replies to an operation."""
        return [one.status for one in self.amazon.requests if one.operation == operation]

    def states(self) -> list[str]:
        """Return the states of all submissions."""
        batches = self.partner.ledger.batches(vendor="acme", limit=50)
        details = [self.partner.ledger.batch(view.id, limit=50) for view in reversed(batches)]
        return [one.state for detail in details for one in detail.submissions]

    def events(self) -> dict[str, list[tuple[str, str]]]:
        """Return state and reason of the events of each order, in turn."""
        found: dict[str, list[tuple[str, str]]] = {}
        for view in reversed(self.partner.ledger.batches(vendor="acme", limit=50)):
            for event in self.partner.ledger.batch(view.id, limit=50).events:
                found.setdefault(event.purchase_order_number, []).append((event.state, event.reason))
        return found

    def told(self) -> dict[str, str]:
        """Return what the status files say of each order, the last word of each."""
        return {line["purchase_order_number"]: line["status"] for line in self._lines()}

    def errors(self) -> dict[str, dict[str, str]]:
        """Return what the status files say that is wrong with each order: code and message."""
        return {
            line["purchase_order_number"]: {one["code"]: one["message"] for one in line["errors"]}
            for line in self._lines()
        }

    def _lines(self) -> list[dict[str, Any]]:
        paths = (self.folder / "drop" / "outbox" / "statuses").glob("*.json")
        return [
            line
            for path in sorted(paths, key=lambda path: path.stat().st_mtime_ns)
            for line in json.loads(path.read_text())["lines"]
        ]


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    # Reads that fail are repeated as often as ever, and at once.
    with (
        StandInAmazon(rate=None, inventory_rate=None) as amazon,
        stamina.set_testing(True, attempts=10, cap=True),
    ):
        amazon.admit("default", Credentials("made-up", "made-up", "made-up"))
        made = partner_in(tmp_path, monkeypatch, endpoint=amazon.url, table="sellers")
        clock = Clock()
        monkeypatch.setattr("bridge.spapi.pacing._FIRST_COOL_DOWN", 0.01)

        def seconds() -> float:
            return clock.now.timestamp()

        partner = replace(made, clock=clock, amazon_time=None, seconds=seconds)
        yield Shop(tmp_path, partner, clock, amazon)
        partner.amazon.close()
        partner.ledger.close()
