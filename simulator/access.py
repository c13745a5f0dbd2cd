"""Who may call, and how often: tokens, restricted tokens and rates."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus

from simulator.operations import RESTRICTED, RESTRICTED_TOKEN_OPERATION
from simulator.options import Options
from simulator.replies import Refused
from simulator.restricted import RestrictedTokens
from simulator.tokens import AccessTokens


class TokenBuckets:
    """Rates and bursts for each operation and account, as Amazon's usage plans count.

    `clock` returns seconds that only grow.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._buckets: dict[tuple[str, str], tuple[float, float]] = {}

    def allows(self, account: str, operation: str, *, rate: float | None, burst: int) -> bool:
        """Take one token from the bucket of (account, operation); False where it is empty."""
        if rate is None:
            return True
        now = self._clock()
        tokens, filled = self._buckets.get((account, operation), (float(burst), now))
        tokens = min(float(burst), tokens + (now - filled) * rate)
        allowed = tokens >= 1.0
        self._buckets[account, operation] = (tokens - 1.0 if allowed else tokens, now)
        return allowed


class AccessControl:
    """Admits requests or refuses them."""

    def __init__(
        self, options: Options, tokens: AccessTokens, restricted: RestrictedTokens, buckets: TokenBuckets
    ) -> None:
        self._options = options
        self._tokens = tokens
        self._restricted = restricted
        self._buckets = buckets

    def account_of(self, operation: str, token: str, method: str, path: str) -> str:
        """Return the account whose token opens an operation; raises `Refused`."""
        if operation in RESTRICTED:
            account = self._restricted.account_of(token, method, path)
            why = self._restricted.why_denied
        else:
            account, why = self._tokens.account_of(token), self._tokens.why_denied
        if account is None:
            message = "Access to requested resource is denied."
            raise Refused(HTTPStatus.FORBIDDEN, "Unauthorized", message, why(token), limit=False)
        return account

    def count(self, operation: str, account: str) -> None:
        """Count a request against its rate; raises `Refused` beyond that."""
        rate, burst = self._plan(operation)
        if not self._buckets.allows(account, operation, rate=rate, burst=burst):
            message = "You exceeded your quota for the requested resource."
            limit = self._options.rate_headers_on_429
            raise Refused(HTTPStatus.TOO_MANY_REQUESTS, "QuotaExceeded", message, limit=limit)

    def limit(self, operation: str) -> dict[str, str]:
        """Return the header with an operation's rate."""
        rate, _ = self._plan(operation)
        return {} if rate is None else {"x-amzn-RateLimit-Limit": str(rate)}

    def _plan(self, operation: str) -> tuple[float | None, int]:
        options = self._options
        if operation == RESTRICTED_TOKEN_OPERATION:
            return options.rdt_rate, options.rdt_burst
        return options.rate, options.burst
