from __future__ import annotations

import pytest

from simulator.amazon import StandInAmazon
from tests.simulator.caller import CONFIRMATIONS, Caller, confirmation


def test_the_refresh_token_buys_an_access_token_with_an_end(amazon: StandInAmazon) -> None:
    reply = Caller(amazon).ask_token()
    assert reply.status_code == 200
    assert reply.json()["token_type"] == "bearer"
    assert reply.json()["expires_in"] == 3600
    assert reply.json()["access_token"].startswith("Atza|")


@pytest.mark.parametrize(
    ("changes", "status", "error"),
    [
        ({"client_id": "amzn1.application-oa2-client.other"}, 401, "invalid_client"),
        ({"client_secret": "wrong"}, 401, "invalid_client"),
        ({"refresh_token": "Atzr|wrong"}, 400, "invalid_grant"),
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
        ({"grant_type": "authorization_code"}, 400, "invalid_request"),
        ({"grant_type": ""}, 400, "invalid_request"),
    ],
)
def test_a_wrong_form_gets_an_oauth_error(
    amazon: StandInAmazon, changes: dict[str, str], status: int, error: str
) -> None:
    reply = Caller(amazon).ask_token(**changes)
    assert (reply.status_code, reply.json()["error"]) == (status, error)


def test_the_refresh_token_of_another_application_is_refused(amazon: StandInAmazon) -> None:
    other = amazon.open_account("other")
    reply = Caller(amazon).ask_token(refresh_token=other.refresh_token)
    assert (reply.status_code, reply.json()["error"]) == (400, "invalid_grant")


@pytest.mark.parametrize(
    ("token", "details"), [("", "missing"), ("Atza|made-up", "malformed"), ("expired", "expired")]
)
def test_without_a_good_token_nothing_is_taken(amazon: StandInAmazon, token: str, details: str) -> None:
    caller = Caller(amazon).log_in()
    if token == "expired":
        amazon.expire_tokens()
    else:
        caller.http.headers["x-amz-access-token"] = token
    reply = caller.post(CONFIRMATIONS, confirmation())
    assert reply.status_code == 403
    [error] = reply.json()["errors"]
    assert error["code"] == "Unauthorized"
    assert error["message"] == "Access to requested resource is denied."
    assert details in error["details"]
    assert amazon.accepted_count == 0


def test_a_token_ends_by_itself() -> None:
    with StandInAmazon(token_lifetime=0.0) as amazon:
        caller = Caller(amazon).log_in()
        assert caller.post(CONFIRMATIONS, confirmation()).status_code == 403


def test_a_new_token_works_after_the_old_one_ended(amazon: StandInAmazon) -> None:
    caller = Caller(amazon).log_in()
    amazon.expire_tokens()
    caller.log_in().submit(CONFIRMATIONS, confirmation())


def test_a_request_without_a_user_agent_is_refused(amazon: StandInAmazon) -> None:
    caller = Caller(amazon).log_in()
    reply = caller.post(CONFIRMATIONS, confirmation(), headers={"user-agent": ""})
    assert reply.status_code == 400
    assert "user-agent" in reply.json()["errors"][0]["message"]
