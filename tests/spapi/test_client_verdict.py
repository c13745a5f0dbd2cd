"""Asking for verdicts over a real socket: repeated where that helps, and only there."""

from __future__ import annotations

import pytest

from bridge.errors import AmazonError, Fault
from bridge.spapi.client import AmazonClient
from bridge.spapi.errors import AmazonRefused, AmazonUnavailable, CredentialsRefused
from tests.operations import VERDICTS
from tests.spapi.conftest import MakeClient
from tests.spapi.server import Answer, ScriptedServer, json_answer

pytestmark = pytest.mark.usefixtures("retries_at_once")

SUCCESS = json_answer(200, {"payload": {"transactionStatus": {"transactionId": "T", "status": "Success"}}})


def test_a_verdict_is_read_from_the_transactions_path(server: ScriptedServer, client: AmazonClient) -> None:
    server.answers.append(SUCCESS)
    assert client.transaction_status(VERDICTS, "2019-8a/3b").status == "Success"
    [request] = server.requests
    assert request.path == "/vendor/directFulfillment/transactions/v1/transactions/2019-8a%2F3b"
    assert (request.method, request.body) == ("GET", b"")


@pytest.mark.parametrize(
    "hiccup",
    [
        json_answer(500, {"errors": [{"code": "InternalFailure", "message": ""}]}),
        Answer(503, b"<html/>"),
        Answer(502),
        Answer(200, b"junk"),
        Answer(200, SUCCESS.body, cut="in body"),
        Answer(cut="read"),
        Answer(429, b"", {"retry-after": "0"}),
    ],
)
def test_a_verdict_is_asked_for_again_after_a_hiccup(
    server: ScriptedServer, client: AmazonClient, hiccup: Answer
) -> None:
    server.answers.extend([hiccup, SUCCESS])
    assert client.transaction_status(VERDICTS, "T").status == "Success"
    assert len(server.requests) == 2


def test_asking_again_has_an_end(server: ScriptedServer, client: AmazonClient) -> None:
    server.answers.extend([Answer(500)] * 9)
    with pytest.raises(AmazonUnavailable) as caught:
        client.transaction_status(VERDICTS, "T")
    assert not caught.value.permanent
    assert len(server.requests) == 4


def test_a_long_retry_after_is_told_instead_of_waited_for(
    server: ScriptedServer, client: AmazonClient
) -> None:
    server.answers.append(Answer(503, b"", {"retry-after": "120"}))
    with pytest.raises(AmazonUnavailable) as caught:
        client.transaction_status(VERDICTS, "T")
    assert caught.value.retry_after == 120.0
    assert len(server.requests) == 1


def test_permanent_error_reaches_the_caller(server: ScriptedServer, client: AmazonClient) -> None:
    wrong = {"errors": [{"code": "InvalidInput", "message": "Invalid transmission ID.", "details": ""}]}
    server.answers.append(json_answer(400, wrong, x_amzn_RequestId="R-4"))
    with pytest.raises(AmazonRefused) as caught:
        client.transaction_status(VERDICTS, "T")
    assert isinstance(caught.value, AmazonError)
    assert caught.value.permanent
    assert (caught.value.http_status, caught.value.request_id) == (400, "R-4")
    assert [error.message for error in caught.value.errors] == ["Invalid transmission ID."]
    assert len(server.requests) == 1


def test_a_refused_token_is_renewed_once(server: ScriptedServer, client: AmazonClient) -> None:
    server.answers.extend([Answer(403), SUCCESS])
    assert client.transaction_status(VERDICTS, "T").status == "Success"
    assert len(server.token_requests) == 2


def test_a_token_refused_twice_is_the_operators_matter(server: ScriptedServer, client: AmazonClient) -> None:
    server.answers.extend([Answer(403), Answer(403)])
    with pytest.raises(CredentialsRefused) as caught:
        client.transaction_status(VERDICTS, "T")
    assert (caught.value.fault, caught.value.permanent) == (Fault.OPERATOR, True)
    assert len(server.requests) == 2


def test_a_closed_port_is_unavailability(make_client: MakeClient, closed_port: str) -> None:
    with pytest.raises(AmazonUnavailable):
        make_client(endpoint=closed_port).transaction_status(VERDICTS, "T")


def test_a_closed_client_asks_nothing(server: ScriptedServer, client: AmazonClient) -> None:
    server.answers.append(SUCCESS)
    client.transaction_status(VERDICTS, "T")
    client.close()
    with pytest.raises(AmazonUnavailable):
        client.transaction_status(VERDICTS, "T")
    assert len(server.requests) == 1
