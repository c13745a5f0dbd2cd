"""Alerts: what an operator should know or do, one open at a time for each (kind, vendor, key)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import insert, select, update

from bridge.ledger.database import Store
from bridge.ledger.read_models import AlertRow
from bridge.ledger.row_conversion import row_as, seconds
from bridge.ledger.schema import alerts, is_uncleared


class AlertStore(Store):
    """Raising, clearing and listing alerts."""

    def raise_alert(  # noqa: PLR0913 - what, who, and when
        self, kind: str, vendor: str, key: str, message: str, now: datetime, *, account: str = ""
    ) -> bool:
        """Open an alert; return whether it is new. One that is open says from now on what this one says."""
        open_one = (alerts.c.kind == kind, alerts.c.vendor == vendor, alerts.c.key == key, is_uncleared)
        with self._db.read() as connection:  # mostly it is open already: no write then
            found = connection.execute(select(alerts.c.message).where(*open_one)).scalar()
            if found == message:
                return False
        with self._db.write() as connection:
            changed = connection.execute(update(alerts).where(*open_one).values(message=message))
            if changed.rowcount:
                return False
            connection.execute(
                insert(alerts).values(
                    account=account,
                    kind=kind,
                    vendor=vendor,
                    key=key,
                    message=message,
                    raised_at=seconds(now),
                )
            )
            return True

    def clear_alert(self, kind: str, vendor: str, key: str, now: datetime) -> bool:
        """Close an alert; return whether it was open."""
        open_one = (alerts.c.kind == kind, alerts.c.vendor == vendor, alerts.c.key == key, is_uncleared)
        with self._db.read() as connection:
            if connection.execute(select(alerts.c.id).where(*open_one)).first() is None:
                return False
        with self._db.write() as connection:
            changed = connection.execute(update(alerts).where(*open_one).values(cleared_at=seconds(now)))
            return changed.rowcount > 0

    def alerts(
        self, vendor: str | None = None, *, open_only: bool = True, limit: int = 100
    ) -> list[AlertRow]:
        """List alerts, newest first."""
        query = select(alerts).order_by(alerts.c.id.desc()).limit(limit)
        if vendor is not None:
            query = query.where(alerts.c.vendor == vendor)
        if open_only:
            query = query.where(is_uncleared)
        with self._db.read() as connection:
            return [row_as(AlertRow, row) for row in connection.execute(query).mappings()]
