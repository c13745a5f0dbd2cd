"""Follows a window's pages to their end. Decides here, reads through a port.

A page without a next token is the end, and nothing else is: Amazon's lists have repeated tokens and
pages, and what lies behind those was not read. `lists` has what is done then.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

import structlog

from bridge.programs.operations import Operation
from bridge.spapi.errors import AmazonRefused, EndUnclear, PageIncomplete, PagingInterrupted, ReplyTooLarge
from bridge.spapi.pages import Page
from bridge.spapi.windows import Query, Window, query_of

MOST_PAGES = 10_000
"""A million elements: more in one window is Amazon going in circles with ever new tokens."""
STALE_PAGES = 20
"""So many pages in a row without anything new are Amazon going in circles, too."""

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
        self,
        operation: Operation,
        window: Window,
        *,
        ship_from_party_id: str = "",
        limit: int = 0,
        newest_first: bool = False,
    ) -> None:
        self._operation = operation
        self._window = window
        self._ship_from_party_id = ship_from_party_id
        self._newest_first = newest_first
        self._limit = min(limit, operation.limit) if limit > 0 else operation.limit
        self._seen: set[str] = set()
        self._elements: set[int] = set()
        self._stale = 0
        self.query: Query | None = self._asking("")

    @property
    def has_begun(self) -> bool:
        """Return whether the next page is asked for with a token."""
        return bool(self._seen)

    def turn(self, page: Page) -> None:
        """Go on after a page.

        Raises `EndUnclear` where it leads nowhere without being the last, `PageIncomplete` where it says
        itself that it lacks something, `PagingInterrupted` where the pages have no end.
        """
        token = page.next_token
        if page.errors:
            codes = ", ".join(error.code for error in page.errors)
            raise PageIncomplete(
                f"{self._operation.name}: Amazon tells errors beside a page ({codes})",
                request_id=page.request_id,
            )
        if not token and page.listed:
            self.query = None
            return
        if not token:
            raise EndUnclear(
                f"{self._operation.name}: Amazon answers without a list", request_id=page.request_id
            )
        if token in self._seen:
            raise EndUnclear(
                f"{self._operation.name}: Amazon repeats a page token", request_id=page.request_id
            )
        self._count(page)
        self._seen.add(token)
        self.query = self._asking(token)

    def _count(self, page: Page) -> None:
        known = len(self._elements)
        self._elements.update(page.identities)
        self._stale = 0 if len(self._elements) > known else self._stale + 1
        if self._stale >= STALE_PAGES or len(self._seen) >= MOST_PAGES:
            told = (
                f"nothing new in {self._stale} pages" if self._stale else f"no end after {MOST_PAGES} pages"
            )
            raise PagingInterrupted(f"{self._operation.name}: {told}", request_id=page.request_id)

    def begin_smaller(self) -> bool:
        """Begin anew with half as many elements a page; False where there is one already."""
        if self._limit == 1:
            return False
        self._limit //= 2
        self._seen.clear()
        self._elements.clear()
        self._stale = 0
        self.query = self._asking("")
        return True

    def _asking(self, token: str) -> Query:
        return query_of(
            self._operation,
            self._window,
            ship_from_party_id=self._ship_from_party_id,
            limit=self._limit,
            next_token=token,
            newest_first=self._newest_first,
        )


def pages(  # noqa: PLR0913 - a query's parts, by name
    reader: PageReader,
    operation: Operation,
    window: Window,
    *,
    ship_from_party_id: str = "",
    limit: int = 0,
    newest_first: bool = False,
) -> Iterator[Page]:
    """Yield the pages of a window, to the end. The same element may come twice.

    The window is read whole when the iterator ends, and only then. Raises as `read_page` does, and
    `PagingInterrupted` where the pages lead to no end. A page that is too large for us is asked for again
    with fewer elements, from the first page on.
    """
    paging = Paging(
        operation, window, ship_from_party_id=ship_from_party_id, limit=limit, newest_first=newest_first
    )
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
        try:
            paging.turn(page)
        except EndUnclear as unclear:
            if page.next_token:
                _log.warning(
                    "amazon_repeats_a_token", operation=operation.name, request_id=unclear.request_id
                )
            raise
