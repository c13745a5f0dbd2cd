"""Money: what calls may cost is reserved with their intent, then kept as spent or given back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

import msgspec
from sqlalchemy import Connection, bindparam, insert, select, update

from bridge.domain.outcomes import OutcomeKind
from bridge.errors import BridgeError
from bridge.ledger.database import Store
from bridge.ledger.row_conversion import seconds
from bridge.ledger.spending_schema import spendings
from bridge.programs.spending import Amount

_OF_DAY = (
    spendings.c.account == bindparam("account"),
    spendings.c.currency == bindparam("currency"),
    spendings.c.day == bindparam("day"),
)
_COUNTED = select(spendings.c.amount).where(*_OF_DAY, spendings.c.state != "freed")
_DAYS = (
    select(spendings.c.currency, spendings.c.state, spendings.c.amount)
    .where(spendings.c.vendor == bindparam("v"), spendings.c.day == bindparam("day"))
    .order_by(spendings.c.currency)
)
_END = update(spendings).where(
    spendings.c.attempt_id == bindparam("attempt"), spendings.c.state == "reserved"
)
_END_ALL = update(spendings).where(
    spendings.c.submission_id == bindparam("submission"), spendings.c.state == "reserved"
)
_AFTER: dict[OutcomeKind, str] = {
    "succeeded": "spent",
    "submitted": "spent",
    "not_taken": "freed",
    "unauthorized": "freed",
    "too_large": "freed",
    "refused": "freed",
    "held": "freed",
    "asked_anew": "freed",
}
"""What becomes of a reservation by the outcome of its call; what is in doubt stays reserved."""


class Reservation(msgspec.Struct, frozen=True, kw_only=True):
    """What a call may cost, and the most that its account's calls of that day may: one currency.

    `day` is the partner's.
    """

    vendor: str
    day: date
    amount: Amount
    cap: Amount
    carrier: str = ""
    service: str = ""


class OverCap(BridgeError):
    """A call would go beyond what may be spent in a day; nothing was changed."""


class Spent(msgspec.Struct, frozen=True, kw_only=True):
    """What a partner's calls of a day have cost in one currency, and what of it is reserved or in doubt."""

    currency: str
    spent: Decimal
    reserved: Decimal


class Cost(msgspec.Struct, frozen=True, kw_only=True):
    """What a partner's calls have cost by one service of a carrier; `reserved` is in doubt or under way."""

    vendor: str
    carrier: str
    service: str
    currency: str
    bought: int
    spent: Decimal
    reserved: Decimal


class SpendingStore(Store):
    """What operators ask of money."""

    def spent(self, vendor: str, day: date) -> list[Spent]:
        """Return what a partner's calls of a day have cost, by currency."""
        sums: dict[str, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
        with self._db.read() as connection:
            for currency, state, amount in connection.execute(_DAYS, {"v": vendor, "day": day.isoformat()}):
                sums[currency][state] += Decimal(amount)
        return [
            Spent(currency=currency, spent=states["spent"], reserved=states["reserved"])
            for currency, states in sums.items()
        ]

    def costs(self, vendor: str | None, since: date) -> list[Cost]:
        """Return what calls since a day have cost, by partner, carrier, service and currency."""
        query = select(spendings).where(spendings.c.day >= since.isoformat(), spendings.c.state != "freed")
        rows: dict[tuple[str, str, str, str], list[tuple[str, Decimal]]] = defaultdict(list)
        with self._db.read() as connection:
            for row in connection.execute(query):
                if vendor in {None, row.vendor}:
                    key = (row.vendor, row.carrier, row.service, row.currency)
                    rows[key].append((row.state, Decimal(row.amount)))
        return [
            Cost(
                vendor=name,
                carrier=carrier,
                service=service,
                currency=currency,
                bought=sum(state == "spent" for state, _ in found),
                spent=sum((amount for state, amount in found if state == "spent"), Decimal()),
                reserved=sum((amount for state, amount in found if state == "reserved"), Decimal()),
            )
            for (name, carrier, service, currency), found in sorted(rows.items())
        ]


def reserve(  # noqa: PLR0913, PLR0917 - whose, for what, how much
    connection: Connection,
    account: str,
    submission_id: int,
    attempt_id: int,
    wanted: Reservation,
    now: datetime,
) -> None:
    """Reserve what a call may cost. Raises `OverCap` where the day's limit does not allow it."""
    amount, cap = wanted.amount, wanted.cap
    if amount.currency != cap.currency:
        raise OverCap(f"it costs {amount}, and what may be spent in a day is set in {cap.currency}")
    asked = {"account": account, "currency": amount.currency, "day": wanted.day.isoformat()}
    counted = sum(map(Decimal, connection.execute(_COUNTED, asked).scalars()), Decimal())
    if counted + amount.value > cap.value:
        raise OverCap(
            f"it costs {amount}: with the {Amount(amount.currency, counted)} that are spent, reserved or in "
            f"doubt on {wanted.day.isoformat()} that is more than {cap} a day"
        )
    connection.execute(
        insert(spendings).values(
            **asked,
            vendor=wanted.vendor,
            submission_id=submission_id,
            attempt_id=attempt_id,
            carrier=wanted.carrier,
            service=wanted.service,
            amount=str(amount.value),
            state="reserved",
            reserved_at=seconds(now),
        )
    )


def settle_attempt(
    connection: Connection, attempt_id: int, kind: OutcomeKind, charged: Amount | None = None
) -> None:
    """Keep the reservation of a call as spent, or give it back, as its outcome says."""
    state = _AFTER.get(kind)
    if state is None:
        return
    if state == "spent" and charged is not None:
        # In another currency it would be another amount: what was reserved stands.
        same = _END.where(spendings.c.currency == charged.currency)
        connection.execute(same.values(amount=str(charged.value)), {"attempt": attempt_id})
    connection.execute(_END.values(state=state), {"attempt": attempt_id})


def settle_submission(connection: Connection, submission_id: int, *, taken: bool) -> None:
    """Settle what of a submission is reserved still, by what was found out, or an operator said, of it.

    Where Amazon has it, one of its calls has cost what it may, and all others nothing.
    """
    query = select(spendings.c.id).where(
        spendings.c.submission_id == submission_id, spendings.c.state == "reserved"
    )
    ids: Sequence[int] = connection.execute(query.order_by(spendings.c.id)).scalars().all()
    if taken and ids:
        connection.execute(update(spendings).where(spendings.c.id == ids[0]).values(state="spent"))
    connection.execute(_END_ALL.values(state="freed"), {"submission": submission_id})
