"""When a list that was read from both ends is whole, and how far it was read when it is not."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

import pytest

from bridge.domain.outcomes import AmazonApiError
from bridge.programs.operations import Operation
from bridge.programs.vendor_direct_fulfillment.documents import CustomerInvoice
from bridge.spapi.errors import AmazonUnavailable, ListIncomplete, ReplyTooLarge
from bridge.spapi.lists import MOST_CUTS, Step, meet, read_list
from bridge.spapi.pages import Page
from bridge.spapi.windows import Query, Window, halves_of
from tests.operations import OPERATIONS

INVOICES = OPERATIONS["getCustomerInvoices"]
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOUR = Window(NOON, NOON + timedelta(hours=1))


@pytest.mark.parametrize(
    ("oldest", "newest", "whole"),
    [
        ([1, 2, 3, 4], [6, 5, 4, 3], True),
        ([1, 2, 3], [3, 2, 1], True),
        ([1, 2, 2, 3], [5, 4, 4, 3, 2], True),
        ([1], [1], True),
        ([1, 2, 3], [6, 5, 4], False),
        ([1, 2, 3], [4, 3], False),  # only one in common
        ([1, 2, 3], [1, 2, 3], False),  # the order was not heeded
        ([0, 1, 2, 3], [1, 2, 3, 4], False),
        ([1], [2, 1], False),
        ([], [1], False),
        ([1], [], False),
        ([], [], False),
    ],
)
def test_a_list_is_whole_where_its_two_ends_meet(oldest: list[int], newest: list[int], whole: bool) -> None:
    assert meet(oldest, newest) is whole


@pytest.mark.parametrize("seconds", [3, 4, 5, 60, 3601, 7 * 86400])
def test_halves_overlap_and_are_shorter(seconds: int) -> None:
    left, right = halves_of(Window(NOON, NOON + timedelta(seconds=seconds)))
    assert (left.since, right.until) == (NOON, NOON + timedelta(seconds=seconds))
    assert left.until - right.since == timedelta(seconds=1)
    assert max(left.until - left.since, right.until - right.since) < timedelta(seconds=seconds)


@pytest.mark.parametrize("seconds", [1, 2])
def test_what_cannot_be_cut_is_not(seconds: int) -> None:
    assert halves_of(Window(NOON, NOON + timedelta(seconds=seconds))) == ()


class Amazon:
    """Lists what was made at some seconds after noon, two a page; `fail` may answer instead."""

    def __init__(self, made: Sequence[float], fail: Callable[[Query, Page], Page]) -> None:
        self.made = made
        self.fail = fail
        self.queries = 0

    def read_page(self, _operation: Operation, query: Query) -> Page:
        self.queries += 1
        after, before = (datetime.fromisoformat(query[name]) for name in ("createdAfter", "createdBefore"))
        found = [second for second in self.made if after < NOON + timedelta(seconds=second) < before]
        found = found[::-1] if query["sortOrder"] == "DESC" else found
        start = int(query.get("nextToken", "0"))
        token = str(start + 2) if start + 2 < len(found) else ""
        items = (
            CustomerInvoice(purchase_order_number=f"PO{second}", content="Zg==")
            for second in found[start : start + 2]
        )
        return self.fail(query, Page(items=tuple(items), next_token=token))


def told_twice(query: Query, page: Page) -> Page:
    """Report the token that was sent once more."""
    return Page(items=page.items, next_token=query.get("nextToken", page.next_token))


def read(amazon: Amazon, *windows: Window) -> tuple[set[str], datetime | None, ListIncomplete | None]:
    """Read a list; return what it showed, how far it was read, and why not further."""
    found: set[str] = set()
    steps: list[Step] = []
    error = None
    try:
        for step in read_list(amazon, INVOICES, windows or [HOUR]):
            steps.append(step)
            found |= {one.purchase_order_number for one in step.page.items} if step.page else set()
    except ListIncomplete as incomplete:
        error = incomplete
    return found, max((step.window.until for step in steps if step.page is None), default=None), error


@pytest.mark.parametrize("made", [[], [5], [5, 6, 7, 8, 9, 10], list(range(100, 200, 7)), [1, 3599]])
def test_a_token_told_twice_loses_nothing(made: list[int]) -> None:
    found, through, error = read(Amazon(made, told_twice))
    assert found == {f"PO{second}" for second in made}
    assert (through, error) == (HOUR.until, None)


def test_a_second_that_cannot_be_read_stops_the_cursor_and_nothing_else() -> None:
    same = [30 + number / 10 for number in range(8)]
    found, through, error = read(Amazon([10, *same, 3000], told_twice))
    assert error is not None
    assert {"PO10", "PO3000"} <= found
    assert through is not None
    assert NOON < through <= error.window.since + timedelta(seconds=1)
    assert error.window.since < NOON + timedelta(seconds=30) < error.window.until


def test_what_comes_in_no_order_is_cut_until_each_page_is_the_last() -> None:
    def unordered(query: Query, page: Page) -> Page:
        return (
            told_twice(query, page) if query["sortOrder"] == "ASC" else ordered.read_page(INVOICES, up(query))
        )

    def up(query: Query) -> dict[str, str]:
        return {**query, "sortOrder": "ASC"}

    made = [10, 400, 900, 1500, 2000, 2700, 3500]
    ordered = Amazon(made, told_twice)
    found, through, error = read(Amazon(made, unordered))
    assert found == {f"PO{second}" for second in made}
    assert (through, error) == (HOUR.until, None)


def test_what_is_too_large_alone_keeps_nothing_else() -> None:
    def too_large(_query: Query, page: Page) -> Page:
        if any(item.purchase_order_number == "PO1800" for item in page.items):
            raise ReplyTooLarge("64")
        return page

    found, through, error = read(Amazon([10, 1800, 3500], too_large))
    assert found == {"PO10", "PO3500"}
    assert error is not None
    assert (through or NOON) <= NOON + timedelta(seconds=1801)


def test_errors_beside_pages_are_never_taken_for_whole() -> None:
    def partial(_query: Query, page: Page) -> Page:
        return Page(items=page.items[:1], errors=(AmazonApiError("InternalFailure", "x"),))

    amazon = Amazon([10, 20, 30], partial)
    _, through, error = read(amazon)
    assert (through, error is None) == (None, False)
    assert amazon.queries <= 4 * MOST_CUTS + 4


def test_what_amazon_does_not_answer_ends_the_reading_at_once() -> None:
    def down(query: Query, page: Page) -> Page:
        if "nextToken" in query:
            raise AmazonUnavailable("HTTP 503")
        return page

    amazon = Amazon([10, 20, 30], down)
    with pytest.raises(AmazonUnavailable, match="503"):
        list(read_list(amazon, INVOICES, [HOUR]))
    assert amazon.queries == 2
