"""Reads a list of Amazon's whole: each window from the other end, or in halves, where its pages fail.

A list is in order of creation. So where the pages from the oldest on lead to no end, those from the
newest on are read: where both meet, nothing lies between them. Where they do not, the window is cut
in two; the halves overlap by a second, since Amazon may leave out what was made at an end.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass

import structlog

from bridge.programs.operations import Operation
from bridge.spapi.errors import EndUnclear, ListIncomplete, PageIncomplete, PagingInterrupted, ReplyTooLarge
from bridge.spapi.pages import Page
from bridge.spapi.paging import PageReader, pages
from bridge.spapi.windows import Window, halves_of

MOST_CUTS = 64
"""So often a window is cut in two in one reading of a list: Amazon's rate is there for other work, too."""

_log = structlog.get_logger(__name__)
_Trouble = PagingInterrupted | ReplyTooLarge


@dataclass(frozen=True, slots=True)
class Step:
    """A page of a window; without a page, that all up to the window's end was read."""

    window: Window
    page: Page | None = None


def read_list(
    reader: PageReader, operation: Operation, cut: Sequence[Window], *, ship_from_party_id: str = ""
) -> Iterator[Step]:
    """Yield the pages of windows, the oldest first, and how far all was read. Elements may come twice.

    A window that cannot be read whole keeps none after it from being read, but no later end is told.
    Raises `ListIncomplete` at the end where there was one, and at once what `pages` raises besides.
    """
    waiting, left = list(reversed(cut)), MOST_CUTS
    unread: list[tuple[Window, _Trouble]] = []
    while waiting:
        window = waiting.pop()
        trouble = yield from _read(reader, operation, window, ship_from_party_id)
        if trouble is None:
            if not unread:
                yield Step(window)
            continue
        halves = halves_of(window) if left else ()
        if halves:
            left -= 1
            waiting.extend(reversed(halves))
        else:
            unread.append((window, trouble))
    if unread:
        window, trouble = unread[0]
        raise ListIncomplete(str(trouble), window=window, request_id=trouble.request_id) from trouble


def _read(
    reader: PageReader, operation: Operation, window: Window, ship_from_party_id: str
) -> Generator[Step, None, _Trouble | None]:
    """Read one window from both ends, if need be; return why it is not whole, None where it is."""
    oldest: list[int] = []
    trouble: _Trouble
    try:
        for page in pages(reader, operation, window, ship_from_party_id=ship_from_party_id):
            oldest += page.identities
            yield Step(window, page)
    except (PagingInterrupted, ReplyTooLarge) as error:
        trouble = error
    else:
        return None
    _log.warning("list_from_both_ends", operation=operation.name, reason=str(trouble))
    newest: list[int] = []
    from_newest = pages(reader, operation, window, ship_from_party_id=ship_from_party_id, newest_first=True)
    try:
        for page in from_newest:
            newest += page.identities
            yield Step(window, page)
            if _may_meet(trouble, oldest, page) and meet(oldest, newest):
                return None
    except (PagingInterrupted, ReplyTooLarge) as error:
        empty = isinstance(trouble, EndUnclear) and isinstance(error, EndUnclear) and not (oldest or newest)
        return None if empty else trouble
    return None


def _may_meet(trouble: _Trouble, oldest: list[int], page: Page) -> bool:
    """Check for what the comparison of all costs too much: the last element from the oldest on."""
    incomplete = isinstance(trouble, PageIncomplete) or page.errors
    return bool(oldest) and not incomplete and oldest[-1] in page.identities


def meet(oldest: Sequence[int], newest: Sequence[int]) -> bool:
    """Check that a list's elements from the oldest on and those from the newest on are the whole list.

    They are where the end of one is, backwards, the end of the other: two elements at least, so that a list
    whose order was not heeded is not taken for whole.
    """
    forwards, backwards = list(dict.fromkeys(oldest)), list(dict.fromkeys(newest))
    if not forwards or forwards[-1] not in backwards:
        return False
    common = backwards[backwards.index(forwards[-1]) :]
    if common != forwards[::-1][: len(common)]:
        return False
    return len(common) > 1 or len(forwards) == len(backwards) == 1
