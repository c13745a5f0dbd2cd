"""Restricted data tokens: what Amazon wants instead of the access token where customers' data is read.

One token an operation, for every order: a resource's path may hold `{purchaseOrderNumber}` as it
stands. Amazon gives one a second, ten at once; they hold for an hour.
Source: Tokens API 2021-03-01. Nothing secret is logged, shown or put into an error.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from functools import partial

import httpx
import msgspec

from bridge.programs.operations import Operation
from bridge.spapi.auth import TokenSource
from bridge.spapi.channel import Channel
from bridge.spapi.errors import AmazonRefused, AmazonUnavailable, CredentialsRefused
from bridge.spapi.replies import failure_of, request_id_of
from bridge.spapi.tokencache import Grant, TokenCache, some_seconds
from bridge.spapi.transport import Reply

RESTRICTED_DATA_TOKEN = Operation(
    name="createRestrictedDataToken",
    method="POST",
    paths={"2021-03-01": "/tokens/2021-03-01/restrictedDataToken"},
)
RATE = 1.0
BURST = 10


class _Granted(msgspec.Struct, rename="camel"):
    restricted_data_token: str = ""
    expires_in: float = 3600.0
    payload: _Granted | None = None


class RestrictedTokens:
    """Keeps a cache of tokens for each restricted operation. Thread-safe.

    `access` gives the access token that pays for them, `channel` leads to Amazon at the pace of
    `RATE` and `BURST`.
    """

    def __init__(
        self,
        channel: Channel,
        access: TokenSource,
        *,
        version: str = "",
        clock: Callable[[], float] = time.monotonic,
        jitter: Callable[[], float] = some_seconds,
    ) -> None:
        self._channel = channel
        self._access = access
        self._version = version
        self._clock = clock
        self._jitter = jitter
        self._lock = threading.Lock()
        self._caches: dict[str, TokenCache] = {}

    def of(self, operation: Operation) -> TokenCache:
        """Return the operation's tokens.

        Their `token` and `renew` raise `AmazonUnavailable` (trying again may help) or
        `CredentialsRefused` (an operator must act, mostly on the application's roles).
        """
        with self._lock:
            if operation.name not in self._caches:
                ask = partial(self._ask, operation)
                self._caches[operation.name] = TokenCache(ask, clock=self._clock, jitter=self._jitter)
            return self._caches[operation.name]

    def _ask(self, operation: Operation) -> Grant:
        token = self._access.token()
        reply = self._post(operation, token)
        if reply.status in {401, 403}:
            reply = self._post(operation, self._access.renew(token))
        if reply.status == 200:
            return _grant_of(reply, operation)
        failure = failure_of(reply.status, reply.headers, reply.body)
        if isinstance(failure, AmazonUnavailable):
            raise failure
        raise _refusal(failure, operation)

    def _post(self, operation: Operation, token: str) -> Reply:
        resource = {"method": operation.method, "path": operation.template(self._version)}
        body = msgspec.json.encode({"restrictedResources": [resource]})
        try:
            return self._channel.send(
                RESTRICTED_DATA_TOKEN, RESTRICTED_DATA_TOKEN.template(""), token, body=body
            )
        except httpx.HTTPError as error:
            raise AmazonUnavailable(f"no restricted data token: {type(error).__name__}") from error


def _refusal(failure: CredentialsRefused | AmazonRefused, operation: Operation) -> CredentialsRefused:
    # An application without the role gets a 400 that says so, no 403.
    return CredentialsRefused(
        f"Amazon grants no restricted data token for {operation.name}: {failure}; the application needs "
        "the role Direct-to-Consumer Shipping (Restricted), and the vendor's authorization after it had it",
        http_status=failure.http_status,
        request_id=failure.request_id,
    )


def _grant_of(reply: Reply, operation: Operation) -> Grant:
    try:
        granted = msgspec.json.decode(reply.body, type=_Granted, strict=False)
    except (msgspec.DecodeError, ValueError, RecursionError):
        granted = _Granted()
    inner = granted.payload or granted
    grant = Grant(inner.restricted_data_token, inner.expires_in)
    if not grant.is_usable():
        raise AmazonUnavailable(
            f"the restricted data token for {operation.name} is unreadable",
            request_id=request_id_of(reply.headers),
        )
    return grant
