"""One HTTP exchange with bounds on everything: time, size, redirects, and no retries.

The client keeps connections alive for less time than Amazon's servers do: a POST on a connection that
the server is just closing would leave the submission in doubt.
"""

from __future__ import annotations

import socket
import ssl
from contextlib import closing

import httpx
import msgspec

from bridge.domain.outcomes import Outcome
from bridge.spapi.budget import budget, keep_budgets

BODY_LIMIT = 1024 * 1024
LARGE_BODY_LIMIT = 32 * 1024 * 1024
"""For pages of shipping documents, in base64; where one is larger, fewer orders are asked for."""
TOKEN_LIMIT = 64 * 1024
_HEADS = 512 * 1024  # for headers and the frames of chunks, beside twice the body
_MOST_VALUES = 200_000  # no reply has so many; as Python's values they take a hundred times their text
_KEEPALIVE_SECONDS = 5.0
_TOO_LARGE = "the reply is larger than"

_CONFIGURATION = (httpx.InvalidURL, httpx.UnsupportedProtocol)
# A TLS failure and a proxy that opens no tunnel are met before a byte of the request is sent.
_SURELY_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)


class Timeouts(msgspec.Struct, frozen=True, kw_only=True):
    """Seconds: for a connection, for each wait on the socket, for a free connection, for a whole exchange.

    `body` counts from the first byte sent to the last received; `large_body` is for a page of labels,
    slips or invoices.
    """

    connect: float = 10.0
    read: float = 30.0
    write: float = 30.0
    pool: float = 30.0
    body: float = 60.0
    large_body: float = 300.0


class Reply(msgspec.Struct, frozen=True):
    """A reply. `flaw` says why the body could not be read whole; it is empty then.

    `too_large` tells the one flaw that a retry cannot correct.
    """

    status: int
    headers: dict[str, str]
    body: bytes
    flaw: str = ""
    too_large: bool = False


def http_client(timeouts: Timeouts, *, user_agent: str, connections: int, direct: bool) -> httpx.Client:
    """Make a client that verifies certificates; `direct` passes by the environment's proxies."""
    client = httpx.Client(
        headers={"user-agent": user_agent, "accept": "application/json", "accept-encoding": "identity"},
        timeout=httpx.Timeout(
            connect=timeouts.connect, read=timeouts.read, write=timeouts.write, pool=timeouts.pool
        ),
        limits=httpx.Limits(
            max_connections=connections,
            max_keepalive_connections=connections,
            keepalive_expiry=_KEEPALIVE_SECONDS,
        ),
        follow_redirects=False,
        http2=False,
        trust_env=not direct,
        transport=None,  # httpx's own, whose `retries` are 0
    )
    return keep_budgets(client)


def exchange(
    http: httpx.Client, request: httpx.Request, *, body_seconds: float, body_limit: int = BODY_LIMIT
) -> Reply:
    """Send once and read the reply, all of it in `body_seconds`, whatever comes meanwhile.

    Raises httpx.TransportError where no status line came.

    Once it came, a body that is cut, slow or too large is a flaw and no error: the status alone tells
    a lot (a 429 is a 429).
    """
    if http.is_closed:  # else a RuntimeError, which would not say that nothing was sent
        raise httpx.ConnectError("the client is closed", request=request)
    with (
        budget(body_seconds, 2 * body_limit + _HEADS),
        closing(http.send(request, stream=True)) as response,
    ):
        body, flaw = _read(response, body_limit)
    too_large = flaw.startswith(_TOO_LARGE)
    return Reply(response.status_code, dict(response.headers), body, flaw, too_large)


def classify_exception(error: httpx.HTTPError | httpx.InvalidURL) -> Outcome:
    """Return what it means for a POST that no reply came. Only what was surely not sent is `not_taken`.

    An address that cannot be used at all is `unauthorized`: not sent, and an operator must correct it.
    """
    name = type(error).__name__
    if isinstance(error, _CONFIGURATION):
        return Outcome(kind="unauthorized", reason=f"the endpoint cannot be used: {name}")
    if isinstance(error, _SURELY_NOT_SENT):
        return Outcome(kind="not_taken", reason=f"no connection to Amazon: {why_not_reached(error)}")
    return Outcome(kind="in_doubt", reason=f"no reply from Amazon: {name}")


def why_not_reached(error: BaseException) -> str:
    """Name an error, and its cause where an operator can correct that: the name, the certificate, TLS."""
    name, cause = type(error).__name__, error.__cause__
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return f"{name}, the certificate is not trusted: {cause.verify_message}"
        if isinstance(cause, ssl.SSLError):
            return f"{name}, TLS fails: {cause.reason}"
        if isinstance(cause, socket.gaierror):
            return f"{name}, the name is not known"
        cause = cause.__cause__ or cause.__context__
    return name


def _read(response: httpx.Response, limit: int) -> tuple[bytes, str]:
    if response.headers.get("content-encoding", "identity").strip().lower() not in {"", "identity"}:
        # Nobody asked for it, and a few bytes of it can become gigabytes.
        return b"", "its content-encoding is refused"
    chunks = bytearray()
    try:
        for chunk in response.iter_raw():  # as it comes: a chunk size would wait for a whole one
            chunks += chunk
            if len(chunks) > limit:
                return b"", f"{_TOO_LARGE} {limit} bytes"
    except httpx.TimeoutException:
        return b"", "the reply did not end in time"
    except httpx.TransportError as error:
        return b"", f"the reply was cut: {type(error).__name__}"
    if sum(chunks.count(mark) for mark in b",[{") > _MOST_VALUES:
        return b"", "the reply has too many values"
    return bytes(chunks), ""
