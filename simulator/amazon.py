"""`StandInAmazon`: Amazon's APIs of the fulfilment programs over HTTP on this machine."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import msgspec

from simulator.access import AccessControl, AccessTokens, Credentials, RestrictedTokens, TokenBuckets
from simulator.app import RequestHandler
from simulator.calls import Operations
from simulator.consent import Codes, ConsentPage
from simulator.control import Control
from simulator.creations import Creations
from simulator.document_factory import DocumentFactory, DocumentStore
from simulator.faults import Faults
from simulator.features import Features
from simulator.fulfillment_orders import FulfillmentOrders
from simulator.inventory import Inventory
from simulator.merchant.fulfillment import MerchantFulfillment
from simulator.operations import READS
from simulator.options import Options
from simulator.order_requests import OrderRequests
from simulator.packages import Packages
from simulator.reads import Reads
from simulator.records import Accepted, ItemKey, Records, RequestSeen
from simulator.server import ThreadedServer
from simulator.transactions import Transactions


class StandInAmazon(DocumentFactory):
    """A context manager that serves in a thread of its own.

    `options` may be changed while it serves; `fail_orders["PO1"] = (code, words)` makes every batch
    fail that holds the order; `faults` injects what goes wrong on the wire. Labels are made for
    label requests that succeed, or by `add_label`. State outlives `stop` and `start`, and the port stays
    the same. `journal` names a file to which every accepted item
    is appended as a line of JSON, flushed before the answer (see `records.read_journal`).
    """

    def __init__(
        self,
        port: int = 0,
        *,
        journal: Path | None = None,
        **options: object,
    ) -> None:
        self.began = time.time()
        """When it was made (seconds since the epoch): its time of day passes at its own speed since then."""
        store = DocumentStore(msgspec.convert(options, Options))
        super().__init__(store, self.now)
        self.faults = Faults()
        self._records = Records(self.options, journal)
        codes = Codes(self.options, time.monotonic)
        self.consent = ConsentPage(self.options, codes)
        self._tokens = AccessTokens(time.monotonic, codes)
        self._restricted = RestrictedTokens(time.monotonic)
        self._transactions = Transactions(self.options, self._records, self, time.monotonic, self.now)
        self._reads = Reads(self.options, store, self.now)
        buckets = TokenBuckets(time.monotonic)
        access = AccessControl(self.options, self._tokens, self._restricted, buckets)
        self.orders = FulfillmentOrders(self.options, self._records, self.now)
        """The orders of Multi-Channel Fulfillment."""
        self.order_requests = OrderRequests(self.orders, self.now)
        """What is asked of them: changes and returns."""
        self.packages = Packages(self.options, self.now, self.orders.shipped_package)
        """Their packages, as they were scanned."""
        self.features = Features()
        """The features that they may require."""
        self.inventory = Inventory(self.options, time.monotonic, lambda: self.orders.stock)
        """Sellers' stock."""
        self.merchant = MerchantFulfillment(self.options.merchant, self.now)
        """Merchant Fulfillment, with sellers' marketplace orders."""
        operations = Operations(
            self.options,
            tokens=self._tokens,
            restricted=self._restricted,
            access=access,
            transactions=self._transactions,
            reads=self._reads,
            creations=Creations(store, self, self._transactions.validator, self._records, self.now),
            orders=self.orders,
            requests=self.order_requests,
            packages=self.packages,
            features=self.features,
            inventory=self.inventory,
            merchant=self.merchant,
        )
        self._handler = RequestHandler(operations, self.faults, self._records, self.now)
        self._application = self._handler.application([*Control(self).routes(), *self.consent.routes()])
        self._port = port
        self._server: ThreadedServer | None = None
        self.credentials: Credentials = self._tokens.open_account("default")
        self.fail_orders: dict[str, tuple[str, str]] = self._transactions.validator.fail_orders

    # Serving

    def start(self) -> Self:
        """Listen; return when the first request can be answered."""
        self._handler.closing = False
        self._server = ThreadedServer(self._application, self._port)
        self._port = self._server.port
        self._server.start()
        return self

    def stop(self) -> None:
        """Close the port and every connection; unanswered requests stay so."""
        if self._server is not None:
            self._handler.closing = True
            self._server.stop()
            self._server = None

    @contextmanager
    def closed_port(self) -> Iterator[None]:
        """Refuse connections for a while, as an API that is down does."""
        self.stop()
        try:
            yield
        finally:
            self.start()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        self._records.close()

    @property
    def url(self) -> str:
        """The API's base, for `endpoint`."""
        return f"http://127.0.0.1:{self._port}"

    @property
    def auth_url(self) -> str:
        """The base of Login with Amazon, for `auth_endpoint`; the token path is `/auth/o2/token`."""
        return self.url

    def now(self) -> float:
        """Return the stand-in's time of day, in seconds since the epoch."""
        passed = (time.time() - self.began) * self.options.clock_speed
        return self.began + passed + self.options.clock_offset

    # Accounts

    def open_account(self, name: str) -> Credentials:
        """Register a further account with made-up credentials, with rates and transactions of its own."""
        return self._tokens.open_account(name)

    def admit(self, name: str, credentials: Credentials) -> Credentials:
        """Register an account with credentials of the caller's choice."""
        return self._tokens.admit(name, credentials)

    def end_authorization(self, name: str = "default") -> None:
        """End an account's authorization, as a year does, or the selling partner who takes it back."""
        self._tokens.end_authorization(name)

    def expire_tokens(self) -> None:
        """End every access token at once."""
        self._tokens.expire_all()

    def expire_restricted_tokens(self) -> None:
        """End every Restricted Data Token at once."""
        self._restricted.expire_all()

    def expire_page_tokens(self) -> None:
        """End every nextToken at once."""
        self._reads.pages.expire()

    # What happened

    @property
    def accepted(self) -> tuple[Accepted, ...]:
        """Every item that was taken (`keep="items"`), in order of arrival."""
        return self._records.accepted

    @property
    def accepted_count(self) -> int:
        """How many items were taken, whatever is kept of them."""
        return self._records.counts().total()

    @property
    def requests(self) -> tuple[RequestSeen, ...]:
        """Every request (`keep="items"`), in the order of the answers."""
        return self._records.requests

    @property
    def reads(self) -> tuple[RequestSeen, ...]:
        """Every read of labels, slips and invoices (`keep="items"`), in the order of the answers."""
        return tuple(seen for seen in self.requests if seen.operation in READS)

    def delivered(self, operation: str) -> Counter[str]:
        """Count how often each order's document was delivered by a read."""
        counts = self._records.delivered()
        return Counter({order: count for (read, order), count in counts.items() if read == operation})

    @property
    def verdicts(self) -> dict[str, str]:
        """Success, Failure or Processing for every transaction id."""
        return self._transactions.verdicts()

    @property
    def count_429(self) -> int:
        """How many requests were answered 429."""
        return sum(count for (_, status), count in self._records.answers().items() if status == 429)

    def accepted_keys(self, *, processed: bool = False) -> Counter[ItemKey]:
        """Count each fact that was taken; `processed`: only where Amazon processed it with success."""
        return self._records.keys(processed=processed)

    def duplicates(self, *, processed: bool = True) -> int:
        """Count how many items were taken (and processed) once more than they had to be."""
        counts = self.accepted_keys(processed=processed)
        return counts.total() - len(counts)

    def wait_until(self, condition: Callable[[], bool], timeout: float = 10.0) -> bool:
        """Wait until `condition` holds, looked at after every request and batch."""
        return self._records.wait_until(condition, timeout)

    def summary(self) -> dict[str, Any]:
        """Return the counts that `/_stand-in/state` shows."""
        answers: dict[str, dict[str, int]] = {}
        for (operation, status), count in self._records.answers().items():
            answers.setdefault(operation, {})[str(status)] = count
        return {
            "accepted": dict(self._records.counts()),
            "duplicates": self.duplicates(),
            "answers": answers,
            "throttled": self.count_429,
            "tokens": self._tokens.issued,
            "restricted_tokens": self._restricted.issued,
            "documents": self.documents,
            "delivered": self._records.delivered_counts(),
            "verdicts": dict(Counter(self.verdicts.values())),
        }
