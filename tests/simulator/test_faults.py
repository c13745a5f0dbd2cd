from __future__ import annotations

import socket
import threading

import httpx
import pytest

from simulator.amazon import StandInAmazon
from simulator.faults import Fault, Faults
from tests.simulator.caller import CONFIRMATIONS, LABELS, Caller, confirmation, label_request

POST = "submitShipmentConfirmations"


@pytest.mark.parametrize("status", [401, 403, 404, 429, 500, 502, 504])
def test_a_status_of_choice_is_answered_once_and_nothing_taken(
    amazon: StandInAmazon, caller: Caller, status: int
) -> None:
    amazon.faults.reply(status, operation=POST)
    assert caller.post(CONFIRMATIONS, confirmation()).status_code == status
    assert amazon.accepted_count == 0
    caller.submit(CONFIRMATIONS, confirmation())


def test_an_unavailable_api_answers_html(amazon: StandInAmazon, caller: Caller) -> None:
    amazon.faults.unavailable()
    reply = caller.post(CONFIRMATIONS, confirmation())
    assert (reply.status_code, reply.headers["content-type"]) == (503, "text/html")
    assert reply.text.startswith("<html>")


def test_a_gateway_can_fail_after_the_documents_were_taken(amazon: StandInAmazon, caller: Caller) -> None:
    amazon.faults.reply(504, taken=True)
    assert caller.post(CONFIRMATIONS, confirmation()).status_code == 504
    assert amazon.accepted_count == 1


def test_a_client_that_goes_away_in_the_middle_of_its_request_is_no_trouble(
    amazon: StandInAmazon, caller: Caller, caplog: pytest.LogCaptureFixture
) -> None:
    address = httpx.URL(amazon.url)
    path = f"/vendor/directFulfillment/shipping/v1/{CONFIRMATIONS}"
    head = f"POST {path} HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\ncontent-length: 99\r\n\r\n"
    with socket.create_connection((address.host, address.port or 0)) as line:
        line.sendall(head.encode())
        assert b"100 Continue" in line.recv(100)  # the stand-in waits for the body
    caller.submit(CONFIRMATIONS, confirmation())
    assert amazon.accepted_count == 1
    assert [record for record in caplog.records if record.levelname == "ERROR"] == []


def test_a_cut_before_takes_nothing(amazon: StandInAmazon, caller: Caller) -> None:
    amazon.faults.cut_before()
    with pytest.raises(httpx.TransportError):
        caller.post(CONFIRMATIONS, confirmation())
    assert amazon.accepted_count == 0


def test_a_cut_after_takes_the_documents_and_loses_the_answer(amazon: StandInAmazon, caller: Caller) -> None:
    amazon.faults.cut_after()
    with pytest.raises(httpx.RemoteProtocolError):
        caller.post(CONFIRMATIONS, confirmation())
    assert amazon.accepted_count == 1
    assert amazon.wait_until(lambda: amazon.requests[-1].status == 0)


def test_a_truncated_answer_breaks_off(amazon: StandInAmazon, caller: Caller) -> None:
    amazon.faults.truncate()
    with pytest.raises(httpx.RemoteProtocolError, match="without sending complete"):
        caller.post(CONFIRMATIONS, confirmation())
    assert amazon.accepted_count == 1


def test_a_junk_answer_has_a_good_status(amazon: StandInAmazon, caller: Caller) -> None:
    amazon.faults.junk()
    reply = caller.post(CONFIRMATIONS, confirmation())
    assert reply.status_code == 202
    assert b"transactionId" not in reply.content
    assert amazon.accepted_count == 1


def test_a_held_answer_waits_for_its_release(amazon: StandInAmazon, caller: Caller) -> None:
    amazon.faults.hold()
    replies: list[httpx.Response] = []
    waiting = threading.Thread(target=lambda: replies.append(caller.post(CONFIRMATIONS, confirmation())))
    waiting.start()
    assert amazon.wait_until(lambda: amazon.accepted_count == 1)
    assert replies == []
    amazon.faults.release()
    waiting.join()
    assert replies[0].status_code == 202


