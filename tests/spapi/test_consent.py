"""Consent: the address that asks for it, and what of the address that comes back is taken."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest

from bridge.spapi.consent import COUNTRIES, ConsentRefused, ConsentRequest, central_of, refresh_token_of
from bridge.spapi.endpoints import REGIONS

CENTRAL = "https://vendorcentral.amazon.de"
BACK = "https://example.com/authorized"


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def asked(request: ConsentRequest, *, draft: bool = False, redirect_uri: str = BACK) -> dict[str, str]:
    address = request.address(CENTRAL, application_id="amzn1.sp.x", redirect_uri=redirect_uri, draft=draft)
    assert address.startswith(f"{CENTRAL}/apps/authorize/consent?")
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}


def back(state: str, code: str = "RH123") -> str:
    return f"{BACK}?state={state}&selling_partner_id=A1&spapi_oauth_code={code}\n"


def test_the_address_asks_for_the_application_with_a_state_of_its_own() -> None:
    first, second = asked(ConsentRequest()), asked(ConsentRequest())
    assert first.keys() == {"application_id", "state", "redirect_uri"}
    assert (first["application_id"], first["redirect_uri"]) == ("amzn1.sp.x", BACK)
    assert len(first["state"]) == 43, "32 bytes in base64 without padding"
    assert first["state"] != second["state"]


def test_a_draft_is_asked_for_as_beta() -> None:
    assert asked(ConsentRequest(), draft=True)["version"] == "beta"


def test_a_redirect_uri_with_a_query_comes_back_as_it_was() -> None:
    odd = "https://example.com/a?b=c&state=mine"
    assert asked(ConsentRequest(), redirect_uri=odd)["redirect_uri"] == odd


def test_the_code_is_taken_once() -> None:
    request = ConsentRequest()
    address = back(asked(request)["state"])
    assert request.code_of(address) == "RH123"
    with pytest.raises(ConsentRefused):
        request.code_of(address)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "\n",
        "yes",
        "http://[",
        f"{BACK}?spapi_oauth_code=RH1",
        f"{BACK}?state=&spapi_oauth_code=RH1",
        f"{BACK}?state=\udce4&spapi_oauth_code=RH1",
        back("A" * 43),
    ],
)
def test_an_address_without_our_state_is_refused_and_ends_the_question(address: str) -> None:
    request = ConsentRequest()
    good = back(asked(request)["state"])
    with pytest.raises(ConsentRefused, match="no answer to this question"):
        request.code_of(address)
    with pytest.raises(ConsentRefused):
        request.code_of(good)


def test_two_states_in_one_address_are_none() -> None:
    request = ConsentRequest()
    state = asked(request)["state"]
    with pytest.raises(ConsentRefused):
        request.code_of(f"{BACK}?state={state}&state={state}&spapi_oauth_code=RH1")


@pytest.mark.parametrize(("seconds", "good"), [(600, True), (601, False)])
def test_the_state_is_good_for_ten_minutes(seconds: int, good: bool) -> None:
    clock = Clock()
    request = ConsentRequest(clock)
    address = back(asked(request)["state"])
    clock.now += seconds
    if good:
        assert request.code_of(address) == "RH123"
    else:
        with pytest.raises(ConsentRefused, match="10 minutes"):
            request.code_of(address)


@pytest.mark.parametrize(
    "rest", ["", "&spapi_oauth_code=", "&error=access_denied", "&spapi_oauth_code=a%0Ab"]
)
def test_without_a_code_there_is_no_consent(rest: str) -> None:
    request = ConsentRequest()
    with pytest.raises(ConsentRefused, match="consent was not given"):
        request.code_of(f"{BACK}?state={asked(request)['state']}{rest}")


def test_every_country_is_of_a_region_and_has_a_seller_central_of_its_own_name() -> None:
    assert {known.region for known in COUNTRIES.values()} == set(REGIONS)
    assert all(known.sellers.startswith("sellercentral") for known in COUNTRIES.values())
    assert central_of("DE", "vendors") == "https://vendorcentral.amazon.de"
    assert central_of("DE", "sellers") == "https://sellercentral-europe.amazon.com"
    assert central_of("IE", "vendors") == central_of("XX", "sellers") == ""


@pytest.mark.parametrize("text", ["", "\n", "short", "Atza|" + "x" * 40, "Atzr|" + "x" * 40 + " y", "ä" * 30])
def test_what_is_no_refresh_token_is_refused_without_being_repeated(text: str) -> None:
    with pytest.raises(ConsentRefused) as raised:
        refresh_token_of(text)
    assert not text.strip() or text.strip() not in str(raised.value)


def test_a_refresh_token_is_taken_without_what_stands_around_it() -> None:
    assert refresh_token_of("  Atzr|IwEBIx-9/+=0123456789 \r\n") == "Atzr|IwEBIx-9/+=0123456789"
