"""A selling partner's consent: the page of Vendor or Seller Central, and the codes that it gives."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from http import HTTPStatus
from urllib.parse import urlencode

import msgspec
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from simulator.options import Options

CONSENT_PATH = "/apps/authorize/consent"
APPLICATION_ID = "amzn1.sp.solution.stand-in"
REDIRECT_URI = "https://localhost/authorized"
"""Nothing answers there: the address at which the browser ends says all."""
SELLING_PARTNER_ID = "A1STANDIN"


class Code(msgspec.Struct, frozen=True):
    """An authorization code: whose consent it is, to which redirect URI it went, and until when it holds."""

    account: str
    redirect_uri: str
    end: float


class Codes:
    """Knows the codes that were given and not presented yet. `clock` returns seconds that only grow."""

    def __init__(self, options: Options, clock: Callable[[], float]) -> None:
        self._options = options
        self._clock = clock
        self._codes: dict[str, Code] = {}

    def give(self, account: str, redirect_uri: str) -> str:
        """Make up a code for an account's consent."""
        code = f"RH{secrets.token_hex(9)}"
        self._codes[code] = Code(account, redirect_uri, self._clock() + self._options.code_lifetime)
        return code

    def take(self, code: str, redirect_uri: str) -> str | None:
        """Return whose consent a code is, which is then used up; None for one that is no good."""
        known = self._codes.pop(code, None)
        if known is None or known.redirect_uri != redirect_uri or self._clock() >= known.end:
            return None
        return known.account


class ConsentPage:
    """Answers as Central does to a selling partner who signs in and confirms at once."""

    def __init__(self, options: Options, codes: Codes) -> None:
        self._options = options
        self._codes = codes
        self.account = "default"
        """The account that is signed in."""

    def routes(self) -> list[BaseRoute]:
        """Build the route."""
        return [Route(CONSENT_PATH, self._consent)]

    async def _consent(self, request: Request) -> Response:
        query = request.query_params
        error = self._error(query)
        if error:
            return PlainTextResponse(f"Error Code: {error}\n", HTTPStatus.BAD_REQUEST)
        code = self._codes.give(self.account, REDIRECT_URI)
        answer = {"selling_partner_id": SELLING_PARTNER_ID, "spapi_oauth_code": code}
        if state := query.get("state"):
            answer = {"state": state, **answer}
        return RedirectResponse(f"{REDIRECT_URI}?{urlencode(answer)}", HTTPStatus.FOUND)

    def _error(self, query: Mapping[str, str]) -> str:
        """Return Amazon's code for what is wrong with a question; empty where nothing is."""
        if query.get("application_id") != APPLICATION_ID:
            return "MD1000"
        if self._options.draft_application and query.get("version") != "beta":
            return "MD1000"
        return "" if query.get("redirect_uri", REDIRECT_URI) == REDIRECT_URI else "MD5101"
