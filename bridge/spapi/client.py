"""The client of one account: submits documents once, reads verdicts and labels as often as it takes.

A POST is never repeated but after a 401 or 403, by which Amazon says that it took nothing. A GET may
be: it is retried with stamina.
"""

from __future__ import annotations

import platform
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from types import MappingProxyType
from typing import Protocol, TypeVar
from urllib.parse import quote, urlencode

import httpx
import msgspec
import stamina

from bridge import __version__
from bridge.domain.outcomes import Outcome, Verdict
from bridge.errors import ConfigurationError, Problem
from bridge.programs.contract import Probe
from bridge.programs.operations import Item, Operation
from bridge.programs.registry import installed
from bridge.spapi import restricted
from bridge.spapi.amazon_time import AmazonTime
from bridge.spapi.auth import Credentials, TokenSource
from bridge.spapi.channel import Channel
from bridge.spapi.endpoints import endpoint_mistake, is_loopback, token_address
from bridge.spapi.errors import AmazonRefused, AmazonUnavailable, CredentialsRefused, ReplyTooLarge
from bridge.spapi.pacing import Pacer
from bridge.spapi.pages import Page, UnreadableItem
from bridge.spapi.reads import parse_one, parse_page
from bridge.spapi.replies import classify_reply, failure_of, parse_verdict, request_id_of
from bridge.spapi.results import classify_result
from bridge.spapi.tokencache import TokenCache
from bridge.spapi.transport import Reply, Timeouts, classify_exception, http_client, why_not_reached
from bridge.spapi.windows import Query

__all__ = ["AmazonClient", "Timeouts", "classify_exception", "user_agent"]

_ATTEMPTS_OF_A_GET = 4
_LONGEST_WAIT_IN_A_CALL = 10.0
_DEFAULT_TIMEOUTS = Timeouts()
_CONNECTIONS = 40
_NO_NAMES: Mapping[str, str] = MappingProxyType({})

T_co = TypeVar("T_co", covariant=True)
T = TypeVar("T")


class Parse(Protocol[T_co]):
    """Makes a value of a reply to a read, or raises an `AmazonError`."""

    def __call__(self, status: int, headers: Mapping[str, str], body: bytes, /) -> T_co:
        """Read a reply."""


def user_agent() -> str:
    """Name ourselves as Amazon asks: `AppName/Version (Language=…; Platform=…)`."""
    python = platform.python_version()
    return f"edibridge/{__version__} (Language=Python/{python}; Platform={platform.system() or 'unknown'})"


