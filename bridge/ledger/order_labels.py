"""The labels of orders, package by package: what Amazon told, and what a newer answer made of it.

They outlive the label files and shipping: a confirmation may come, and a label be replaced, long after.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

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
_LABELS = (
    select(label_packages, outbound_files.c.folder, outbound_files.c.name, outbound_files.c.sha256)
    .outerjoin(outbound_files, outbound_files.c.id == label_packages.c.outbound_id)
    .order_by(label_packages.c.vendor, label_packages.c.purchase_order_number, label_packages.c.number)
)
_TOLD = _LABELS.where(*_OF_ORDER)


def note_answers(
    connection: Connection, vendor: str, labels: NewLabels, added: Sequence[Added], now: datetime
) -> tuple[list[ToldLabel], list[str]]:
    """Note, within a write, what Amazon told of orders' labels.

    Return the labels known before that became void or valid again, and the orders to be asked for. Held
    confirmations that a newer label agrees with are let go.
    """
    told: list[ToldLabel] = []
    ask: list[str] = []
    for answer in labels.answers:
        renewal = _noted(connection, vendor, answer, labels, added, now)
        if renewal.changed or renewal.added:
            judge_held(connection, vendor, answer.purchase_order_number, labels.policy, now)
        if renewal.changed:
            told += _told(connection, vendor, answer.purchase_order_number, renewal)
        if renewal.ask:
            ask.append(answer.purchase_order_number)
    return told, ask


def _noted(  # noqa: PLR0913, PLR0917 - one answer, and what is known of all of them
    connection: Connection,
    vendor: str,
    answer: LabelAnswer,
    labels: NewLabels,
    added: Sequence[Added],
    now: datetime,
) -> Renewal:
    key = {"v": vendor, "order": answer.purchase_order_number}
    version = connection.execute(_VERSION, key).scalar()
    known = [row_as(KnownLabel, row) for row in connection.execute(_KNOWN, key).mappings()]
    renewal = renew(known, answer.packages, whole=labels.whole)
    if renewal.changed or renewal.added:
        _put_version(connection, key, version)
    _put_packages(connection, key, renewal, _files(answer, added), len(known), now)
    return renewal


def _files(answer: LabelAnswer, added: Sequence[Added]) -> list[int]:
    return [0 if place is None else added[place].id for place in answer.files]


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
    files: list[int],
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
        | {"noted_at": at, "changed_at": at, "outbound_id": files[one.place]}
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
