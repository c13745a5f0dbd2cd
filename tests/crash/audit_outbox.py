"""Outboxes: acknowledgements, status files, advice and documents, each exactly once, read where they lie.

The ledger says which file answers what; the contents are those of the outbox, since a purge blanks the
ledger's own.
"""

from __future__ import annotations

import csv
import hashlib
import json
import re
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.crash.place import Place
from tests.crash.trade import LABEL, Drop, expected_facts, first_drops, turned_up
from tests.crash.vendors import Vendor

_ADVICE = {"x12": "824", "edifact": "APERAK"}
_ORDERS = {"824": re.compile(r"OTI\*\w+\*PO\*(\w+)"), "APERAK": re.compile(r"RFF\+ON:(\w+)")}
_ACCEPTED = {"824": re.compile(r"OTI\*TA\*"), "APERAK": re.compile(r"BGM\+[^']*\+AP'")}
_CONTROL = {b"I": re.compile(rb"ISA(?:\*[^*]*){12}\*(\d+)"), b"U": re.compile(rb"UNB(?:\+[^+]*){4}\+(\d+)")}


@dataclass(frozen=True, slots=True)
class Delivered:
    """One file for a vendor: the ledger's row, and the bytes that lie in the outbox."""

    row: sqlite3.Row
    data: bytes

    @property
    def path(self) -> str:
        """Its place in the outbox."""
        return f"{self.row['folder']}/{self.row['name']}"

    @property
    def kind(self) -> str:
        """What it is."""
        return str(self.row["kind"])


def audit_outbox(
    place: Place, drops: Sequence[Drop], said: Mapping[int, int], counted: Counter[str]
) -> Iterator[str]:
    """Report what of the outboxes is not as it should be, and count what lies there by kind."""
    for vendor in place.vendors:
        outbox = place.home(vendor) / "outbox"
        found: list[Delivered] = []
        problems = list(_lying(place, vendor, outbox, found))
        counted.update(one.kind for one in found)
        own = [drop for drop in drops if drop.vendor == vendor]
        problems += [
            *_numbers(found),
            *_acknowledgements(found, own),
            *_reports(place, found, own, said),
            *_shipping_documents(found, own),
        ]
        yield from (f"{vendor.name}: {problem}" for problem in problems)


def _lying(place: Place, vendor: Vendor, outbox: Path, found: list[Delivered]) -> Iterator[str]:
    """What lies in the outbox is what the ledger says was delivered, byte for byte, and nothing else."""
    lying = {str(path.relative_to(outbox)): path for path in outbox.rglob("*") if path.is_file()}
    for row in place.rows(
        "SELECT o.*, f.sha256 AS answers FROM outbound_files o LEFT JOIN files f ON f.id = o.file_id"
        " WHERE o.vendor = :vendor ORDER BY o.id",
        {"vendor": vendor.name},
    ):
        name = f"{row['folder']}/{row['name']}"
        path = lying.pop(name, None)
        data = path.read_bytes() if path is not None else b""
        if path is None or hashlib.sha256(data).hexdigest() != row["sha256"] or len(data) != row["size"]:
            yield f"{name} was not delivered, or not whole"
        if row["state"] != "delivered":
            yield f"{name} is {row['state']}"
        found.append(Delivered(row, data))
    yield from (f"{name} lies in the outbox and nobody knows of it" for name in lying)


def _numbers(found: list[Delivered]) -> Iterator[str]:
    """Our interchanges to a sender are numbered from one, with no gap and none twice."""
    for begin, pattern in _CONTROL.items():
        numbers = sorted(
            int(told[1]) for one in found if one.data[:1] == begin and (told := pattern.match(one.data))
        )
        if numbers != list(range(1, len(numbers) + 1)):
            twice = [number for number, count in Counter(numbers).items() if count > 1]
            yield f"control numbers of ours: {len(numbers)} up to {max(numbers)}, twice: {twice}"


def _acknowledgements(found: list[Delivered], drops: Sequence[Drop]) -> Iterator[str]:
    """Each turning up of an interchange is acknowledged once."""
    made = Counter(one.row["answers"] for one in found if one.row["folder"] == "acknowledgements")
    times = turned_up(drops)
    for key, drop in first_drops(drops).items():
        expected = drop.acknowledged * times[key]
        if made[drop.sha256] != expected:
            yield f"{drop.name} has {made[drop.sha256]} acknowledgements, not {expected}"


