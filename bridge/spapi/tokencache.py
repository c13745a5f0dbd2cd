"""A token that is fetched once for all threads and kept until shortly before it expires."""

from __future__ import annotations

import random
import re
import threading
import time
from collections.abc import Callable

import msgspec

from bridge.spapi.errors import AmazonUnavailable, CredentialsRefused

_MARGIN = 60.0
_JITTER = 30.0
_VISIBLE = re.compile(r"[!-~]+")  # what goes into a header must be visible ASCII


def is_visible(token: str) -> bool:
    """Return whether a token can stand in a header: visible ASCII, and not empty."""
    return bool(_VISIBLE.fullmatch(token))


class Grant(msgspec.Struct, frozen=True):
    """A token and the seconds for which it holds."""

    token: str
    expires_in: float

    def is_usable(self) -> bool:
        """Return whether the token can stand in a header and holds for a time."""
        return is_visible(self.token) and 0 < self.expires_in < float("inf")

    def __repr__(self) -> str:
        return "Grant(...)"


def some_seconds() -> float:
    """Return the seconds by which a refresh comes earlier, so that not all come at once."""
    return random.uniform(0, _JITTER)  # noqa: S311  no secret


class TokenCache:
    """Thread-safe. Gives a token, fetched anew a minute or so before it expires.

    `ask` fetches one and raises `AmazonUnavailable` or `CredentialsRefused`; one thread at a time
    calls it. `clock` gives seconds of a steady clock, `jitter` the seconds of `some_seconds`.
    """

    def __init__(
        self,
        ask: Callable[[], Grant],
        *,
        clock: Callable[[], float] = time.monotonic,
        jitter: Callable[[], float] = some_seconds,
    ) -> None:
        self._ask = ask
        self._clock = clock
        self._jitter = jitter
        self._lock = threading.Lock()
        self._token = ""
        self._refresh_at = 0.0
        self._expires_at = 0.0
        self._failure: AmazonUnavailable | CredentialsRefused | None = None
        self._failed_at = 0.0

    def token(self) -> str:
        """Return a token that is valid now; raises as `ask` does."""
        came_at = self._clock()
        with self._lock:
            if self._token and self._clock() < self._refresh_at:
                return self._token
            try:
                return self._fetch(came_at)
            except AmazonUnavailable:
                if self._token and self._clock() < self._expires_at:
                    return self._token  # early refresh failed, and there is time for another one
                raise

    def renew(self, refused: str) -> str:
        """Return another token than the one that Amazon refused; raises as `ask` does."""
        came_at = self._clock()
        with self._lock:
            if self._token == refused:
                self._token = ""
            return self._token or self._fetch(came_at)

    def _fetch(self, came_at: float) -> str:
        # Threads that waited for a fetch that failed share its failure instead of repeating it one by one.
        # Who came later asks anew: the account may have been authorized meanwhile.
        if self._failure is not None and came_at <= self._failed_at:
            raise self._failure.with_traceback(None)
        asked_at = self._clock()
        try:
            grant = self._ask()
        except (AmazonUnavailable, CredentialsRefused) as failure:
            self._failure, self._failed_at = failure, self._clock()
            raise
        self._failure = None
        self._token = grant.token
        self._expires_at = asked_at + grant.expires_in
        self._refresh_at = self._expires_at - min(_MARGIN + self._jitter(), grant.expires_in / 2)
        return self._token
