from __future__ import annotations

import pytest

from bridge.domain.values import Address
from bridge.mapping import explain_profile
from bridge.programs.vendor_direct_fulfillment.events import ShipmentConfirmed, ShipmentStatusChanged
from bridge.programs.vendor_direct_fulfillment.profile import values_of
from tests.mapping.support import confirmation, edifact, mapped, vendor, x12
from tests.mapping.test_positions_856 import NOTICE
from tests.mapping.test_positions_desadv import ADVICE
from tests.mapping.test_positions_status import CARRIER


def notice(parties: str) -> str:
    return NOTICE.replace("HL*2*1*O", f"{parties}\nHL*2*1*O") if parties else NOTICE


@pytest.mark.parametrize("parties", ["N1*SU*X*92*OTHER", "N1*SF*X*92*OTHER"])
def test_a_code_that_is_not_the_vendors_is_held(parties: str) -> None:
    (one,) = mapped(x12("856", notice(parties)), vendor(warehouses=("ACM1",)))
    assert "'OTHER'" in one.hold
    assert one.errors == ()


def test_a_location_number_that_is_not_listed_is_held() -> None:
    document = edifact("DESADV", ADVICE.replace("NAD+CA", "NAD+SU+4012345000016::9\nNAD+CA"))
    held = mapped(document, vendor(warehouses=("ACM1",)))[0]
    assert "4012345000016" in held.hold
    known = mapped(document, vendor(warehouses=("ACM1",), party_aliases={"4012345000016": "ACMEV"}))[0]
    assert known.hold == ""
    assert isinstance(known.event, ShipmentConfirmed)
    assert known.event.selling_party.party_id == "ACMEV"


def test_the_documents_own_listed_codes_are_taken() -> None:
    (one,) = mapped(x12("856", notice("N1*SU*X*92*ACMEV\nN1*SF*X*92*ACM2")), vendor())
    assert (one.hold, one.errors) == ("", ())
    assert isinstance(one.event, ShipmentConfirmed)
    assert one.event.ship_from_party.party_id == "ACM2"


def test_missing_parties_are_the_vendors() -> None:
    (one,) = mapped(x12("856", NOTICE), vendor(warehouses=("ACM1",)))
    assert isinstance(one.event, ShipmentConfirmed)
    assert one.event.selling_party.party_id == "ACMEV"
    assert one.event.ship_from_party.party_id == "ACM1"


@pytest.mark.parametrize("warehouses", [(), ("ACM1", "ACM2")])
def test_a_confirmation_from_an_unknown_warehouse_is_an_error(warehouses: tuple[str, ...]) -> None:
    (one,) = mapped(x12("856", NOTICE), vendor(warehouses=warehouses))
    assert [error.code for error in one.errors] == ["MISSING_SHIP_FROM"]


def test_a_status_from_an_unknown_warehouse_may_go() -> None:
    (one,) = mapped(x12("214", CARRIER), vendor(location=Address(country_code="US")))
    assert (one.hold, one.errors) == ("", ())
    assert isinstance(one.event, ShipmentStatusChanged)
    assert one.event.ship_from_party.party_id == ""


def test_without_configuration_the_documents_codes_win_over_the_placeholders() -> None:
    stand_in = explain_profile()
    assert (stand_in.selling_party, stand_in.warehouses, stand_in.timezone) == (
        "SELLINGPARTY",
        ("WAREHOUSE",),
        "UTC",
    )
    assert values_of(stand_in).location.country_code == "US"
    event = confirmation(x12("856", notice("N1*SU*X*92*ANY")))
    assert (event.selling_party.party_id, event.ship_from_party.party_id) == ("ANY", "WAREHOUSE")
