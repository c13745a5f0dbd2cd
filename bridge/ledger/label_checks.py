"""Confirmations beside the labels of their orders: filled, held or as they are, within a write.

A confirmation is compared when it is kept, when a submission is made of it, and when that is begun, each
time with the newest label: `label_version` notes which one it was. The comparison is with what the document
says (`stated`), and `body` is what is sent.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import msgspec
import structlog
from sqlalchemy import (
    ColumnElement,
    Connection,
    RowMapping,
    Select,
    bindparam,
    delete,
    insert,
    select,
    update,
)

from bridge.domain.events import Event, failed_here
from bridge.domain.labels import LabelPackage
from bridge.domain.states import EVENT_MOVES, move
from bridge.ledger.columns import one_of
from bridge.ledger.outbound_schema import label_packages, order_labels
from bridge.ledger.reports import reopen
from bridge.ledger.row_conversion import chunks, errors_list, errors_text, row_as, seconds
from bridge.ledger.schema import events, is_grouped, packages, submission_events, submissions
from bridge.programs.event_types import NOTHING_ANNOUNCED, Announcement, Hold, LabelCheck, LabelPolicy
from bridge.programs.registry import installed

log = structlog.get_logger(__name__)

_AT_ONCE = 500
_IS_STALE: tuple[ColumnElement[bool], ...] = (
    events.c.operation.in_(bindparam("labelled", expanding=True)),
    events.c.body.is_not(None),
    events.c.label_state != "released",  # an operator let it go as the document says
    events.c.label_version != order_labels.c.version,
)
_WITH_LABEL = events.join(
    order_labels,
    (order_labels.c.vendor == events.c.vendor)
    & (order_labels.c.purchase_order_number == events.c.purchase_order_number),
)
_STALE = select(
    *(
        events.c[name]
        for name in (
            "id",
            "vendor",
            "operation",
            "purchase_order_number",
            "tracking_number",
            "state",
            "body",
            "stated",
            "errors",
            "reason",
            "submission_id",
        )
    ),
    order_labels.c.version,
).select_from(_WITH_LABEL)
_STALE_OF_IDS = _STALE.where(events.c.id.in_(bindparam("ids", expanding=True)), *_IS_STALE)
_IN_SUBMISSION = (events.c.submission_id == bindparam("submission"), is_grouped)
_STALE_IN_SUBMISSION = _STALE.where(*_IN_SUBMISSION, *_IS_STALE)
_IS_ANY_STALE = select(events.c.id).select_from(_WITH_LABEL).where(*_IN_SUBMISSION, *_IS_STALE).limit(1)
_HELD_OF_ORDER = _STALE.where(
    events.c.purchase_order_number == bindparam("order"),
    events.c.vendor == bindparam("v"),
    one_of(events.c.state, "held"),
    events.c.label_state == "held",
    *_IS_STALE,
).order_by(events.c.id.desc())
_OTHERS_GO = (
    select(events.c.id)
    .where(
        events.c.purchase_order_number == bindparam("order"),
        events.c.vendor == bindparam("v"),
        events.c.operation.in_(bindparam("labelled", expanding=True)),
        one_of(events.c.state, "ready", "grouped", "succeeded"),
    )
    .limit(1)
)
_PACKAGES = select(label_packages).where(
    label_packages.c.vendor == bindparam("v"),
    label_packages.c.purchase_order_number.in_(bindparam("orders", expanding=True)),
)
_CHANGED = ("body", "stated", "tracking_number", "state", "reason", "errors", "notes", "label_state")
_PUT = (
    update(events)
    .where(events.c.id == bindparam("event"))
    .values(
        label_version=bindparam("version"),
        updated_at=bindparam("now"),
        **{name: bindparam(f"new_{name}") for name in _CHANGED},
    )
)
_UNANNOUNCE = delete(packages).where(packages.c.event_id.in_(bindparam("ids", expanding=True)))
_LEAVE = delete(submission_events).where(
    submission_events.c.submission_id == bindparam("submission"),
    submission_events.c.event_id == bindparam("event"),
)
_ALONE = update(events).where(events.c.id == bindparam("event")).values(submission_id=None)
_FEWER = (
    update(submissions)
    .where(submissions.c.id == bindparam("submission"))
    .values(event_count=submissions.c.event_count - bindparam("less"))
)
_WITHDRAW = (
    update(submissions)
    .where(submissions.c.id == bindparam("submission"))
    .values(
        state=move("ready", "withdraw"),
        next_attempt_at=None,
        reason="a newer label came before it was sent, and contradicts all of it: nothing was sent",
    )
)
_LEFT = select(events.c.id).where(*_IN_SUBMISSION).limit(1)
_encoder = msgspec.json.Encoder()


class _Compared(NamedTuple):
    """A confirmation after the comparison: its columns, and itself where it announces other packages."""

    row: RowMapping
    columns: dict[str, Any]
    announced: Announcement | None


class _Labels(NamedTuple):
    valid: list[LabelPackage]
    void: list[LabelPackage]
    listed: list[LabelPackage]

    def of(self, state: str) -> list[LabelPackage]:
        """Return those of a state."""
        return {"valid": self.valid, "void": self.void}.get(state, self.listed)


def judge(
    connection: Connection, event_ids: Iterable[int], policy: LabelPolicy, now: datetime
) -> frozenset[int]:
    """Compare those confirmations whose label is newer than the last comparison; return those held by it."""
    held: set[int] = set()
    for ids in chunks(event_ids, _AT_ONCE):
        held.update(_judged(connection, _STALE_OF_IDS, {"ids": ids}, policy, now))
    return frozenset(held)


def judge_held(
    connection: Connection, vendor: str, order: str, policy: LabelPolicy, now: datetime
) -> int | None:
    """Release the newest confirmation of an order that its former label held, if the newer one agrees.

    Return its number where it was looked at. Where another confirmation of the order goes, or is at Amazon,
    none is let go by itself: it would be told twice.
    """
    asked = {"v": vendor, "order": order, "labelled": installed().labelled}
    newest = connection.execute(_HELD_OF_ORDER, asked).mappings().first()
    if newest is None or connection.execute(_OTHERS_GO, asked).first() is not None:
        return None
    _judged(connection, _STALE_OF_IDS, {"ids": [newest["id"]]}, policy, now)
    reopen(connection, [newest["id"]], now)
    return int(newest["id"])


def is_outdated(connection: Connection, submission_id: int) -> bool:
    """Check whether a newer label came since a submission's confirmations were compared."""
    asked = {"submission": submission_id, "labelled": installed().labelled}
    return connection.execute(_IS_ANY_STALE, asked).first() is not None


