"""Submitting over a real socket: one claim a line of the table of outcomes."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import httpx
import msgspec
import pytest
from structlog.testing import capture_logs

from bridge.errors import ConfigurationError
from bridge.spapi.client import AmazonClient, classify_exception, user_agent
from tests.operations import OPERATIONS
from tests.spapi.conftest import CREDENTIALS, MakeClient
from tests.spapi.server import TAKEN, Answer, ScriptedServer, json_answer

CONFIRM = OPERATIONS["submitShipmentConfirmations"]
BODY = b'{"shipmentConfirmations":[{"purchaseOrderNumber":"PO1"},{"purchaseOrderNumber":"PO2"}]}'
INVALID = {"errors": [{"code": "InvalidInput", "message": "Pass valid PO.", "details": ""}]}


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (TAKEN, "submitted"),
        (json_answer(202, {"transactionId": "T-1"}), "submitted"),
        (json_answer(200, {"payload": {"transactionId": "T-1"}}), "submitted"),
        (Answer(202, b"<html>accepted</html>"), "in_doubt"),
        (Answer(202), "in_doubt"),
        (json_answer(202, {"payload": {}}), "in_doubt"),
        (json_answer(202, {"payload": {"transactionId": ""}}), "in_doubt"),
        (json_answer(202, {"payload": {"transactionId": 7}}), "in_doubt"),
        (Answer(204, b"", {}), "in_doubt"),
        (Answer(302, b"", {"location": "http://127.0.0.1:1/"}), "in_doubt"),
        (json_answer(400, INVALID), "refused"),
        (json_answer(404, INVALID), "refused"),
        (json_answer(415, INVALID), "refused"),
        (Answer(413, b"too large"), "too_large"),
        (Answer(429), "not_taken"),
        (json_answer(429, {"errors": [{"code": "QuotaExceeded", "message": "slow"}]}), "not_taken"),
        (Answer(503, b"<html>maintenance</html>", {"content-type": "text/html"}), "not_taken"),
        (json_answer(500, {"errors": [{"code": "InternalFailure", "message": ""}]}), "in_doubt"),
        (Answer(502, b"<html>bad gateway</html>"), "in_doubt"),
        (Answer(504), "in_doubt"),
    ],
    ids=lambda value: f"{value.status}-{len(value.body)}" if isinstance(value, Answer) else value,
)
def test_a_reply_has_its_outcome_and_is_never_asked_for_twice(
    server: ScriptedServer, client: AmazonClient, answer: Answer, kind: str
) -> None:
    server.answers.append(answer)
    outcome = client.submit(CONFIRM, BODY)
    assert (outcome.kind, outcome.http_status) == (kind, answer.status)
    assert outcome.amazon_transaction_id == ("T-1" if kind == "submitted" else "")
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (json_answer(200, {}), "submitted"),
        (Answer(200), "submitted"),
        (json_answer(200, INVALID), "in_doubt"),
        (Answer(200, b"<html>a proxy's</html>"), "in_doubt"),
        (Answer(200, b"{}  ", cut="in body"), "in_doubt"),
        (json_answer(400, INVALID), "refused"),
    ],
    ids=["empty-object", "empty", "errors", "html", "cut", "400"],
)
def test_a_receipt_says_that_it_was_taken_and_no_more(
    server: ScriptedServer, client: AmazonClient, answer: Answer, kind: str
) -> None:
    server.answers.append(answer)
    outcome = client.submit(msgspec.structs.replace(CONFIRM, reply="receipt"), BODY)
    assert (outcome.kind, outcome.amazon_transaction_id) == (kind, "")


def test_what_is_posted_is_the_body_with_the_token_on_the_operations_path(
    server: ScriptedServer, client: AmazonClient
) -> None:
    client.submit(CONFIRM, BODY)
    [request] = server.requests
    assert (request.method, request.path) == (
        "POST",
        "/vendor/directFulfillment/shipping/v1/shipmentConfirmations",
    )
    assert request.body == BODY
    assert request.headers["x-amz-access-token"] == "token-1"
    assert request.headers["content-type"] == "application/json"
    assert request.headers["user-agent"].startswith("tests/1")


def test_refusal_carries_amazons_errors_and_request_id(server: ScriptedServer, client: AmazonClient) -> None:
    server.answers.append(json_answer(400, INVALID, x_amzn_RequestId="R-7"))
    outcome = client.submit(CONFIRM, BODY)
    assert [(error.code, error.message) for error in outcome.errors] == [("InvalidInput", "Pass valid PO.")]
    assert outcome.request_id == "R-7"


@pytest.mark.parametrize("cut", ["unread", "read"])
def test_a_cut_connection_leaves_the_submission_in_doubt(
    server: ScriptedServer, client: AmazonClient, cut: str
) -> None:
    server.answers.append(Answer(cut=cut))
    outcome = client.submit(CONFIRM, BODY)
    assert (outcome.kind, outcome.http_status) == ("in_doubt", None)
    assert len(server.requests) == 1


def test_a_cut_answer_leaves_the_submission_in_doubt(server: ScriptedServer, client: AmazonClient) -> None:
    server.answers.append(Answer(202, TAKEN.body, cut="in body"))
    outcome = client.submit(CONFIRM, BODY)
    assert (outcome.kind, outcome.http_status) == ("in_doubt", 202)
    assert "cut" in outcome.reason


def test_a_cut_refusal_is_still_known_by_its_status(server: ScriptedServer, client: AmazonClient) -> None:
    server.answers.append(Answer(429, b"half an answer", cut="in body"))
    assert client.submit(CONFIRM, BODY).kind == "not_taken"


@pytest.mark.parametrize("stall", ["before", "in body"])
def test_an_answer_that_does_not_come_in_time_leaves_the_submission_in_doubt(
    server: ScriptedServer, make_client: MakeClient, stall: str
) -> None:
    server.answers.append(Answer(202, TAKEN.body, stall=stall))
    assert make_client(read=0.2).submit(CONFIRM, BODY).kind == "in_doubt"


def test_an_answer_that_drips_is_given_up(server: ScriptedServer, make_client: MakeClient) -> None:
    server.answers.append(Answer(202, b" " * 2000, stall="drip"))
    outcome = make_client(body=0.2).submit(CONFIRM, BODY)
    assert outcome.kind == "in_doubt"
    assert "in time" in outcome.reason


def test_a_connection_that_the_server_closed_while_idle_is_not_used_again(
    server: ScriptedServer, client: AmazonClient
) -> None:
    server.answers.append(Answer(202, TAKEN.body, cut="after"))
    client.submit(CONFIRM, BODY)
    assert server.hung_up.wait(10)
    assert client.submit(CONFIRM, BODY).kind == "submitted"


def test_a_refusal_before_the_body_was_read_is_still_heard(
    server: ScriptedServer, client: AmazonClient
) -> None:
    server.answers.append(Answer(413, stall="early"))
    body = b'{"shipmentConfirmations":["%s"]}' % (b"x" * 8_000_000)
    assert client.submit(CONFIRM, body).kind == "too_large"


def test_an_endless_answer_is_not_read_to_its_end(server: ScriptedServer, client: AmazonClient) -> None:
    server.answers.append(Answer(202, b" " * (11 * 1024 * 1024)))
    outcome = client.submit(CONFIRM, BODY)
    assert outcome.kind == "in_doubt"
    assert "larger" in outcome.reason


def test_a_closed_port_means_not_taken(
    server: ScriptedServer, make_client: MakeClient, closed_port: str
) -> None:
    outcome = make_client(endpoint=closed_port).submit(CONFIRM, BODY)
    assert (outcome.kind, outcome.http_status) == ("not_taken", None)
    assert server.requests == []


def test_a_failed_tls_handshake_means_not_taken(server: ScriptedServer, make_client: MakeClient) -> None:
    outcome = make_client(endpoint=server.url.replace("http://", "https://")).submit(CONFIRM, BODY)
    assert outcome.kind == "not_taken"
    assert server.requests == []


@pytest.mark.parametrize("status", [401, 403])
def test_a_refused_token_is_renewed_once_and_the_body_goes_again(
    server: ScriptedServer, client: AmazonClient, status: int
) -> None:
    server.answers.extend([json_answer(status, {"message": "expired"}), TAKEN])
    assert client.submit(CONFIRM, BODY).kind == "submitted"
    assert [request.headers["x-amz-access-token"] for request in server.requests] == ["token-1", "token-2"]
    assert {request.body for request in server.requests} == {BODY}


def test_a_second_refusal_of_the_token_is_unauthorized_and_final(
    server: ScriptedServer, client: AmazonClient
) -> None:
    denied = json_answer(403, {"message": "no role"}, x_amzn_RequestId="R-9")
    server.answers.extend([denied, denied])
    outcome = client.submit(CONFIRM, BODY)
    assert (outcome.kind, outcome.http_status, outcome.request_id) == ("unauthorized", 403, "R-9")
    assert [error.message for error in outcome.errors] == ["no role"]
    assert len(server.requests) == 2


def test_refused_credentials_are_unauthorized_and_nothing_is_sent(
    server: ScriptedServer, client: AmazonClient
) -> None:
    server.grants.append(json_answer(400, {"error": "invalid_grant"}))
    outcome = client.submit(CONFIRM, BODY)
    assert outcome.kind == "unauthorized"
    assert "invalid_grant" in outcome.reason
    assert server.requests == []


def test_credentials_refused_on_renewal_keep_the_first_replys_request_id(
    server: ScriptedServer, client: AmazonClient
) -> None:
    client.submit(CONFIRM, BODY)
    server.answers.append(json_answer(403, {"message": "expired"}, x_amzn_RequestId="R-3"))
    server.grants.append(json_answer(401, {"error": "invalid_client"}))
    outcome = client.submit(CONFIRM, BODY)
    assert (outcome.kind, outcome.request_id) == ("unauthorized", "R-3")


def test_no_token_for_now_means_not_taken(
    server: ScriptedServer, client: AmazonClient, make_client: MakeClient, closed_port: str
) -> None:
    server.grants.append(Answer(503, b"", {"retry-after": "17"}))
    outcome = client.submit(CONFIRM, BODY)
    assert (outcome.kind, outcome.retry_after) == ("not_taken", 17.0)
    assert make_client(auth_endpoint=closed_port).submit(CONFIRM, BODY).kind == "not_taken"
    assert server.requests == []


def test_a_long_cool_down_is_told_instead_of_waited_for(server: ScriptedServer, client: AmazonClient) -> None:
    server.answers.append(Answer(429, b"", {"Retry-After": "60"}))
    assert client.submit(CONFIRM, BODY).retry_after == 60.0
    outcome = client.submit(CONFIRM, BODY)
    assert outcome.kind == "not_taken"
    assert outcome.retry_after is not None
    assert 50 < outcome.retry_after <= 61
    assert len(server.requests) == 1


def test_a_throttled_operation_does_not_hold_up_another(server: ScriptedServer, client: AmazonClient) -> None:
    server.answers.append(Answer(429, b"", {"Retry-After": "60"}))
    client.submit(CONFIRM, BODY)
    statuses = OPERATIONS["submitShipmentStatusUpdates"]
    assert client.submit(statuses, b'{"shipmentStatusUpdates":[{}]}').kind == "submitted"


def test_a_closed_client_takes_nothing(server: ScriptedServer, client: AmazonClient) -> None:
    client.submit(CONFIRM, BODY)
    client.close()
    assert client.submit(CONFIRM, BODY).kind == "not_taken"
    assert len(server.requests) == 1


def test_eight_threads_submit_each_body_once(server: ScriptedServer, client: AmazonClient) -> None:
    bodies = [b'{"shipmentConfirmations":[{"purchaseOrderNumber":"PO%d"}]}' % n for n in range(64)]
    start = threading.Barrier(8)

    def work(part: list[bytes]) -> list[str]:
        start.wait(10)
        return [client.submit(CONFIRM, body).kind for body in part]

    with ThreadPoolExecutor(8) as pool:
        kinds = [kind for done in pool.map(work, [bodies[n::8] for n in range(8)]) for kind in done]
    assert set(kinds) == {"submitted"}
    assert len(server.requests) == 64
    assert len(server.token_requests) == 1


def test_the_log_names_the_request_and_nothing_secret_or_personal(
    server: ScriptedServer, client: AmazonClient
) -> None:
    server.answers.append(json_answer(202, {"transactionId": "T-1"}, x_amzn_RequestId="R-1"))
    with capture_logs() as lines:
        client.submit(CONFIRM, BODY)
    [line] = [line for line in lines if line["event"] == "amazon_request"]
    assert (line["operation"], line["http_status"], line["request_id"]) == (CONFIRM.name, 202, "R-1")
    assert (line["items"], line["log_level"]) == (2, "info")
    assert line["duration_ms"] >= 0
    secrets = [CREDENTIALS.client_id, CREDENTIALS.client_secret, CREDENTIALS.refresh_token, "token-1", "PO1"]
    assert not [secret for secret in secrets if secret in repr(lines)]


@pytest.mark.parametrize(
    "wrong",
    [
        {"endpoint": "http://sellingpartnerapi-na.amazon.com"},
        {"endpoint": "sellingpartnerapi-na.amazon.com"},
        {"auth_endpoint": "http://127.0.0.1.example.com"},
        {"auth_endpoint": "https://user:hunter2@api.amazon.com"},
        {"endpoint": "https://["},
        {"user_agent": "line\nfeed"},
        {"user_agent": ""},
    ],
)
def test_an_unusable_configuration_is_named_before_anything_is_sent(wrong: dict[str, str]) -> None:
    with pytest.raises(ConfigurationError) as caught:
        AmazonClient(
            credentials=CREDENTIALS,
            endpoint=wrong.get("endpoint", "https://a.example"),
            auth_endpoint=wrong.get("auth_endpoint", "https://b.example"),
            user_agent=wrong.get("user_agent", "x"),
        )
    assert [problem.place for problem in caught.value.problems] == list(wrong)
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (httpx.ConnectError("x"), "not_taken"),
        (httpx.ConnectTimeout("x"), "not_taken"),
        (httpx.PoolTimeout("x"), "not_taken"),
        (httpx.ProxyError("x"), "not_taken"),
        (httpx.ReadTimeout("x"), "in_doubt"),
        (httpx.ReadError("x"), "in_doubt"),
        (httpx.WriteError("x"), "in_doubt"),
        (httpx.WriteTimeout("x"), "in_doubt"),
        (httpx.RemoteProtocolError("x"), "in_doubt"),
        (httpx.LocalProtocolError("x"), "in_doubt"),
        (httpx.TooManyRedirects("x"), "in_doubt"),
        (httpx.UnsupportedProtocol("x"), "unauthorized"),
        (httpx.InvalidURL("x"), "unauthorized"),
    ],
    ids=lambda value: value if isinstance(value, str) else type(value).__name__,
)
def test_only_what_was_surely_not_sent_counts_as_not_taken(
    error: httpx.HTTPError | httpx.InvalidURL, kind: str
) -> None:
    assert classify_exception(error).kind == kind


def test_the_user_agent_has_amazons_form() -> None:
    assert user_agent().startswith("edibridge/")
    assert "(Language=Python/3." in user_agent()


def test_a_turn_that_was_waited_for_is_for_one_request(
    server: ScriptedServer, make_client: MakeClient
) -> None:
    client = make_client()
    paced = client._channel._pacer
    asked: list[str] = []
    acquire = paced.acquire

    def counted(
        operation: str,
        acquire_timeout: float,
        *,
        stopping: Callable[[], bool] = bool,
        background: bool = False,
    ) -> float:
        asked.append(operation)
        return acquire(operation, acquire_timeout, stopping=stopping, background=background)

    paced.acquire = counted  # type: ignore[method-assign]
    server.answers += [Answer(403), TAKEN]
    assert client.submit(CONFIRM, BODY, permit=client.acquire_permit(CONFIRM)).kind == "submitted"
    assert len(server.requests) == 2
    assert asked == [CONFIRM.name] * 2  # one for each time that it went


def test_a_turn_that_did_not_come_sends_nothing(server: ScriptedServer, client: AmazonClient) -> None:
    outcome = client.submit(CONFIRM, BODY, permit=20.0)
    assert (outcome.kind, outcome.retry_after) == ("not_taken", 20.0)
    assert server.requests == []
