"""Reading labels, slips and invoices over a real socket, with a restricted data token."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from bridge.errors import Fault
from bridge.programs.operations import Operation
from bridge.programs.vendor_direct_fulfillment.documents import ShippingLabel
from bridge.spapi import transport
from bridge.spapi.client import AmazonClient
from bridge.spapi.errors import (
    AmazonRefused,
    AmazonUnavailable,
    CredentialsRefused,
    EndUnclear,
    PagingInterrupted,
    ReplyTooLarge,
)
from bridge.spapi.pages import Page
from bridge.spapi.paging import pages
from bridge.spapi.windows import Window, query_of
from tests.operations import OPERATIONS
from tests.spapi.conftest import MakeClient
from tests.spapi.server import Answer, ScriptedServer, json_answer

pytestmark = pytest.mark.usefixtures("retries_at_once")

LABELS, LABEL = OPERATIONS["getShippingLabels"], OPERATIONS["getShippingLabel"]
SLIPS, SLIP = OPERATIONS["getPackingSlips"], OPERATIONS["getPackingSlip"]
INVOICES, INVOICE = OPERATIONS["getCustomerInvoices"], OPERATIONS["getCustomerInvoice"]
SHIPPING = "/vendor/directFulfillment/shipping/v1"
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
WINDOW = Window(NOON, NOON + timedelta(days=7))
QUERY = query_of(SLIPS, WINDOW)


def element(operation: Operation, number: str, content: str = "JVBE") -> dict[str, Any]:
    if operation.list_key == "shippingLabels":
        return {"purchaseOrderNumber": number, "labelFormat": "PNG", "labelData": [{"content": content}]}
    return {"purchaseOrderNumber": number, "content": content}


def listed(operation: Operation, *numbers: str, token: str = "") -> Answer:
    content: dict[str, Any] = {operation.list_key: [element(operation, number) for number in numbers]}
    if token:
        content["pagination"] = {"nextToken": token}
    return json_answer(200, {"payload": content}, x_amzn_RequestId="R-" + "".join(numbers))


def orders(page: Page) -> list[str]:
    return [item.purchase_order_number for item in page.items]


def used_tokens(server: ScriptedServer) -> list[str]:
    return [request.headers["x-amz-access-token"] for request in server.requests]


@pytest.mark.parametrize(("operation", "limit"), [(LABELS, "100"), (SLIPS, "100"), (INVOICES, "10")])
def test_a_page_is_asked_for_with_the_window_and_the_restricted_token(
    server: ScriptedServer, client: AmazonClient, operation: Operation, limit: str
) -> None:
    server.answers.append(listed(operation, "PO1", "PO2", token="MDA="))
    query = query_of(operation, WINDOW, ship_from_party_id="A&B+C", next_token="a/b+c==")
    page = client.read_page(operation, query)
    assert (orders(page), page.next_token, page.request_id) == (["PO1", "PO2"], "MDA=", "R-PO1PO2")
    [request] = server.requests
    target = urlsplit(request.path)
    assert (request.method, target.path, request.body) == ("GET", f"{SHIPPING}/{operation.list_key}", b"")
    assert parse_qs(target.query) == {
        "createdAfter": ["2026-03-01T12:00:00Z"],
        "createdBefore": ["2026-03-08T12:00:00Z"],
        "limit": [limit],
        "sortOrder": ["ASC"],
        "shipFromPartyId": ["A&B+C"],
        "nextToken": ["a/b+c=="],
    }
    assert used_tokens(server) == ["restricted-1"]


@pytest.mark.parametrize("operation", [LABEL, SLIP, INVOICE])
def test_one_order_is_read_from_its_path(
    server: ScriptedServer, client: AmazonClient, operation: Operation
) -> None:
    server.answers.append(json_answer(200, {"payload": element(operation, "PO1")}))
    found = client.read_one(operation, purchaseOrderNumber="PO1")
    assert found is not None
    assert found.purchase_order_number == "PO1"
    assert [request.path for request in server.requests] == [f"{SHIPPING}/{operation.list_key}/PO1"]
    assert used_tokens(server) == ["restricted-1"]


def test_one_token_covers_every_order(server: ScriptedServer, client: AmazonClient) -> None:
    server.answers.extend([json_answer(200, {"payload": element(LABEL, "PO1")})] * 8)
    with ThreadPoolExecutor(8) as pool:
        found = list(
            pool.map(lambda number: client.read_one(LABEL, purchaseOrderNumber=f"PO{number}"), range(8))
        )
    assert all(isinstance(one, ShippingLabel) for one in found)
    assert len(server.restricted_requests) == 1
    assert {request.path.rsplit("/", 1)[-1] for request in server.requests} == {f"PO{n}" for n in range(8)}


@pytest.mark.parametrize(
    "answer",
    [
        Answer(404),
        json_answer(404, {"errors": [{"code": "NotFound", "message": "x"}]}),
        json_answer(200, {}),
        json_answer(200, {"payload": {}}),
    ],
)
def test_an_order_without_a_label_is_none(
    server: ScriptedServer, client: AmazonClient, answer: Answer
) -> None:
    server.answers.append(answer)
    assert client.read_one(LABEL, purchaseOrderNumber="PO1") is None
    assert len(server.requests) == 1


@pytest.mark.parametrize("number", ["", "..", "PO/1", "PO 1", "PO1\n", "PO\u0661"])
def test_a_number_that_is_none_of_amazons_never_leaves(
    server: ScriptedServer, client: AmazonClient, number: str
) -> None:
    with pytest.raises(AmazonRefused, match="purchaseOrderNumber"):
        client.read_one(LABEL, purchaseOrderNumber=number)
    assert server.requests == server.restricted_requests == []


def test_a_200_with_nothing_in_it_is_an_empty_page(server: ScriptedServer, client: AmazonClient) -> None:
    server.answers.append(json_answer(200, {}, x_amzn_RequestId="R-0"))
    assert client.read_page(SLIPS, QUERY) == Page(request_id="R-0", listed=False)


@pytest.mark.parametrize(
    "hiccup",
    [
        Answer(500),
        json_answer(500, {"errors": [{"code": "InternalFailure", "message": ""}]}),
        Answer(503, b"<html/>", {"content-type": "text/html"}),
        Answer(502),
        Answer(200),
        Answer(200, b"<html/>"),
        Answer(200, listed(SLIPS, "PO1").body, cut="in body"),
        Answer(cut="read"),
        Answer(429, b"", {"retry-after": "0"}),
    ],
)
def test_a_page_is_asked_for_again_after_a_hiccup(
    server: ScriptedServer, client: AmazonClient, hiccup: Answer
) -> None:
    server.answers.extend([hiccup, listed(SLIPS, "PO1")])
    assert orders(client.read_page(SLIPS, QUERY)) == ["PO1"]
    assert len(server.requests) == 2
    assert len(server.restricted_requests) == 1


def test_a_429_without_a_header_is_waited_out(server: ScriptedServer, client: AmazonClient) -> None:
    server.answers.extend([Answer(429), listed(SLIPS, "PO1")])
    assert orders(client.read_page(SLIPS, QUERY)) == ["PO1"]


def test_500s_have_an_end(server: ScriptedServer, client: AmazonClient) -> None:
    server.answers.extend([Answer(500, b"", {"x-amzn-requestid": "R-5"})] * 9)
    for read in (
        lambda: client.read_page(SLIPS, QUERY),
        lambda: client.read_one(SLIP, purchaseOrderNumber="PO1"),
    ):
        server.requests.clear()
        with pytest.raises(AmazonUnavailable) as caught:
            read()
        assert (caught.value.permanent, caught.value.request_id) == (False, "R-5")
        assert len(server.requests) == 4


def test_a_refused_query_reaches_the_caller(server: ScriptedServer, client: AmazonClient) -> None:
    wrong = {"errors": [{"code": "InvalidRequest", "message": "The request is invalid.", "details": ""}]}
    server.answers.append(json_answer(400, wrong, x_amzn_RequestId="R-4"))
    with pytest.raises(AmazonRefused) as caught:
        client.read_page(SLIPS, QUERY)
    assert (caught.value.http_status, caught.value.request_id) == (400, "R-4")
    assert [error.code for error in caught.value.errors] == ["InvalidRequest"]
    assert len(server.requests) == 1


@pytest.mark.parametrize("status", [401, 403])
def test_a_refused_restricted_token_is_renewed_once(
    server: ScriptedServer, client: AmazonClient, status: int
) -> None:
    server.answers.extend([Answer(status, b'{"message":"Forbidden"}'), listed(SLIPS, "PO1")])
    assert orders(client.read_page(SLIPS, QUERY)) == ["PO1"]
    assert used_tokens(server) == ["restricted-1", "restricted-2"]
    assert len(server.token_requests) == 1


def test_a_restricted_token_refused_twice_is_the_operators_matter(
    server: ScriptedServer, client: AmazonClient
) -> None:
    server.answers.extend([Answer(403), Answer(403, b"", {"x-amzn-requestid": "R-3"})])
    with pytest.raises(CredentialsRefused) as caught:
        client.read_page(SLIPS, QUERY)
    assert (caught.value.fault, caught.value.request_id) == (Fault.OPERATOR, "R-3")
    assert len(server.requests) == 2


def test_an_expired_access_token_is_renewed_for_the_restricted_one(
    server: ScriptedServer, client: AmazonClient
) -> None:
    server.restricted_grants.append(Answer(403))
    server.answers.append(listed(SLIPS, "PO1"))
    assert orders(client.read_page(SLIPS, QUERY)) == ["PO1"]
    assert len(server.token_requests) == 2
    assert used_tokens(server) == ["restricted-2"]


def test_without_a_restricted_token_nothing_is_read(server: ScriptedServer, client: AmazonClient) -> None:
    server.restricted_grants.extend([Answer(403), Answer(403)])
    with pytest.raises(CredentialsRefused, match="getPackingSlips"):
        client.read_page(SLIPS, QUERY)
    assert server.requests == []


def test_pages_are_followed_over_the_wire_to_a_repeated_token(
    server: ScriptedServer, client: AmazonClient
) -> None:
    server.answers.extend(
        [listed(INVOICES, "A", token="1"), listed(INVOICES, "B", token="2"), listed(INVOICES, "C", token="2")]
    )
    found: list[Page] = []
    with pytest.raises(EndUnclear):
        found.extend(pages(client, INVOICES, WINDOW))
    assert [orders(page) for page in found] == [["A"], ["B"], ["C"]]
    queries = [parse_qs(urlsplit(request.path).query) for request in server.requests]
    assert [query.get("nextToken") for query in queries] == [None, ["1"], ["2"]]
    assert {query["limit"][0] for query in queries} == {"10"}
    assert len(server.restricted_requests) == 1


def test_a_token_refused_midway_interrupts_the_window(server: ScriptedServer, client: AmazonClient) -> None:
    server.answers.extend([listed(SLIPS, "A", token="1"), Answer(400)])
    reading = pages(client, SLIPS, WINDOW)
    assert orders(next(reading)) == ["A"]
    with pytest.raises(PagingInterrupted):
        next(reading)


def test_a_page_of_labels_may_be_larger_than_other_replies(
    server: ScriptedServer, client: AmazonClient
) -> None:
    content = "A" * (transport.BODY_LIMIT + 1)
    server.answers.append(
        json_answer(200, {"payload": {"shippingLabels": [element(LABELS, "PO1", content)]}})
    )
    [label] = client.read_page(LABELS, query_of(LABELS, WINDOW)).items
    assert isinstance(label, ShippingLabel)
    assert label.labels[0].content == content


def test_a_page_beyond_all_bounds_is_not_downloaded_again(
    server: ScriptedServer, client: AmazonClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bridge.spapi.channel.LARGE_BODY_LIMIT", 200)
    server.answers.extend([listed(SLIPS, *"ABCDEF"), listed(SLIPS, "A")])
    with pytest.raises(ReplyTooLarge) as caught:
        client.read_page(SLIPS, QUERY)
    assert caught.value.request_id == "R-ABCDEF"
    assert len(server.requests) == 1
    assert [orders(page) for page in pages(client, SLIPS, WINDOW)] == [["A"]]


def test_a_closed_port_is_unavailability(make_client: MakeClient, closed_port: str) -> None:
    with pytest.raises(AmazonUnavailable):
        make_client(endpoint=closed_port).read_page(SLIPS, QUERY)


def test_a_closed_client_reads_nothing(server: ScriptedServer, client: AmazonClient) -> None:
    server.answers.append(listed(SLIPS, "A"))
    client.read_page(SLIPS, QUERY)
    client.close()
    for read in (
        lambda: client.read_page(SLIPS, QUERY),
        lambda: client.read_one(LABEL, purchaseOrderNumber="PO1"),
    ):
        with pytest.raises(AmazonUnavailable):
            read()
    assert (len(server.requests), len(server.restricted_requests)) == (1, 1)


def test_a_client_closed_before_its_first_read_asks_nobody(
    server: ScriptedServer, client: AmazonClient
) -> None:
    client.close()
    with pytest.raises(AmazonUnavailable):
        client.read_page(SLIPS, QUERY)
    assert server.token_requests == server.restricted_requests == server.requests == []
