"""Every default position of a 214 and an IFTSTA."""

from __future__ import annotations

import pytest

from bridge.domain.values import Address
from bridge.programs.vendor_direct_fulfillment.events import ShipmentSchedule
from tests.mapping.support import codes, edifact, mapped, status, vendor, x12

CARRIER = """B10*TRACK*SHIP*UPSN
LX*1
AT7*D1*NS***20260304*1427*ET
MS1*ALBANY*NY*US"""
TRANSPORT = """BGM+77+S1+9
CNI+1+TRACK
STS+1+21
DTM+78:202603041427:203
LOC+14+12207:16::ALBANY+US:162"""


@pytest.mark.parametrize("version", ["004010", "005010", "004010VICS"])
def test_the_plain_214_is_mapped(version: str) -> None:
    event = status(x12("214", CARRIER, version))
    assert event.tracking_number == "TRACK"
    assert (event.status_code, event.reason_code) == ("D1", "NS")
    assert event.status_date_time == "2026-03-04T14:27:00-05:00"
    assert event.status_location_address == Address(city="ALBANY", state_or_region="NY", country_code="US")
    assert event.shipment_schedule is None


@pytest.mark.parametrize("version", ["D:96A", "D:99B", "D:01B"])
def test_the_plain_iftsta_is_mapped(version: str) -> None:
    event = status(edifact("IFTSTA", TRANSPORT, version))
    assert event.tracking_number == "TRACK"
    assert (event.status_code, event.reason_code) == ("301", "000")
    assert event.status_date_time == "2026-03-04T14:27:00Z"
    assert event.status_location_address == Address(city="ALBANY", postal_code="12207", country_code="US")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("B10*TRACK*", "B10*OTHER*"),
        ("B10*TRACK*SHIP*UPSN", "B10**SHIP*UPSN**2I*OTHER"),
        ("MS1*ALBANY*NY*US", "MS1*ALBANY*NY*US\nL11*OTHER*97"),
        ("MS1*ALBANY*NY*US", "MS1*ALBANY*NY*US\nMAN*CP*OTHER"),
    ],
)
def test_tracking_number_of_a_214(old: str, new: str) -> None:
    assert status(x12("214", CARRIER.replace(old, new))).tracking_number == "OTHER"


@pytest.mark.parametrize("place", ["LX*1", "MS1*ALBANY*NY*US"])
def test_order_number_is_l11_with_po_in_header_or_line(place: str) -> None:
    changed = CARRIER.replace(place, f"L11*PO1*PO\n{place}" if place == "LX*1" else f"{place}\nL11*PO1*PO")
    assert status(x12("214", changed)).purchase_order_number == "PO1"


def test_a_status_without_order_number_may_go() -> None:
    assert status(x12("214", CARRIER)).purchase_order_number == ""


@pytest.mark.parametrize(
    ("segments", "address"),
    [
        ("MS1*ALBANY*NY*USA", Address(city="ALBANY", state_or_region="NY", country_code="US")),
        (
            "MS1*ALBANY*NY*US*****12207",
            Address(city="ALBANY", state_or_region="NY", postal_code="12207", country_code="US"),
        ),
    ],
)
def test_place_of_a_214_is_ms1(segments: str, address: Address) -> None:
    changed = CARRIER.replace("MS1*ALBANY*NY*US", segments)
    assert status(x12("214", changed)).status_location_address == address


def test_place_of_a_214_may_be_n1_and_n4_of_the_line() -> None:
    changed = CARRIER.replace("MS1*ALBANY*NY*US", "N1*RL*DEPOT\nN3*1 ROAD\nN4*TROY*NY*12180*US")
    assert status(x12("214", changed, "005010")).status_location_address == Address(
        name="DEPOT",
        address_line1="1 ROAD",
        city="TROY",
        state_or_region="NY",
        postal_code="12180",
        country_code="US",
    )


