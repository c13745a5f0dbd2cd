"""The stand-in's consent page, and the codes that it exchanges."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from simulator.amazon import StandInAmazon
from simulator.consent import APPLICATION_ID, REDIRECT_URI
from tests.simulator.caller import Caller


def consent(amazon: StandInAmazon, **changes: str) -> httpx.Response:
    query = {"application_id": APPLICATION_ID, "state": "s-1", "redirect_uri": REDIRECT_URI} | changes
    return Caller(amazon).http.get("/apps/authorize/consent", params=query)


def code_of(amazon: StandInAmazon) -> str:
    reply = consent(amazon)
    assert reply.status_code == 302, reply.text
    address = urlsplit(reply.headers["location"])
    query = parse_qs(address.query)
    assert f"{address.scheme}://{address.netloc}{address.path}" == REDIRECT_URI
    assert query["state"] == ["s-1"]
    assert query["selling_partner_id"]
    return query["spapi_oauth_code"][0]


def exchange(amazon: StandInAmazon, code: str, /, **changes: str) -> httpx.Response:
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": REDIRECT_URI}
    return Caller(amazon).ask_token(**form | changes)


def test_a_code_becomes_a_refresh_token_that_works(amazon: StandInAmazon) -> None:
    reply = exchange(amazon, code_of(amazon))
    assert reply.status_code == 200
    token = reply.json()["refresh_token"]
    assert token.startswith("Atzr|")
    assert token != amazon.credentials.refresh_token
    assert Caller(amazon).ask_token(refresh_token=token).status_code == 200


@pytest.mark.parametrize(
    ("changes", "status", "error"),
    [
        ({"code": "RHwrong"}, 400, "invalid_grant"),
        ({"redirect_uri": "https://localhost/other"}, 400, "invalid_grant"),
        ({"client_secret": "wrong"}, 401, "invalid_client"),
    ],
)
def test_a_code_is_good_for_its_application_and_redirect_uri_alone(
    amazon: StandInAmazon, changes: dict[str, str], status: int, error: str
) -> None:
    reply = exchange(amazon, code_of(amazon), **changes)
    assert (reply.status_code, reply.json()["error"]) == (status, error)


def test_a_code_is_good_once(amazon: StandInAmazon) -> None:
    code = code_of(amazon)
    assert exchange(amazon, code).status_code == 200
    assert exchange(amazon, code).json()["error"] == "invalid_grant"


def test_a_code_expires(amazon: StandInAmazon) -> None:
    amazon.options.code_lifetime = 0.0
    assert exchange(amazon, code_of(amazon)).json()["error"] == "invalid_grant"


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"application_id": "amzn1.application-oa2-client.1"}, "MD1000"),
        ({"redirect_uri": "https://localhost/other"}, "MD5101"),
    ],
)
def test_a_wrong_question_is_amazons_error(
    amazon: StandInAmazon, changes: dict[str, str], error: str
) -> None:
    reply = consent(amazon, **changes)
    assert (reply.status_code, error in reply.text) == (400, True)


def test_a_draft_wants_to_be_asked_for_as_beta(amazon: StandInAmazon) -> None:
    amazon.options.draft_application = True
    assert "MD1000" in consent(amazon).text
    assert consent(amazon, version="beta").status_code == 302


def test_an_ended_authorization_is_an_invalid_grant_until_the_next_consent(amazon: StandInAmazon) -> None:
    caller = Caller(amazon).log_in()
    caller.http.post("/_stand-in/end-authorization", json={}).raise_for_status()
    assert caller.ask_token().json()["error"] == "invalid_grant"
    assert caller.poll("x").status_code == 403
    token = exchange(amazon, code_of(amazon)).json()["refresh_token"]
    assert caller.ask_token(refresh_token=token).status_code == 200
