"""Shipping documents for vendors: how far their lists were fetched, and what is asked for by order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from bridge.ledger.database import Store
from bridge.ledger.labels import note_labels
from bridge.ledger.new_rows import NewLabels, NewOutbound, ToldLabel
from bridge.ledger.order_labels import Noted, note_answers
from bridge.ledger.outbound import queue, set_cursor
from bridge.ledger.outbound_schema import cursors, document_requests, is_requested
from bridge.ledger.row_conversion import row_as, seconds
from bridge.ledger.rows import Added, DocumentRequest, Fence

_CURSOR = select(cursors.c.value).where(
    cursors.c.vendor == bindparam("v"), cursors.c.name == bindparam("name")
)
_KEY = (
    document_requests.c.vendor == bindparam("v"),
    document_requests.c.kind == bindparam("of"),
    document_requests.c.purchase_order_number == bindparam("order"),
)
_WANTED = (
    select(document_requests)
    .where(
        document_requests.c.vendor == bindparam("v"),
        is_requested,
        document_requests.c.next_attempt_at <= bindparam("now"),
    )
    .order_by(document_requests.c.next_attempt_at)
    .limit(bindparam("most"))
)
_FOUND = delete(document_requests).where(*_KEY)
_AGAIN = update(document_requests).where(*_KEY)

RequestKey = tuple[str, str]
"""Kind and purchase order number."""


def request_documents(  # noqa: PLR0913 - of whom, what, when and why
    connection: Connection, vendor: str, kind: str, orders: Iterable[str], at: float, *, why: str = ""
) -> None:
    """Note, within a write, that documents of orders are to be asked for from `at` on, and why again."""
    for order in dict.fromkeys(orders):
        key = {"v": vendor, "of": kind, "order": order}
        renewed = connection.execute(_AGAIN.values(next_attempt_at=at, attempts=0, reason=why), key)
        if renewed.rowcount == 0:
            row = {
                "vendor": vendor,
                "kind": kind,
                "purchase_order_number": order,
                "requested_at": at,
                "next_attempt_at": at,
                "reason": why,
            }
            connection.execute(insert(document_requests), row)


class ShippingDocumentStore(Store):
    """What the job fetch asks of the ledger."""

    def cursor(self, vendor: str, name: str) -> str | None:
        """Return how far a list of Amazon's was fetched; None at the beginning."""
        with self._db.read() as connection:
            return connection.execute(_CURSOR, {"v": vendor, "name": name}).scalar()

    def add_outbound(  # noqa: PLR0913 - all by name that is not always there
        self,
        fence: Fence,
        vendor: str,
        facts: Sequence[NewOutbound],
        now: datetime,
        *,
        cursor: tuple[str, str] | None = None,
        found: Iterable[RequestKey] = (),
        beside: Callable[[list[Added], list[ToldLabel]], Sequence[NewOutbound]] | None = None,
        labels: NewLabels | None = None,
    ) -> list[Added]:
        """Queue files for a vendor's outbox, in one transaction; bytes that were queued before are not new.

        `cursor` (its name and value) is moved, `found` is no longer asked for, and `beside` gives further
        files (an index) by what turned out new, and by the labels that became void or valid again. `labels`
        says that the files are labels.
        """
        with self._db.write(fence) as connection:
            added = [queue(connection, vendor, None, one, now) for one in facts]
            noted = Noted([], [], set(), set())
            if labels is not None:
                noted = note_answers(connection, vendor, labels, added, now)
                note_labels(connection, vendor, labels, added, noted)
            for one in beside(added, noted.told) if beside is not None else ():
                queue(connection, vendor, None, one, now)
            for kind, order in found:
                connection.execute(_FOUND, {"v": vendor, "of": kind, "order": order})
            if labels is not None:
                request_documents(connection, vendor, labels.kind, noted.ask, seconds(now))
            if cursor is not None:
                set_cursor(connection, vendor, *cursor)
            return added

    def request_documents(
        self,
        fence: Fence | None,
        vendor: str,
        kind: str,
        orders: Mapping[str, str] | Sequence[str],
        at: datetime,
    ) -> None:
        """Note that documents of these orders are to be asked for from `at` on; a mapping says why, by order.

        Without a fence on an operator's word, which stands beside whoever drains.
        """
        reasons = orders if isinstance(orders, Mapping) else dict.fromkeys(orders, "")
        with self._db.write(fence) as connection:
            for order, why in reasons.items():
                request_documents(connection, vendor, kind, [order], seconds(at), why=why)

    def due_document_requests(self, vendor: str, now: datetime, limit: int = 100) -> list[DocumentRequest]:
        """List what is to be asked for by order now."""
        with self._db.read() as connection:
            asked = {"v": vendor, "now": seconds(now), "most": limit}
            return [row_as(DocumentRequest, row) for row in connection.execute(_WANTED, asked).mappings()]

    def open_document_requests(self, vendor: str, kind: str, *, given_up: bool = True) -> dict[str, str]:
        """Return the orders whose shipping documents of a kind have not come, each with the last reason.

        Without `given_up`, only those that are asked for on.
        """
        ours = (
            document_requests.c.vendor == vendor,
            document_requests.c.kind == kind,
            *([] if given_up else [is_requested]),
        )
        with self._db.read() as connection:
            rows = connection.execute(
                select(document_requests.c.purchase_order_number, document_requests.c.reason).where(*ours)
            )
            return {row.purchase_order_number: row.reason for row in rows}

    def postpone_document_request(
        self, fence: Fence, vendor: str, key: RequestKey, reason: str, again_at: datetime | None
    ) -> None:
        """Record that a requested document is not there; it is asked for at `again_at`, or (None) no more."""
        with self._db.write(fence) as connection:
            changes = _AGAIN.values(
                next_attempt_at=None if again_at is None else seconds(again_at),
                attempts=document_requests.c.attempts + 1,
                reason=reason,
            )
            connection.execute(changes, {"v": vendor, "of": key[0], "order": key[1]})