def test_a_late_answer_lets_the_reader_time_out_with_the_documents_taken(
    amazon: StandInAmazon, caller: Caller
) -> None:
    amazon.faults.slow(60)
    with pytest.raises(httpx.ReadTimeout):
        caller.post(CONFIRMATIONS, confirmation(), timeout=0.05)
    assert amazon.wait_until(lambda: amazon.accepted_count == 1)


def test_a_fault_strikes_only_its_operation(amazon: StandInAmazon, caller: Caller) -> None:
    amazon.faults.reply(500, operation="submitShippingLabelRequest")
    caller.submit(CONFIRMATIONS, confirmation())
    assert caller.post(LABELS, label_request()).status_code == 500


def test_a_fault_strikes_only_its_order(amazon: StandInAmazon, caller: Caller) -> None:
    amazon.faults.reply(500, order="PO2", times=None)
    assert caller.post(CONFIRMATIONS, confirmation("PO1")).status_code == 202
    assert caller.post(CONFIRMATIONS, confirmation("PO1"), confirmation("PO2")).status_code == 500
    assert caller.post(CONFIRMATIONS, confirmation("PO2")).status_code == 500


def test_a_fault_strikes_from_the_nth_request_and_so_often(amazon: StandInAmazon, caller: Caller) -> None:
    amazon.faults.reply(500, operation=POST, nth=2, times=2)
    told = [caller.post(CONFIRMATIONS, confirmation()).status_code for _ in range(4)]
    assert told == [202, 500, 500, 202]


def test_a_fault_ends_with_its_time() -> None:
    now = 0.0
    faults = Faults(lambda: now)
    faults.inject(Fault(times=None, seconds=10.0))
    struck = faults.strike(POST, tuple)
    now = 10.0
    assert struck is not None
    assert faults.strike(POST, tuple) is None
    assert faults.active == []


def test_a_verdict_can_be_withheld_from_one_order(amazon: StandInAmazon, caller: Caller) -> None:
    first, second = (caller.submit(CONFIRMATIONS, confirmation(order)) for order in ("PO1", "PO2"))
    amazon.faults.no_verdict(order="PO1")
    assert [caller.verdict(sent)["status"] for sent in (first, second)] == ["Processing", "Success"]
    amazon.faults.clear()
    assert caller.verdict(first)["status"] == "Success"


def test_the_verdict_endpoint_can_fail(amazon: StandInAmazon, caller: Caller) -> None:
    sent = caller.submit(CONFIRMATIONS, confirmation())
    amazon.faults.reply(
        500, '{"errors":[{"code":"InternalFailure","message":"x"}]}', operation="getTransactionStatus"
    )
    assert caller.poll(sent).status_code == 500
    assert caller.verdict(sent)["status"] == "Success"


def test_the_token_endpoint_can_fail(amazon: StandInAmazon) -> None:
    amazon.faults.reply(503, operation="token")
    caller = Caller(amazon)
    assert caller.ask_token().status_code == 503
    assert caller.ask_token().status_code == 200


def test_a_closed_port_refuses_connections_and_comes_back_with_its_state(
    amazon: StandInAmazon, caller: Caller
) -> None:
    sent = caller.submit(CONFIRMATIONS, confirmation())
    with amazon.closed_port(), pytest.raises(httpx.ConnectError):
        caller.post(CONFIRMATIONS, confirmation())
    assert caller.verdict(sent)["status"] == "Success"


def test_stopping_does_not_wait_for_answers_that_are_held() -> None:
    with StandInAmazon(rate=None) as amazon:
        caller = Caller(amazon).log_in()
        amazon.faults.hold()
        errors: list[BaseException] = []

        def post() -> None:
            try:
                caller.post(CONFIRMATIONS, confirmation())
            except httpx.TransportError as error:
                errors.append(error)

        waiting = threading.Thread(target=post)
        waiting.start()
        assert amazon.wait_until(lambda: amazon.accepted_count == 1)
    waiting.join()
    assert len(errors) == 1
