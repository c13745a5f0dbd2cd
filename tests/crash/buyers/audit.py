"""The account of a long run of buying: each package against Amazon's wallet, the ledger and the outboxes."""

from __future__ import annotations

import csv
import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from tests.crash.audit import troubles_of
from tests.crash.buyers.market import MAX_PRICE, ZONE, Market
from tests.crash.buyers.packages import File, Key, Package

_STATES = {"bought": "succeeded", "quoted": "not_sent", "held": "refused", "refused": "refused"}
"""What an event is in the end, by what must become of its package; what is held was dropped."""
_TOLD = {
    "bought": {"Success", "Taken"},
    "quoted": {"NotSent"},
    "held": {"Held", "Refused"},
    "refused": {"Refused"},
}


@dataclass(slots=True)
class Account:
    """What an audit found; `problems` are sentences, empty where all is as it should be."""

    packages: int = 0
    orders: int = 0
    files: int = 0
    fates: Counter[str] = field(default_factory=Counter)
    bought: int = 0
    twice: int = 0
    lost: int = 0
    spent: dict[str, Decimal] = field(default_factory=dict)
    """What was spent by day."""
    doubted: int = 0
    labels: int = 0
    problems: list[str] = field(default_factory=list)


def audit(site: Market, files: Sequence[File], cap: str) -> Account:
    """Compare; the bridge must be through with its work."""
    packages = {one.key: one for file in files for one in file.packages}
    account = Account(packages=len(packages), orders=len({order for order, _ in packages}), files=len(files))
    account.fates.update(one.fate for one in packages.values())
    doubted = site.rows("SELECT count(*) FROM submissions WHERE doubted_at IS NOT NULL")
    account.doubted = doubted[0][0]
    account.problems += [
        *_wallet(account, site, packages, cap),
        *_events(site, files, packages),
        *_labels(account, site, packages),
        *_quotes(site, packages),
        *_statuses(site, packages),
        *_files(site, files),
        *troubles_of(site.log),
    ]
    return account


def _wallet(account: Account, site: Market, packages: Mapping[Key, Package], cap: str) -> Iterator[str]:
    """Each package that is to be bought was bought once, within the limits, and nothing else was."""
    wallet = site.amazon.merchant.wallet
    bought = Counter((one.order, one.weight) for one in wallet.purchases())
    account.bought = bought.total()
    for package in packages.values():
        count = bought.pop((package.order, f"{package.ounces} oz"), 0)
        if count > 1:
            account.twice += count - 1
            yield f"twice: {package.key} was bought {count} times"
        if not count and package.fate == "bought":
            account.lost += 1
            yield f"lost: {package.key} was never bought"
        if count and package.fate != "bought":
            yield f"{package.key} must be {package.fate}, and was bought"
    yield from (f"nobody sent {key}" for key in bought)
    for one in wallet.purchases():
        if one.charged is None or one.charged > Decimal(MAX_PRICE):
            yield f"{one.package} cost {one.charged}"
        if not one.offer:
            yield f"{one.package} was bought without an offer"
    account.spent = {day: sums["USD"] for day, sums in wallet.by_day(timezone=ZONE).items()}
    yield from (
        f"{spent} were spent on {day}" for day, spent in account.spent.items() if spent > Decimal(cap)
    )


def _events(site: Market, files: Sequence[File], packages: Mapping[Key, Package]) -> Iterator[str]:
    """Each package is one event in the state that it must be in, each repetition one that was not sent."""
    states: dict[Key, list[str]] = defaultdict(list)
    named = "json_extract(body, '$.package') AS package"
    for row in site.rows(f"SELECT purchase_order_number AS number, {named}, state FROM events"):
        states[row["number"], row["package"]].append(row["state"])
    repeated = Counter(key for file in files for key in file.repeated)
    for key, package in packages.items():
        wanted = [_STATES[package.fate], *["not_sent"] * repeated[key]]
        if sorted(found := states.pop(key, [])) != sorted(wanted):
            yield f"{key} must be {wanted}, and is {found}"
    yield from (f"{key} is in the ledger, and was not dropped" for key in states)
    reserved = site.rows("SELECT count(*) FROM spendings WHERE state = 'reserved'")[0][0]
    if reserved:
        yield f"{reserved} reservations of money are open"
    spent = sum(
        (Decimal(row["amount"]) for row in site.rows("SELECT amount FROM spendings WHERE state = 'spent'")),
        Decimal(),
    )
    if spent < (wallet := site.amazon.merchant.wallet.spent()):
        yield f"the ledger counts {spent} as spent, and Amazon took {wallet}"


