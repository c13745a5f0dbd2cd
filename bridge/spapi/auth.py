"""Login with Amazon: a refresh token becomes access tokens, one fetch for all threads of an account.

Nothing secret is logged, shown or put into an error.
"""

from __future__ import annotations

import random
import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import httpx
import msgspec
import structlog

from bridge.spapi.errors import AmazonUnavailable, CredentialsRefused
from bridge.spapi.replies import request_id_of, retry_after_of
from bridge.spapi.transport import Reply, exchange

_MARGIN = 60.0
_JITTER = 30.0
# Threads that waited for a fetch that failed share its failure instead of repeating it one by one.
_FAILURE_SHARED = 1.0
_TOKEN = re.compile(r"[!-~]+")
_ERROR_CODE = re.compile(r"[a-z_]{1,40}")
_TRANSIENT = frozenset({408, 429})

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Credentials:
    """An application's credentials and one account's authorization. Shows none of them."""

    client_id: str = field(repr=False)
    client_secret: str = field(repr=False)
    refresh_token: str = field(repr=False)


class _Grant(msgspec.Struct):
    access_token: str
    expires_in: float = 3600.0


class _Refusal(msgspec.Struct):
    error: str = ""


class TokenSource:
    """Gives an account's access token, fetched anew a minute or so before it expires. Thread-safe.

    `address` is where tokens are granted, `clock` seconds of a steady clock, `jitter` the seconds by
    which a refresh comes earlier, so that accounts do not refresh all at once.
    """

    def __init__(  # noqa: PLR0913  collaborators, all but one by name
        self,
        http: httpx.Client,
        *,
        address: str,
        credentials: Credentials,
        body_seconds: float = 60.0,
        clock: Callable[[], float] = time.monotonic,
        jitter: Callable[[], float] = lambda: random.uniform(0, _JITTER),  # noqa: S311  no secret
    ) -> None:
        self._http = http
        self._address = address
        self._credentials = credentials
        self._body_seconds = body_seconds
        self._clock = clock
        self._jitter = jitter
        self._lock = threading.Lock()
        self._token = ""
        self._refresh_at = 0.0
        self._expires_at = 0.0
        self._failure: AmazonUnavailable | CredentialsRefused | None = None
        self._failed_at = 0.0

    def token(self) -> str:
        """Give a token that is valid now.

        Raises `AmazonUnavailable` (trying again may help) or `CredentialsRefused` (a person must act).
        """
        with self._lock:
            if self._token and self._clock() < self._refresh_at:
                return self._token
            try:
                return self._fetch()
            except AmazonUnavailable:
                if self._token and self._clock() < self._expires_at:
                    return self._token  # early refresh failed, and there is time for another one
                raise

    def renew(self, refused: str) -> str:
        """Give another token than the one that Amazon refused; raises as `token` does."""
        with self._lock:
            if self._token == refused:
                self._token = ""
            return self._token or self._fetch()

    def _fetch(self) -> str:
        if self._failure is not None and self._clock() < self._failed_at + _FAILURE_SHARED:
            raise self._failure.with_traceback(None)
        asked_at = self._clock()
        try:
            grant = self._ask()
        except (AmazonUnavailable, CredentialsRefused) as failure:
            self._failure, self._failed_at = failure, self._clock()
            raise
        self._failure = None
        self._token = grant.access_token
        self._expires_at = asked_at + grant.expires_in
        self._refresh_at = self._expires_at - min(_MARGIN + self._jitter(), grant.expires_in / 2)
        return self._token

    def _ask(self) -> _Grant:
        begun = time.monotonic()
        request = self._http.build_request("POST", self._address, data=self._form())
        try:
            reply = exchange(self._http, request, body_seconds=self._body_seconds)
        except httpx.HTTPError as error:
            name = type(error).__name__
            _log.info("amazon_authorization", error=name)
            raise AmazonUnavailable(f"Login with Amazon does not answer: {name}") from error
        _log.info(
            "amazon_authorization",
            http_status=reply.status,
            request_id=request_id_of(reply.headers),
            duration_ms=round((time.monotonic() - begun) * 1000),
        )
        return _grant_of(reply)

    def _form(self) -> dict[str, str]:
        return {
            "grant_type": "refresh_token",
            "refresh_token": self._credentials.refresh_token,
            "client_id": self._credentials.client_id,
            "client_secret": self._credentials.client_secret,
        }


def _grant_of(reply: Reply) -> _Grant:
    request_id = request_id_of(reply.headers)
    if reply.status == 200:
        return _readable_grant(reply, request_id)
    if 400 <= reply.status < 500 and reply.status not in _TRANSIENT:
        raise CredentialsRefused(
            f"Login with Amazon refused the account's credentials: {_error_code(reply)}",
            http_status=reply.status,
            request_id=request_id,
        )
    raise AmazonUnavailable(
        f"Login with Amazon answered HTTP {reply.status}",
        retry_after=retry_after_of(reply.headers),
        request_id=request_id,
    )


def _readable_grant(reply: Reply, request_id: str) -> _Grant:
    try:
        grant = msgspec.json.decode(reply.body, type=_Grant, strict=False)
    except (msgspec.DecodeError, ValueError, RecursionError):
        grant = _Grant(access_token="")
    # What goes into a header must be visible ASCII.
    if not _TOKEN.fullmatch(grant.access_token) or not 0 < grant.expires_in < float("inf"):
        raise AmazonUnavailable("Login with Amazon's answer is unreadable", request_id=request_id)
    return grant


def _error_code(reply: Reply) -> str:
    """Give OAuth's error code (`invalid_grant`), or the status where there is none."""
    try:
        code = msgspec.json.decode(reply.body, type=_Refusal).error
    except (msgspec.DecodeError, ValueError, RecursionError):
        code = ""
    return code if _ERROR_CODE.fullmatch(code) else f"HTTP {reply.status}"