def judge_submission(connection: Connection, submission_id: int, policy: LabelPolicy, now: datetime) -> None:
    """Compare a ready submission's confirmations anew; those held leave it, and without any it is over."""
    asked = {"submission": submission_id}
    held = _judged(connection, _STALE_IN_SUBMISSION, asked, policy, now)
    if not held:
        return
    out = [{"submission": submission_id, "event": event_id} for event_id in held]
    connection.execute(_LEAVE, out)
    connection.execute(_ALONE, [{"event": event_id} for event_id in held])
    connection.execute(_FEWER, {"submission": submission_id, "less": len(held)})
    if connection.execute(_LEFT, asked).first() is None:
        connection.execute(_WITHDRAW, asked)
    reopen(connection, held, now)


def _judged(
    connection: Connection,
    stale: Select[Any],
    asked: dict[str, Any],
    policy: LabelPolicy,
    now: datetime,
) -> list[int]:
    rows = list(connection.execute(stale, asked | {"labelled": installed().labelled}).mappings())
    if not rows:
        return []
    labels = _labels(connection, rows)
    compared = [
        _compare_or_hold(row, labels[row["vendor"], row["purchase_order_number"]], policy) for row in rows
    ]
    _write(connection, compared, now)
    return [
        one.row["id"] for one in compared if one.columns["state"] == "held" and one.row["state"] != "held"
    ]


def _labels(connection: Connection, rows: Sequence[RowMapping]) -> dict[tuple[str, str], _Labels]:
    found: dict[tuple[str, str], _Labels] = defaultdict(lambda: _Labels([], [], []))
    orders: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        orders[row["vendor"]].add(row["purchase_order_number"])
    for vendor, numbers in orders.items():
        for some in chunks(sorted(numbers), _AT_ONCE):
            for label in connection.execute(_PACKAGES, {"v": vendor, "orders": some}).mappings():
                known = found[vendor, label["purchase_order_number"]]
                known.of(label["state"]).append(row_as(LabelPackage, label))
    return found


