"""Tokens: fetched early, fetched once, classified when refused, and never shown."""

from __future__ import annotations

import pickle
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import parse_qs

import httpx
import pytest
from structlog.testing import capture_logs

from bridge.errors import Fault
from bridge.spapi.auth import Credentials, TokenSource, exchange_code
from bridge.spapi.errors import AmazonUnavailable, CredentialsRefused
from tests.spapi.conftest import CREDENTIALS
from tests.spapi.server import TOKEN_PATH, Answer, ScriptedServer, grant, json_answer

SECRETS = [CREDENTIALS.client_id, CREDENTIALS.client_secret, CREDENTIALS.refresh_token]


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def make_source(server: ScriptedServer, clock: Clock) -> Iterator[Callable[..., TokenSource]]:
    with httpx.Client(trust_env=False, timeout=5.0) as http:

        def make(address: str = "") -> TokenSource:
            return TokenSource(
                http,
                address=address or server.url + TOKEN_PATH,
                credentials=CREDENTIALS,
                clock=clock,
                jitter=lambda: 10.0,
            )

        yield make


@pytest.fixture
def source(make_source: Callable[..., TokenSource]) -> TokenSource:
    return make_source()


def test_a_token_is_asked_for_as_a_form_of_the_refresh_grant(
    server: ScriptedServer, source: TokenSource
) -> None:
    source.token()
    [request] = server.token_requests
    assert request.method == "POST"
    assert request.headers["content-type"] == "application/x-www-form-urlencoded"
    assert parse_qs(request.body.decode()) == {
        "grant_type": ["refresh_token"],
        "refresh_token": [CREDENTIALS.refresh_token],
        "client_id": [CREDENTIALS.client_id],
        "client_secret": [CREDENTIALS.client_secret],
    }


def test_a_token_is_kept_until_shortly_before_it_expires(
    server: ScriptedServer, source: TokenSource, clock: Clock
) -> None:
    server.grants.extend([grant("first", 3600), grant("second", 3600)])
    assert source.token() == "first"
    clock.now += 3600 - 60 - 10 - 1
    assert source.token() == "first"
    clock.now += 1
    assert source.token() == "second"
    assert len(server.token_requests) == 2


def test_a_token_of_short_life_is_still_used(
    server: ScriptedServer, source: TokenSource, clock: Clock
) -> None:
    server.grants.append(grant("brief", 8))
    assert source.token() == source.token() == "brief"
    clock.now += 4
    assert source.token() != "brief"


def test_a_failed_early_refresh_leaves_the_valid_token_in_use(
    server: ScriptedServer, source: TokenSource, clock: Clock
) -> None:
    server.grants.extend([grant("first", 3600), Answer(503), Answer(503)])
    source.token()
    clock.now += 3590
    assert source.token() == "first"
    clock.now += 20
    with pytest.raises(AmazonUnavailable):
        source.token()


def test_eight_threads_share_one_fetch(server: ScriptedServer, source: TokenSource) -> None:
    start = threading.Barrier(8)

    def ask(_: int) -> str:
        start.wait(10)
        return source.token()

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(ask, range(8))) == {"token-1"}
    assert len(server.token_requests) == 1


def test_eight_threads_renew_a_refused_token_once(server: ScriptedServer, source: TokenSource) -> None:
    refused = source.token()
    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(source.renew, [refused] * 8)) == {"token-2"}
    assert len(server.token_requests) == 2


def test_threads_share_a_failure_too_but_who_comes_later_asks_anew(
    server: ScriptedServer, source: TokenSource, clock: Clock
) -> None:
    server.grants.append(Answer(503))
    for _ in range(3):
        with pytest.raises(AmazonUnavailable):
            source.token()
    assert len(server.token_requests) == 1
    clock.now += 0.001
    assert source.token() == "token-2"


def test_an_ended_authorization_is_told_with_the_command(server: ScriptedServer, source: TokenSource) -> None:
    server.grants.append(json_answer(400, {"error": "invalid_grant"}))
    with pytest.raises(CredentialsRefused, match=r"invalid_grant; authorize again: edibridge authorize ACCO"):
        source.token()


def test_credentials_are_read_again_before_each_token(server: ScriptedServer, clock: Clock) -> None:
    renewed = Credentials("id-4711", "secret-new", "refresh-new", "main")
    known = [CREDENTIALS, renewed]
    with httpx.Client(trust_env=False, timeout=5.0) as http:
        source = TokenSource(
            http,
            address=server.url + TOKEN_PATH,
            credentials=CREDENTIALS,
            reread=lambda: known.pop(0),
            clock=clock,
            jitter=lambda: 0.0,
        )
        source.renew(source.token())
    forms = [parse_qs(request.body.decode()) for request in server.token_requests]
    assert [form["refresh_token"] for form in forms] == [["refresh-4711"], ["refresh-new"]]
    assert forms[1]["client_secret"] == ["secret-new"]


