"""The small program at work: an Amazon for it on a real socket, and a partner of whom orders are placed."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
import signal
import subprocess
import sys
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote

import bridge.programs
from bridge.config import load_config
from bridge.ledger.new_rows import Collected, NewDocument, NewEvent
from bridge.ledger.read_models import FollowUpRow
from bridge.ledger.store import Ledger
from bridge.pipeline.drain import drain
from bridge.pipeline.partner import Partner
from bridge.programs.registry import installed
from bridge.runners.fleet import Fleet
from bridge.wiring import fleet_of
from tests.contracts.programs.small_orders import PLACE
from tests.ledger.desk import T0
from tests.pipeline.stubs import Clock
from tests.spapi.server import TAKEN, Answer, Request, ScriptedServer, json_answer

PROGRAMS = str(Path(__file__).with_name("programs"))
CONFIG = """\
[bridge]
ledger = "ledger.sqlite"
spool = "spool"

[accounts.main]
region = "na"
endpoint = "{endpoint}"
auth_endpoint = "{endpoint}"
client_id = "made-up"
client_secret = "env:MADE_UP"
refresh_token = "env:MADE_UP"

[vendors.acme]
account = "main"
selling_party = "ACME"
warehouses = ["ABCD"]
timezone = "America/New_York"

[vendors.acme.local]
root = "drop"
"""
FOLDERS = ("inbox", "archive", "quarantine", "outbox")


def install() -> None:
    """Have this process find the tests' programs beside the bridge's own."""
    bridge.programs.__path__.append(PROGRAMS)
    installed.cache_clear()


@contextmanager
def small_program() -> Iterator[None]:
    """Have the bridge know the tests' programs within the block."""
    install()
    try:
        yield
    finally:
        bridge.programs.__path__.remove(PROGRAMS)
        installed.cache_clear()


def order_placed(order: str, at: datetime = T0, pieces: int = 2) -> NewEvent:
    """Make the event of an order, ready to be sent."""
    return NewEvent(
        operation=PLACE,
        ordering_key=f"order:{order}",
        occurred_at=at,
        body=json.dumps({"order": order, "pieces": pieces}).encode(),
        purchase_order_number=order,
    )


class SmallAmazon(ScriptedServer):
    """Takes orders, says Success to each, and tells how they stand; `answers` are given in turn first."""

    def __init__(self) -> None:
        super().__init__()
        self.orders: dict[str, dict[str, Any]] = {}
        self.listed: list[dict[str, str]] = []
        """The queries for the list of what has changed, in turn."""
        self.list_answers: deque[Answer] = deque()
        self.asked: list[str] = []
        """The orders that were asked about, in turn."""
        self.terms: list[str] = []
        """The orders that were asked about before they were placed."""
        self.term_answers: deque[Answer] = deque()
        self.stamps: list[dict[str, str]] = []
        self.stamp_answers: deque[Answer] = deque()
        self.offered = "4.00"
        self.another = ""
        """The letter that stamps are for when they are looked at; empty: their own."""
        self.bought = 0
        """How often a stamp was to be bought."""
        self.sells_again = False
        """Whether a second stamp for a letter is sold."""
        self.place_answers: deque[Answer] = deque()
        self.prices: dict[str, str] = {}
        self.price_answers: deque[Answer] = deque()

    def stands(self, order: str, status: str, *shipments: str) -> None:
        """Say how an order stands; each shipment has one piece."""
        told = [{"shipmentId": one, "pieces": 1} for one in shipments]
        self.orders[order] = {"orderId": order, "status": status, "shipments": told}

    def _list(self, query: dict[str, str]) -> Answer:
        self.listed.append(query)
        if self.list_answers:
            return self.list_answers.popleft()
        told = [order | {"shipments": []} for order in self.orders.values()]
        return json_answer(200, _page_of(told, int(query.get("nextToken", 0))))

    def _priced(self, query: dict[str, str]) -> Answer:
        if self.price_answers:
            return self.price_answers.popleft()
        told = [{"sku": sku, "price": price} for sku, price in self.prices.items()]
        if "sku" in query:
            return json_answer(
                200, {"payload": {"prices": [one for one in told if one["sku"] == query["sku"]]}}
            )
        return json_answer(200, _page_of(told, int(query.get("nextToken", 0)), "prices"))

    def _stamps(self, request: Request, name: str) -> Answer:
        """Sell a stamp once a letter, whatever `stamp_answers` then say of it; cut answers are lost."""
        if request.method == "GET":
            found = next(one for one in self.stamps if one["stampId"] == name)
            return json_answer(200, {"payload": found | ({"letter": self.another} if self.another else {})})
        self.bought += 1
        answer = self.stamp_answers.popleft() if self.stamp_answers else None
        if answer is not None and answer.status != 200:
            return answer
        had = [one for one in self.stamps if one["letter"] == name]
        if had and not self.sells_again:
            told = f"there is stamp {had[0]['stampId']}"
            return json_answer(400, {"errors": [{"code": "InvalidInput", "message": told}]})
        stamp = {"letter": name, "price": self.offered, "stampId": f"S{len(self.stamps) + 1}"}
        self.stamps.append(stamp)
        return answer or json_answer(200, {"payload": stamp})

    def next_answer(self, request: Request) -> Answer:  # noqa: PLR0911 - a path each
        """Answer by the path."""
        if not request.path.startswith("/small/"):
            return super().next_answer(request)
        self.requests.append(request)
        kind, _, name = request.path.removeprefix("/small/v1/").partition("/")
        if kind == "terms":
            self.terms.append(unquote(name))
            two = json_answer(200, {"payload": {"orderId": unquote(name), "pieces": 2}})
            return self.term_answers.popleft() if self.term_answers else two
        if kind == "offers":
            return json_answer(200, {"payload": {"letter": unquote(name), "price": self.offered}})
        if kind == "stamps":
            return self._stamps(request, name)
        if request.method == "POST":
            return self.place_answers.popleft() if self.place_answers else TAKEN
        if kind.startswith("orders?"):
            return self._list(dict(parse_qsl(kind.partition("?")[2])))
        if kind.startswith("prices?"):
            return self._priced(dict(parse_qsl(kind.partition("?")[2])))
        if kind == "transactions":
            return json_answer(200, {"payload": {"transactionStatus": {"status": "Success"}}})
        self.asked.append(unquote(name))
        if self.answers:
            return self.answers.popleft()
        found = self.orders.get(unquote(name))
        return json_answer(200, {"payload": found}) if found else json_answer(404, {"errors": []})


