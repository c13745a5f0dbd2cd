"""Which page comes next: to the end, round no circle, and nothing lost on the way."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from structlog.testing import capture_logs

from bridge.domain.outcomes import AmazonApiError
from bridge.programs.operations import Operation
from bridge.programs.vendor_direct_fulfillment.documents import CustomerInvoice
from bridge.spapi.errors import (
    AmazonRefused,
    AmazonUnavailable,
    EndUnclear,
    PageIncomplete,
    PagingInterrupted,
    ReplyTooLarge,
)
from bridge.spapi.pages import Page
from bridge.spapi.paging import MOST_PAGES, STALE_PAGES, Paging, pages
from bridge.spapi.windows import Query, Window
from tests.operations import OPERATIONS

SLIPS, INVOICES = OPERATIONS["getPackingSlips"], OPERATIONS["getCustomerInvoices"]
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
WINDOW = Window(NOON, NOON + timedelta(days=1))


def page(number: str, next_token: str = "") -> Page:
    return Page(items=(CustomerInvoice(purchase_order_number=number, content="Zg=="),), next_token=next_token)


class Reader:
    """Returns what it was given in turn, or raises it where it is an error."""

    def __init__(self, answers: Sequence[Page | Exception]) -> None:
        self.answers = list(answers)
        self.queries: list[Query] = []

    def read_page(self, operation: Operation, query: Query) -> Page:
        assert operation in (SLIPS, INVOICES)
        self.queries.append(query)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def tokens(self) -> list[str]:
        return [query.get("nextToken", "") for query in self.queries]


def orders(found: Sequence[Page]) -> list[str]:
    return [item.purchase_order_number for one in found for item in one.items]


@pytest.mark.parametrize(
    ("answers", "tokens", "found"),
    [
        ([Page()], [""], []),
        ([page("A")], [""], ["A"]),
        ([page("A", "1"), page("B", "2"), page("C")], ["", "1", "2"], ["A", "B", "C"]),
        ([page("A", "1"), Page(next_token="2"), page("C")], ["", "1", "2"], ["A", "C"]),
        ([page("A", "1"), page("A", "2"), page("C")], ["", "1", "2"], ["A", "A", "C"]),
    ],
    ids=["nothing", "one page", "three", "empty between", "same page"],
)
def test_pages_are_followed_to_the_one_without_a_token(
    answers: list[Page], tokens: list[str], found: list[str]
) -> None:
    reader = Reader(answers)
    assert orders(list(pages(reader, SLIPS, WINDOW))) == found
    assert reader.tokens() == tokens


def test_a_token_goes_with_the_query_that_it_came_from() -> None:
    reader = Reader([page("A", "1"), page("B")])
    list(pages(reader, INVOICES, WINDOW, ship_from_party_id="ABCD", limit=5))
    first, second = reader.queries
    assert second == {**first, "nextToken": "1"}
    assert (first["shipFromPartyId"], first["limit"]) == ("ABCD", "5")


@pytest.mark.parametrize(
    ("answers", "found"),
    [
        ([page("A", "1"), page("B", "1")], ["A", "B"]),
        ([page("A", "1"), page("B", "2"), page("C", "1")], ["A", "B", "C"]),
        ([Page(next_token="1"), Page(next_token="1")], []),
        ([page("A", "1"), Page(listed=False)], ["A"]),
        ([Page(listed=False)], []),
    ],
    ids=["same token", "circle", "empty", "no list behind a token", "no list at all"],
)
def test_pages_that_lead_nowhere_are_no_end(answers: list[Page], found: list[str]) -> None:
    told: list[Page] = []
    with pytest.raises(EndUnclear):
        told.extend(pages(Reader(answers), SLIPS, WINDOW))
    assert orders(told) == found


def test_errors_beside_a_page_are_no_end() -> None:
    told = Page(errors=(AmazonApiError("InternalFailure", "x"),))
    with pytest.raises(PageIncomplete, match="InternalFailure"):
        list(pages(Reader([told]), SLIPS, WINDOW))


def test_the_same_page_under_ever_new_tokens_has_an_end() -> None:
    reader = Reader([page("A", str(number)) for number in range(STALE_PAGES + 2)])
    with pytest.raises(PagingInterrupted, match="nothing new"):
        list(pages(reader, SLIPS, WINDOW))
    assert len(reader.queries) == STALE_PAGES + 1


def test_a_repeated_token_is_told_in_the_log() -> None:
    with capture_logs() as lines, pytest.raises(EndUnclear):
        list(pages(Reader([page("A", "1"), page("B", "1")]), SLIPS, WINDOW))
    assert [(line["event"], line["operation"]) for line in lines] == [
        ("amazon_repeats_a_token", "getPackingSlips")
    ]


def test_a_token_refused_midway_says_to_begin_the_window_anew() -> None:
    refused = AmazonRefused("HTTP 400 (InvalidInput)", http_status=400, request_id="R-2")
    reading = pages(Reader([page("A", "1"), refused]), SLIPS, WINDOW)
    assert orders([next(reading)]) == ["A"]
    with pytest.raises(PagingInterrupted, match=r"getPackingSlips.*InvalidInput") as caught:
        next(reading)
    assert isinstance(caught.value, AmazonUnavailable)
    assert (caught.value.permanent, caught.value.request_id) == (False, "R-2")


@pytest.mark.parametrize("error", [AmazonRefused("HTTP 400"), AmazonUnavailable("HTTP 503")])
def test_what_befalls_the_first_page_reaches_the_caller_as_it_is(error: Exception) -> None:
    with pytest.raises(type(error)) as caught:
        list(pages(Reader([error]), SLIPS, WINDOW))
    assert caught.value is error


def test_unavailability_midway_stays_unavailability() -> None:
    error = AmazonUnavailable("HTTP 503")
    reading = pages(Reader([page("A", "1"), error]), SLIPS, WINDOW)
    next(reading)
    with pytest.raises(AmazonUnavailable) as caught:
        next(reading)
    assert caught.value is error


def test_a_page_too_large_is_asked_for_in_halves_from_the_first_on() -> None:
    reader = Reader([page("A", "1"), ReplyTooLarge("64"), page("A", "9"), page("B", "1"), page("C")])
    assert orders(list(pages(reader, SLIPS, WINDOW))) == ["A", "A", "B", "C"]
    assert reader.tokens() == ["", "1", "", "9", "1"]
    assert [query["limit"] for query in reader.queries] == ["100", "100", "50", "50", "50"]


def test_one_element_too_large_reaches_the_caller() -> None:
    reader = Reader([ReplyTooLarge("64")] * 4)
    with pytest.raises(ReplyTooLarge):
        list(pages(reader, INVOICES, WINDOW))
    assert [query["limit"] for query in reader.queries] == ["10", "5", "2", "1"]


def test_ever_new_tokens_have_an_end() -> None:
    paging = Paging(SLIPS, WINDOW)
    for number in range(MOST_PAGES):
        paging.turn(page(str(number), str(number)))
    with pytest.raises(PagingInterrupted, match="no end"):
        paging.turn(page("one more", "one more"))
