"""The place of a status is one place: the document's, or the configured one, never parts of both."""

from __future__ import annotations

import pytest

from bridge.domain.values import Address
from bridge.edi.model import Document
from tests.mapping.support import edifact, mapped, status, x12

HOME = Address(
    name="ACME", address_line1="1 DOCK", city="COLUMBUS", state_or_region="OH", postal_code="43085",
    country_code="US",
)  # fmt: skip
GERMAN = Address(name="ACME", address_line1="HAFENSTR 1", city="KIEL", country_code="DE")


def x214(*segments: str) -> Document:
    return x12("214", "\n".join(["B10*TRACK*SHIP*UPSN", *segments]))


def iftsta(*segments: str, head: tuple[str, ...] = (), consignment: tuple[str, ...] = ()) -> Document:
    lines = ["BGM+77+S1+9", *head, "CNI+1+TRACK", *consignment, "STS+1+21", "DTM+334:202603041427:203"]
    return edifact("IFTSTA", "\n".join([*lines, *segments]), "D:01B")


SEATTLE = Address(city="SEATTLE", state_or_region="WA", country_code="US")
AT7 = "AT7*D1*NS***20260304*1427*ET"


@pytest.mark.parametrize("home", [HOME, GERMAN, Address(country_code="US"), Address(country_code="CA")])
@pytest.mark.parametrize(
    ("segments", "address"),
    [
        (["LX*1", AT7, "MS1*SEATTLE*WA*US"], SEATTLE),
        (["LX*1", AT7, "MS1*SEATTLE*WA"], SEATTLE),
        (["LX*1", AT7, "MS1*TORONTO*ON"], Address(city="TORONTO", state_or_region="ON", country_code="CA")),
        (["LX*1", AT7, "MS1*BASEL**CHE"], Address(city="BASEL", country_code="CH")),
        # A party's name and street stand with its own city only.
        (
            ["N1*RL*HUB", "N3*1 ROAD", "N4*TROY*NY*12180*US", "LX*1", AT7, "MS1*SEATTLE*WA*US"],
            Address(city="SEATTLE", state_or_region="WA", country_code="US"),
        ),
        (
            ["N1*RL*HUB", "N3*1 ROAD", "N4*TROY*NY*12180*US", "LX*1", AT7, "MS1*Troy*NY*US"],
            Address(name="HUB", address_line1="1 ROAD", city="Troy", state_or_region="NY",
                    postal_code="12180", country_code="US"),
        ),
        (
            ["LX*1", AT7, "N1*RL*HUB", "N1*SF*SHIPPER", "N3*1 ROAD", "N4*TROY*NY*12180*US",
             "N1*ST*JANE", "N4*ALBANY*NY*12207*US", "N1*RL*HUB", "N4*UTICA*NY"],
            Address(name="HUB", city="UTICA", state_or_region="NY", country_code="US"),
        ),
    ],
)  # fmt: skip
def test_a_place_of_a_214_is_not_mixed_with_another(
    segments: list[str], address: Address, home: Address
) -> None:
    (one,) = mapped(x214(*segments), location=home)
    assert getattr(one.event, "status_location_address", None) == address


