"""One budget for an exchange, whatever the server sends: seconds from the first byte sent, and bytes.

httpx counts each wait on the socket alone. A server that sends a header now and then, interim replies
without end or chunks of one byte would never be given up.
"""

from __future__ import annotations

import ssl
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import httpcore
import httpx

_CHUNK = 16 * 1024  # a server that takes a body byte by byte is noticed between two of them


class _Budget:
    """What is left of an exchange. Time runs from the first byte that is sent."""

    def __init__(self, seconds: float, size: int) -> None:
        self.seconds = seconds
        self.size = size
        self.until: float | None = None

    def begin(self) -> None:
        if self.until is None:
            self.until = time.monotonic() + self.seconds

    def left(self, timeout: float | None, over: type[Exception]) -> float | None:
        """Return how long the next step may take; raises `over` where nothing is left."""
        if self.until is None:
            return timeout
        left = self.until - time.monotonic()
        if left <= 0:
            raise over(f"not done in {self.seconds:g} seconds")
        return left if timeout is None else min(timeout, left)

    def take(self, size: int) -> None:
        self.size -= size
        if self.size < 0:
            raise httpcore.RemoteProtocolError("the server sends more bytes than any reply has")


_current: ContextVar[_Budget | None] = ContextVar("budget", default=None)


@contextmanager
def budget(seconds: float, size: int) -> Iterator[None]:
    """Run one exchange within so many seconds and bytes received; beyond, it ends as a broken one does."""
    token = _current.set(_Budget(seconds, size))
    try:
        yield
    finally:
        _current.reset(token)


def keep_budgets(client: httpx.Client) -> httpx.Client:
    """Make every connection of a client, proxied ones too, keep the budget of its exchange."""
    for transport in (client._transport, *client._mounts.values()):  # noqa: SLF001 - httpx has no way for it
        if isinstance(transport, httpx.HTTPTransport):
            pool = transport._pool  # noqa: SLF001
            pool._network_backend = _Backend(pool._network_backend)  # noqa: SLF001
    return client


class _Stream(httpcore.NetworkStream):
    def __init__(self, inner: httpcore.NetworkStream) -> None:
        self._inner = inner

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        budget = _current.get()
        if budget is None:
            return self._inner.read(max_bytes, timeout)
        data = self._inner.read(max_bytes, budget.left(timeout, httpcore.ReadTimeout))
        budget.take(len(data))
        return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        budget = _current.get()
        if budget is None:
            self._inner.write(buffer, timeout)
            return
        budget.begin()
        for begin in range(0, len(buffer), _CHUNK):
            left = budget.left(timeout, httpcore.WriteTimeout)
            self._inner.write(buffer[begin : begin + _CHUNK], left)

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        return _Stream(self._inner.start_tls(ssl_context, server_hostname, timeout))

    def get_extra_info(self, info: str) -> Any:  # noqa: ANN401 - httpcore's
        return self._inner.get_extra_info(info)


class _Backend(httpcore.NetworkBackend):
    def __init__(self, inner: httpcore.NetworkBackend) -> None:
        self._inner = inner

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        return _Stream(self._inner.connect_tcp(host, port, timeout, local_address, socket_options))

    def sleep(self, seconds: float) -> None:
        self._inner.sleep(seconds)
