"""Pages and the tokens between them, and how they can deviate."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from http import HTTPStatus

import msgspec

from simulator.faults import Listing
from simulator.queries import Query
from simulator.replies import Refused
from simulator.shipping_documents import Document

_MOST_TOKENS = 1000
_EXPIRED = "The nextToken is invalid or has expired."


class Page(msgspec.Struct, frozen=True):
    """Some documents; `next_token` None where no page follows."""

    documents: Sequence[Document]
    next_token: str | None


class _Place(msgspec.Struct, frozen=True):
    """Where a token leads: into what was found when the first page was asked for."""

    key: tuple[str, str, Query]
    found: Sequence[Document]
    start: int


class Pages:
    """Splits lists into pages. A token is good for the query that it was made for, any number of times."""

    def __init__(self) -> None:
        self._places: dict[str, _Place] = {}

    def page(
        self,
        account: str,
        operation: str,
        query: Query,
        find: Callable[[], Sequence[Document]],
        listing: Listing = "",
    ) -> Page:
        """Return the page that a query asks for; raises `Refused` for a token that does not fit it."""
        place = self._place(account, operation, query, find, listing)
        limit = query.limit // 2 if listing == "short_page" else query.limit
        end = place.start + limit
        documents = place.found[place.start : end]
        if listing == "repeat_page":
            return Page(documents, self._token(place))
        if listing == "repeat_token":
            return Page(documents, query.next_token or self._token(place))
        if listing == "empty_page":
            return Page((), self._token(place))
        if listing == "token_loop" and place.start >= 2 * limit:
            return Page(documents, self._token_to(place, limit))
        if end >= len(place.found):
            return Page(documents, "" if listing == "blank_token" else None)
        if listing == "overlap":
            end = max(end - 1, place.start + 1)
        return Page(documents, self._token(msgspec.structs.replace(place, start=end)))

    def expire(self) -> None:
        """End every token at once."""
        self._places = {}

    def _place(
        self,
        account: str,
        operation: str,
        query: Query,
        find: Callable[[], Sequence[Document]],
        listing: Listing,
    ) -> _Place:
        key = (account, operation, msgspec.structs.replace(query, next_token=""))
        if not query.next_token:
            return _Place(key, find(), 0)
        place = self._places.get(query.next_token)
        if place is None or listing == "expired_token":
            raise Refused(HTTPStatus.BAD_REQUEST, "InvalidInput", _EXPIRED)
        if place.key != key:
            message = "The nextToken does not belong to this query."
            raise Refused(HTTPStatus.BAD_REQUEST, "InvalidInput", message)
        return place

    def _token_to(self, place: _Place, start: int) -> str:
        """Return the token that led to a place of the same list before."""
        known = (token for token, one in self._places.items() if (one.key, one.start) == (place.key, start))
        return next(known, "") or self._token(msgspec.structs.replace(place, start=start))

    def _token(self, place: _Place) -> str:
        token = secrets.token_urlsafe(24)
        self._places[token] = place
        if len(self._places) > _MOST_TOKENS:
            del self._places[next(iter(self._places))]  # the oldest: dicts keep their order
        return token
