"""Packages: what confirmations say of a tracking number, and the status updates that wait for it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal, NamedTuple

import msgspec
from sqlalchemy import Connection, RowMapping, Select, bindparam, exists, or_, select, update

from bridge.domain.states import EVENT_MOVES
from bridge.errors import LedgerError
from bridge.ledger.columns import one_of
from bridge.ledger.database import Store
from bridge.ledger.reports import reopen
from bridge.ledger.row_conversion import seconds
from bridge.ledger.rows import Package
from bridge.ledger.schema import events, is_grouped, is_waiting, packages, submission_events
from bridge.programs.registry import installed

WAITED_TOO_LONG = "the confirmation of its package did not come in time"
"""The reason of a status update that is held since it waited too long."""

_is_pending = exists().where(events.c.id == packages.c.event_id, one_of(events.c.state, "ready", "grouped"))
OF_TRACKING = (
    select(
        packages.c.purchase_order_number,
        packages.c.ship_from_party,
        packages.c.confirmed_at.is_not(None),
        _is_pending,
    )
    .where(packages.c.vendor == bindparam("v"), packages.c.tracking_number == bindparam("tracking"))
    .order_by(packages.c.event_id)
)
_WAITING = select(
    events.c.id,
    events.c.vendor,
    events.c.operation,
    events.c.tracking_number,
    events.c.body,
    events.c.purchase_order_number,
    events.c.state,
    packages.c.purchase_order_number.label("order"),
    packages.c.ship_from_party,
)
_SAME_PACKAGE = (packages.c.vendor == events.c.vendor) & (
    packages.c.tracking_number == events.c.tracking_number
)
# What waited too long and no operator has decided about goes when its confirmation comes at last.
_is_expected = or_(
    is_waiting,
    one_of(events.c.state, "held") & (events.c.reason == WAITED_TOO_LONG) & events.c.body.is_not(None),
)
_WAITING_FOR_SUBMISSION = (
    _WAITING.select_from(submission_events)
    .join(packages, packages.c.event_id == submission_events.c.event_id)
    .join(events, _SAME_PACKAGE & _is_expected)
    .where(submission_events.c.submission_id == bindparam("key"), packages.c.confirmed_at.is_not(None))
)
_CONFIRMED = _WAITING.select_from(events).join(packages, _SAME_PACKAGE & packages.c.confirmed_at.is_not(None))
_WAITING_OF_FILE = _CONFIRMED.where(
    events.c.file_id == bindparam("key"), events.c.id >= bindparam("first"), is_waiting
)
_CONFIRM = (
    update(packages)
    .where(
        packages.c.confirmed_at.is_(None),
        packages.c.event_id.in_(
            # Read before the events leave the state: only those that succeed now are still grouped.
            select(events.c.id).where(events.c.submission_id == bindparam("submission"), is_grouped)
        ),
    )
    .values(confirmed_at=bindparam("now"))
)
_CONFIRM_ONE = (
    update(packages)
    .where(packages.c.event_id == bindparam("event"), packages.c.confirmed_at.is_(None))
    .values(confirmed_at=bindparam("now"))
)
_RELEASE = (
    update(events)
    .where(events.c.id == bindparam("event"), _is_expected)
    .values(
        state="ready",
        reason="",
        body=bindparam("completed"),
        purchase_order_number=bindparam("order"),
        updated_at=bindparam("now"),
    )
)
_HOLD = (
    update(events)
    .where(events.c.id == bindparam("event"), _is_expected)
    .values(state="held", reason=bindparam("why"), updated_at=bindparam("now"))
)
_encoder = msgspec.json.Encoder()


class PackageStore(Store):
    """What is asked of packages outside of a file's translation."""

    def package(self, vendor: str, tracking_number: str) -> Package | None:
        """Return what confirmations say of a tracking number."""
        with self._db.read() as connection:
            rows = connection.execute(OF_TRACKING, {"v": vendor, "tracking": tracking_number})
            return package_of([Said(*row) for row in rows])


class Said(NamedTuple):
    """What one confirmation says of a tracking number; `pending`: it is on its way to Amazon."""

    purchase_order_number: str
    ship_from_party: str
    confirmed: bool
    pending: bool


def package_of(rows: list[Said]) -> Package | None:
    """Make one package of what confirmations say of it, oldest first.

    Whether several orders share it is told by those on their way, too, so that it does not depend on which of
    them Amazon confirms first.
    """
    if not rows:
        return None
    best = next((row for row in rows if row.confirmed), rows[-1])
    orders = {row.purchase_order_number for row in rows if row.confirmed or row.pending or not best.confirmed}
    return Package(
        purchase_order_number=best.purchase_order_number,
        ship_from_party=best.ship_from_party,
        confirmed=bool(best.confirmed),
        ambiguous=len(orders) > 1,
    )


