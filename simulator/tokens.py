"""Login with Amazon: refresh tokens in, access tokens with an end out."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from http import HTTPStatus

import msgspec


class Credentials(msgspec.Struct, frozen=True):
    """What one account presents to Login with Amazon. All made up."""

    client_id: str
    client_secret: str
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

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._accounts: dict[str, tuple[str, Credentials]] = {}
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

    def issue(self, form: Mapping[str, str], lifetime: float) -> str:
        """Answer a form of grant type refresh_token with an access token; raises `TokenRefused`."""
        name = self._account_of(form)
        token = f"Atza|stand-in-{secrets.token_hex(24)}"
        self._tokens[token] = (name, self._clock() + lifetime)
        self.issued += 1
        return token

    def _account_of(self, form: Mapping[str, str]) -> str:
        grant = form.get("grant_type")
        if grant is None or "refresh_token" not in form:
            missing = "grant_type" if grant is None else "refresh_token"
            message = f"The request is missing a required parameter : {missing}"
            raise TokenRefused(HTTPStatus.BAD_REQUEST, "invalid_request", message)
        if grant != "refresh_token":
            message = "The authorization grant type is not supported by the authorization server"
            raise TokenRefused(HTTPStatus.BAD_REQUEST, "unsupported_grant_type", message)
        clients = {known.client_id: known.client_secret for _, known in self._accounts.values()}
        secret = clients.get(form.get("client_id", ""))
        if secret is None or form.get("client_secret") != secret:
            raise TokenRefused(HTTPStatus.UNAUTHORIZED, "invalid_client", "Client authentication failed")
        name, credentials = self._accounts.get(form["refresh_token"], ("", None))
        if credentials is None or credentials.client_id != form.get("client_id"):
            message = "The request has an invalid grant parameter : refresh_token"
            raise TokenRefused(HTTPStatus.BAD_REQUEST, "invalid_grant", message)
        return name

    def account_of(self, token: str) -> str | None:
        """Name the account of an access token; None where it is unknown or has expired."""
        name, end = self._tokens.get(token, ("", 0.0))
        return name if name and self._clock() < end else None

    def why_denied(self, token: str) -> str:
        """Say, in Amazon's words, why an access token opens nothing."""
        if not token:
            return "Access token is missing in the request header."
        if token in self._tokens:
            return "The access token you provided has expired."
        return "The access token you provided is revoked, malformed or invalid."

    def expire_all(self) -> None:
        """End every access token at once; refresh tokens go on."""
        self._tokens = {token: (name, float("-inf")) for token, (name, _) in self._tokens.items()}
