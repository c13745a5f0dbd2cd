"""Confirmations that were sent with the tracking number of a label that a newer one replaced since."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import and_, bindparam, exists, or_, select

from bridge.ledger.columns import one_of
from bridge.ledger.database import Store
from bridge.ledger.outbound_schema import is_void, label_packages
from bridge.ledger.read_models import VoidConfirmed
from bridge.ledger.row_conversion import seconds
from bridge.ledger.schema import events, is_grouped, packages, submissions

MOST = 1000
"""So many are looked at in one go."""

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
    .limit(MOST)
)
_NUMBERS = select(label_packages.c.tracking_number).where(
    label_packages.c.vendor == bindparam("v"),
    label_packages.c.purchase_order_number == bindparam("order"),
    one_of(label_packages.c.state, "valid"),
)


class VoidLabelStore(Store):
    """What is asked of labels that a newer one replaced."""

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
