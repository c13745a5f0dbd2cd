"""Events that say what an earlier event says: the same content under a new control number."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Text,
    Update,
    bindparam,
    cast,
    exists,
    func,
    literal,
    or_,
    select,
    update,
)

from bridge.ledger.schema import events
from bridge.programs.registry import installed

# What Amazon did not take, or what was replaced, may be said again.
SPENT = ("replaced", "refused", "failed")

_earlier = events.alias("earlier")
_freeing = events.alias("freeing")
_is_free = exists().where(
    # By the order, which has an index.
    _freeing.c.purchase_order_number == _earlier.c.purchase_order_number,
    _freeing.c.earlier_event == _earlier.c.id,
    _freeing.c.operation.in_(bindparam("freeing", expanding=True)),
    _freeing.c.state == "succeeded",
)
"""Whether what it told was cancelled at Amazon, such that another one may come."""


def _stated(columns: Any) -> ColumnElement[str]:  # noqa: ANN401 - of events, or of an alias of it
    return func.coalesce(columns.stated, columns.body)


def _hold(subject: Column[str], other_subject: Column[str], *, filled: bool = False) -> Update:
    """Hold a file's events whose twin stands before them.

    `subject` is the indexed column that leads to few candidates; events with `other_subject` alone are
    left to the other statement.
    """
    twin = (
        select(func.min(_earlier.c.id))
        .where(
            _earlier.c[subject.name] == subject,
            _earlier.c.vendor == events.c.vendor,
            _earlier.c.operation == events.c.operation,
            _earlier.c.ordering_key == events.c.ordering_key,
            # A label request has no time of its own.
            or_(
                _earlier.c.occurred_at == events.c.occurred_at,
                events.c.operation.in_(bindparam("timeless", expanding=True)),
            ),
            # Where a label filled them, the documents are compared.
            _stated(_earlier.c) == _stated(events.c),
            _earlier.c.id < events.c.id,
            _earlier.c.state.not_in(SPENT),
            ~_is_free,
        )
        .scalar_subquery()
    )
    by_subject = subject != ""
    alone = by_subject & (other_subject == "") if subject is events.c.purchase_order_number else by_subject
    if filled:  # with the tracking number of a label, which may have been another one then
        alone = by_subject & events.c.stated.is_not(None)
    reason = literal("it says the same as event ") + cast(twin, Text)
    return (
        update(events)
        .where(
            events.c.file_id == bindparam("of"),
            events.c.id >= bindparam("first"),
            events.c.state.in_(("ready", "waiting")),
            events.c.function == "",  # what says itself that it repeats or replaces was judged by that
            alone,
            twin.is_not(None),
        )
        .values(state="held", reason=reason)
    )


# A status update is found by its package, anything else by its order.
_STATEMENTS = (
    _hold(events.c.tracking_number, events.c.purchase_order_number),
    _hold(events.c.purchase_order_number, events.c.tracking_number),
    _hold(events.c.purchase_order_number, events.c.tracking_number, filled=True),
)


def hold_duplicates(connection: Connection, file_id: int, first: int) -> None:
    """Hold those events of a file that repeat an earlier event word for word.

    Those just written are looked at: the event `first` and those after it.
    """
    kinds = {"timeless": installed().timeless, "freeing": installed().freeing}
    for statement in _STATEMENTS:
        connection.execute(statement, {"of": file_id, "first": first, **kinds})
