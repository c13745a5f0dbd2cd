"""Restricted data tokens over a real socket: one an operation, shared, renewed, and never shown."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from structlog.testing import capture_logs

from bridge.errors import Fault
from bridge.spapi.auth import TokenSource
from bridge.spapi.channel import Channel
from bridge.spapi.errors import AmazonUnavailable, CredentialsRefused
from bridge.spapi.pacing import Pacer
from bridge.spapi.restricted import RestrictedTokens
from bridge.spapi.transport import Timeouts
from tests.operations import OPERATIONS
from tests.spapi.conftest import CREDENTIALS
from tests.spapi.server import TOKEN_PATH, Answer, ScriptedServer, grant, json_answer, restricted_grant

LABELS, LABEL = OPERATIONS["getShippingLabels"], OPERATIONS["getShippingLabel"]
SHIPPING = "/vendor/directFulfillment/shipping/v1"
NO_ROLE = {
    "errors": [
        {
            "code": "InvalidInput",
            "message": "Application do not have access to some or all requested resource",
            "details": "",
        }
    ]
}

MakeTokens = Callable[..., RestrictedTokens]


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def make_tokens(server: ScriptedServer, clock: Clock) -> Iterator[MakeTokens]:
    with httpx.Client(trust_env=False, timeout=5.0) as http:

        def make(endpoint: str = "", acquire_timeout: float = 5.0) -> RestrictedTokens:
            access = TokenSource(http, address=server.url + TOKEN_PATH, credentials=CREDENTIALS, clock=clock)
            channel = Channel(
                http,
                endpoint=endpoint or server.url,
                pacer=Pacer(rate=1000.0, burst=1000),
                timeouts=Timeouts(),
                acquire_timeout=acquire_timeout,
            )
            return RestrictedTokens(channel, access, clock=clock, jitter=lambda: 10.0)

        yield make


@pytest.fixture
def tokens(make_tokens: MakeTokens) -> RestrictedTokens:
    return make_tokens()


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("getShippingLabels", f"{SHIPPING}/shippingLabels"),
        ("getShippingLabel", f"{SHIPPING}/shippingLabels/{{purchaseOrderNumber}}"),
        ("getPackingSlip", f"{SHIPPING}/packingSlips/{{purchaseOrderNumber}}"),
        ("getCustomerInvoices", f"{SHIPPING}/customerInvoices"),
    ],
)
def test_a_token_is_asked_for_by_the_path_that_covers_every_order(
    server: ScriptedServer, tokens: RestrictedTokens, name: str, path: str
) -> None:
    assert tokens.of(OPERATIONS[name]).token() == "restricted-1"
    [request] = server.restricted_requests
    assert request.method == "POST"
    assert request.headers["x-amz-access-token"] == "token-1"
    assert request.headers["content-type"] == "application/json"
    assert json.loads(request.body) == {"restrictedResources": [{"method": "GET", "path": path}]}


def test_each_operation_has_a_token_of_its_own_kept_until_shortly_before_it_expires(
    server: ScriptedServer, tokens: RestrictedTokens, clock: Clock
) -> None:
    assert [tokens.of(LABELS).token() for _ in range(3)] == ["restricted-1"] * 3
    assert tokens.of(LABEL).token() == "restricted-2"
    clock.now += 3600 - 60 - 10 - 1
    assert tokens.of(LABELS).token() == "restricted-1"
    clock.now += 1
    assert tokens.of(LABELS).token() == "restricted-3"
    assert len(server.restricted_requests) == 3


def test_eight_threads_share_one_fetch_and_one_renewal(
    server: ScriptedServer, tokens: RestrictedTokens
) -> None:
    start = threading.Barrier(8)

    def ask(_: int) -> str:
        start.wait(10)
        return tokens.of(LABELS).token()

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(ask, range(8))) == {"restricted-1"}
        assert set(pool.map(tokens.of(LABELS).renew, ["restricted-1"] * 8)) == {"restricted-2"}
    assert len(server.restricted_requests) == 2


@pytest.mark.parametrize("status", [401, 403])
def test_an_expired_access_token_is_renewed_on_the_way(
    server: ScriptedServer, tokens: RestrictedTokens, status: int
) -> None:
    server.restricted_grants.append(Answer(status))
    assert tokens.of(LABELS).token() == "restricted-2"
    used = [request.headers["x-amz-access-token"] for request in server.restricted_requests]
    assert used == ["token-1", "token-2"]


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        ([json_answer(400, NO_ROLE, x_amzn_RequestId="R-9")], "HTTP 400 (InvalidInput)"),
        ([Answer(403), Answer(403, b'{"message":"x"}', {"x-amzn-requestid": "R-9"})], "HTTP 403"),
        ([Answer(404, b"", {"x-amzn-requestid": "R-9"})], "HTTP 404"),
    ],
)
def test_a_refusal_is_the_operators_matter_and_says_what_to_do(
    server: ScriptedServer, tokens: RestrictedTokens, answers: list[Answer], words: str
) -> None:
    server.restricted_grants.extend(answers)
    with pytest.raises(CredentialsRefused) as caught:
        tokens.of(LABELS).token()
    assert (caught.value.fault, caught.value.permanent) == (Fault.OPERATOR, True)
    assert caught.value.request_id == "R-9"
    for part in (words, "getShippingLabels", "Direct-to-Consumer Shipping"):
        assert part in str(caught.value)
    assert len(server.restricted_requests) == len(answers)


def test_refused_credentials_reach_the_caller_before_amazon_is_asked(
    server: ScriptedServer, tokens: RestrictedTokens
) -> None:
    server.grants.append(json_answer(400, {"error": "invalid_grant"}))
    with pytest.raises(CredentialsRefused, match="invalid_grant"):
        tokens.of(LABELS).token()
    assert server.restricted_requests == []


@pytest.mark.parametrize(
    "answer",
    [
        Answer(429, b"", {"retry-after": "0"}),
        Answer(500),
        Answer(503, b"<html/>"),
        Answer(200),
        Answer(200, b"junk"),
        json_answer(200, {}),
        json_answer(200, {"restrictedDataToken": None}),
        restricted_grant("two\nlines"),
        restricted_grant("x", 0),
        Answer(200, restricted_grant("x").body, cut="in body"),
        Answer(cut="read"),
    ],
)
def test_tokens_in_trouble_are_asked_for_later(
    server: ScriptedServer, tokens: RestrictedTokens, clock: Clock, answer: Answer
) -> None:
    server.restricted_grants.append(answer)
    with pytest.raises(AmazonUnavailable) as caught:
        tokens.of(LABELS).token()
    assert not caught.value.permanent
    clock.now += 1
    assert tokens.of(LABELS).token() == "restricted-2"


def test_trouble_with_an_early_refresh_leaves_the_valid_token_in_use(
    server: ScriptedServer, tokens: RestrictedTokens, clock: Clock
) -> None:
    tokens.of(LABELS).token()
    clock.now += 3590
    server.restricted_grants.append(Answer(500))
    assert tokens.of(LABELS).token() == "restricted-1"


def test_a_429_holds_up_the_next_request_for_a_token(make_tokens: MakeTokens, server: ScriptedServer) -> None:
    tokens = make_tokens(acquire_timeout=0.0)
    server.restricted_grants.append(Answer(429))
    with pytest.raises(AmazonUnavailable, match="429"):
        tokens.of(LABELS).token()
    with pytest.raises(AmazonUnavailable, match="rate limit") as caught:
        tokens.of(LABEL).token()
    assert caught.value.retry_after is not None
    assert len(server.restricted_requests) == 1


def test_a_closed_port_is_unavailability(make_tokens: MakeTokens, closed_port: str) -> None:
    with pytest.raises(AmazonUnavailable):
        make_tokens(closed_port).of(LABELS).token()


def test_a_wrapped_grant_is_read_too(server: ScriptedServer, tokens: RestrictedTokens) -> None:
    content = {"payload": {"restrictedDataToken": "Atz.sprdt|x", "expiresIn": 3600}}
    server.restricted_grants.append(json_answer(200, content))
    assert tokens.of(LABELS).token() == "Atz.sprdt|x"


def test_nothing_secret_is_shown_or_logged(server: ScriptedServer, tokens: RestrictedTokens) -> None:
    server.grants.append(grant("bearer-4711"))
    server.restricted_grants.append(restricted_grant("restricted-4711"))
    with capture_logs() as lines:
        tokens.of(LABELS).token()
    assert [line["event"] for line in lines] == ["amazon_authorization", "amazon_request"]
    assert "4711" not in f"{lines!r} {tokens!r} {tokens.of(LABELS)!r}"