def exchanged(server: ScriptedServer, *answers: Answer) -> str:
    server.grants.extend(answers)
    with httpx.Client(trust_env=False, timeout=5.0) as http:
        return exchange_code(
            http,
            server.url + TOKEN_PATH,
            code="RH4711",
            redirect_uri="https://example.com/a?b=c",
            client_id="id-4711",
            client_secret="secret-4711",
        )


def test_a_code_becomes_the_refresh_token(server: ScriptedServer) -> None:
    answer = {"access_token": "a", "refresh_token": "Atzr|new", "token_type": "bearer", "expires_in": 3600}
    assert exchanged(server, json_answer(200, answer)) == "Atzr|new"
    (request,) = server.token_requests
    assert parse_qs(request.body.decode()) == {
        "grant_type": ["authorization_code"],
        "code": ["RH4711"],
        "redirect_uri": ["https://example.com/a?b=c"],
        "client_id": ["id-4711"],
        "client_secret": ["secret-4711"],
    }


@pytest.mark.parametrize(
    ("answer", "raised", "words"),
    [
        (
            json_answer(400, {"error": "invalid_grant"}),
            CredentialsRefused,
            "redirect_uri is not as registered",
        ),
        (json_answer(401, {"error": "invalid_client"}), CredentialsRefused, "client_id or client_secret"),
        (json_answer(200, {"access_token": "a"}), AmazonUnavailable, "no refresh token"),
        (json_answer(200, {"refresh_token": "two words"}), AmazonUnavailable, "no refresh token"),
        (Answer(200, b"<html>"), AmazonUnavailable, "no refresh token"),
        (Answer(503), AmazonUnavailable, "HTTP 503"),
        (Answer(302), AmazonUnavailable, "HTTP 302"),
        (Answer(cut="read"), AmazonUnavailable, "does not answer"),
    ],
)
def test_a_code_is_presented_once_whatever_comes_of_it(
    server: ScriptedServer, answer: Answer, raised: type[Exception], words: str
) -> None:
    with pytest.raises(raised, match=words):
        exchanged(server, answer)
    assert len(server.token_requests) == 1


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (json_answer(400, {"error": "invalid_grant", "error_description": "refresh-4711"}), "invalid_grant"),
        (json_answer(401, {"error": "invalid_client"}), "invalid_client"),
        (json_answer(400, {"error": "secret-4711"}), "HTTP 400"),
        (Answer(403, b"<html/>"), "HTTP 403"),
        (Answer(404), "HTTP 404"),
    ],
)
def test_refused_credentials_are_permanent_and_the_operators_matter(
    server: ScriptedServer, source: TokenSource, answer: Answer, words: str
) -> None:
    server.grants.append(answer)
    with pytest.raises(CredentialsRefused) as caught:
        source.token()
    assert (caught.value.fault, caught.value.permanent) == (Fault.OPERATOR, True)
    assert words in str(caught.value)
    assert not [secret for secret in SECRETS if secret in str(caught.value)]


@pytest.mark.parametrize(
    "answer",
    [
        Answer(429),
        Answer(500),
        Answer(503, b"<html/>"),
        Answer(302, b"", {"location": "/"}),
        Answer(200, b"junk"),
        json_answer(200, {}),
        json_answer(200, {"access_token": ""}),
        json_answer(200, {"access_token": "two\nlines"}),
        json_answer(200, {"access_token": "x", "expires_in": 0}),
        Answer(200, b'{"access_token":"x"}', cut="in body"),
        Answer(cut="read"),
    ],
)
def test_an_authorization_server_in_trouble_is_asked_later(
    server: ScriptedServer, source: TokenSource, answer: Answer
) -> None:
    server.grants.append(answer)
    with pytest.raises(AmazonUnavailable) as caught:
        source.token()
    assert not caught.value.permanent


def test_a_closed_port_is_unavailability(make_source: Callable[..., TokenSource], closed_port: str) -> None:
    with pytest.raises(AmazonUnavailable):
        make_source(closed_port).token()


def test_nothing_secret_is_shown_or_logged(server: ScriptedServer, source: TokenSource) -> None:
    server.grants.append(grant("bearer-4711"))
    with capture_logs() as lines:
        source.token()
    assert [line["event"] for line in lines] == ["amazon_authorization"]
    shown = f"{lines!r} {CREDENTIALS!r} {CREDENTIALS!s} {source!r}"
    assert not [secret for secret in [*SECRETS, "bearer-4711"] if secret in shown]


def test_credentials_survive_a_copy_and_stay_hidden() -> None:
    copy = pickle.loads(pickle.dumps(CREDENTIALS))  # noqa: S301  our own bytes
    assert copy == CREDENTIALS
    assert "4711" not in repr(copy)
