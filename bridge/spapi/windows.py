"""Windows of time for the reads, and the query that asks for one. Pure.

Amazon wants both ends, at most 7 days apart and at most 6 months back.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bridge.programs.operations import Operation

LONGEST = timedelta(days=7)
# Six months are 181 to 184 days; asking takes a while too.
FARTHEST_BACK = timedelta(days=180)

Query = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Window:
    """What became available after `since` and before `until`: aware times, at most 7 days apart."""

    since: datetime
    until: datetime

    def __post_init__(self) -> None:
        since, until = _utc(self.since), _utc(self.until)
        if not timedelta(0) < until - since <= LONGEST:
            raise ValueError("a window is longer than nothing and at most 7 days long")


def windows(
    since: datetime, until: datetime, *, longest: timedelta = LONGEST, overlap: timedelta = timedelta(0)
) -> list[Window]:
    """Cut the time from `since` to `until` into windows, the oldest first.

    Each begins `overlap` before the one before it ended, the first one `overlap` before `since`: what
    Amazon shows late is found by the next read. `until` is now: what lies more than 180 days before it
    is left out, since Amazon would refuse to be asked. Ends are whole seconds, rounded down, so the
    cursor to keep is the last window's `until`. Empty where there is nothing to ask for.
    Raises ValueError for times without an offset, and for an overlap of more than half of `longest`.
    """
    if not timedelta(0) < longest <= LONGEST or not timedelta(0) <= overlap <= longest / 2:
        raise ValueError("windows are at most 7 days long and overlap by at most half")
    end = _utc(until).replace(microsecond=0)
    begin = max((_utc(since) - overlap).replace(microsecond=0), end - FARTHEST_BACK)
    longest, overlap = max(_whole_seconds(longest), timedelta(seconds=1)), _whole_seconds(overlap)
    cut: list[Window] = []
    while begin < end:
        stop = min(begin + longest, end)
        cut.append(Window(begin, stop))
        begin = stop - overlap if stop < end else end
    return cut


def halves_of(window: Window) -> tuple[Window, ...]:
    """Cut a window in two that overlap by a second; empty where it is too short for that."""
    seconds = (_utc(window.until) - _utc(window.since)) // timedelta(seconds=1)
    if seconds < 3:
        return ()
    middle = _utc(window.since) + timedelta(seconds=seconds // 2)
    return Window(window.since, middle + timedelta(seconds=1)), Window(middle, window.until)


def query_of(  # noqa: PLR0913 - a query's parts, by name
    operation: Operation,
    window: Window,
    *,
    ship_from_party_id: str = "",
    limit: int = 0,
    next_token: str = "",
    newest_first: bool = False,
) -> dict[str, str]:
    """Ask for a page of a window; `limit` 0 asks for as many elements as the operation gives.

    A `next_token` goes with the very query whose page told it.
    """
    if not operation.limit:
        raise ValueError(f"{operation.name} has no pages")
    optional = {"shipFromPartyId": ship_from_party_id, "nextToken": next_token}
    return {
        "createdAfter": _iso(window.since),
        "createdBefore": _iso(window.until),
        "limit": str(min(limit, operation.limit) if limit > 0 else operation.limit),
        "sortOrder": "DESC" if newest_first else "ASC",
        **{name: value for name, value in optional.items() if value},
    }


def _iso(time: datetime) -> str:
    return _utc(time).strftime("%Y-%m-%dT%H:%M:%SZ")


def _utc(time: datetime) -> datetime:
    # Differences of two local times of one zone would leave out a change of the clocks.
    if time.utcoffset() is None:
        raise ValueError("a window needs times with an offset")
    return time.astimezone(UTC)


def _whole_seconds(span: timedelta) -> timedelta:
    return timedelta(seconds=span // timedelta(seconds=1))
