"""The account of a round: what was dropped, against the ledger, Amazon and the vendor's folders."""

from __future__ import annotations

import csv
import hashlib
import json
import re
import sqlite3
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from bridge.simulator.records import Accepted
from tests.crash.place import Place
from tests.crash.trade import LABEL, UPDATE, Drop, Fact

_TROUBLE = re.compile(
    r"Traceback|job_failed|drain_crashed|drain_failed|translation_failed|drop_folder_failed|not_delivered"
)


@dataclass(slots=True)
class Account:
    """What an audit found; `problems` are sentences, empty where all is as it should be."""

    documents: int = 0
    files: int = 0
    lost: int = 0
    twice: int = 0
    """Confirmations and label requests that Amazon took more than once."""
    repeated: int = 0
    """Status updates that Amazon took once more, as the policy allows."""
    problems: list[str] = field(default_factory=list)


def audit(place: Place, drops: list[Drop]) -> Account:
    """Compare; the bridge must be through with its work."""
    account = Account(documents=sum(drop.documents for drop in drops), files=len(drops))
    with sqlite3.connect(place.ledger) as ledger:
        ledger.row_factory = sqlite3.Row
        account.problems += [
            *_amazon(account, place.amazon.accepted, drops),
            *_events(ledger, place.amazon.accepted, drops),
            *_files(ledger, drops),
            *_spool(place.folder / "var" / "spool", drops),
            *_put_away(place.home, drops),
            *_outbox(ledger, place.home / "outbox"),
            *_acknowledgements(ledger, drops),
            *_reports(ledger, drops),
            *_labels(ledger, drops),
            *_log(place.log),
        ]
    ledger.close()
    return account


def _facts(drops: list[Drop]) -> set[Fact]:
    return set().union(*(drop.facts for drop in drops))


def _fact_of(one: Accepted) -> Fact:
    if one.operation == UPDATE:
        return UPDATE, one.item["statusUpdateDetails"]["trackingNumber"]
    return one.operation, one.item["purchaseOrderNumber"]


def _amazon(account: Account, accepted: tuple[Accepted, ...], drops: list[Drop]) -> Iterator[str]:
    taken, expected = Counter(_fact_of(one) for one in accepted), _facts(drops)
    lost = sorted(expected - taken.keys())
    again = {fact: count - 1 for fact, count in taken.items() if count > 1}
    twice = {fact: count for fact, count in again.items() if fact[0] != UPDATE}
    account.lost, account.twice = len(lost), sum(twice.values())
    account.repeated = sum(again.values()) - account.twice
    yield from (f"lost: {fact} never reached Amazon" for fact in lost)
    yield from (f"twice: Amazon took {fact} {count} times more" for fact, count in twice.items())
    yield from (f"nobody dropped {fact}" for fact in sorted(taken.keys() - expected))


def _events(ledger: sqlite3.Connection, accepted: tuple[Accepted, ...], drops: list[Drop]) -> Iterator[str]:
    """Each fact is one event that succeeded, by a transaction in which Amazon took it."""
    transactions = {(*_fact_of(one), one.transaction_id) for one in accepted}
    told: Counter[Fact] = Counter()
    for row in ledger.execute(
        "SELECT e.*, s.amazon_transaction_id AS transaction_id, s.state AS sent"
        " FROM events e LEFT JOIN submissions s ON s.id = e.submission_id"
    ):
        fact = (
            row["operation"],
            row["tracking_number" if row["operation"] == UPDATE else "purchase_order_number"],
        )
        told[fact] += 1
        if row["state"] != "succeeded" or row["sent"] != "succeeded":
            yield f"event {row['id']} of {fact} is {row['state']} ({row['reason']}), sent: {row['sent']}"
        # A label found at Amazon settles its request without the transaction being known.
        elif (*fact, row["transaction_id"]) not in transactions and (
            fact[0] != LABEL or row["transaction_id"]
        ):
            yield f"event {row['id']} of {fact} names another's transaction {row['transaction_id']!r}"
    expected = _facts(drops)
    yield from (f"{fact} is no event of the ledger" for fact in sorted(expected - told.keys()))
    yield from (
        f"{fact} is {count} events" for fact, count in told.items() if count != 1 or fact not in expected
    )


def _files(ledger: sqlite3.Connection, drops: list[Drop]) -> Iterator[str]:
    """Each content is one file, each drop one arrival of it, with all its documents."""
    rows = {row["sha256"]: row for row in ledger.execute("SELECT * FROM files")}
    arrivals = Counter(
        row["sha256"]
        for row in ledger.execute("SELECT f.sha256 FROM arrivals a JOIN files f ON f.id = a.file_id")
    )
    if arrivals != Counter(drop.sha256 for drop in drops):
        yield f"arrivals: {sum(arrivals.values())} of {len(drops)} files that were dropped, or not the same"
    unmoved = ledger.execute(
        "SELECT count(*) FROM arrivals WHERE moved_at IS NULL OR moved_to = ''"
    ).fetchone()
    if unmoved[0]:
        yield f"{unmoved[0]} arrivals were not moved by the bridge"
    for drop in drops:
        row = rows.get(drop.sha256)
        state = "quarantined" if drop.kind == "junk" else "translated"
        if row is None or row["state"] != state:
            yield f"{drop.name} is {row['state'] if row else 'unknown'}, not {state}"
        elif drop.facts and (row["documents"], row["accepted"]) != (drop.documents, drop.documents):
            yield f"{drop.name}: {row['accepted']} of {row['documents']} documents, not {drop.documents}"