def test_ship_to_is_not_the_place_of_a_status() -> None:
    changed = CARRIER.replace("LX*1", "N1*ST*JANE\nN4*TROY*NY*12180*US\nLX*1").replace(
        "\nMS1*ALBANY*NY*US", ""
    )
    assert status(x12("214", changed)).status_location_address == Address(country_code="US")


def test_each_at7_of_each_line_is_an_update() -> None:
    body = f"{CARRIER}\nAT7*X4*NS***20260303*0900*ET\nMS1*TROY*NY*US\nLX*2\nAT7*SD*AO***20260303*1200*ET"
    found = [one.event for one in mapped(x12("214", body))]
    assert [getattr(event, "status_code", "") for event in found] == ["D1", "O1", "DE"]
    assert [getattr(event, "status_date_time", "")[8:13] for event in found] == ["04T14", "03T09", "03T12"]


def test_estimates_feed_the_schedule_and_nothing_else() -> None:
    body = CARRIER.replace("LX*1", "LX*1\nAT7*AG*NS***20260306*1200*ET")
    estimate, delivered = mapped(x12("214", body))
    assert (estimate.event, estimate.hold, estimate.errors) == (None, "", ())
    assert "nothing is sent" in estimate.summary
    schedule = getattr(delivered.event, "shipment_schedule", None)
    assert schedule == ShipmentSchedule(estimated_delivery_date_time="2026-03-06T12:00:00-05:00")


def test_delivery_window_of_a_214_is_g62() -> None:
    body = CARRIER.replace("LX*1", "N1*ST*JANE\nG62*53*20260306*2*0800*ET\nLX*1")
    schedule = status(x12("214", body)).shipment_schedule
    assert schedule == ShipmentSchedule(appt_window_start_date_time="2026-03-06T08:00:00-05:00")


def test_a_carriers_own_code_for_ship_from_is_not_taken_for_amazons() -> None:
    body = CARRIER.replace("LX*1", "N1*SF*ACME*25*673731465\nLX*1")
    assert mapped(x12("214", body), vendor(location=Address(country_code="US")))[0].hold == ""


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("LOC+14", "GID+1+1:CT\nPCI+33E\nGIN+BJ+SSCC1+SSCC2\nLOC+9", ["SSCC1", "SSCC2"]),
        ("LOC+14", "PCI+30+BARCODE\nLOC+9", ["BARCODE"]),
        ("STS+1+21", "STS+1+21\nRFF+CW:A\nRFF+CW:B", ["A", "B"]),
        ("STS+1+21", "STS+1+21\nRFF+CU:SHIPPERS", ["TRACK"]),
        ("CNI+1+TRACK\nSTS+1+21", "CNI+1\nSTS+1+21\nRFF+CU:SHIPPERS", ["SHIPPERS"]),
        ("CNI+1+TRACK", "RFF+CW:HEAD\nCNI+1", ["HEAD"]),
    ],
)
def test_each_package_of_an_iftsta_is_an_update(old: str, new: str, expected: list[str]) -> None:
    found = mapped(edifact("IFTSTA", TRANSPORT.replace(old, new)))
    assert [one.tracking_number for one in found] == expected
    assert all(one.errors == () for one in found)


@pytest.mark.parametrize(
    ("old", "new"), [("CNI+1", "RFF+ON:PO1\nCNI+1"), ("STS+1+21", "STS+1+21\nRFF+ON:PO1")]
)
def test_order_number_of_an_iftsta_is_rff_on(old: str, new: str) -> None:
    assert status(edifact("IFTSTA", TRANSPORT.replace(old, new))).purchase_order_number == "PO1"


@pytest.mark.parametrize(
    ("segment", "address"),
    [
        ("LOC+14+:::BASEL+:::CH", Address(city="BASEL", country_code="CH")),
        ("LOC+14+DEHAM:139:6", Address(country_code="DE")),
        (
            "NAD+DP+++DEPOT+ROAD 1+HANNOVER+NI+30159+DE",
            Address(name="DEPOT", address_line1="ROAD 1", city="HANNOVER", state_or_region="NI",
                    postal_code="30159", country_code="DE"),
        ),
    ],
)  # fmt: skip
def test_place_of_an_iftsta_is_loc_or_nad(segment: str, address: Address) -> None:
    changed = TRANSPORT.replace("LOC+14+12207:16::ALBANY+US:162", segment)
    assert status(edifact("IFTSTA", changed)).status_location_address == address


