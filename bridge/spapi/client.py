"""The client of one account: submits documents once, asks for verdicts as often as it takes.

A POST is never repeated but after a 401 or 403, by which Amazon says that it took nothing. A GET may
be: it is retried with stamina.
"""

from __future__ import annotations

import platform
import re
import time

import httpx
import msgspec
import stamina
import structlog

from bridge import __version__
from bridge.errors import ConfigurationError, Problem
from bridge.spapi.auth import Credentials, TokenSource
from bridge.spapi.endpoints import endpoint_mistake, is_loopback, token_address
from bridge.spapi.errors import AmazonUnavailable, CredentialsRefused
from bridge.spapi.operations import TRANSACTION_STATUS, Operation, item_count
from bridge.spapi.pacing import Pacer
from bridge.spapi.replies import (
    Outcome,
    Verdict,
    classify_reply,
    parse_verdict,
    rate_limit_of,
    request_id_of,
    retry_after_of,
)
from bridge.spapi.transport import Reply, Timeouts, classify_exception, exchange, http_client

__all__ = ["AmazonClient", "Timeouts", "classify_exception", "user_agent"]

_ATTEMPTS_OF_A_GET = 4
_LONGEST_WAIT_IN_A_CALL = 10.0
_DEFAULT_TIMEOUTS = Timeouts()
_CONNECTIONS = 20

_log = structlog.get_logger(__name__)


def user_agent() -> str:
    """Name ourselves as Amazon asks: `AppName/Version (Language=…; Platform=…)`."""
    python = platform.python_version()
    return f"edibridge/{__version__} (Language=Python/{python}; Platform={platform.system() or 'unknown'})"