def confirm(connection: Connection, submission_id: int, now: datetime) -> int:
    """Confirm the packages of a submission's grouped events and release what waited; return how many."""
    changed = connection.execute(_CONFIRM, {"submission": submission_id, "now": seconds(now)})
    if changed.rowcount == 0:
        return 0
    return _release(connection, _WAITING_FOR_SUBMISSION, {"key": submission_id}, now)


def confirm_events(
    connection: Connection, submission_id: int, event_ids: Sequence[int], now: datetime
) -> int:
    """Confirm the packages of some of a submission's events and release what waited; return how many."""
    if not event_ids:
        return 0
    connection.execute(_CONFIRM_ONE, [{"event": event_id, "now": seconds(now)} for event_id in event_ids])
    return _release(connection, _WAITING_FOR_SUBMISSION, {"key": submission_id}, now)


def unconfirm(connection: Connection, vendor: str, event_ids: Sequence[int], now: datetime) -> None:
    """Take back that events confirmed their packages; status updates that have not gone yet wait again."""
    of_these = packages.c.event_id.in_(event_ids)
    numbers = connection.execute(select(packages.c.tracking_number).where(of_these)).scalars().all()
    connection.execute(update(packages).where(of_these).values(confirmed_at=None))
    still = packages.alias("still")
    connection.execute(
        update(events)
        .where(
            events.c.vendor == vendor,
            events.c.operation.in_(installed().awaiting),
            events.c.tracking_number.in_(numbers),
            one_of(events.c.state, "ready"),
            ~exists().where(
                still.c.vendor == vendor,
                still.c.tracking_number == events.c.tracking_number,
                still.c.confirmed_at.is_not(None),
            ),
        )
        .values(state=EVENT_MOVES["ready", "unconfirmed"], updated_at=seconds(now))
    )


def release_of_file(connection: Connection, file_id: int, first: int, now: datetime) -> int:
    """Release a file's status updates, from event `first` on, that wait for what is confirmed already."""
    return _release(connection, _WAITING_OF_FILE, {"key": file_id, "first": first}, now)


def _release(
    connection: Connection, waiting: Select[tuple[object, ...]], asked: dict[str, int | str], now: datetime
) -> int:
    found: dict[int, RowMapping] = {}
    for row in connection.execute(waiting, asked).mappings():
        found.setdefault(row["id"], row)
    at = seconds(now)
    changes = []
    late = [row["id"] for row in found.values() if row["state"] != "waiting"]
    if late:
        reopen(connection, late, now)  # they were reported as held
    for row in found.values():
        if not row["purchase_order_number"] and _package(connection, row).ambiguous:
            connection.execute(_HOLD, {"event": row["id"], "why": several_orders(row), "now": at})
            continue
        changes.append(
            {
                "event": row["id"],
                "completed": _completed(row, row["order"], row["ship_from_party"]),
                "order": row["purchase_order_number"] or row["order"],
                "now": at,
            }
        )
    if changes:
        connection.execute(_RELEASE, changes)
    return len(changes)


def released_status(
    connection: Connection, row: RowMapping, *, unconfirmed: bool
) -> tuple[Literal["requeue", "wait"], dict[str, str | None]]:
    """Return what becomes of a held status update that is released: its move, and the columns to set.

    It waits for its confirmation as any other does (`unconfirmed`: it need not), and gets from its
    package what its document does not tell. Raises `LedgerError` where that would be a guess.
    """
    known = package_of(_rows_of(connection, row))
    if known is None:
        return ("requeue" if unconfirmed else "wait"), {}
    if known.ambiguous and not row["purchase_order_number"]:
        raise LedgerError(f"event {row['id']} names no order: {several_orders(row)}; drop it")
    columns = {
        "body": _completed(row, known.purchase_order_number, known.ship_from_party),
        "purchase_order_number": row["purchase_order_number"] or known.purchase_order_number,
    }
    return ("requeue" if known.confirmed or unconfirmed else "wait"), columns


def several_orders(row: RowMapping) -> str:
    """Return why a status update cannot be told for an order."""
    return f"several orders were confirmed with tracking number {row['tracking_number']}"


def _package(connection: Connection, row: RowMapping) -> Package:
    known = package_of(_rows_of(connection, row))
    if known is None:
        raise LedgerError(f"event {row['id']} is released for a package that is not known")
    return known


def _rows_of(connection: Connection, row: RowMapping) -> list[Said]:
    asked = {"v": row["vendor"], "tracking": row["tracking_number"]}
    return [Said(*one) for one in connection.execute(OF_TRACKING, asked)]


def _completed(row: RowMapping, order: str, ship_from: str) -> str | None:
    body: str | None = row["body"]
    if body is None:
        return None
    programs = installed()
    event = programs.decode(row["operation"], body)
    awaits = programs.of(event).awaits
    return body if awaits is None else _encoder.encode(awaits.complete(event, order, ship_from)).decode()
