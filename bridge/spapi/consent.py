"""A selling partner's consent to an application: the page that asks for it, and the address it leads to.

Source: "Website Authorization Workflow", "Seller Central URLs" and "Vendor Central URLs" of the Selling
Partner API's documentation.
"""

from __future__ import annotations

import hmac
import re
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal
from urllib.parse import parse_qs, urlencode, urlsplit

from bridge.errors import BridgeError, Fault
from bridge.spapi.endpoints import Region

CONSENT_PATH = "/apps/authorize/consent"
STATE_BYTES = 32
STATE_HOLDS = timedelta(minutes=10)
"""Time in which the browser has to come back. Amazon's code that it brings holds for five minutes."""
Partners = Literal["vendors", "sellers"]

_CODE = re.compile(r"[!-~]{1,2048}")
_REFRESH_TOKEN = re.compile(r"[!-~]{20,4096}")


@dataclass(frozen=True, slots=True)
class Country:
    """A country's region and its hosts of Seller Central and Vendor Central; empty where none is known."""

    region: Region
    sellers: str
    vendors: str


_EUROPE = "sellercentral-europe.amazon.com"
_MIDDLE_EAST = "vendorcentral.amazon.me"
COUNTRIES: Mapping[str, Country] = {
    "US": Country("na", "sellercentral.amazon.com", "vendorcentral.amazon.com"),
    "CA": Country("na", "sellercentral.amazon.ca", "vendorcentral.amazon.ca"),
    "MX": Country("na", "sellercentral.amazon.com.mx", "vendorcentral.amazon.com.mx"),
    "BR": Country("na", "sellercentral.amazon.com.br", "vendorcentral.amazon.com.br"),
    "UK": Country("eu", _EUROPE, "vendorcentral.amazon.co.uk"),
    "GB": Country("eu", _EUROPE, "vendorcentral.amazon.co.uk"),
    "IE": Country("eu", "sellercentral.amazon.ie", ""),
    "DE": Country("eu", _EUROPE, "vendorcentral.amazon.de"),
    "FR": Country("eu", _EUROPE, "vendorcentral.amazon.fr"),
    "IT": Country("eu", _EUROPE, "vendorcentral.amazon.it"),
    "ES": Country("eu", _EUROPE, "vendorcentral.amazon.es"),
    "BE": Country("eu", "sellercentral.amazon.com.be", "vendorcentral.amazon.com.be"),
    "NL": Country("eu", "sellercentral.amazon.nl", "vendorcentral.amazon.nl"),
    "SE": Country("eu", "sellercentral.amazon.se", "vendorcentral.amazon.se"),
    "PL": Country("eu", "sellercentral.amazon.pl", "vendorcentral.amazon.pl"),
    "TR": Country("eu", "sellercentral.amazon.com.tr", "vendorcentral.amazon.com.tr"),
    "AE": Country("eu", "sellercentral.amazon.ae", _MIDDLE_EAST),
    "SA": Country("eu", "sellercentral.amazon.sa", _MIDDLE_EAST),
    "EG": Country("eu", "sellercentral.amazon.eg", _MIDDLE_EAST),
    "ZA": Country("eu", "sellercentral.amazon.co.za", "vendorcentral.amazon.co.za"),
    "IN": Country("eu", "sellercentral.amazon.in", "www.vendorcentral.in"),
    "JP": Country("fe", "sellercentral.amazon.co.jp", "vendorcentral.amazon.co.jp"),
    "AU": Country("fe", "sellercentral.amazon.com.au", "vendorcentral.amazon.com.au"),
    "SG": Country("fe", "sellercentral.amazon.sg", "vendorcentral.amazon.com.sg"),
}
"""By Amazon's code of the country; the United Kingdom by its ISO code, too."""


def central_of(country: str, partners: Partners) -> str:
    """Return the address of a country's Vendor Central or Seller Central; empty where none is known."""
    known = COUNTRIES.get(country)
    host = getattr(known, partners, "")
    return f"https://{host}" if host else ""


class ConsentRefused(BridgeError):
    """What the operator pasted cannot be used; nothing was sent."""

    fault = Fault.OPERATOR


class ConsentRequest:
    """One question to the selling partner, good for one answer within ten minutes.

    Its `state` lives in this process alone: an answer to another question, an older one's too, is refused.
    `clock` returns seconds that only grow.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._state = secrets.token_urlsafe(STATE_BYTES)
        self._ends_at = clock() + STATE_HOLDS.total_seconds()

    def address(self, central: str, *, application_id: str, redirect_uri: str, draft: bool) -> str:
        """Return the address of the page on which the selling partner consents."""
        query = {"application_id": application_id, "state": self._state, "redirect_uri": redirect_uri}
        if draft:
            query["version"] = "beta"  # without it the page of a draft is the error MD1000
        return f"{central.rstrip('/')}{CONSENT_PATH}?{urlencode(query)}"

    def code_of(self, address: str) -> str:
        """Return the authorization code in the address at which the browser ended. Raises `ConsentRefused`.

        May be called once: whatever the answer, the question is then over.
        """
        state, self._state = self._state, ""
        told = _parameters(address)
        given = told.get("state", "")
        if not state or not hmac.compare_digest(given.encode(errors="replace"), state.encode()):
            what = "another question's state" if given else "no state"
            raise ConsentRefused(f"the address has {what}, so that it is no answer to this question")
        if self._clock() > self._ends_at:
            raise ConsentRefused("the address came more than 10 minutes after the question")
        code = told.get("spapi_oauth_code", "")
        if not _CODE.fullmatch(code):
            raise ConsentRefused("the address has no spapi_oauth_code: consent was not given")
        return code


def _parameters(address: str) -> dict[str, str]:
    """Return what an address has once in its query."""
    try:
        query = parse_qs(urlsplit(address.strip()).query, max_num_fields=50)
    except ValueError:
        return {}
    return {name: values[0] for name, values in query.items() if len(values) == 1}


def refresh_token_of(text: str) -> str:
    """Return the refresh token that was pasted. Raises `ConsentRefused`, without the text."""
    token = text.strip()
    if token.startswith("Atza|"):
        raise ConsentRefused("this is an access token, which ends within the hour: paste the refresh token")
    if not _REFRESH_TOKEN.fullmatch(token):
        raise ConsentRefused("this is no refresh token: that is one line of at least 20 visible characters")
    return token