class AmazonClient:
    """Thread-safe; one per account, since Amazon counts rates by account.

    `endpoint` and `auth_endpoint` are bare addresses (`https://host`; http on loopback only), `rate`
    (requests/s) and `burst` Amazon's figures for each operation, `patience` the seconds that a call
    waits for its turn before it says "not taken". Raises `ConfigurationError` for an address or user
    agent that cannot be used.
    """

    def __init__(  # noqa: PLR0913  an account's facts, all by name
        self,
        *,
        endpoint: str,
        auth_endpoint: str,
        credentials: Credentials,
        user_agent: str,
        rate: float = 10.0,
        burst: int = 10,
        timeouts: Timeouts = _DEFAULT_TIMEOUTS,
        patience: float = 30.0,
        connections: int = _CONNECTIONS,
    ) -> None:
        _check(endpoint=endpoint, auth_endpoint=auth_endpoint, user_agent=user_agent)
        self._endpoint = endpoint.rstrip("/")
        self._timeouts = timeouts
        self._patience = patience
        self._closed = False
        self._pacer = Pacer(rate=rate, burst=burst)
        self._http = http_client(
            timeouts,
            user_agent=user_agent,
            connections=connections,
            direct=is_loopback(endpoint) or is_loopback(auth_endpoint),
        )
        self._tokens = TokenSource(
            self._http,
            address=token_address(auth_endpoint),
            credentials=credentials,
            body_seconds=timeouts.body,
        )

    def submit(self, operation: Operation, body: bytes) -> Outcome:
        """POST a body of `request_body` once, and tell what became of it. Raises nothing of HTTP's.

        After a 401 or 403 the token is renewed and the body goes once more.
        """
        first = Outcome(kind="not_taken")
        try:
            token = self._tokens.token()
            first = self._post(operation, body, token)
            if first.http_status not in {401, 403}:
                return first
            return self._post(operation, body, self._tokens.renew(token))
        except CredentialsRefused as refused:
            kept = refused.request_id or first.request_id
            return Outcome(kind="unauthorized", request_id=kept, reason=str(refused))
        except AmazonUnavailable as unavailable:
            kept = unavailable.request_id or first.request_id
            retry_after = unavailable.retry_after
            return Outcome(
                kind="not_taken", request_id=kept, retry_after=retry_after, reason=str(unavailable)
            )

    def transaction_status(self, amazon_transaction_id: str) -> Verdict:
        """Ask for the verdict of a transaction, again a few times where that may help.

        Raises `AmazonUnavailable` (ask later), `AmazonRefused` (no such transaction),
        `CredentialsRefused` (a person must act); all of them `AmazonError`.
        """
        retrying = stamina.RetryingCaller(
            attempts=_ATTEMPTS_OF_A_GET, timeout=60.0, wait_initial=0.5, wait_max=8.0, wait_jitter=0.5
        )
        path = TRANSACTION_STATUS.path_of(transactionId=amazon_transaction_id)
        return retrying.on(self._ask_again)(self._verdict, path)

    def close(self) -> None:
        """Let go of the connections; calls that wait for their turn end as not taken."""
        self._closed = True
        self._pacer.close()
        self._http.close()

    def _post(self, operation: Operation, body: bytes, token: str) -> Outcome:
        wait = self._pacer.acquire(operation.name, self._patience)
        if self._closed:
            return Outcome(kind="not_taken", reason="the client was closed before the request was sent")
        if wait:
            return Outcome(kind="not_taken", retry_after=wait, reason="it is not this request's turn yet")
        items = item_count(operation, body)
        try:
            reply = self._exchange(operation, operation.path, token, body=body, items=items)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            return classify_exception(error)
        outcome = classify_reply(reply.status, reply.headers, reply.body)
        if reply.flaw and outcome.kind != "submitted":
            outcome = msgspec.structs.replace(outcome, reason=f"{outcome.reason}: {reply.flaw}")
        return outcome

    def _verdict(self, path: str) -> Verdict:
        token = self._tokens.token()
        reply = self._get(path, token)
        if reply.status in {401, 403}:
            reply = self._get(path, self._tokens.renew(token))
        return parse_verdict(reply.status, reply.headers, reply.body)

    def _ask_again(self, error: Exception) -> bool | float:
        """Tell stamina whether to repeat a GET, and after how many seconds if Amazon said so."""
        if not isinstance(error, AmazonUnavailable) or self._closed:
            return False
        if error.retry_after is None:
            return True
        return error.retry_after if error.retry_after <= _LONGEST_WAIT_IN_A_CALL else False

    def _get(self, path: str, token: str) -> Reply:
        wait = self._pacer.acquire(TRANSACTION_STATUS.name, self._patience)
        if self._closed:
            raise AmazonUnavailable("the client was closed before the request was sent")
        if wait:
            raise AmazonUnavailable("it is not this request's turn yet", retry_after=wait)
        try:
            return self._exchange(TRANSACTION_STATUS, path, token)
        except httpx.HTTPError as error:
            raise AmazonUnavailable(f"no reply from Amazon: {type(error).__name__}") from error

    def _exchange(
        self, operation: Operation, path: str, token: str, *, body: bytes | None = None, items: int = 0
    ) -> Reply:
        begun = time.monotonic()
        headers = {"x-amz-access-token": token, "content-type": "application/json"}
        request = self._http.build_request(
            operation.method, self._endpoint + path, headers=headers, content=body
        )
        log = _log.bind(operation=operation.name, items=items)
        try:
            reply = exchange(self._http, request, body_seconds=self._timeouts.body)
        except httpx.HTTPError as error:
            log.info("amazon_request", error=type(error).__name__, duration_ms=_since(begun))
            raise
        request_id = request_id_of(reply.headers)
        log.info("amazon_request", http_status=reply.status, request_id=request_id, duration_ms=_since(begun))
        self._pacer.heed(
            operation.name,
            status=reply.status,
            limit=rate_limit_of(reply.headers),
            retry_after=retry_after_of(reply.headers),
        )
        return reply


def _check(*, endpoint: str, auth_endpoint: str, user_agent: str) -> None:
    addresses = {"endpoint": endpoint, "auth_endpoint": auth_endpoint}
    problems = [
        Problem(place, mistake)  # the address itself might hold a password
        for place, address in addresses.items()
        if (mistake := endpoint_mistake(address))
    ]
    if not re.fullmatch(r"[ -~]+", user_agent):
        problems.append(Problem("user_agent", "must be visible ASCII"))
    if problems:
        raise ConfigurationError("account", problems)


def _since(begun: float) -> int:
    return round((time.monotonic() - begun) * 1000)