@pytest.mark.parametrize(
    "dtm", ["DTM+334:202603041427:203", "DTM+78:20260304142700:204", "DTM+78:202603041427UTC:303"]
)
def test_time_of_an_iftsta_is_dtm_78_or_334(dtm: str) -> None:
    changed = TRANSPORT.replace("DTM+78:202603041427:203", dtm)
    assert status(edifact("IFTSTA", changed)).status_date_time == "2026-03-04T14:27:00Z"


def test_schedule_of_an_iftsta_is_dtm_17_64_63() -> None:
    dtm = "DTM+78:202603041427:203"
    more = f"{dtm}\nDTM+17:20260306:102\nDTM+64:202603060800:203\nDTM+63:202603061200:203"
    assert status(edifact("IFTSTA", TRANSPORT.replace(dtm, more))).shipment_schedule == ShipmentSchedule(
        estimated_delivery_date_time="2026-03-06T00:00:00Z",
        appt_window_start_date_time="2026-03-06T08:00:00Z",
        appt_window_end_date_time="2026-03-06T12:00:00Z",
    )


def test_transport_dates_are_not_the_status_time() -> None:
    body = TRANSPORT.replace("DTM+78:202603041427:203\n", "").replace(
        "LOC+14", "TDT+20\nDTM+78:202603041427:203\nLOC+9"
    )
    assert "MISSING_STATUS_DATE" in codes(edifact("IFTSTA", body))


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("*1427*ET", "*1427*QQ", "DATE_TIME"),
        ("B10*TRACK", "B10*", "MISSING_TRACKING_NUMBER"),
        ("20260304*1427*ET", "", "MISSING_STATUS_DATE"),
        ("NY*US", "NY*XYZ", "COUNTRY_CODE"),
        ("AT7*D1*NS", "AT7**", "MISSING_STATUS"),
    ],
)
def test_a_wrong_status_is_one_error(old: str, new: str, expected: str) -> None:
    assert codes(x12("214", CARRIER.replace(old, new))) == [expected]


def test_no_country_anywhere_is_an_error_that_says_what_to_do() -> None:
    (one,) = mapped(x12("214", CARRIER.replace("*NY*US", "")), vendor())
    (error,) = one.errors
    assert error.code == "MISSING_COUNTRY"
    assert "location" in error.message


@pytest.mark.parametrize(
    ("old", "new", "zone"),
    [
        ("*1427*ET", "*1427*ET", ""),
        ("*1427*ET", "*1427*LT", "America/New_York"),
        ("*1427*ET", "*1427", "America/New_York"),
        ("20260304*1427*ET", "99991231*1427", ""),
        ("20260304*1427*ET", "", ""),
    ],
)
def test_an_assumed_zone_is_told(old: str, new: str, zone: str) -> None:
    (one,) = mapped(x12("214", CARRIER.replace(old, new)), timezone="America/New_York")
    assert (one.assumed_zone if one.event and not one.errors else "") == zone


@pytest.mark.parametrize("day", ["99991231", "00000000", "00010101", "20260230", "21010101"])
def test_a_day_that_cannot_be_is_an_error_with_its_place(day: str) -> None:
    (one,) = mapped(x12("214", CARRIER.replace("20260304*1427*ET", f"{day}*2359*13")))
    (error,) = one.errors
    assert (error.code, error.segment, error.position, error.element) == ("DATE_TIME", "AT7", 4, 5)
    (one,) = mapped(edifact("IFTSTA", TRANSPORT.replace("202603041427", f"{day}2359")))
    (error,) = one.errors
    assert (error.code, error.segment, error.position, error.component) == ("DATE_TIME", "DTM", 5, 2)
