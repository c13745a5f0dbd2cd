"""The account of a long run: every order that was dropped, against Amazon, the ledger and the outboxes."""

from __future__ import annotations

import csv
import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from tests.crash.audit import troubles_of
from tests.crash.sellers.orders import File, Order
from tests.crash.sellers.shops import Shops

CREATE = "createFulfillmentOrder"
_EVENTS = ("EVENT_202", "EVENT_302", "EVENT_301")
"""What happens to each package of the stand-in's."""
_STATES = {"sent": {"succeeded", "failed"}, "refused": {"refused"}, "held": {"held"}}
"""What an event is in the end, by what must become of its order."""
Key = tuple[str, str]
"""A seller and the number of an order of its."""


@dataclass(slots=True)
class Account:
    """What an audit found; `problems` are sentences, empty where all is as it should be."""

    orders: int = 0
    files: int = 0
    fates: Counter[str] = field(default_factory=Counter)
    ends: Counter[str] = field(default_factory=Counter)
    """How Amazon's orders ended."""
    lost: int = 0
    twice: int = 0
    doubted: int = 0
    shipments: int = 0
    """Files of shipments in the outboxes."""
    packages: int = 0
    """Packages that have left."""
    problems: list[str] = field(default_factory=list)


def audit(shops: Shops, files: Sequence[File], throttled: int) -> Account:
    """Compare; the bridge must be through with its work. `throttled` are the 429s that were asked for."""
    orders = {(file.seller, order.number): order for file in files for order in file.orders}
    account = Account(orders=len(orders), files=len(files))
    account.fates.update(order.fate for order in orders.values())
    account.ends.update(shops.amazon.orders.statuses().values())
    doubted = shops.rows("SELECT count(*) FROM submissions WHERE doubted_at IS NOT NULL")
    account.doubted = doubted[0][0]
    account.problems += [
        *_amazon(account, shops, orders),
        *_events(shops, files, orders),
        *_statuses(shops, orders),
        *_shipments(account, shops, orders),
        *_tracking(account, shops),
        *_told_once(shops),
        *_files(shops, files),
        *troubles_of(shops.log),
    ]
    if shops.amazon.count_429 > throttled:
        account.problems.append(f"Amazon throttled {shops.amazon.count_429} requests, not {throttled}")
    return account


def _files(shops: Shops, files: Sequence[File]) -> Iterator[str]:
    """Each file was read and put away; each that asks for it was acknowledged once."""
    rows = shops.rows("SELECT name, state FROM files WHERE state != 'translated'")
    yield from (f"{row['name']} is {row['state']}" for row in rows)
    for seller in shops.names:
        left = sorted(path.name for path in (shops.home(seller) / "inbox").iterdir())
        if left:
            yield f"{seller} has {left} left in the inbox"
        asked = sum(file.acknowledged for file in files if file.seller == seller)
        folder = shops.home(seller) / "outbox" / "acknowledgements"
        came = len(list(folder.iterdir())) if folder.exists() else 0
        if came != asked:
            yield f"{seller} has {came} acknowledgements, not {asked}"
    bad = shops.rows("SELECT count(*) FROM documents WHERE NOT accepted")[0][0]
    if bad != (wanted := sum(order.fate == "rejected" for file in files for order in file.orders)):
        yield f"{bad} documents were rejected, not {wanted}"


def _amazon(account: Account, shops: Shops, orders: Mapping[Key, Order]) -> Iterator[str]:
    """Each sound order is at Amazon once, with its lines, and nothing else is."""
    taken = Counter(one.item["sellerFulfillmentOrderId"] for one in shops.accepted(CREATE))
    wanted = {f"{seller}-{order.number}" for (seller, _), order in orders.items() if order.fate == "sent"}
    for number in sorted(wanted):
        if not taken[number]:
            account.lost += 1
            yield f"lost: {number} never came to Amazon"
        if taken[number] > 1:
            account.twice += taken[number] - 1
            yield f"twice: Amazon took {number} {taken[number]} times"
    yield from (f"nobody ordered {number}" for number in sorted(taken.keys() - wanted))
    for one in shops.accepted(CREATE):
        seller, _, number = one.item["sellerFulfillmentOrderId"].partition("-")
        order = orders.get((seller, number))
        told = [(item["sellerFulfillmentOrderItemId"], str(item["quantity"])) for item in one.item["items"]]
        if order is not None and told != [(line.number, line.quantity) for line in order.lines]:
            yield f"{number} of {seller} came to Amazon as {told}"


