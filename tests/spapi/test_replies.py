"""Replies to outcomes and verdicts, byte for byte and without a socket."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.domain.outcomes import AmazonApiError
from bridge.spapi.errors import AmazonRefused, AmazonUnavailable, CredentialsRefused
from bridge.spapi.replies import classify_reply, orders_named, parse_verdict, rate_limit_of, retry_after_of

EMPTY = AmazonApiError("EMPTY_PACKAGES", "Request Rejected: Order ID PO12 has empty packages.")
FAILURE = {"transactionId": "T", "status": "Failure", "errors": [{"code": "X", "message": "no"}]}


@given(st.integers(100, 599), st.binary(max_size=200))
def test_every_status_and_any_bytes_have_an_outcome(status: int, body: bytes) -> None:
    outcome = classify_reply(status, {}, body)
    assert (outcome.kind == "submitted") == bool(outcome.amazon_transaction_id)
    assert 200 <= status < 300 or outcome.kind != "submitted"


@given(st.integers(300, 599))
def test_a_transaction_id_counts_in_a_2xx_only(status: int) -> None:
    assert classify_reply(status, {}, b'{"payload":{"transactionId":"T"}}').kind != "submitted"


@pytest.mark.parametrize(
    "body",
    [b"[" * 500_000, b'{"payload":' * 100_000, b"\xff\xfe", b"null", b"7", b'"x"', b'{"errors":{}}', b"[[]]"],
    ids=lambda body: body[:12].decode("latin-1"),
)
def test_hostile_bodies_are_unreadable_and_no_more(body: bytes) -> None:
    assert classify_reply(202, {}, body).kind == "in_doubt"
    with pytest.raises(AmazonUnavailable):
        parse_verdict(200, {}, body)


def test_errors_keep_what_amazon_wrote_and_survive_gaps() -> None:
    body = json.dumps({"errors": [{"code": "A", "message": None}, "junk", {"details": "d"}]}).encode()
    assert classify_reply(400, {}, body).errors == (AmazonApiError("A", ""), AmazonApiError("", "", "d"))
    assert classify_reply(403, {}, b'{"message":"no"}').errors == (AmazonApiError("", "no"),)


@pytest.mark.parametrize("name", ["x-amzn-RequestId", "X-AMZN-REQUESTID", "x-amzn-requestid"])
def test_the_request_id_is_found_however_its_header_is_spelled(name: str) -> None:
    assert classify_reply(500, {name: "R"}, b"").request_id == "R"


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"Retry-After": "3"}, 3.0),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after": "-3"}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "999999999"}, 3600.0),
        ({"retry-after": "Wed, 21 Oct 2026 07:28:30 GMT", "date": "Wed, 21 Oct 2026 07:28:00 GMT"}, 30.0),
        ({"retry-after": "Wed, 21 Oct 2026 07:28:00 GMT", "date": "Wed, 21 Oct 2026 07:28:30 GMT"}, 0.0),
        ({"retry-after": "Wed, 21 Oct 2026 07:28:30 GMT"}, None),
    ],
)
def test_retry_after_is_read_as_seconds_or_as_a_date(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after_of(headers) == seconds


@pytest.mark.parametrize(("text", "rate"), [("10.0", 10.0), ("0", None), ("NaN", None), ("inf", None)])
def test_a_senseless_rate_is_no_rate(text: str, rate: float | None) -> None:
    assert rate_limit_of({"x-amzn-RateLimit-Limit": text}) == rate


@pytest.mark.parametrize(
    "content", [{"payload": {"transactionStatus": FAILURE}}, {"transactionStatus": FAILURE}, FAILURE]
)
def test_a_verdict_is_read_wrapped_and_unwrapped(content: object) -> None:
    verdict = parse_verdict(200, {"x-amzn-RequestId": "R"}, json.dumps(content).encode())
    assert (verdict.status, verdict.request_id) == ("Failure", "R")
    assert verdict.errors == (AmazonApiError("X", "no"),)


def test_a_failure_without_errors_is_a_failure() -> None:
    assert parse_verdict(200, {}, b'{"transactionStatus":{"status":"Failure"}}').errors == ()


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (202, AmazonRefused),
        (302, AmazonRefused),
        (400, AmazonRefused),
        (401, CredentialsRefused),
        (403, CredentialsRefused),
        (404, AmazonRefused),
        (408, AmazonUnavailable),
        (429, AmazonUnavailable),
        (500, AmazonUnavailable),
        (503, AmazonUnavailable),
        (504, AmazonUnavailable),
    ],
)
def test_a_status_request_that_fails_says_whether_to_ask_again(status: int, error: type[Exception]) -> None:
    with pytest.raises(error):
        parse_verdict(status, {}, b"")


def test_a_verdict_that_this_version_does_not_know_is_asked_for_again() -> None:
    with pytest.raises(AmazonUnavailable):
        parse_verdict(200, {}, b'{"transactionStatus":{"status":"Pending"}}')


def test_an_order_is_named_as_a_whole_word_only() -> None:
    assert orders_named([EMPTY], ["PO1", "PO12", "PO123", "O12"]) == {"PO12"}


@pytest.mark.parametrize(
    "text", ["Order PO1-2 is late", "Order PO1.2", "Order 1-PO1", "Order M########", "order po1", "PO1_A"]
)
def test_a_longer_name_names_nobody_else(text: str) -> None:
    assert orders_named([AmazonApiError("X", text)], ["PO1", "1", "2"]) == set()


@pytest.mark.parametrize("text", ["PO1", "(PO1)", "PO1, PO2", "id=PO1.", "'PO1': bad", "ID:PO1;"])
def test_punctuation_does_not_hide_an_order(text: str) -> None:
    assert "PO1" in orders_named([AmazonApiError("X", text)], ["PO1"])
    assert "PO1" in orders_named([AmazonApiError("X", "", text)], ["PO1"])


def test_a_number_that_any_text_may_hold_is_no_order() -> None:
    errors = [AmazonApiError("X", "HTTP 400: at most 10 containers; order 12345678")]
    assert orders_named(errors, ["400", "10", "12345678"]) == {"12345678"}


@given(st.sets(st.from_regex(r"[A-Z][a-zA-Z0-9]{3,8}", fullmatch=True), min_size=2, max_size=6))
def test_of_many_orders_exactly_the_named_one_is_found(orders: set[str]) -> None:
    named = min(orders)
    assert orders_named([AmazonApiError("X", f"{named}: rejected;")], orders - {"rejected"}) == {named}
