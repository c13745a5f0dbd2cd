"""Changes of events, carried out in the transaction that writes their documents.

What Amazon has is changed there, if it may be; what was not sent yet goes as it is with the change.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from sqlalchemy import Connection, bindparam, select, update

from bridge.domain.events import Event
from bridge.domain.functions import TOLD, Decision, Known
from bridge.errors import CommandRefused
from bridge.ledger.schema import events
from bridge.programs.event_types import Change, Contradiction, EventType, Violation
from bridge.programs.registry import installed

_TIMES = select(events.c.occurred_at, events.c.not_before).where(events.c.id == bindparam("event"))
_PURGED = "of {} nothing is kept that could be sent: what it would change is not known here"


def changed(connection: Connection, own: Known, others: Sequence[Known], decision: Decision) -> Decision:
    """Return what becomes of a change; where its event was not sent yet, it becomes that event, changed."""
    kind = installed().subject_of(own.operation)
    (about,) = (one for one in others if one.id == decision.earlier)
    if kind is None or kind.changed_by is None:
        raise ValueError(f"{own.operation} changes nothing")
    if about.body is None:
        return Decision("held", _PURGED.format(about.name), about.id)
    if about.standing == "sent":
        return _of_sent(kind, kind.changed_by, (own, about), others) or decision
    return _of_unsent(connection, kind, kind.changed_by, (own, about)) or decision


def released(connection: Connection, own: Known, others: Sequence[Known], decision: Decision) -> Decision:
    """Return what becomes of a held change that an operator releases: Amazon is told of what it can change.

    Raises `CommandRefused` for one that cannot go, with nothing changed.
    """
    found = decision if decision.earlier is None else changed(connection, own, others, decision)
    about = next((one for one in others if one.id == found.earlier), None)
    if found.state == "held" and about is not None and about.standing == "sent" and about.body is not None:
        return decision
    if found.state in {"held", "refused"}:
        raise CommandRefused(
            f"event {own.id} is a change that cannot go: {found.reason}; end it with "
            f"`edibridge resolve {own.id} --event --drop REASON`"
        )
    return found


def _of_sent(
    kind: EventType, change: Change, pair: tuple[Known, Known], others: Sequence[Known]
) -> Decision | None:
    own, about = pair
    before = sorted(
        (o for o in others if o.changes and o.state in TOLD and o.position < own.position),
        key=lambda one: one.position,
    )
    sent = [_event(change.operation, one) for one in before if one.body is not None]
    found = change.sent(_event(kind.operation, about), sent, _event(change.operation, own))
    if isinstance(found, Contradiction):
        return Decision("held", found.reason, about.id)
    return None if found is None else _refused(found, about)


def _of_unsent(
    connection: Connection, kind: EventType, change: Change, pair: tuple[Known, Known]
) -> Decision | None:
    own, about = pair
    made = change.unsent(_event(kind.operation, about), _event(change.operation, own))
    if isinstance(made, Contradiction):
        return Decision("held", made.reason, about.id)
    for violation in kind.rules(made):
        return _refused(violation, about)
    times = connection.execute(_TIMES, {"event": about.id}).mappings().one()
    values = {"operation": kind.operation, "body": msgspec.json.encode(made).decode(), **times}
    connection.execute(update(events).where(events.c.id == own.id).values(**values))
    return None


def _event(operation: str, known: Known) -> Event:
    return installed().decode(operation, known.body or "")


def _refused(violation: Violation, about: Known) -> Decision:
    return Decision("refused", violation.message, about.id, code=violation.code)