def _events(shops: Shops, files: Sequence[File], orders: Mapping[Key, Order]) -> Iterator[str]:
    """Each order is one event in the state that it must be in, and each repetition one that was not sent."""
    told: dict[Key, list[str]] = defaultdict(list)
    for row in shops.rows("SELECT vendor, purchase_order_number AS number, state FROM events"):
        told[row["vendor"], row["number"]].append(row["state"])
    repeated = Counter((file.seller, number) for file in files for number in file.repeated)
    for key, order in orders.items():
        if order.fate == "rejected":
            continue  # there is no event of it, and it is told below if there is one
        states = Counter(told.pop(key, []))
        again = states.pop("not_sent", 0)
        if again != repeated[key]:
            yield f"{key} was repeated {repeated[key]} times, and {again} events of it are not sent"
        if states.total() != 1 or not states.keys() <= _STATES[order.fate]:
            yield f"{key} must be {order.fate}, and its events are {dict(states)}"
    yield from (f"{key} is in the ledger, and was not dropped" for key in told)
    left = shops.rows("SELECT name, subject FROM follow_ups WHERE ended_at IS NULL")
    yield from (f"{row['name']} {row['subject']} is still followed" for row in left)
    given_up = shops.rows("SELECT subject FROM follow_ups WHERE end_state = 'given_up'")
    yield from (f"{row['subject']} was given up" for row in given_up)


def _statuses(shops: Shops, orders: Mapping[Key, Order]) -> Iterator[str]:
    """Each order stands in the status files of its seller, those that succeeded as such."""
    words: dict[Key, set[str]] = defaultdict(set)
    for seller in shops.names:
        for path in (shops.home(seller) / "outbox" / "statuses").glob("*.json"):
            for line in json.loads(path.read_text())["lines"]:
                words[seller, line["purchase_order_number"]].add(line["status"])
    right = {"sent": {"Success", "Failure"}, "refused": {"Refused"}, "held": {"Held"}}
    for key, order in orders.items():
        if order.fate != "rejected" and not words[key] & right[order.fate]:
            yield f"{key} must be {order.fate}, and its seller was told {sorted(words[key])}"


def _tracking(account: Account, shops: Shops) -> Iterator[str]:
    """Each package that has left was told from its first scan to its delivery, each event once."""
    wanted: Counter[tuple[str, str]] = Counter()
    for number in shops.amazon.orders.statuses():
        for shipment in shops.amazon.orders.read("default", number)["payload"]["fulfillmentShipments"]:
            if shipment["fulfillmentShipmentStatus"] == "SHIPPED":
                packages = [str(one["packageNumber"]) for one in shipment["fulfillmentShipmentPackage"]]
                wanted.update((package, event) for package in packages for event in _EVENTS)
    account.packages = len({package for package, _ in wanted})
    told: Counter[tuple[str, str]] = Counter()
    for seller in shops.names:
        for path in (shops.home(seller) / "outbox" / "tracking").glob("*.csv"):
            with path.open(newline="") as rows:
                told.update((row["package_number"], row["event_code"]) for row in csv.DictReader(rows))
    for package, event in sorted(wanted.keys() | told.keys()):
        if told[package, event] != wanted[package, event]:
            yield f"{event} of package {package} was told {told[package, event]} times"


def _told_once(shops: Shops) -> Iterator[str]:
    """No look told a file that another look of the same order had told."""
    for row in shops.rows("SELECT subject, history FROM follow_ups"):
        told = Counter(file for look in json.loads(row["history"] or "[]") for file in look["files"])
        yield from (f"{row['subject']}: {file} was told {n} times" for file, n in told.items() if n > 1)


def _shipments(account: Account, shops: Shops, orders: Mapping[Key, Order]) -> Iterator[str]:
    """What shipped and what never will add up to what was ordered, line by line, as Amazon has it."""
    known = shops.amazon.orders.statuses()
    told: Counter[tuple[str, str, str]] = Counter()
    shipped: Counter[str] = Counter()
    for seller in shops.names:
        for path in (shops.home(seller) / "outbox" / "shipments").glob("*.csv"):
            account.shipments += 1
            with path.open(newline="") as rows:
                for row in csv.DictReader(rows):
                    pieces = int(row["shipped"] or 0)
                    told[seller, row["order_id"], row["line"]] += pieces + int(row["unshipped"] or 0)
                    shipped[f"{seller}-{row['order_id']}"] += pieces
    for (seller, number), order in orders.items():
        if order.fate != "sent":
            continue
        name = f"{seller}-{number}"
        if name not in known:
            continue  # told as lost
        at_amazon = shops.amazon.orders.read("default", name)["payload"]
        invalid = known[name] == "Invalid"
        for line in order.lines:
            wanted = 0 if invalid else int(line.quantity)
            if (count := told.pop((seller, number, line.number), 0)) != wanted:
                yield f"{name}: {count} pieces of line {line.number} are told, not {wanted}"
        left = sum(
            item["quantity"]
            for one in at_amazon["fulfillmentShipments"]
            for item in one["fulfillmentShipmentItem"]
            if one["fulfillmentShipmentStatus"] == "SHIPPED"
        )
        if shipped[name] != left:
            yield f"{name}: {shipped[name]} pieces are told as shipped, and Amazon shipped {left}"
    yield from (f"{key} was told, and not ordered" for key, count in told.items() if count)
