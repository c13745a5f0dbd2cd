"""Login with Amazon: a code becomes a refresh token, and that access tokens, one fetch for all threads.

Nothing secret is logged, shown or put into an error.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import httpx
import msgspec
import structlog

from bridge.spapi.errors import AmazonUnavailable, CredentialsRefused
from bridge.spapi.replies import request_id_of, retry_after_of
from bridge.spapi.tokencache import Grant, TokenCache, is_visible, some_seconds
from bridge.spapi.transport import TOKEN_LIMIT, Reply, exchange, why_not_reached

_ERROR_CODE = re.compile(r"[a-z_]{1,40}")
_TRANSIENT = frozenset({408, 429})
_ENDED = "invalid_grant"
"""Of a refresh token: the authorization has ended, or the selling partner took it back."""
_HINTS_ON_CODES = {
    _ENDED: ": the code is wrong, used, or older than five minutes, or redirect_uri is not as registered",
    "invalid_client": ": client_id or client_secret is not the application's",
}

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Credentials:
    """An application's credentials and one account's authorization. Shows none of them.

    `account` is its name in the configuration, for what operators are told.
    """

    client_id: str = field(repr=False)
    client_secret: str = field(repr=False)
    refresh_token: str = field(repr=False)
    account: str = ""


class _Granted(msgspec.Struct):
    access_token: str
    expires_in: float = 3600.0


class _Authorized(msgspec.Struct):
    refresh_token: str


class _Refusal(msgspec.Struct):
    error: str = ""


class TokenSource:
    """Returns an account's access token, fetched anew a minute or so before it expires. Thread-safe.

    `reread` returns the credentials as they are now, before each fetch: a renewed authorization, or another
    client secret, is so taken up without a restart. `address` is where tokens are granted, `clock` seconds of
    a steady clock, `jitter` the seconds by which a refresh comes earlier, so that not all come at once.
    """

    def __init__(  # noqa: PLR0913  collaborators, all but one by name
        self,
        http: httpx.Client,
        *,
        address: str,
        credentials: Credentials,
        reread: Callable[[], Credentials] | None = None,
        body_seconds: float = 60.0,
        clock: Callable[[], float] = time.monotonic,
        jitter: Callable[[], float] = some_seconds,
    ) -> None:
        self._http = http
        self._address = address
        self._reread = reread or (lambda: credentials)
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
        known = self._reread()
        form = {
            "grant_type": "refresh_token",
            "refresh_token": known.refresh_token,
            "client_id": known.client_id,
            "client_secret": known.client_secret,
        }
        reply = _post(self._http, self._address, form, body_seconds=self._body_seconds)
        if reply.status == 200:
            return _readable_grant(reply, request_id_of(reply.headers))
        again = f"; authorize again: edibridge authorize {known.account or 'ACCOUNT'}"
        raise _refusal_of(reply, hints={_ENDED: again})


def exchange_code(  # noqa: PLR0913  what the form of Login with Amazon has
    http: httpx.Client, address: str, *, code: str, redirect_uri: str, client_id: str, client_secret: str
) -> str:
    """Return the refresh token that an authorization code is good for, once and within five minutes.

    It is asked once: a code that is presented again may end the authorization that it gave. Raises
    `CredentialsRefused`, and `AmazonUnavailable` where nobody knows what became of the code.
    """
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": redirect_uri,
        "client_id": client_id,
        "client_secret": client_secret,
    }
    reply = _post(http, address, form)
    if reply.status != 200:
        raise _refusal_of(reply, hints=_HINTS_ON_CODES)
    try:
        token = msgspec.json.decode(reply.body, type=_Authorized).refresh_token
    except (msgspec.DecodeError, ValueError, RecursionError):
        token = ""
    if not is_visible(token):
        request_id = request_id_of(reply.headers)
        raise AmazonUnavailable("Login with Amazon's answer has no refresh token", request_id=request_id)
    return token


def _post(http: httpx.Client, address: str, form: Mapping[str, str], *, body_seconds: float = 60.0) -> Reply:
    begun = time.monotonic()
    request = http.build_request("POST", address, data=form)
    try:
        reply = exchange(http, request, body_seconds=body_seconds, body_limit=TOKEN_LIMIT)
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
    return reply


def _refusal_of(reply: Reply, *, hints: Mapping[str, str]) -> CredentialsRefused | AmazonUnavailable:
    request_id = request_id_of(reply.headers)
    if 400 <= reply.status < 500 and reply.status not in _TRANSIENT:
        code = _error_code(reply)
        return CredentialsRefused(
            f"Login with Amazon refused the account's credentials: {code}{hints.get(code, '')}",
            http_status=reply.status,
            request_id=request_id,
        )
    return AmazonUnavailable(
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
