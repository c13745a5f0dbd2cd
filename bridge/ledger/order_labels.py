"""The labels of orders, package by package: what Amazon told, and what a newer answer made of it.

They outlive the label files and shipping: a confirmation may come, and a label be replaced, long after.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Connection, bindparam, delete, exists, insert, select, update

from bridge.domain.labels import KnownLabel, LabelPackage, Renewal, renew
from bridge.ledger.codec import chunks, row_as, seconds
from bridge.ledger.label_checks import judge_held
from bridge.ledger.looks import OrderLabel
from bridge.ledger.rows import Added, LabelAnswer, NewLabels, ToldLabel
from bridge.ledger.schema import label_packages, order_labels, outbound_files

_ORDER = (
    order_labels.c.vendor == bindparam("v"),
    order_labels.c.purchase_order_number == bindparam("order"),
)
_OF_ORDER = (
    label_packages.c.vendor == bindparam("v"),
    label_packages.c.purchase_order_number == bindparam("order"),
)
_VERSION = select(order_labels.c.version).where(*_ORDER)
_NEXT = update(order_labels).where(*_ORDER).values(version=order_labels.c.version + 1)
_KNOWN = select(label_packages).where(*_OF_ORDER).order_by(label_packages.c.number)
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
    for answer in labels.answers:
        order = answer.purchase_order_number
        renewal, has_older = _noted(connection, vendor, answer, labels, added, now)
        if renewal.changed or renewal.added:
            judge_held(connection, vendor, order, labels.policy, now)
        if renewal.changed:
            noted.told.extend(_told(connection, vendor, order, renewal))
        if renewal.ask:
            noted.ask.append(order)
        if has_older:
            noted.partly.add(order)
        elif any(one.state == "valid" for one in renewal.changed):
            noted.anew.add(order)
    return noted


def _noted(  # noqa: PLR0913, PLR0917 - one answer, and what is known of all of them
    connection: Connection,
    vendor: str,
    answer: LabelAnswer,
    labels: NewLabels,
    added: Sequence[Added],
    now: datetime,
) -> tuple[Renewal, bool]:
    """Note one answer; return what it changes, and whether older labels of the order are valid beside it."""
    key = {"v": vendor, "order": answer.purchase_order_number}
    version = connection.execute(_VERSION, key).scalar()
    known = [row_as(KnownLabel, row) for row in connection.execute(_KNOWN, key).mappings()]
    renewal = renew(known, answer.packages, whole=labels.whole)
    if renewal.changed or renewal.added:
        _put_version(connection, key, version)
    files = [None if place is None else added[place] for place in answer.files]
    _put_packages(connection, key, renewal, files, max((one.number for one in known), default=0), now)
    valid = {one.number for one in known if one.state == "valid"} - {
        one.number for one in renewal.changed if one.state == "void"
    }
    return renewal, bool(valid - _put_files(connection, key, renewal, files))


def _put_files(
    connection: Connection, key: dict[str, str], renewal: Renewal, files: list[Added | None]
) -> set[int]:
    """Note the new files of labels that were known; return those labels."""
    renewed = {one.number: file for one in renewal.again if (file := files[one.place]) and file.new}
    if renewed:
        rows = [{**key, "which": number, "file": file.id} for number, file in renewed.items()]
        connection.execute(_FILE, rows)
    return set(renewed)


def _put_version(connection: Connection, key: dict[str, str], version: int | None) -> None:
    if version is not None:
        connection.execute(_NEXT, key)
        return
    row = {"vendor": key["v"], "purchase_order_number": key["order"], "version": 1}
    connection.execute(insert(order_labels), row)


def _put_packages(  # noqa: PLR0913, PLR0917 - the order, its news, and where they stand
    connection: Connection,
    key: dict[str, str],
    renewal: Renewal,
    files: list[Added | None],
    last: int,
    now: datetime,
) -> None:
    at = seconds(now)
    changes = [
        {**key, "which": one.number, "becomes": one.state, "now": at}
        | {f"new_{name}": value for name, value in msgspec.structs.asdict(one.package).items()}
        for one in renewal.changed
    ]
    rows = [
        {"vendor": key["v"], "purchase_order_number": key["order"], "number": number, "state": one.state}
        | {"noted_at": at, "changed_at": at, "outbound_id": file.id if (file := files[one.place]) else 0}
        | msgspec.structs.asdict(one.package)
        for number, one in enumerate(renewal.added, start=last + 1)
    ]
    if changes:
        connection.execute(_CHANGE, changes)
    if rows:
        connection.execute(insert(label_packages), rows)


def _told(connection: Connection, vendor: str, order: str, renewal: Renewal) -> Iterator[ToldLabel]:
    """List the labels whose state changed as an index tells them, void ones with what replaces them."""
    rows = list(connection.execute(_TOLD, {"v": vendor, "order": order}).mappings())
    valid = [row for row in rows if row["state"] == "valid"]
    for row in rows:
        if row["number"] not in {one.number for one in renewal.changed} or not row["name"]:
            continue
        instead = [one for one in valid if one["package_identifier"] == row["package_identifier"]] or valid
        numbers = " ".join(dict.fromkeys(one["tracking_number"] for one in instead if row["state"] == "void"))
        yield row_as(ToldLabel, row, replaced_by=numbers, file=f"{row['folder']}/{row['name']}")


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
