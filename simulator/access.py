"""Who may call, and how often: Login with Amazon, access tokens, Restricted Data Tokens and rates."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Mapping
from http import HTTPStatus
from typing import Any

import msgspec

from simulator.bodies import is_order, problems_of
from simulator.consent import Codes
from simulator.inventory import BURST, SUMMARIES
from simulator.merchant.operations import (
    CREATE,
    MERCHANT,
    MERCHANT_RESOURCES,
    MERCHANT_RESTRICTED,
    SHIPMENT_PLACE,
)
from simulator.operations import (
    ORDER_PLACE,
    OUTBOUND,
    RESTRICTED,
    RESTRICTED_TOKEN_OPERATION,
    VERSIONS,
    restricted_resources,
)
from simulator.options import Options
from simulator.replies import Refused


class Credentials(msgspec.Struct, frozen=True):
    """What one account presents to Login with Amazon. All made up."""

    client_id: str
    client_secret: str
    refresh_token: str


class Granted(msgspec.Struct, frozen=True):
    """What Login with Amazon gives for a grant."""

    access_token: str
    refresh_token: str


class TokenRefused(Exception):
    """The token endpoint says no: an OAuth error code (RFC 6749, 5.2), its status and a description."""

    def __init__(self, status: HTTPStatus, error: str, description: str) -> None:
        self.status = status
        self.error = error
        self.description = description
        super().__init__(error)


class AccessTokens:
    """Knows the accounts and the access tokens in force. `clock` returns seconds that only grow."""

    def __init__(self, clock: Callable[[], float], codes: Codes) -> None:
        self._clock = clock
        self._codes = codes
        self._accounts: dict[str, tuple[str, Credentials]] = {}
        """By the refresh tokens that are good."""
        self._ended: dict[str, tuple[str, Credentials]] = {}
        self._tokens: dict[str, tuple[str, float]] = {}
        self.issued = 0

    def open_account(self, name: str) -> Credentials:
        """Make up credentials for an account; rates are counted by account."""
        mark = secrets.token_hex(8)
        credentials = Credentials(
            client_id=f"amzn1.application-oa2-client.{mark}",
            client_secret=f"stand-in-{secrets.token_hex(16)}",
            refresh_token=f"Atzr|stand-in-{name}-{secrets.token_hex(16)}",
        )
        return self.admit(name, credentials)

    def admit(self, name: str, credentials: Credentials) -> Credentials:
        """Register an account with credentials of the caller's choice."""
        self._accounts[credentials.refresh_token] = (name, credentials)
        return credentials

    def issue(self, form: Mapping[str, str], lifetime: float) -> Granted:
        """Answer a form of grant type refresh_token or authorization_code; raises `TokenRefused`."""
        refresh_token = self._refresh_token_of(form)
        name, _ = self._accounts[refresh_token]
        token = f"Atza|stand-in-{secrets.token_hex(24)}"
        self._tokens[token] = (name, self._clock() + lifetime)
        self.issued += 1
        return Granted(token, refresh_token)

    def end_authorization(self, name: str) -> None:
        """End an account's authorization: none of its refresh and access tokens is good any more."""
        self._ended |= {token: known for token, known in self._accounts.items() if known[0] == name}
        self._accounts = {token: known for token, known in self._accounts.items() if known[0] != name}
        self._tokens = {token: known for token, known in self._tokens.items() if known[0] != name}

    def _refresh_token_of(self, form: Mapping[str, str]) -> str:
        grant = form.get("grant_type")
        wanted = ("code", "redirect_uri") if grant == "authorization_code" else ("refresh_token",)
        missing = next((name for name in ("grant_type", *wanted) if name not in form), None)
        if missing is not None:
            message = f"The request is missing a required parameter : {missing}"
            raise TokenRefused(HTTPStatus.BAD_REQUEST, "invalid_request", message)
        if grant not in {"refresh_token", "authorization_code"}:
            message = "The authorization grant type is not supported by the authorization server"
            raise TokenRefused(HTTPStatus.BAD_REQUEST, "unsupported_grant_type", message)
        client_id = form.get("client_id", "")
        all_known = {**self._ended, **self._accounts}
        secrets_known = {known.client_id: known.client_secret for _, known in all_known.values()}
        if client_id not in secrets_known or form.get("client_secret") != secrets_known[client_id]:
            raise TokenRefused(HTTPStatus.UNAUTHORIZED, "invalid_client", "Client authentication failed")
        if grant == "authorization_code":
            return self._authorize(form, all_known)
        _, credentials = self._accounts.get(form["refresh_token"], ("", None))
        if credentials is None or credentials.client_id != client_id:
            message = "The request has an invalid grant parameter : refresh_token"
            raise TokenRefused(HTTPStatus.BAD_REQUEST, "invalid_grant", message)
        return form["refresh_token"]

    def _authorize(self, form: Mapping[str, str], known: Mapping[str, tuple[str, Credentials]]) -> str:
        """Take a code and make up a further refresh token of the account that consented."""
        account = self._codes.take(form["code"], form["redirect_uri"])
        clients = {name: credentials.client_id for name, credentials in known.values()}
        if account is None or clients.get(account) != form["client_id"]:
            message = "The request has an invalid grant parameter : code"
            raise TokenRefused(HTTPStatus.BAD_REQUEST, "invalid_grant", message)
        token = f"Atzr|stand-in-{account}-{secrets.token_hex(16)}"
        self.admit(account, Credentials(form["client_id"], form["client_secret"], token))
        return token

    def account_of(self, token: str) -> str | None:
        """Name the account of an access token; None where it is unknown or has expired."""
        name, end = self._tokens.get(token, ("", 0.0))
        return name if name and self._clock() < end else None

    def why_denied(self, token: str) -> str:
        """Return, in Amazon's words, why an access token opens nothing."""
        if not token:
            return "Access token is missing in the request header."
        if token in self._tokens:
            return "The access token you provided has expired."
        return "The access token you provided is revoked, malformed or invalid."

    def expire_all(self) -> None:
        """End every access token at once; refresh tokens go on."""
        self._tokens = {token: (name, float("-inf")) for token, (name, _) in self._tokens.items()}


