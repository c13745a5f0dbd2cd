"""Who may ask, and how often: tokens, restricted tokens and rates."""

from __future__ import annotations

from http import HTTPStatus

from simulator.lanes import READS, RESTRICTED_TOKEN_OPERATION
from simulator.options import Options
from simulator.replies import Refused
from simulator.restricted import RestrictedDesk
from simulator.throttle import Throttle
from simulator.tokens import TokenDesk


class Gate:
    """Lets requests in or refuses them."""

    def __init__(
        self, options: Options, tokens: TokenDesk, restricted: RestrictedDesk, throttle: Throttle
    ) -> None:
        self._options = options
        self._tokens = tokens
        self._restricted = restricted
        self._throttle = throttle

    def account_of(self, operation: str, token: str, method: str, path: str) -> str:
        """Name the account of a token that opens an operation; raises `Refused`."""
        if operation in READS:
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
        if not self._throttle.allows(account, operation, rate=rate, burst=burst):
            message = "You exceeded your quota for the requested resource."
            limit = self._options.rate_headers_on_429
            raise Refused(HTTPStatus.TOO_MANY_REQUESTS, "QuotaExceeded", message, limit=limit)

    def limit(self, operation: str) -> dict[str, str]:
        """Give the header that tells an operation's rate."""
        rate, _ = self._plan(operation)
        return {} if rate is None else {"x-amzn-RateLimit-Limit": str(rate)}

    def _plan(self, operation: str) -> tuple[float | None, int]:
        options = self._options
        if operation == RESTRICTED_TOKEN_OPERATION:
            return options.rdt_rate, options.rdt_burst
        return options.rate, options.burst