def _spool(spool: Path, drops: list[Drop]) -> Iterator[str]:
    """Each content lies once in the spool, and nothing half-written."""
    lying = {path.name for path in spool.rglob("*") if path.is_file()}
    if lying != {drop.sha256 for drop in drops}:
        yield f"spool: {sorted(lying ^ {drop.sha256 for drop in drops})} lie there or are missing"


def _put_away(home: Path, drops: list[Drop]) -> Iterator[str]:
    """Each file lies once in the archive or the quarantine, and nothing in the inbox."""
    inbox = sorted(path.name for path in (home / "inbox").iterdir())
    if inbox:
        yield f"left in the inbox: {inbox}"
    aside = [path for path in (home / "quarantine").iterdir() if not path.name.endswith(".reason.txt")]
    for folder, found, junk in (
        ("archive", list((home / "archive").iterdir()), False),
        ("quarantine", aside, True),
    ):
        lying = Counter(hashlib.sha256(path.read_bytes()).hexdigest() for path in found)
        expected = Counter(drop.sha256 for drop in drops if (drop.kind == "junk") == junk)
        if lying != expected:
            yield f"{folder}: {sum(lying.values())} files, not the {sum(expected.values())} that belong there"
    reasons = {path.name for path in (home / "quarantine").glob("*.reason.txt")}
    if reasons != {f"{path.name}.reason.txt" for path in aside}:
        yield f"quarantine: the reasons do not fit the files: {sorted(reasons)}"


def _outbox(ledger: sqlite3.Connection, outbox: Path) -> Iterator[str]:
    """What lies in the outbox is what the ledger says was delivered, byte for byte, and nothing else."""
    lying = {
        str(path.relative_to(outbox)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in outbox.rglob("*")
        if path.is_file()
    }
    known = {}
    for row in ledger.execute("SELECT folder, name, sha256, state FROM outbound_files"):
        known[f"{row['folder']}/{row['name']}"] = row["sha256"]
        if row["state"] != "delivered":
            yield f"{row['folder']}/{row['name']} is {row['state']}"
    yield from (f"{name} was not delivered, or not whole" for name in known if lying.get(name) != known[name])
    yield from (f"{name} lies in the outbox and nobody knows of it" for name in lying.keys() - known.keys())


def _acknowledgements(ledger: sqlite3.Connection, drops: list[Drop]) -> Iterator[str]:
    """Each turning up of an interchange is acknowledged once."""
    made = Counter(
        row["sha256"]
        for row in ledger.execute(
            "SELECT f.sha256 FROM outbound_files o JOIN files f ON f.id = o.file_id"
            " WHERE o.folder = 'acknowledgements'"
        )
    )
    expected: Counter[str] = Counter()
    for drop in drops:
        expected[drop.sha256] += drop.acknowledged
    for drop in drops:
        if drop.kind != "again" and made[drop.sha256] != expected[drop.sha256]:
            yield f"{drop.name} has {made[drop.sha256]} acknowledgements, not {expected[drop.sha256]}"


def _reports(ledger: sqlite3.Connection, drops: list[Drop]) -> Iterator[str]:
    """Each batch has one report, which tells each fact's success once."""
    told: Counter[str] = Counter()
    names: Counter[str] = Counter()
    for row in ledger.execute(
        "SELECT f.sha256, o.name, p.data FROM outbound_files o JOIN files f ON f.id = o.file_id"
        " JOIN outbound_parts p ON p.outbound_id = o.id"
        " WHERE o.folder = 'statuses' AND o.name LIKE '%.json'"
    ):
        names[row["sha256"]] += 1
        lines = json.loads(row["data"])["lines"]
        told[row["sha256"]] += sum(line["status"] == "Success" for line in lines)
    for drop in drops:
        if drop.kind != "again" and (names[drop.sha256], told[drop.sha256]) != (
            bool(drop.facts),
            len(drop.facts),
        ):
            yield (
                f"{drop.name}: {names[drop.sha256]} reports tell of {told[drop.sha256]} successes,"
                f" not one of {len(drop.facts)}"
            )


def _labels(ledger: sqlite3.Connection, drops: list[Drop]) -> Iterator[str]:
    """Each order that asked for a label has one, and the indexes list each once."""
    found = [
        f"{row['folder']}/{row['name']}"
        for row in ledger.execute("SELECT folder, name FROM outbound_files WHERE kind = 'labels'")
    ]
    listed = [
        line["file"]
        for row in ledger.execute(
            "SELECT p.data FROM outbound_files o JOIN outbound_parts p ON p.outbound_id = o.id"
            " WHERE o.kind = 'label-index'"
        )
        for line in csv.DictReader(row["data"].decode().splitlines())
    ]
    asked = {order for operation, order in _facts(drops) if operation == LABEL}
    if Counter(found) != Counter(listed):
        yield f"the indexes list {len(listed)} labels, {len(found)} were queued"
    got = Counter(name.split("/")[1] for name in found)
    yield from (
        f"order {order} has {got[order]} labels" for order in sorted(asked | got.keys()) if got[order] != 1
    )


def _log(log: str) -> Iterator[str]:
    yield from (f"the log says: {line[:400]}" for line in log.splitlines() if _TROUBLE.search(line))
