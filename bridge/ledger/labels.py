"""Labels by order: how old they are until their orders have shipped, and which were confirmed though void.

Amazon's labels are void 90 days after they were made, and shipping documents are purged before that:
this much is kept of each order. A row goes when its order has shipped, or a while after its label is void.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, bindparam, delete, exists, insert, literal, or_, select, update

from bridge.ledger.columns import one_of
from bridge.ledger.database import Store
from bridge.ledger.new_rows import NewLabels
from bridge.ledger.order_labels import Noted
from bridge.ledger.outbound_schema import is_void, label_packages, labels, outbound_files
from bridge.ledger.read_models import UnshippedLabel, VoidConfirmed
from bridge.ledger.row_conversion import moment, seconds
from bridge.ledger.rows import Added, Fence
from bridge.ledger.schema import events, is_grouped, packages, submissions
from bridge.programs.registry import installed

MOST = 10_000
"""So many labels are read at once."""

_ROW = (
    labels.c.vendor == bindparam("v"),
    labels.c.purchase_order_number == bindparam("order"),
)
_NEWER = update(labels).where(*_ROW)
_shipped = exists().where(
    events.c.purchase_order_number == labels.c.purchase_order_number,
    events.c.vendor == labels.c.vendor,
    # What a carrier did with the package tells it as well as the confirmation.
    events.c.operation.in_(bindparam("shipping", expanding=True)),
    one_of(events.c.state, "succeeded"),
)
_delivered = exists().where(
    outbound_files.c.id == labels.c.outbound_id, one_of(outbound_files.c.state, "delivered")
)
_DUE = (
    select(
        labels.c.purchase_order_number,
        labels.c.made_at,
        or_(labels.c.made_at <= bindparam("void"), _shipped).label("settled"),
        _delivered.label("delivered"),
    )
    .where(labels.c.vendor == bindparam("v"), labels.c.made_at <= bindparam("before"))
    .order_by(labels.c.made_at)
    .limit(MOST)
)
_CONFIRMS = select(exists(select(literal(1)).where(packages.c.vendor == bindparam("v"))))
_FORGET = delete(labels).where(*_ROW, labels.c.made_at == bindparam("made"))
MOST_VOID = 1000
"""So many replaced ones are read at once."""

_valid = label_packages.alias("valid")
_later = packages.alias("later")
_IS_VALID = (
    _valid.c.vendor == label_packages.c.vendor,
    _valid.c.purchase_order_number == label_packages.c.purchase_order_number,
    one_of(_valid.c.state, "valid"),
)
_IS_SENT = or_(
    packages.c.confirmed_at.is_not(None),
    and_(is_grouped, one_of(submissions.c.state, "sending", "submitted", "overdue", "in_doubt")),
)
_VOID_CONFIRMED = (
    select(
        label_packages.c.purchase_order_number,
        label_packages.c.tracking_number,
        events.c.file_id,
        events.c.id,
    )
    .select_from(label_packages)
    .join(
        packages,
        (packages.c.vendor == label_packages.c.vendor)
        & (packages.c.tracking_number == label_packages.c.tracking_number),
    )
    .join(events, events.c.id == packages.c.event_id)
    .outerjoin(submissions, submissions.c.id == events.c.submission_id)
    .where(
        label_packages.c.vendor == bindparam("v"),
        is_void,
        label_packages.c.changed_at >= bindparam("since"),
        label_packages.c.tracking_number != "",
        packages.c.purchase_order_number == label_packages.c.purchase_order_number,
        events.c.label_state != "released",  # an operator let it go in spite of the label
        _IS_SENT,
        # Over when the number is a valid label's again, or one of the valid ones was confirmed.
        ~exists().where(*_IS_VALID, _valid.c.tracking_number == label_packages.c.tracking_number),
        ~exists().where(
            *_IS_VALID,
            _later.c.vendor == _valid.c.vendor,
            _later.c.tracking_number == _valid.c.tracking_number,
            _later.c.event_id > packages.c.event_id,
            _later.c.confirmed_at.is_not(None),
        ),
    )
    .order_by(label_packages.c.changed_at)
    .limit(MOST_VOID)
)
_NUMBERS = select(label_packages.c.tracking_number).where(
    label_packages.c.vendor == bindparam("v"),
    label_packages.c.purchase_order_number == bindparam("order"),
    one_of(label_packages.c.state, "valid"),
)


def note_labels(
    connection: Connection, vendor: str, new: NewLabels, added: Sequence[Added], noted: Noted
) -> None:
    """Note, within a write, the labels of orders that are new; a newer one takes the older's place.

    Of orders that are new in part the time of the older labels stays: they are void first.
    """
    at = seconds(new.made_at)
    for order in noted.anew:
        connection.execute(_NEWER.values(made_at=at), {"v": vendor, "order": order})
    for order, one in zip(new.orders, added, strict=True):
        if not one.new:
            continue
        key = {"v": vendor, "order": order}
        row: dict[str, float] = {"made_at": at, "outbound_id": one.id}
        newer = {"outbound_id": one.id} if order in noted.partly else row
        if connection.execute(_NEWER.values(newer), key).rowcount == 0:
            connection.execute(insert(labels), {"vendor": vendor, "purchase_order_number": order, **row})


class LabelStore(Store):
    """What is asked of labels that grow old, or that a newer one replaced."""

    def unshipped_labels(
        self, fence: Fence, vendor: str, made_before: datetime, void_before: datetime
    ) -> list[UnshippedLabel]:
        """List the labels made before then whose orders have not shipped, oldest first.

        Those of orders that have shipped are forgotten, and those made before `void_before`. Of a vendor
        whose confirmations do not pass here it is not known what has shipped: only labels that did not
        reach its outbox are listed.
        """
        asked = {"v": vendor, "before": seconds(made_before), "void": seconds(void_before)}
        asked |= {"shipping": installed().shipping}
        with self._db.read() as connection:
            rows = connection.execute(_DUE, asked).all()
            if not rows:
                return []
            confirms = bool(connection.execute(_CONFIRMS, {"v": vendor}).scalar())
        over: list[Row[Any]] = []
        left: list[Row[Any]] = []
        for row in rows:
            (over if row.settled or (row.delivered and not confirms) else left).append(row)
        if over:
            with self._db.write(fence) as connection:
                gone = [
                    {"v": vendor, "order": row.purchase_order_number, "made": row.made_at} for row in over
                ]
                connection.execute(_FORGET, gone)
        return [
            UnshippedLabel(
                purchase_order_number=row.purchase_order_number,
                made_at=moment(row.made_at),
                delivered=bool(row.delivered),
            )
            for row in left
        ]

    def void_confirmed(self, vendor: str, since: datetime) -> list[VoidConfirmed]:
        """List what was confirmed with labels that became void since then, one an order, oldest first."""
        with self._db.read() as connection:
            rows = connection.execute(_VOID_CONFIRMED, {"v": vendor, "since": seconds(since)}).all()
            found = {row.purchase_order_number: row for row in rows}
            return [
                VoidConfirmed(
                    purchase_order_number=order,
                    tracking_number=row.tracking_number,
                    batch=row.file_id,
                    event=row.id,
                    valid=tuple(connection.execute(_NUMBERS, {"v": vendor, "order": order}).scalars()),
                )
                for order, row in found.items()
            ]
