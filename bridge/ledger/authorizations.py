"""When each account was authorized. The token itself never stands in the ledger."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import insert, select, update

from bridge.ledger.database import Store
from bridge.ledger.row_conversion import moment, seconds
from bridge.ledger.schema import accounts, alerts, is_uncleared


class AuthorizationStore(Store):
    """What `edibridge authorize` writes, and the deadlines read."""

    def authorized_at(self, account: str) -> datetime | None:
        """Return when an account was authorized last; None where that was not done by the bridge."""
        query = select(accounts.c.authorized_at).where(accounts.c.account == account)
        with self._db.read() as connection:
            return moment(connection.execute(query).scalar())

    def record_authorized(
        self, account: str, at: datetime, now: datetime, *, clears: Collection[str]
    ) -> None:
        """Keep that an account was authorized, end its pause, and clear its alerts of the kinds `clears`.

        Its owner goes on working meanwhile: no state moves by it.
        """
        mine = accounts.c.account == account
        values = {"authorized_at": seconds(at), "paused_until": None, "paused_reason": ""}
        with self._db.write() as connection:
            if connection.execute(update(accounts).where(mine).values(values)).rowcount == 0:
                connection.execute(insert(accounts).values(account=account, epoch=0, **values))
            told = (alerts.c.account == account, alerts.c.kind.in_(clears), is_uncleared)
            connection.execute(update(alerts).where(*told).values(cleared_at=seconds(now)))
