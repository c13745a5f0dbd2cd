"""Follows a window's pages to their end. Decides here, reads through a port.

Amazon's lists have repeated tokens: one that was there before ends the paging, and the page that told
it counts in full.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

import structlog

from bridge.spapi.errors import AmazonRefused, PagingInterrupted, ReplyTooLarge
from bridge.spapi.fetched import Page
from bridge.spapi.operations import Operation
from bridge.spapi.windows import Query, Window, query_of

MOST_PAGES = 10_000
"""A million elements: more in one window is Amazon going in circles with ever new tokens."""

_log = structlog.get_logger(__name__)


class PageReader(Protocol):
    """Reads one page; `AmazonClient` is one."""

    def read_page(self, operation: Operation, query: Query) -> Page:
        """Read one page; raises `AmazonError`."""


class Paging:
    """What to ask for next in one window: `query`, None at the end. No I/O.

    `limit` is the number of elements asked for a page, 0 for as many as the operation gives.
    """

    def __init__(
        self, operation: Operation, window: Window, *, ship_from_party_id: str = "", limit: int = 0
    ) -> None:
        self._operation = operation
        self._window = window
        self._ship_from_party_id = ship_from_party_id
        self._limit = min(limit, operation.limit) if limit > 0 else operation.limit
        self._seen: set[str] = set()
        self.repeated = False
        self.query: Query | None = self._asking("")

    @property
    def has_begun(self) -> bool:
        """Tell whether the next page is asked for with a token."""
        return bool(self._seen)

    def turn(self, page: Page) -> None:
        """Go on after a page. Raises `PagingInterrupted` where the pages have no end."""
        token = page.next_token
        self.repeated = token in self._seen
        if not token or self.repeated:
            self.query = None
            return
        if len(self._seen) >= MOST_PAGES:
            raise PagingInterrupted(
                f"{self._operation.name}: no end after {MOST_PAGES} pages", request_id=page.request_id
            )
        self._seen.add(token)
        self.query = self._asking(token)

    def begin_smaller(self) -> bool:
        """Begin anew with half as many elements a page; False where there is one already."""
        if self._limit == 1:
            return False
        self._limit //= 2
        self._seen.clear()
        self.query = self._asking("")
        return True

    def _asking(self, token: str) -> Query:
        return query_of(
            self._operation,
            self._window,
            ship_from_party_id=self._ship_from_party_id,
            limit=self._limit,
            next_token=token,
        )


def pages(
    reader: PageReader, operation: Operation, window: Window, *, ship_from_party_id: str = "", limit: int = 0
) -> Iterator[Page]:
    """Give the pages of a window, to the end. The same element may come twice.

    The window is done when the iterator ends; whatever it raises, move no cursor past the window's
    begin. Raises as `read_page` does, and `PagingInterrupted` where Amazon takes its own token no
    more: read the window anew from its first page. A page that is too large for us is asked for again
    with fewer elements, from the first page on.
    """
    paging = Paging(operation, window, ship_from_party_id=ship_from_party_id, limit=limit)
    while paging.query is not None:
        try:
            page = reader.read_page(operation, paging.query)
        except ReplyTooLarge:
            if not paging.begin_smaller():
                raise
            continue
        except AmazonRefused as refused:
            if not paging.has_begun:
                raise
            raise PagingInterrupted(
                f"{operation.name}: Amazon takes its own page token no more: {refused}",
                request_id=refused.request_id,
            ) from refused
        yield page
        paging.turn(page)
        if paging.repeated:
            _log.warning("amazon_repeats_a_token", operation=operation.name, request_id=page.request_id)