def _reports(
    place: Place, found: list[Delivered], drops: Sequence[Drop], said: Mapping[int, int]
) -> Iterator[str]:
    """Each batch has one report, and one more at most for each word of an operator's; the last tells all.

    The same of application advice, one for each report on X12 or EDIFACT.
    """
    batches = {(row["vendor"], row["sha256"]): row for row in place.rows("SELECT * FROM files")}
    reports: dict[str, list[Delivered]] = defaultdict(list)
    advice: dict[str, list[Delivered]] = defaultdict(list)
    for one in found:
        if one.row["folder"] == "statuses":
            (reports if one.kind == "status" else advice)[one.row["answers"]].append(one)
    for key, drop in first_drops(drops).items():
        batch = batches.get(key)
        if batch is None:
            continue
        told, advised = reports[drop.sha256], advice[drop.sha256]
        most = 1 + said.get(batch["id"], 0)
        count = len(told)
        if drop.facts and not max(1, batch["reports"]) <= count <= most:
            yield f"{drop.name} has {count} reports, {batch['reports']} in the ledger, at most {most} may be"
        if not drop.facts and told:
            yield f"{drop.name} is reported by {[one.path for one in told]}, and there is nothing to report"
        if told:
            yield from _report(drop, told[-1])
        if [one.kind for one in advised] != ([_ADVICE[drop.standard]] * count if drop.standard else []):
            yield f"{drop.name} has {count} reports, and as advice {[one.path for one in advised]}"
        if advised:
            yield from _advice(drop, advised[-1])


def _report(drop: Drop, one: Delivered) -> Iterator[str]:
    """The last report tells each fact's success once, and of what an operator dropped."""
    lines = json.loads(one.data)["lines"]
    told = Counter(line["status"] for line in lines)
    expected = Counter({"Success": len(drop.facts), "Refused": drop.repeated})
    if told != +expected:
        yield f"{one.path} tells of {dict(told)}, not {dict(expected)}"
    subjects = Counter(
        line["tracking_number"] if drop.kind == "updates" else line["purchase_order_number"]
        for line in lines
        if line["status"] == "Success"
    )
    if subjects != Counter(subject for _, subject in drop.facts):
        yield f"{one.path} tells of {sorted(subjects)}"


def _advice(drop: Drop, one: Delivered) -> Iterator[str]:
    """The last advice tells of each document once, of each fact that it was accepted."""
    text = one.data.decode("ascii")
    orders = _ORDERS[one.kind].findall(text)
    accepted = len(_ACCEPTED[one.kind].findall(text))
    if len(orders) != drop.documents or len(set(orders)) != len(drop.facts) or accepted != len(drop.facts):
        yield (
            f"{one.path} tells of {len(orders)} documents and {len(set(orders))} orders, {accepted} accepted;"
            f" not of {drop.documents} and {len(drop.facts)}"
        )


def _shipping_documents(found: list[Delivered], drops: Sequence[Drop]) -> Iterator[str]:
    """Each order that asked for a label has one, a slip and an invoice; the indexes list each label once."""
    asked = Counter(subject for operation, subject in expected_facts(drops) if operation == LABEL)
    labels = [one.path for one in found if one.kind == "labels"]
    listed = [
        line["file"]
        for one in found
        if one.kind == "label-index"
        for line in csv.DictReader(one.data.decode().splitlines())
    ]
    if Counter(labels) != Counter(listed):
        yield f"the indexes list {len(listed)} labels, {len(labels)} were delivered"
    got = {
        "labels": Counter(path.split("/")[1] for path in labels),
        **{
            kind: Counter(Path(one.path).stem for one in found if one.kind == kind)
            for kind in ("packing-slips", "invoices")
        },
    }
    for kind, orders in got.items():
        if orders != asked:
            wrong = {order: orders[order] for order in (orders - asked) + (asked - orders)}
            yield f"{kind} by order, not one each: {wrong}"