@pytest.mark.parametrize("home", [HOME, GERMAN])
@pytest.mark.parametrize(
    ("segments", "address"),
    [
        (["LOC+175+DEHAM:139:6:Hamburg"], Address(city="Hamburg", country_code="DE")),
        (["LOC+14+DEHAM:139:6:Hamburg"], Address(city="Hamburg", country_code="DE")),
        (["LOC+60+NLRTM:139:6"], Address(country_code="NL")),
        (["LOC+5+ITMIL::6:MILANO"], Address(city="MILANO", country_code="IT")),
        (["LOC+14+:::JAPAN+JP"], Address(city="JAPAN", country_code="JP")),
        (["LOC+14+12207:16::ALBANY+US:162"], Address(city="ALBANY", postal_code="12207", country_code="US")),
        (["LOC+14+:::Hamburg", "LOC+175+DE:162"], Address(city="Hamburg", country_code="DE")),
        (["LOC+14+:::Hamburg", "LOC+175+DEHAM:139:6:Hamburg"], Address(city="Hamburg", country_code="DE")),
        (["LOC+14+:::Hamburg+DEU"], Address(city="Hamburg", country_code="DE")),
        (
            ["NAD+DP+++DEPOT+ROAD 1+HANNOVER+NI+30159", "LOC+14+DEHAJ:139:6"],
            Address(name="DEPOT", address_line1="ROAD 1", city="HANNOVER", state_or_region="NI",
                    postal_code="30159", country_code="DE"),
        ),
        (
            ["NAD+DP+++DEPOT+ROAD 1+HANNOVER+NI+30159+DE", "LOC+14+:::MUENCHEN+DE"],
            Address(city="MUENCHEN", country_code="DE"),
        ),
        (
            ["NAD+DP+++DEPOT", "NAD+CA+++CARRIER+ROAD 1+BONN", "LOC+14+:::MUENCHEN+DE"],
            Address(city="MUENCHEN", country_code="DE"),
        ),
        # Where the goods are going to is not where they are.
        (["LOC+8+DEHAM:139:6:Hamburg", "LOC+13+DEBRE:139:6:Bremen"],
         Address(city="Bremen", country_code="DE")),
    ],
)  # fmt: skip
def test_a_place_of_an_iftsta_is_not_mixed_with_another(
    segments: list[str], address: Address, home: Address
) -> None:
    assert status(iftsta(*segments), location=home).status_location_address == address


def test_a_place_above_the_status_is_its_place_unless_it_has_its_own() -> None:
    hamburg = Address(city="Hamburg", country_code="DE")
    assert status(iftsta(head=("LOC+175+DEHAM:139:6:Hamburg",))).status_location_address == hamburg
    assert status(iftsta(consignment=("LOC+14+DEHAM:139:6:Hamburg",))).status_location_address == hamburg
    own = iftsta("LOC+13+DEBRE:139:6:Bremen", consignment=("LOC+14+DEHAM:139:6:Hamburg",))
    assert status(own).status_location_address == Address(city="Bremen", country_code="DE")


def test_the_configured_place_counts_where_the_document_tells_none() -> None:
    assert status(x214("LX*1", AT7), location=HOME).status_location_address == HOME
    assert status(iftsta(), location=HOME).status_location_address == HOME
    away = x214("N1*ST*JANE", "N4*TROY*NY*12180*US", "LX*1", AT7)
    assert status(away, location=HOME).status_location_address == HOME


def test_only_the_country_of_the_configuration_is_filled_in() -> None:
    assert status(iftsta("LOC+14+:::Wien"), location=GERMAN).status_location_address == Address(
        city="Wien", country_code="DE"
    )
    assert status(x214("LX*1", AT7, "MS1*WILMINGTON*DE"), location=GERMAN).status_location_address == Address(
        city="WILMINGTON", state_or_region="DE", country_code="DE"
    )
    assert status(x214("LX*1", AT7, "MS1*WILMINGTON*DE"), location=HOME).status_location_address == Address(
        city="WILMINGTON", state_or_region="DE", country_code="US"
    )


def test_a_place_that_stands_twice_is_one() -> None:
    (one,) = mapped(x214("LX*1", AT7, "MS1*TROY*NY*US", "MS1*TROY*NY*US"))
    assert one.hold == ""


def test_a_town_of_five_letters_is_no_un_locode() -> None:
    found = status(iftsta("LOC+14+PARIS:::PARIS"), location=GERMAN).status_location_address
    assert found == Address(city="PARIS", country_code="DE")


def test_a_name_of_a_country_is_not_cut_to_a_code() -> None:
    (one,) = mapped(iftsta("LOC+14+:::CHUR+:::CHINA"), location=Address(country_code="US"))
    assert getattr(one.event, "status_location_address", None) == Address(city="CHUR", country_code="US")