Resource = tuple[str, str]
"""A method and a path, the path perhaps with `{purchaseOrderNumber}`."""


class _Grant(msgspec.Struct, frozen=True):
    account: str
    resources: frozenset[Resource]
    end: float


class RestrictedTokens:
    """Knows the Restricted Data Tokens in force. `clock` returns seconds that only grow."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._grants: dict[str, _Grant] = {}
        self.issued = 0

    def issue(self, account: str, body: Any, lifetime: float) -> str:  # noqa: ANN401 - as it came
        """Grant what a body asks for; raises `Refused` where that is no list of restricted operations."""
        problem = next(_problems(body), None)
        if problem is not None:
            message = "Request is missing or has invalid parameters"
            raise Refused(HTTPStatus.BAD_REQUEST, "InvalidRequest", message, problem)
        resources = frozenset((one["method"], one["path"]) for one in body["restrictedResources"])
        token = f"Atz.sprdt|stand-in-{secrets.token_hex(24)}"
        self._grants[token] = _Grant(account, resources, self._clock() + lifetime)
        self.issued += 1
        return token

    def account_of(self, token: str, method: str, path: str) -> str | None:
        """Name the account of a token that is in force and covers an operation; None otherwise."""
        grant = self._grants.get(token)
        if grant is None or self._clock() >= grant.end:
            return None
        # A resource with a literal place for the order or shipment covers every one.
        folder = path.rpartition("/")[0]
        covering = {
            (method, path),
            *((method, f"{folder}/{place}") for place in (ORDER_PLACE, SHIPMENT_PLACE)),
        }
        return grant.account if covering & grant.resources else None

    def why_denied(self, token: str) -> str:
        """Return why a token does not open a restricted operation."""
        if not token:
            return "Access token is missing in the request header."
        grant = self._grants.get(token)
        if grant is None:
            return "The operation is restricted: it takes a Restricted Data Token."
        if self._clock() >= grant.end:
            return "The Restricted Data Token you provided has expired."
        return "The Restricted Data Token you provided does not cover this method and path."

    def expire_all(self) -> None:
        """End every Restricted Data Token at once."""
        ended = float("-inf")
        self._grants = {
            token: msgspec.structs.replace(grant, end=ended) for token, grant in self._grants.items()
        }


def _problems(body: Any) -> Iterator[str]:  # noqa: ANN401 - as it came
    if problems := problems_of(body, RESTRICTED_TOKEN_OPERATION, "v1"):
        yield from problems
        return
    for resource in body["restrictedResources"]:
        method, path = resource["method"], resource["path"]
        if not method or not path:
            yield "Resource not provided."  # as the model's example says
        elif not _is_restricted(method, path):
            yield f"{method} {path} is not a restricted operation."


_RESOURCES = {
    *MERCHANT_RESOURCES,
    *(resource for version in VERSIONS for resource in restricted_resources(version)),
}


def _is_restricted(method: str, path: str) -> bool:
    folder, _, last = path.rpartition("/")
    return (method, path) in _RESOURCES or (
        is_order(last) and (method, f"{folder}/{ORDER_PLACE}") in _RESOURCES
    )


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
        if operation in RESTRICTED or operation in MERCHANT_RESTRICTED:
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
        told = self._options.told_rate if rate is None else rate
        return {} if told is None else {"x-amzn-RateLimit-Limit": str(told)}

    def _plan(self, operation: str) -> tuple[float | None, int]:
        options = self._options
        if operation == RESTRICTED_TOKEN_OPERATION:
            return options.rdt_rate, options.rdt_burst
        if operation == SUMMARIES:
            return options.inventory_rate, BURST
        if operation in OUTBOUND and options.rate is not None:
            return options.outbound_rate, options.outbound_burst
        if operation in MERCHANT and options.rate is not None:
            plan = MERCHANT[operation]
            burst = options.merchant.create_burst if operation == CREATE else plan.burst
            return (plan.rate if options.merchant.rates else None), burst
        return options.rate, options.burst
