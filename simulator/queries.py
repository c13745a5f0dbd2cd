"""What a list of labels, slips or invoices is asked for with, and what is refused."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import NoReturn

import msgspec

from simulator.bodies import is_time
from simulator.replies import Refused

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
