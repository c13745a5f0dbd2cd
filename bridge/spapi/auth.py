"""Login with Amazon: a refresh token becomes access tokens, one fetch for all threads of an account.

Nothing secret is logged, shown or put into an error.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import httpx
import msgspec
import structlog

from bridge.spapi.errors import AmazonUnavailable, CredentialsRefused
from bridge.spapi.replies import request_id_of, retry_after_of
from bridge.spapi.tokencache import Grant, TokenCache, some_seconds
from bridge.spapi.transport import TOKEN_LIMIT, Reply, exchange, why_not_reached

_ERROR_CODE = re.compile(r"[a-z_]{1,40}")
_TRANSIENT = frozenset({408, 429})

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Credentials:
    """An application's credentials and one account's authorization. Shows none of them."""

    client_id: str = field(repr=False)
    client_secret: str = field(repr=False)
    refresh_token: str = field(repr=False)


class _Granted(msgspec.Struct):
    access_token: str
    expires_in: float = 3600.0


class _Refusal(msgspec.Struct):
    error: str = ""


class TokenSource:
    """Returns an account's access token, fetched anew a minute or so before it expires. Thread-safe.

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
        jitter: Callable[[], float] = some_seconds,
    ) -> None:
        self._http = http
        self._address = address
        self._credentials = credentials
        self._body_seconds = body_seconds
        self._cache = TokenCache(self._ask, clock=clock, jitter=jitter)

    def token(self) -> str:
        """Return a token that is valid now.

        Raises `AmazonUnavailable` (trying again may help) or `CredentialsRefused` (an operator must act).
        """
        return self._cache.token()

    def renew(self, refused: str) -> str:
        """Return another token than the one that Amazon refused; raises as `token` does."""
        return self._cache.renew(refused)

    def _ask(self) -> Grant:
        begun = time.monotonic()
        request = self._http.build_request("POST", self._address, data=self._form())
        try:
            reply = exchange(self._http, request, body_seconds=self._body_seconds, body_limit=TOKEN_LIMIT)
        except httpx.HTTPError as error:
            name = type(error).__name__
            _log.info("amazon_authorization", error=name)
            raise AmazonUnavailable(f"Login with Amazon does not answer: {why_not_reached(error)}") from error
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


def _grant_of(reply: Reply) -> Grant:
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


def _readable_grant(reply: Reply, request_id: str) -> Grant:
    try:
        granted = msgspec.json.decode(reply.body, type=_Granted, strict=False)
    except (msgspec.DecodeError, ValueError, RecursionError):
        granted = _Granted(access_token="")
    grant = Grant(granted.access_token, granted.expires_in)
    if not grant.is_usable():
        raise AmazonUnavailable("Login with Amazon's answer is unreadable", request_id=request_id)
    return grant


def _error_code(reply: Reply) -> str:
    """Return OAuth's error code (`invalid_grant`), or the status where there is none."""
    try:
        code = msgspec.json.decode(reply.body, type=_Refusal).error
    except (msgspec.DecodeError, ValueError, RecursionError):
        code = ""
    return code if _ERROR_CODE.fullmatch(code) else f"HTTP {reply.status}"
