"""The six restricted reads: labels, packing slips and customer invoices, by time or by order."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from simulator.bodies import is_order
from simulator.document_factory import DocumentStore
from simulator.faults import Listing
from simulator.operations import Read
from simulator.options import Options
from simulator.pages import Pages, parse_query
from simulator.replies import Refused
from simulator.shipping_documents import Item, reply_item

_NOT_BASE64 = "%%% not base64 %%%"
Answer = tuple[dict[str, Any], tuple[str, ...]]
"""A payload, and the orders whose documents are in it."""


class Reads:
    """Answers reads from the store; `clock` returns the stand-in's time of day."""

    def __init__(self, options: Options, store: DocumentStore, clock: Callable[[], float]) -> None:
        self._options = options
        self._store = store
        self._clock = clock
        self.pages = Pages()

    def one(self, account: str, read: Read, order: str, listing: Listing) -> Answer:
        """Return one order's document; raises `Refused` where there is none."""
        if not is_order(order):
            raise Refused(HTTPStatus.BAD_REQUEST, "InvalidInput", read.unknown)
        document = self._store.find(account, read.kind, order, self._clock())
        if document is None:
            if self._options.unknown_order == 400:
                raise Refused(HTTPStatus.BAD_REQUEST, "InvalidInput", read.unknown)
            message = "The requested resource doesn't exist."
            raise Refused(HTTPStatus.NOT_FOUND, "NotFound", message, f"There is none for order {order}.")
        return spoilt(reply_item(document), listing), (order,)

    def many(self, account: str, read: Read, given: Mapping[str, str], listing: Listing) -> Answer:
        """Return one page of a list; raises `Refused`."""
        now = self._clock()
        query = parse_query(given, read.limit, now)
        page = self.pages.page(
            account,
            read.operation,
            query,
            lambda: self._store.listed(account, read.kind, query, now),
            listing,
        )
        if listing == "empty_payload":
            return {}, ()
        items = [reply_item(document) for document in page.documents]
        payload: dict[str, Any] = {read.key: _firstspoilt(items, listing)}
        if page.next_token is not None:
            payload = {"pagination": {"nextToken": page.next_token}, **payload}
        return payload, tuple(document.order for document in page.documents)


def _firstspoilt(items: Sequence[Item], listing: Listing) -> list[Item]:
    return [spoilt(item, listing) if place == 0 else item for place, item in enumerate(items)]


def spoilt(item: Item, listing: Listing) -> Item:
    """Return an item as a fault lets it arrive."""
    if listing == "broken_item":
        if "labelData" in item:
            first, *rest = item["labelData"]
            return item | {"labelData": [first | {"content": _NOT_BASE64}, *rest]}
        return item | {"content": _NOT_BASE64}
    if listing == "incomplete_item":
        return {name: value for name, value in item.items() if name not in ("labelData", "content")}
    return item
