"""Transactions: taken with a 202, Processing for a while, then Success or Failure."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import msgspec

from simulator.document_factory import DocumentFactory
from simulator.operations import CONFIRMATIONS, LABEL_REQUESTS
from simulator.options import Options
from simulator.records import Batch, Records
from simulator.validator import NOT_AVAILABLE, ErrorBody, Item, Validator


class Transaction(msgspec.Struct, kw_only=True):
    """One 202 and what becomes of it; `taken_at` on the stand-in's clock."""

    id: str
    account: str
    operation: str
    orders: tuple[str, ...]
    taken_at: float
    errors: list[ErrorBody]
    polls: int = 0

    @property
    def verdict(self) -> str:
        """The verdict once it is due."""
        return "Failure" if self.errors else "Success"


class _Requested(msgspec.Struct, frozen=True):
    """Label requests whose verdict is not due; `taken` by the time of day."""

    transaction: Transaction
    items: Sequence[Item]
    taken: float


class Transactions:
    """Takes batches, decides on them at once and returns the verdict when it is due.

    Runs on the server's event loop only; `now` returns seconds that only grow, `wall` the time of day.
    """

    def __init__(
        self,
        options: Options,
        records: Records,
        factory: DocumentFactory,
        now: Callable[[], float],
        wall: Callable[[], float],
    ) -> None:
        self._options = options
        self._factory = factory
        self._requested: list[_Requested] = []
        self._last_read = float("-inf")
        self._records = records
        self._now = now
        self._wall = wall
        self.validator = Validator(self._succeeded)
        self._transactions: dict[str, Transaction] = {}

    def take(self, account: str, operation: str, items: Sequence[Item]) -> str:
        """Take a batch whose form is right, and return its transaction id."""
        wall = self._wall()
        transaction_id = f"{datetime.fromtimestamp(wall, UTC):%Y%m%d%H%M%S}-{uuid.uuid4()}"
        errors: list[ErrorBody] = []
        good: list[Item] = []
        for item in items:
            found = self.validator.errors_of(
                account, operation, item, strict_order=self._options.strict_order
            )
            errors += found
            if not found:
                good.append(item)
        if errors and not self._options.process_rest:
            good = []
        if operation == CONFIRMATIONS.operation and self._options.strict_order:
            self.validator.confirm(account, transaction_id, good)
        transaction = Transaction(
            id=transaction_id,
            account=account,
            operation=operation,
            orders=self._orders_of(items),
            taken_at=self._now(),
            errors=errors if not errors or self._options.name_orders else [NOT_AVAILABLE],
        )
        self._transactions[transaction_id] = transaction
        if operation == LABEL_REQUESTS.operation and good and self._options.keep != "counts":
            self._requested.append(_Requested(transaction, good, wall))
            self.make_due_labels()
        batch = Batch(
            time=wall,
            account=account,
            operation=operation,
            transaction_id=transaction_id,
            items=items,
            processed=good,
        )
        self._records.accept(batch)
        return transaction_id

    def _orders_of(self, items: Sequence[Item]) -> tuple[str, ...]:
        if self._options.keep == "counts":
            return ()  # only faults by order ask for them; millions of items would not fit
        return tuple({item["purchaseOrderNumber"]: None for item in items})

    def find(self, account: str, transaction_id: str) -> Transaction | None:
        """Find an account's transaction."""
        found = self._transactions.get(transaction_id)
        return found if found is not None and found.account == account else None

    def poll(self, transaction: Transaction) -> str:
        """Count one poll and return its answer."""
        transaction.polls += 1
        self.make_due_labels()
        return transaction.verdict if self._due(transaction) else "Processing"

    def make_due_labels(self) -> None:
        """Make the labels of requests whose verdict is due by now, dated when it became so."""
        now, waiting = self._wall(), []
        for requested in self._requested:
            if self._due(requested.transaction):
                # Where polls count it is the poll of this moment that made it due.
                options = self._options
                due = now if options.verdict_polls else min(now, requested.taken + options.verdict_delay)
                for item in requested.items:
                    # Never before the last reading: what was not there then was not created before.
                    self._factory.make_requested(
                        requested.transaction.account, item, max(due, self._last_read)
                    )
            else:
                waiting.append(requested)
        self._requested, self._last_read = waiting, now

    def verdicts(self) -> dict[str, str]:
        """Return the verdict of every transaction, or Processing while that is not due."""
        known = list(self._transactions.values())
        return {one.id: one.verdict if self._due(one) else "Processing" for one in known}

    def _due(self, transaction: Transaction) -> bool:
        waited = self._now() - transaction.taken_at >= self._options.verdict_delay
        polls = self._options.verdict_polls
        return waited and (polls == 0 or transaction.polls > polls)

    def _succeeded(self, transaction_id: str) -> bool:
        # With process_rest a failed batch still confirms its good orders: due is what counts.
        return self._due(self._transactions[transaction_id])