def _labels(account: Account, site: Market, packages: Mapping[Key, Package]) -> Iterator[str]:
    """Each label lies in its seller's outbox byte for byte, with its row in an index; no other does."""
    at_amazon = {one.shipment_id: one for one in site.amazon.merchant.shipments()}
    told: Counter[str] = Counter()
    files = set()
    for seller in site.names:
        outbox = site.home(seller) / "outbox"
        files |= {path for path in outbox.glob("labels/*/*") if path.suffix != ".csv"}
        for index in outbox.glob("labels/*/*.csv"):
            (row,) = csv.DictReader(index.read_text().splitlines())
            told[row["shipment_id"]] += 1
            shipment, path = at_amazon.get(row["shipment_id"]), outbox / row["file"]
            if shipment is None or not path.exists():
                yield f"{index.name} tells of no shipment, or of a label that is not there"
                continue
            files.discard(path)
            data = path.read_bytes()
            account.labels += 1
            if data != shipment.label or hashlib.sha256(data).hexdigest() != row["sha256"]:
                yield f"{path.name} is not the label of {shipment.shipment_id}"
            package = packages.get((row["order_id"], row["package"]))
            if package is None or (shipment.order, shipment.details["Weight"]) != (
                package.order,
                package.weight,
            ):
                yield f"{index.name} tells of the label of another package"
    yield from (f"{path.name} lies in the outbox, and no index tells of it" for path in sorted(files))
    keys = {(one.order, one.ounces): key for key, one in packages.items()}
    for shipment in at_amazon.values():
        key = keys.get((shipment.order, int(shipment.details["Weight"]["Value"])))
        if told[shipment.shipment_id] > 1:
            yield f"the label of {key} was told {told[shipment.shipment_id]} times"
        elif not told[shipment.shipment_id]:
            yield f"lost: the label of {key} (shipment {shipment.shipment_id}) is in no outbox"


def _quotes(site: Market, packages: Mapping[Key, Package]) -> Iterator[str]:
    """The offers of each package that was asked about were told."""
    told = set()
    for seller in site.names:
        for path in (site.home(seller) / "outbox" / "quotes").glob("*.csv"):
            told |= {
                (row["order_id"], row["package"]) for row in csv.DictReader(path.read_text().splitlines())
            }
    for key, package in packages.items():
        if package.fate in {"bought", "quoted"} and key not in told:
            yield f"the offers of {key} were not told"


def _statuses(site: Market, packages: Mapping[Key, Package]) -> Iterator[str]:
    """What became of each package of an order stands in the status files of its seller."""
    words: dict[str, set[str]] = defaultdict(set)
    for seller in site.names:
        for path in (site.home(seller) / "outbox" / "statuses").glob("*.json"):
            for line in json.loads(path.read_text())["lines"]:
                words[line["purchase_order_number"]].add(line["status"])
    for key, package in packages.items():
        if not words[package.order] & _TOLD[package.fate]:
            yield f"{key} must be {package.fate}, and its seller was told {sorted(words[package.order])}"


def _files(site: Market, files: Sequence[File]) -> Iterator[str]:
    """Each file was read and put away; each in EDI was acknowledged once."""
    rows = site.rows("SELECT name, state FROM files WHERE state != 'translated'")
    yield from (f"{row['name']} is {row['state']}" for row in rows)
    for seller in site.names:
        left = sorted(path.name for path in (site.home(seller) / "inbox").iterdir())
        if left:
            yield f"{seller} has {left} left in the inbox"
        wanted = sum(file.form == "856" for file in files if file.seller == seller)
        folder = site.home(seller) / "outbox" / "acknowledgements"
        came = len(list(folder.iterdir())) if folder.exists() else 0
        if came != wanted:
            yield f"{seller} has {came} acknowledgements, not {wanted}"
