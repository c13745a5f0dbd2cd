"""What the stand-in remembers: requests, accepted items, and the keys that tell duplicates."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

from simulator.operations import CONFIRMATIONS, CREATE_CONTAINER_LABEL, CREATE_ORDER, STATUS_UPDATES
from simulator.options import Options

Item = dict[str, Any]


class ItemKey(msgspec.Struct, frozen=True):
    """Two accepted items with the same key are the same fact, sent twice."""

    operation: str
    order: str
    package: str
    status: str
    time: str


class Accepted(msgspec.Struct, frozen=True, kw_only=True):
    """One item that was taken; `time` in seconds since the epoch, `index` from 0.

    `transaction_id` is empty where the answer was the verdict itself.
    """

    index: int
    time: float
    account: str
    operation: str
    transaction_id: str
    item: Item


class Batch(msgspec.Struct, frozen=True, kw_only=True):
    """The items of one POST that was taken, and those of them that Amazon's processing will not refuse."""

    time: float
    account: str
    operation: str
    transaction_id: str
    items: Sequence[Item]
    processed: Sequence[Item]


class RequestSeen(msgspec.Struct, frozen=True, kw_only=True):
    """One request and its answer; status 0 where the connection was cut instead.

    `orders` names the orders whose documents a read delivered; `order` is the one that was asked for,
    empty for lists.
    """

    time: float
    account: str
    operation: str
    method: str
    path: str
    status: int
    request_id: str
    user_agent: str
    items: int = 0
    order: str = ""
    query: Mapping[str, str] = {}
    orders: tuple[str, ...] = ()

    @property
    def count(self) -> int:
        """How many documents were delivered."""
        return len(self.orders)


def key_of(operation: str, item: Item) -> ItemKey:
    """Order, packages, status and time of an item, in the words of its operation."""
    if operation == CREATE_CONTAINER_LABEL.operation:
        return ItemKey(operation, "", item["vendorContainerId"], "", "")
    if operation == CREATE_ORDER:
        return ItemKey(operation, item["sellerFulfillmentOrderId"], "", "", "")
    order = item["purchaseOrderNumber"]
    if operation == STATUS_UPDATES.operation:
        details = item["statusUpdateDetails"]
        status = f"{details['statusCode']}/{details['reasonCode']}"
        return ItemKey(operation, order, details["trackingNumber"], status, details["statusDateTime"])
    packages = "+".join(
        container.get("trackingNumber") or container["containerIdentifier"]
        for container in item.get("containers", ())
    )
    if operation == CONFIRMATIONS.operation:
        shipment = item["shipmentDetails"]
        return ItemKey(operation, order, packages, shipment["shipmentStatus"], shipment["shippedDate"])
    return ItemKey(operation, order, packages, "", "")


def read_journal(path: Path) -> list[Accepted]:
    """Read the whole lines of a journal; a last line that a kill cut off is left out."""
    lines = path.read_bytes().split(b"\n")
    return [msgspec.json.decode(line, type=Accepted) for line in lines[:-1]]


class Records:
    """Thread-safe memory of one stand-in; `changed` is notified at every entry."""

    def __init__(self, options: Options, journal: Path | None = None) -> None:
        self._options = options
        self.changed = threading.Condition()
        self._requests: list[RequestSeen] = []
        self._delivered: Counter[tuple[str, str]] = Counter()
        self._accepted: list[Accepted] = []
        self._keys: Counter[ItemKey] = Counter()
        self._processed_keys: Counter[ItemKey] = Counter()
        self._answers: Counter[tuple[str, int]] = Counter()
        self._counts: Counter[str] = Counter()
        self._journal: BinaryIO | None = journal.open("ab") if journal else None
        self._encoder = msgspec.json.Encoder()

    def request(self, seen: RequestSeen) -> None:
        """Remember one request; in counting mode only its operation and status."""
        with self.changed:
            self._answers[seen.operation, seen.status] += 1
            if self._options.keep == "items":
                self._requests.append(seen)
            if self._options.keep != "counts":
                self._delivered.update((seen.operation, order) for order in seen.orders)
            self.changed.notify_all()

    def accept(self, batch: Batch) -> None:
        """Remember the items of one POST, in the journal first."""
        with self.changed:
            if self._journal is not None or self._options.keep == "items":
                self._keep_whole(batch)
            self._counts[batch.operation] += len(batch.items)
            if self._options.keep != "counts":
                self._keys.update(key_of(batch.operation, item) for item in batch.items)
                self._processed_keys.update(key_of(batch.operation, item) for item in batch.processed)
            self.changed.notify_all()

    def _keep_whole(self, batch: Batch) -> None:
        first = self._counts.total()
        accepted = [
            Accepted(
                index=first + position,
                time=batch.time,
                account=batch.account,
                operation=batch.operation,
                transaction_id=batch.transaction_id,
                item=item,
            )
            for position, item in enumerate(batch.items)
        ]
        if self._journal is not None:
            self._journal.write(b"".join(self._encoder.encode(one) + b"\n" for one in accepted))
            self._journal.flush()
        if self._options.keep == "items":
            self._accepted += accepted

    @property
    def accepted(self) -> tuple[Accepted, ...]:
        """Everything taken so far, in order of arrival."""
        with self.changed:
            return tuple(self._accepted)

    @property
    def requests(self) -> tuple[RequestSeen, ...]:
        """Every request so far, in the order of the answers."""
        with self.changed:
            return tuple(self._requests)

    def delivered(self) -> Counter[tuple[str, str]]:
        """Count how often each order's document went out, by operation and order."""
        with self.changed:
            return Counter(self._delivered)

    def delivered_counts(self) -> Counter[str]:
        """Count the documents that went out, by operation."""
        counted: Counter[str] = Counter()
        for (operation, _), count in self.delivered().items():
            counted[operation] += count
        return counted

    def answers(self) -> Counter[tuple[str, int]]:
        """Count the answers by operation and status."""
        with self.changed:
            return Counter(self._answers)

    def counts(self) -> Counter[str]:
        """Count the accepted items by operation."""
        with self.changed:
            return Counter(self._counts)

    def keys(self, *, processed: bool) -> Counter[ItemKey]:
        """How often each fact was taken, or taken and processed with success."""
        with self.changed:
            return Counter(self._processed_keys if processed else self._keys)

    def wait_until(self, condition: Callable[[], bool], timeout: float) -> bool:
        """Wait until `condition` holds, looked at after every entry; False after `timeout` seconds."""
        with self.changed:
            return self.changed.wait_for(condition, timeout)

    def close(self) -> None:
        """Close the journal."""
        if self._journal is not None:
            self._journal.close()
            self._journal = None