def _compare_or_hold(row: RowMapping, labels: _Labels, policy: LabelPolicy) -> _Compared:
    """Compare one confirmation; where the bridge itself fails on it, it is held and the others go on."""
    try:
        return _compare(row, labels, policy)
    except Exception as error:
        log.exception("not_compared", vendor=row["vendor"], event_id=row["id"])
        as_it_is = {name: row[name] for name in _CHANGED if name in row} | {"notes": "", "label_state": ""}
        if row["state"] in {"ready", "grouped"}:
            as_it_is["state"] = move(row["state"], "label_contradicts", EVENT_MOVES)
            as_it_is["reason"] = failed_here(error)
        return _Compared(row, as_it_is, None)


def _compare(row: RowMapping, labels: _Labels, policy: LabelPolicy) -> _Compared:
    programs = installed()
    said = row["stated"] or row["body"]
    event = programs.decode(row["operation"], said)
    checked = programs.of(event).label_check
    as_it_is = {name: row[name] for name in _CHANGED if name in row} | {"notes": "", "label_state": ""}
    errors = errors_list(row["errors"])
    is_refused = row["state"] == "refused"
    if checked is None or (is_refused and not _is_supplied(errors, checked)):
        return _Compared(row, as_it_is, None)
    stated = as_it_is | {"body": said, "stated": None, "tracking_number": _first_number(event)}
    verdict = checked.match(event, labels.valid, policy, labels.void, labels.listed)
    if isinstance(verdict, Hold):
        reason = verdict.reason if errors else f"{verdict.reason}. Released, it is sent as the document says"
        state = (
            row["state"] if row["state"] == "held" else move(row["state"], "label_contradicts", EVENT_MOVES)
        )
        held = {"state": state, "reason": reason, "label_state": "held"}
        return _Compared(row, stated | held, _news(row, event))
    if is_refused and (verdict is None or programs.of(event).rules(verdict.event)):
        return _Compared(row, as_it_is, None)
    if row["state"] in {"refused", "held"}:
        stated |= {"state": move(row["state"], "label", EVENT_MOVES), "reason": "", "errors": ""}
    if verdict is None:
        return _Compared(row, stated, _news(row, event))
    filled = {
        "body": _encoder.encode(verdict.event).decode(),
        "stated": said,
        "tracking_number": _first_number(verdict.event),
        "notes": errors_text(verdict.notes),
        "label_state": "filled",
    }
    return _Compared(row, stated | filled, _news(row, verdict.event))


def _news(row: RowMapping, event: Event) -> Announcement | None:
    """Return what the event announces where that is not what it did; one refused announced nothing."""
    programs = installed()
    before: tuple[str, ...] = ()
    if row["state"] != "refused":
        before = programs.announced(programs.decode(row["operation"], row["body"])).tracking_numbers
    announced = programs.announced(event)
    return announced if announced.tracking_numbers != before else None


def _is_supplied(errors: Sequence[Any], checked: LabelCheck) -> bool:
    return bool(errors) and {error.get("code") for error in errors} <= checked.supplies


def _first_number(event: Event) -> str:
    return next(iter(installed().announced(event).tracking_numbers), "")


def _write(connection: Connection, compared: Collection[_Compared], now: datetime) -> None:
    at = seconds(now)
    connection.execute(
        _PUT,
        [
            {"event": one.row["id"], "version": one.row["version"], "now": at}
            | {f"new_{name}": value for name, value in one.columns.items()}
            for one in compared
        ],
    )
    renewed = [one for one in compared if one.announced is not None]
    for some in chunks(renewed, _AT_ONCE):
        connection.execute(_UNANNOUNCE, {"ids": [one.row["id"] for one in some]})
    rows = [row for one in renewed for row in _announcements(one, at)]
    if rows:
        connection.execute(insert(packages), rows)


def _announcements(one: _Compared, at: float) -> Iterable[dict[str, Any]]:
    announced = one.announced or NOTHING_ANNOUNCED
    for tracking_number in announced.tracking_numbers:
        yield {
            "vendor": one.row["vendor"],
            "tracking_number": tracking_number,
            "event_id": one.row["id"],
            "purchase_order_number": one.row["purchase_order_number"],
            "ship_from_party": announced.ship_from_party,
            "registered_at": at,
        }
