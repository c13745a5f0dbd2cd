"""What a list is asked for with, its pages and the tokens between them, and how they can deviate."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import NoReturn

import msgspec

from simulator.bodies import is_time
from simulator.faults import Listing
from simulator.replies import Refused
from simulator.shipping_documents import Document

LONGEST = timedelta(days=7)
FURTHEST = timedelta(days=181)
"""Amazon says six months; the shortest six have 181 days, so that is all one may rely on."""
_KNOWN = {"shipFromPartyId", "limit", "createdAfter", "createdBefore", "sortOrder", "nextToken"}


class Query(msgspec.Struct, frozen=True, kw_only=True):
    """A list's query; times in epoch seconds, both ends excluded, as "after" and "before" say."""

    after: float
    before: float
    limit: int
    ship_from: str = ""
    descending: bool = False
    next_token: str = ""


def parse_query(given: Mapping[str, str], most: int, now: float) -> Query:
    """Read a list's query string, of at most `most` items a page; raises `Refused`."""
    for name in sorted(given.keys() - _KNOWN):
        _refuse(f"The parameter {name} is not known.")
    after, before = _time(given, "createdAfter"), _time(given, "createdBefore")
    if after > before:
        _refuse("createdAfter is later than createdBefore.")
    if before - after > LONGEST:
        _refuse("createdAfter and createdBefore are more than 7 days apart.")
    if after.timestamp() < now - FURTHEST.total_seconds():
        _refuse("createdAfter is more than 6 months ago.")
    if given.get("sortOrder", "ASC") not in ("ASC", "DESC"):
        _refuse("sortOrder must be ASC or DESC.")
    if any(given.get(name) == "" for name in ("nextToken", "shipFromPartyId")):
        _refuse("nextToken and shipFromPartyId must not be empty.")
    return Query(
        after=after.timestamp(),
        before=before.timestamp(),
        limit=_limit(given, most),
        ship_from=given.get("shipFromPartyId", ""),
        descending=given.get("sortOrder") == "DESC",
        next_token=given.get("nextToken", ""),
    )


def _time(given: Mapping[str, str], name: str) -> datetime:
    value = given.get(name)
    if value is None:
        _refuse(f"{name} is required.")
    if not is_time(value):
        _refuse(f"{name} must be an ISO-8601 date and time with Z or an offset, not {value!r}.")
    return datetime.fromisoformat(value)


def _limit(given: Mapping[str, str], most: int) -> int:
    value = given.get("limit", str(most))
    if not (value.isascii() and value.isdigit() and 1 <= int(value) <= most):
        _refuse(f"limit must be an integer from 1 to {most}.")
    return int(value)


def _refuse(details: str) -> NoReturn:
    # The words of the model's example; its details are empty, ours help.
    raise Refused(HTTPStatus.BAD_REQUEST, "InvalidRequest", "The request is invalid.", details)


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