class AmazonClient:
    """Thread-safe; one per account, since Amazon counts rates by account.

    `endpoint` and `auth_endpoint` are bare addresses (`https://host`; http on loopback only), `reread`
    returns the credentials as they are now, `rate` (requests/s) and `burst` are Amazon's figures for each
    operation, `acquire_timeout` the seconds that a call waits for a rate-limit permit before it says "not
    taken". Raises `ConfigurationError` for an address or user agent that cannot be used.
    """

    def __init__(  # noqa: PLR0913  an account's facts, all by name
        self,
        *,
        endpoint: str,
        auth_endpoint: str,
        credentials: Credentials,
        reread: Callable[[], Credentials] | None = None,
        user_agent: str,
        rate: float = 10.0,
        burst: int = 10,
        timeouts: Timeouts = _DEFAULT_TIMEOUTS,
        acquire_timeout: float = 30.0,
        connections: int = _CONNECTIONS,
        amazon_time: AmazonTime | None = None,
        version: str = "",
    ) -> None:
        _check(endpoint=endpoint, auth_endpoint=auth_endpoint, user_agent=user_agent)
        self._http = http_client(
            timeouts,
            user_agent=user_agent,
            connections=connections,
            direct=is_loopback(endpoint) or is_loopback(auth_endpoint),
        )
        self.version = version
        self.time = amazon_time or AmazonTime()
        # Whatever the reply says otherwise, and whoever of the account's asked: each has Amazon's time.
        self._http.event_hooks = {"response": [lambda reply: self.time.heard(reply.headers)]}
        self._tokens = TokenSource(
            self._http,
            address=token_address(auth_endpoint),
            credentials=credentials,
            reread=reread,
            body_seconds=timeouts.body,
        )
        channel = partial(
            Channel,
            self._http,
            endpoint=endpoint.rstrip("/"),
            timeouts=timeouts,
            acquire_timeout=acquire_timeout,
        )
        self._channel = channel(pacer=Pacer(rate=rate, burst=burst, own=installed().rates))
        self._token_channel = channel(pacer=Pacer(rate=restricted.RATE, burst=restricted.BURST))
        self._restricted = restricted.RestrictedTokens(self._token_channel, self._tokens, version=version)

    def ask_time(self) -> None:
        """Have Amazon tell its time, by asking for another access token.

        Raises `AmazonUnavailable` or `CredentialsRefused`; the time is known even where Amazon refuses.
        """
        token = self._tokens.token()
        if self.time.confirmed() is None or self.time.is_off:
            self._tokens.renew(token)

    def acquire_permit(self, operation: Operation, stopping: Callable[[], bool] = bool) -> float:
        """Wait for a permit under Amazon's rate limit, at most for the account's `acquire_timeout`.

        Returns 0.0 once it is granted, and it is then for one `submit`; otherwise the seconds to come back
        after (infinite where `stopping` told that the process is to end).
        """
        return self._channel.acquire_permit(operation, stopping)

    def rate(self, operation: Operation) -> float:
        """Return Amazon's rate for an operation in requests/s, as far as it is known."""
        return self._channel.rate(operation)

    def submit(
        self, operation: Operation, body: bytes, *, path: str = "", permit: float | None = None
    ) -> Outcome:
        """Send a body of `Operation.body_of` once, and return what became of it. Raises nothing of HTTP's.

        `path` is the operation's in the API version of the body; without it that of the account.

        `permit` is what `acquire_permit` returned; without it a permit is waited for here. After a 401 or 403
        the token is renewed and the body goes once more.
        """
        first = Outcome(kind="not_taken")
        try:
            tokens = self._tokens_of(operation)
            token = tokens.token()
            path = path or operation.template(self.version)
            first = self._submit_once(operation, path, body, token, permit)
            if first.http_status not in {401, 403}:
                return first
            return self._submit_once(operation, path, body, tokens.renew(token))
        except CredentialsRefused as refused:
            kept = refused.request_id or first.request_id
            return Outcome(kind="unauthorized", request_id=kept, reason=str(refused))
        except AmazonUnavailable as unavailable:
            kept = unavailable.request_id or first.request_id
            retry_after = unavailable.retry_after
            return Outcome(
                kind="not_taken", request_id=kept, retry_after=retry_after, reason=str(unavailable)
            )

    def transaction_status(
        self, operation: Operation, amazon_transaction_id: str, *, version: str = ""
    ) -> Verdict:
        """Ask for the verdict of a transaction, again a few times where that may help.

        Raises `AmazonUnavailable` (ask later), `AmazonRefused` (no such transaction),
        `CredentialsRefused` (an operator must act); all of them `AmazonError`.
        """
        path = self._path_of(operation, version or self.version, transactionId=amazon_transaction_id)
        return self._read(operation, path, parse_verdict)

    def read_page(
        self,
        operation: Operation,
        query: Query,
        *,
        names: Mapping[str, str] = _NO_NAMES,
        background: bool = False,
    ) -> Page:
        """Read one page of a list, as of a window (`query_of`), again a few times where that may help.

        `names` stand in the operation's path.

        In the `background` it is read once, and with half of the operation's rate at most.

        Raises `AmazonUnavailable` (ask later), `AmazonRefused` (the query is wrong, or its token too
        old), `CredentialsRefused` (an operator must act), `ReplyTooLarge` (ask for fewer); all of them
        `AmazonError`.
        """
        path = self._path_of(operation, self.version, **names)
        target = f"{path}?{urlencode(query, quote_via=quote)}"
        parse = partial(parse_page, operation)
        if background:
            return self._read_once(operation, target, parse, background=True)
        return self._read(operation, target, parse)

    def read_one(
        self, operation: Operation, *, version: str = "", **names: str
    ) -> Item | UnreadableItem | None:
        """Read one thing by the names in the operation's path; None where there is nothing.

        Raises as `read_page` does. Without a version in the account's.
        """
        return self.ask(operation, b"", version or self.version, names)

    def ask(
        self, operation: Operation, body: bytes, version: str, names: Mapping[str, str]
    ) -> Item | UnreadableItem | None:
        """Read what Amazon answers to a body, as `read_one` does; an empty one is not sent.

        Nothing comes of it at Amazon, so that it is asked again like any read, though it may be a POST.
        """
        path = self._path_of(operation, version, **names)
        return self._read(operation, path, partial(parse_one, operation), body=body)

    def read_in_background(
        self, operation: Operation, *, version: str = "", **names: str
    ) -> Item | UnreadableItem | None:
        """Read what may wait, as `read_one` does, but once, and with half of the operation's rate at most."""
        path = self._path_of(operation, version or self.version, **names)
        return self._read_once(operation, path, partial(parse_one, operation), background=True)

    def probe(self, probe: Probe) -> None:
        """Prove that Amazon lets the account in, by a read that changes nothing.

        Raises `CredentialsRefused`, and `AmazonUnavailable` where that is not known.
        """
        operation = installed().operations[probe.operation]
        with suppress(AmazonRefused):  # it let us in, and then knew no such thing
            self._read(operation, self._path_of(operation, self.version, **probe.names), _admitted)

    def close(self) -> None:
        """Close the connections; calls that wait for a permit end as not taken."""
        self._channel.close()
        self._token_channel.close()
        self._http.close()

    def _submit_once(
        self, operation: Operation, path: str, body: bytes, token: str, permit: float | None = None
    ) -> Outcome:
        items = operation.count_of(body)
        try:
            reply = self._channel.send(operation, path, token, body=body or None, items=items, permit=permit)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            return classify_exception(error)
        if operation.reply in {"result", "receipt"}:
            return classify_result(operation, reply)
        outcome = classify_reply(reply.status, reply.headers, reply.body, operation.doubtful)
        if reply.flaw and outcome.kind != "submitted":
            outcome = msgspec.structs.replace(outcome, reason=f"{outcome.reason}: {reply.flaw}")
        return outcome

    def _read(self, operation: Operation, target: str, parse: Parse[T], *, body: bytes = b"") -> T:
        """Read and parse, again a few times where that may help."""
        retrying = stamina.RetryingCaller(
            attempts=_ATTEMPTS_OF_A_GET, timeout=60.0, wait_initial=0.5, wait_max=8.0, wait_jitter=0.5
        )
        return retrying.on(self._ask_again)(self._read_once, operation, target, parse, body=body)

    def _read_once(
        self,
        operation: Operation,
        target: str,
        parse: Parse[T],
        *,
        body: bytes = b"",
        background: bool = False,
    ) -> T:
        tokens = self._tokens_of(operation)
        token = tokens.token()
        reply = self._get(operation, target, token, body=body, background=background)
        if reply.status in {401, 403}:
            reply = self._get(operation, target, tokens.renew(token), body=body, background=background)
        if reply.flaw and reply.status == 200:
            raise _flawed(operation, reply)
        return parse(reply.status, reply.headers, reply.body)

    def _tokens_of(self, operation: Operation) -> TokenCache | TokenSource:
        return self._restricted.of(operation) if operation.restricted else self._tokens

    @staticmethod
    def _path_of(operation: Operation, version: str, **names: str) -> str:
        try:
            return operation.path_of(version, **names)
        except ValueError as error:  # ".." would lead to another operation
            raise AmazonRefused(str(error)) from error

    def _ask_again(self, error: Exception) -> bool | float:
        """Return whether stamina repeats a GET, and after how many seconds if Amazon said so."""
        if not isinstance(error, AmazonUnavailable) or self._channel.closed:
            return False
        if error.retry_after is None:
            return True
        return error.retry_after if error.retry_after <= _LONGEST_WAIT_IN_A_CALL else False

    def _get(self, operation: Operation, target: str, token: str, *, body: bytes, background: bool) -> Reply:
        try:
            return self._channel.send(operation, target, token, body=body or None, background=background)
        except httpx.HTTPError as error:
            raise AmazonUnavailable(f"no reply from Amazon: {why_not_reached(error)}") from error


def _admitted(status: int, headers: Mapping[str, str], body: bytes) -> None:
    if 300 <= status < 400:  # by somebody on the way: Amazon redirects nothing
        raise AmazonUnavailable(f"HTTP {status}", request_id=request_id_of(headers))
    if status >= 400:
        raise failure_of(status, headers, body)


def _flawed(operation: Operation, reply: Reply) -> AmazonUnavailable | ReplyTooLarge:
    request_id = request_id_of(reply.headers)
    if reply.too_large and operation.list_key:
        return ReplyTooLarge(reply.flaw, request_id=request_id)
    return AmazonUnavailable(f"HTTP {reply.status}: {reply.flaw}", request_id=request_id)


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
