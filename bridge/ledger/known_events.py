"""What the ledger knows of an event and of the others of its order or package, to decide its function by."""

from __future__ import annotations

import msgspec
from sqlalchemy import Connection, RowMapping, Select, bindparam, select

from bridge.domain.events import RESTORED
from bridge.domain.functions import DROPPED, UNKNOWN, Known
from bridge.ledger.schema import documents, events, submissions
from bridge.programs.registry import installed

_PACKAGE_KEY = "pkg:"
_KNOWN = (
    select(
        events.c.id,
        events.c.file_id,
        events.c.ordinal,
        events.c.operation,
        events.c.ordering_key,
        events.c.state,
        events.c.reason,
        events.c.function,
        events.c.subject,
        events.c.occurred_at,
        events.c.body,
        events.c.stated,
        events.c.errors,
        events.c.earlier_event,
        events.c.submission_id,
        documents.c.number,
        submissions.c.state.label("submission_state"),
        submissions.c.policy,
    )
    .join(documents, documents.c.id == events.c.document_id)
    .outerjoin(submissions, submissions.c.id == events.c.submission_id)
)
_OF_ID = _KNOWN.where(events.c.id == bindparam("event"))
_OF_KEY = _KNOWN.where(
    events.c.vendor == bindparam("v"),
    events.c.operation.in_(bindparam("of", expanding=True)),
    events.c.ordering_key == bindparam("key"),
    events.c.state != "replaced",
)
# The indices are of orders and of packages, not of keys.
_OF_ORDER = _OF_KEY.where(events.c.purchase_order_number == bindparam("name"))
_OF_PACKAGE = _OF_KEY.where(events.c.tracking_number == bindparam("name"))


def known_of(
    connection: Connection, vendor: str, row: RowMapping | dict[str, object]
) -> tuple[Known, list[Known]]:
    """Return what is known of an event just written, and of the others of its order or package."""
    key, order = str(row["ordering_key"]), row["purchase_order_number"]
    # What is of no order, such as a container, has its own name where others have their package's.
    by_package = key.startswith(_PACKAGE_KEY) or not order
    name = key.partition(":")[2] if by_package else order
    asked = {"v": vendor, "of": installed().related(str(row["operation"])), "key": key, "name": name}
    query: Select[tuple[object, ...]] = _OF_PACKAGE if by_package else _OF_ORDER
    own = _known(connection.execute(_OF_ID, {"event": row["id"]}).mappings().one())
    known = [_known(one) for one in connection.execute(query, asked).mappings()]
    return own, [one for one in known if one.id != own.id]


def _known(row: RowMapping) -> Known:
    state, about = row["submission_state"] or "", installed().subject_of(row["operation"])
    return Known(
        id=row["id"],
        batch=row["file_id"],
        position=(row["file_id"], row["number"], row["ordinal"]),
        noun=about.noun if about else "event",
        key=row["ordering_key"],
        state=row["state"],
        function=row["function"],
        subject=row["subject"] or _subject(row),
        # What has no time of its own has that of its reading, which tells nothing.
        at=0.0 if row["operation"] in installed().timeless else round(row["occurred_at"], 3),
        body=installed().content(row["operation"], row["stated"] or row["body"]),
        # Under `resubmit` it is ready again although Amazon may have it.
        begun=(row["state"] == "grouped" and (state != "ready" or row["policy"] == "resubmit"))
        or (row["state"] == "held" and row["reason"] == RESTORED),
        submission=row["submission_id"],
        submission_state=state,
        dropped_by_hand=row["state"] == "refused" and _is_dropped(row["errors"] or ""),
        once=row["operation"] in installed().once,
        by_call=row["operation"] in installed().cancelling and row["body"] is not None,
        operation=row["operation"],
        changes=row["operation"] in installed().changing,
        unknown=row["state"] == "refused" and f'"{UNKNOWN}"' in (row["errors"] or ""),
        earlier_event=row["earlier_event"],
        frees=row["state"] == "succeeded" and row["operation"] in installed().freeing,
    )


def _is_dropped(errors: str) -> bool:
    # Events dropped by earlier versions have no error.
    return not errors or f'"{DROPPED}"' in errors


def _subject(row: RowMapping) -> str:
    # Events of before had none of their own.
    if not row["ordering_key"].startswith(_PACKAGE_KEY) or row["body"] is None:
        return ""
    try:
        event = installed().decode(row["operation"], row["body"])
        return installed().of(event).subject(event)
    except msgspec.DecodeError:
        return ""