def _page_of(elements: list[dict[str, Any]], number: int, key: str = "orders") -> dict[str, Any]:
    more = {"nextToken": str(number + 1)} if len(elements) > 2 * (number + 1) else {}
    return {"payload": {key: elements[2 * number : 2 * number + 2], **more}}


def partner_at(folder: Path, clock: Clock) -> tuple[Fleet, Partner]:
    """Open the installation in a folder, its account claimed; the partner goes by a clock of the test's."""
    ledger = Ledger.open(folder / "ledger.sqlite")
    fleet = fleet_of(load_config(folder / "config.toml"), ledger)
    (made,) = fleet.partners

    def seconds() -> float:
        return clock.now.timestamp()

    partner = dataclasses.replace(made, clock=clock, amazon_time=None, seconds=seconds)
    partner.claim.fence = ledger.claim(partner.account, clock())
    return fleet, partner


@dataclass
class SmallSite:
    """One installation with one partner, on a clock of its own."""

    folder: Path
    amazon: SmallAmazon
    clock: Clock = field(default_factory=Clock)

    def __post_init__(self) -> None:
        for name in FOLDERS:
            (self.folder / "drop" / name).mkdir(parents=True, exist_ok=True)
        (self.folder / "config.toml").write_text(CONFIG.format(endpoint=self.amazon.url))
        self.start()

    def start(self) -> None:
        """Begin as a fresh process does."""
        self.fleet, self.partner = partner_at(self.folder, self.clock)
        self.ledger = self.fleet.ledger

    def stop(self) -> None:
        """Close what is open."""
        self.fleet.close()
        self.ledger.close()

    def place(self, *orders: str, pieces: int = 2) -> int:
        """Take in a file with these orders, ready to be sent; return its batch."""
        return self.take_in(orders[0], [order_placed(order, self.clock(), pieces) for order in orders])

    def take_in(self, name: str, events: Sequence[NewEvent]) -> int:
        """Take in a file with these events, a document each; return its batch."""
        fence, now = self.partner.fence, self.clock()
        content = json.dumps([[(one.body or b"").decode() for one in events], now.timestamp()]).encode()
        sha256 = hashlib.sha256(content).hexdigest()
        collected = Collected(
            vendor="acme", name=f"{name}.edi", sha256=sha256, size=len(content), mtime=1.0, spool_name=sha256
        )
        kept = self.ledger.keep_file(fence, collected, now)
        with self.ledger.translating(fence, kept.file_id, now) as writer:
            for number, event in enumerate(events, start=1):
                document = writer.document(
                    NewDocument(number=number, offset=0, length=1, standard="x12", type="940")
                )
                writer.event(document, event)
            writer.finish()
        self.ledger.arrival_moved(fence, kept.arrival_id, "archive", now)
        return kept.file_id

    def placed(self, *orders: str) -> int:
        """Take in a file with these orders and drain until Amazon's verdicts are in; return its batch."""
        batch = self.place(*orders)
        self.drain()
        self.passes(minutes=2)
        return batch

    def passes(self, **time: float) -> None:
        """Advance the clock (as `timedelta` has it), and drain."""
        self.clock.now += timedelta(**time)
        self.drain()

    def drain(self) -> None:
        """Drain until nothing is due."""
        drain([self.partner], wait=lambda _seconds: None)

    def followed(self, order: str) -> FollowUpRow:
        """Return the follow-up of an order."""
        (found,) = self.ledger.trace(order).follow_ups
        return found

    def outbox(self, folder: str = "shipped") -> dict[str, str]:
        """Read what lies in a folder of the outbox."""
        found = sorted((self.folder / "drop" / "outbox" / folder).glob("[!.]*"))
        return {path.name: path.read_text() for path in found}

    def alerts(self) -> dict[str, str]:
        """Return the open alerts: kind and key to message."""
        return {f"{one.kind}:{one.key}": one.message for one in self.ledger.alerts("acme")}


ROOT = Path(__file__).parents[2]
DRAIN = """
import sys
from datetime import datetime
from pathlib import Path
from bridge.pipeline.drain import drain
from tests.contracts.small import install, partner_at
from tests.pipeline.stubs import Clock
install()
clock = Clock()
clock.now = datetime.fromisoformat(sys.argv[2])
fleet, partner = partner_at(Path(sys.argv[1]), clock)
drain([partner], wait=lambda _seconds: None)
"""


def killed(site: SmallSite, point: str) -> None:
    """Drain in a process of its own, which dies at a point; then begin anew here."""
    site.stop()
    child = subprocess.run(
        [sys.executable, "-c", DRAIN, str(site.folder), site.clock.now.isoformat()],
        cwd=ROOT,
        env=os.environ | {"EDIBRIDGE_KILL_AT": f"{point}:1"},
        check=False,
    )
    site.start()
    assert child.returncode == -signal.SIGKILL, f"{point} was not reached"
