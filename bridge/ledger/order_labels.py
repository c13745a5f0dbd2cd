"""The labels of orders, package by package: what Amazon told, and what a newer answer made of it.

They outlive the label files and shipping: a confirmation may come, and a label be replaced, long after.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import (
    Connection,
    Insert,
    Integer,
    Update,
    bindparam,
    delete,
    exists,
    insert,
    select,
    update,
)

from bridge.domain.labels import KnownLabel, LabelPackage, Renewal, renew
from bridge.ledger.functions import carry_out_let_go
from bridge.ledger.label_checks import judge_held
from bridge.ledger.new_rows import LabelAnswer, NewLabels, ToldLabel
from bridge.ledger.outbound_schema import label_packages, order_labels, outbound_files
from bridge.ledger.read_models import OrderLabel
from bridge.ledger.row_conversion import chunks, row_as, seconds
from bridge.ledger.rows import Added

_ORDER = (
    order_labels.c.vendor == bindparam("v"),
    order_labels.c.purchase_order_number == bindparam("order"),
)
_OF_ORDER = (
    label_packages.c.vendor == bindparam("v"),
    label_packages.c.purchase_order_number == bindparam("order"),
)
_NEXT = (
    update(order_labels)
    .where(*_ORDER)
    .values(version=order_labels.c.version + bindparam("step", type_=Integer))
)
_KNOWN = (
    select(label_packages)
    .where(
        label_packages.c.vendor == bindparam("v"),
        label_packages.c.purchase_order_number.in_(bindparam("orders", expanding=True)),
    )
    .order_by(label_packages.c.purchase_order_number, label_packages.c.number)
)
_VALUES: dict[str, Any] = {name: bindparam(f"new_{name}") for name in LabelPackage.__struct_fields__}
_CHANGE = (
    update(label_packages)
    .where(*_OF_ORDER, label_packages.c.number == bindparam("which"))
    .values(state=bindparam("becomes"), changed_at=bindparam("now"), **_VALUES)
)
_FILE = (
    update(label_packages)
    .where(*_OF_ORDER, label_packages.c.number == bindparam("which"))
    .values(outbound_id=bindparam("file"))
)
_LABELS = (
    select(label_packages, outbound_files.c.folder, outbound_files.c.name, outbound_files.c.sha256)
    .outerjoin(outbound_files, outbound_files.c.id == label_packages.c.outbound_id)
    .order_by(label_packages.c.vendor, label_packages.c.purchase_order_number, label_packages.c.number)
)
_TOLD = _LABELS.where(*_OF_ORDER)


class Noted(NamedTuple):
    """What follows from noted labels."""

    told: list[ToldLabel]
    """The labels known before that became void, or valid again."""
    ask: list[str]
    """The orders to be asked for."""
    partly: set[str]
    """The orders of which some packages have labels that are older than these."""
    anew: set[str]
    """The orders that have labels of a list alone by now, whose files came before."""


def note_answers(
    connection: Connection, vendor: str, labels: NewLabels, added: Sequence[Added], now: datetime
) -> Noted:
    """Note, within a write, what Amazon told of orders' labels.

    Held confirmations that a newer label agrees with are let go.
    """
    noted = Noted([], [], set(), set())
    news = _News(vendor, _known(connection, vendor, labels.answers), now)
    before = {order for order, known in news.known.items() if known}
    for answer in labels.answers:
        files = [None if place is None else added[place] for place in answer.files]
        news.take(answer, files, noted, whole=labels.whole)
    news.write(connection)
    for order in news.steps.keys() & before:
        if (event := judge_held(connection, vendor, order, labels.policy, now)) is not None:
            carry_out_let_go(connection, event, now)
    for order, numbers in news.changed.items():
        noted.told.extend(_told(connection, vendor, order, numbers))
    return noted


def _known(
    connection: Connection, vendor: str, answers: Iterable[LabelAnswer]
) -> defaultdict[str, list[KnownLabel]]:
    known = defaultdict[str, list[KnownLabel]](list)
    for some in chunks(dict.fromkeys(answer.purchase_order_number for answer in answers), 500):
        for row in connection.execute(_KNOWN, {"v": vendor, "orders": some}).mappings():
            known[row["purchase_order_number"]].append(row_as(KnownLabel, row))
    return known


class _News:
    """What some answers change, gathered to be written in a few statements."""

    def __init__(self, vendor: str, known: defaultdict[str, list[KnownLabel]], now: datetime) -> None:
        self.vendor = vendor
        self.known = known
        self.at = seconds(now)
        self.heads = {order for order, labels in known.items() if labels}
        """The orders that have a version in the ledger."""
        self.steps: Counter[str] = Counter()
        """Order → by how much its version grows."""
        self.changed: defaultdict[str, set[int]] = defaultdict(set)
        self.rows: list[dict[str, Any]] = []
        self.changes: list[dict[str, Any]] = []
        self.files: list[dict[str, Any]] = []

    def take(self, answer: LabelAnswer, files: Sequence[Added | None], noted: Noted, *, whole: bool) -> None:
        """Add what one answer changes."""
        order = answer.purchase_order_number
        known = self.known[order]
        renewal = renew(known, answer.packages, whole=whole)
        renewed = {one.number: file for one in renewal.again if (file := files[one.place]) and file.new}
        older = {one.number for one in known if one.state == "valid"} - renewed.keys()
        older -= {one.number for one in renewal.changed if one.state == "void"}
        if older:
            noted.partly.add(order)
        elif any(one.state == "valid" for one in renewal.changed):
            noted.anew.add(order)
        if renewal.ask:
            noted.ask.append(order)
        key = {"v": self.vendor, "order": order}
        self.files += [{**key, "which": number, "file": file.id} for number, file in renewed.items()]
        if renewal.changed or renewal.added:
            self.steps[order] += 1
            self._change(key, known, renewal)
            self._add(order, known, renewal, files)

    def _change(self, key: dict[str, str], known: list[KnownLabel], renewal: Renewal) -> None:
        for one in renewal.changed:
            values = msgspec.structs.asdict(one.package)
            self.changed[key["order"]].add(one.number)
            self.changes.append(
                {**key, "which": one.number, "becomes": one.state, "now": self.at}
                | {f"new_{name}": value for name, value in values.items()}
            )
            place = next(place for place, other in enumerate(known) if other.number == one.number)
            known[place] = KnownLabel(number=one.number, state=one.state, **values)

    def _add(
        self, order: str, known: list[KnownLabel], renewal: Renewal, files: Sequence[Added | None]
    ) -> None:
        last = max((one.number for one in known), default=0)
        for number, one in enumerate(renewal.added, start=last + 1):
            values = msgspec.structs.asdict(one.package)
            file = files[one.place]
            self.rows.append(
                {
                    "vendor": self.vendor,
                    "purchase_order_number": order,
                    "number": number,
                    "state": one.state,
                    "noted_at": self.at,
                    "changed_at": self.at,
                    "outbound_id": file.id if file is not None else 0,
                }
                | values
            )
            known.append(KnownLabel(number=number, state=one.state, **values))

    def write(self, connection: Connection) -> None:
        """Write it: rows before what changes them."""
        heads = [
            {"vendor": self.vendor, "purchase_order_number": order, "version": step}
            for order, step in self.steps.items()
            if order not in self.heads
        ]
        steps = [
            {"v": self.vendor, "order": order, "step": step}
            for order, step in self.steps.items()
            if order in self.heads
        ]
        todo: tuple[tuple[Insert | Update, list[dict[str, Any]]], ...] = (
            (insert(order_labels), heads),
            (_NEXT, steps),
            (insert(label_packages), self.rows),
            (_CHANGE, self.changes),
            (_FILE, self.files),
        )
        for statement, rows in todo:
            for some in chunks(rows, 500):
                connection.execute(statement, some)


def _told(connection: Connection, vendor: str, order: str, numbers: set[int]) -> Iterator[ToldLabel]:
    """List the labels whose state changed as an index tells them, void ones with what replaces them."""
    rows = list(connection.execute(_TOLD, {"v": vendor, "order": order}).mappings())
    valid = [row for row in rows if row["state"] == "valid"]
    for row in rows:
        if row["number"] not in numbers or not row["name"]:
            continue
        instead = [one for one in valid if one["package_identifier"] == row["package_identifier"]] or valid
        newer = " ".join(dict.fromkeys(one["tracking_number"] for one in instead if row["state"] == "void"))
        yield row_as(ToldLabel, row, replaced_by=newer, file=f"{row['folder']}/{row['name']}")


def labels_of(connection: Connection, orders: Iterable[str], numbers: Iterable[str] = ()) -> list[OrderLabel]:
    """List the labels of orders, and of the orders that have a label of these tracking numbers."""
    wanted = set(orders)
    for some in chunks(dict.fromkeys(numbers), 500):
        named = select(label_packages.c.purchase_order_number).where(
            label_packages.c.tracking_number.in_(some)
        )
        wanted.update(connection.execute(named).scalars())
    found: list[OrderLabel] = []
    for some in chunks(sorted(wanted - {""}), 500):
        rows = connection.execute(_LABELS.where(label_packages.c.purchase_order_number.in_(some))).mappings()
        found += [
            row_as(OrderLabel, row, file=f"{row['folder']}/{row['name']}" if row["name"] else "")
            for row in rows
        ]
    return found


def forget_labels(connection: Connection, vendor: str, before: float) -> None:
    """Forget, within a write, the labels that came before then."""
    old = (label_packages.c.vendor == vendor, label_packages.c.noted_at < before)
    if not connection.execute(delete(label_packages).where(*old)).rowcount:
        return
    left = exists().where(
        label_packages.c.vendor == order_labels.c.vendor,
        label_packages.c.purchase_order_number == order_labels.c.purchase_order_number,
    )
    connection.execute(delete(order_labels).where(order_labels.c.vendor == vendor, ~left))
