"""Status documents that tell several packages, orders or values: each is an update, or it is held."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.domain.events import MappingResult
from bridge.edi.model import Document
from bridge.programs.vendor_direct_fulfillment.events import ShipmentStatusChanged
from tests.mapping.support import edifact, mapped, x12

HEAD = "B10*TRACK*SHIP*UPSN"
DELIVERED = "AT7*D1*NS***20260304*1427*ET\nMS1*ALBANY*NY*US"
BERLIN = "DTM+334:202603041427:203\nLOC+14+:::BERLIN+DE"


def updates(document: Document) -> list[tuple[str, str]]:
    """Return order and package of every update that may be sent."""
    found = [one for one in mapped(document) if one.event is not None and not one.hold and not one.errors]
    for one in found:
        event = one.event
        assert isinstance(event, ShipmentStatusChanged)
        assert (one.purchase_order_number, one.tracking_number) == (
            event.purchase_order_number,
            event.tracking_number,
        )
    return [(one.purchase_order_number, one.tracking_number) for one in found]


def held(document: Document) -> list[MappingResult]:
    """Return what is held; nothing may be sent beside it, and no error be found."""
    found = mapped(document)
    assert all(one.hold and not one.errors for one in found)
    return found


def body(*segments: str) -> str:
    return "\n".join(segments)


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        # Orders: in the header, in a line, in each line, of the orders (PRF), OID and SPO of a line.
        (body(HEAD, "L11*PO1*PO", "L11*PO2*PO", "LX*1", DELIVERED), [("PO1", "TRACK"), ("PO2", "TRACK")]),
        (body(HEAD, "LX*1", DELIVERED, "L11*PO1*PO", "L11*PO2*PO"), [("PO1", "TRACK"), ("PO2", "TRACK")]),
        (
            body(HEAD, "L11*PO1*PO", "L11*PO2*PO", "LX*1", DELIVERED, "L11*PO1*PO",
                 "LX*2", DELIVERED, "L11*PO2*PO"),
            [("PO1", "TRACK"), ("PO2", "TRACK")],
        ),
        (body(HEAD, "L11*PO1*PO", "L11*PO1*PO", "LX*1", DELIVERED), [("PO1", "TRACK")]),
        (body(HEAD, "LX*1", DELIVERED, "SPO*PO1", "SPO*PO2"), [("PO1", "TRACK"), ("PO2", "TRACK")]),
        (body("B10**SHIP*UPSN**PO*PO1", "L11*T1*2I", "LX*1", DELIVERED), [("PO1", "T1")]),
        # Packages: lists of the header, of the line, of its cartons, with and without statuses of their own.
        (body("B10*PRO*SHIP*FXFE", "L11*T1*2I", "L11*PO1*PO", "LX*1", DELIVERED), [("PO1", "T1")]),
        (body("B10*PRO*SHIP*FXFE", "L11*T1*2I", "L11*T2*2I", "LX*1", DELIVERED), [("", "T1"), ("", "T2")]),
        (body("B10*PRO*SHIP*FXFE", "L11*T1*08", "LX*1", DELIVERED), [("", "T1")]),
        (body("B10*T1*SHIP*FXFE", "L11*T1*97", "L11*T2*97", "LX*1", DELIVERED), [("", "T1"), ("", "T2")]),
        (body(HEAD, "LX*1", DELIVERED, "L11*T1*97", "L11*T2*97"), [("", "T1"), ("", "T2")]),
        (body(HEAD, "LX*1", DELIVERED, "MAN*CP*T1", "MAN*CP*T2"), [("", "T1"), ("", "T2")]),
        (body(HEAD, "LX*1", DELIVERED, "MAN*GM*SSCC1**CP*T1"), [("", "T1")]),
        (body(HEAD, "LX*1", DELIVERED, "MAN*GM*S1**CP*T1", "MAN*GM*S2**CP*T2"), [("", "T1"), ("", "T2")]),
        (
            body(HEAD, "LX*1", "CD3*G*5", "L11*T1*97", DELIVERED,
                 "CD3*G*6", "L11*T2*97", "AT7*X4*NS***20260304*0900*ET"),
            [("", "T1"), ("", "T2")],
        ),
        (body(HEAD, "LX*1", DELIVERED, "CD3*G*5", "L11*T1*97", "CD3*G*6", "L11*T2*97"),
         [("", "T1"), ("", "T2")]),
        (
            body(HEAD, "LX*1", "PRF*PO1", "CD3*G*5", "L11*T1*97", DELIVERED,
                 "PRF*PO2", "CD3*G*6", "L11*T2*97", DELIVERED),
            [("PO1", "T1"), ("PO2", "T2")],
        ),
        # The first of several in the header.
        (
            body("B10*T1*SHIP*UPSN", "L11*T1*2I", "LX*1", DELIVERED, "MAN*CP*T1",
                 "LX*2", DELIVERED, "MAN*CP*T2"),
            [("", "T1"), ("", "T2")],
        ),
        # One tracking number for both, one order for both.
        (
            body(HEAD, "L11*PO1*PO", "LX*1", DELIVERED, "L11*T1*97", "LX*2", DELIVERED, "L11*T2*97"),
            [("PO1", "T1"), ("PO1", "T2")],
        ),
    ],
)  # fmt: skip
def test_each_package_and_order_of_a_214_is_an_update(lines: str, expected: list[tuple[str, str]]) -> None:
    assert updates(x12("214", lines)) == expected
    assert len(mapped(x12("214", lines))) == len(expected)


def test_the_status_of_a_carton_is_not_that_of_another() -> None:
    lines = body(
        HEAD, "LX*1", "CD3*G*5", "L11*T1*97", DELIVERED,
        "CD3*G*6", "L11*T2*97", "AT7*SD*AO***20260304*0900*ET",
    )  # fmt: skip
    found = [
        (one.tracking_number, getattr(one.event, "status_code", "")) for one in mapped(x12("214", lines))
    ]
    assert found == [("T1", "D1"), ("T2", "DE")]


@pytest.mark.parametrize(
    ("segments", "expected"),
    [
        (["CNI+1+T1", "STS+1+21", "RFF+ON:PO1", "RFF+ON:PO2", BERLIN], [("PO1", "T1"), ("PO2", "T1")]),
        (["RFF+ON:PO1", "RFF+ON:PO2", "CNI+1+T1", "STS+1+21", BERLIN], [("PO1", "T1"), ("PO2", "T1")]),
        (
            ["RFF+ON:PO1", "RFF+ON:PO2", "CNI+1+T1", "STS+1+21", "RFF+ON:PO1", BERLIN,
             "CNI+2+T2", "STS+1+21", "RFF+ON:PO2", BERLIN],
            [("PO1", "T1"), ("PO2", "T2")],
        ),
        (["CNI+1", "STS+1+21", "RFF+CN:T1", BERLIN], [("", "T1")]),
        # In a loop below the status, in which no references are looked for.
        (["CNI+1", "STS+1+21", BERLIN, "TDT+20", "RFF+ON:PO1", "RFF+CN:T1"], [("PO1", "T1")]),
        (["RFF+CN:T1", "CNI+1", "STS+1+21", BERLIN], [("", "T1")]),
        (["CNI+1+C", "STS+1+21", BERLIN, "GID+1", "PCI+33E", "GIN+BJ+S1+S2+S3+S4+S5"],
         [("", "S1"), ("", "S2"), ("", "S3"), ("", "S4"), ("", "S5")]),
        (["CNI+1+C", "STS+1+21", BERLIN, "GID+1", "PCI+33E", "GIN+ML+S1", "GIN+ML+S2"],
         [("", "S1"), ("", "S2")]),
        (["CNI+1+C", "STS+1+21", BERLIN, "GID+1", "PCI+33E", "GIN+ML+S1", "PCI+33E", "GIN+ML+S2"],
         [("", "S1"), ("", "S2")]),
        (["CNI+1+C", "STS+1+21", BERLIN, "GID+1", "PCI+33E", "GID+2", "PCI+33E", "GIN+ML+S2"], [("", "S2")]),
        (["CNI+1+T1", "STS+1+21", BERLIN, "CNI+2+T2", "STS+1+21", BERLIN], [("", "T1"), ("", "T2")]),
    ],
)  # fmt: skip
def test_each_package_and_order_of_an_iftsta_is_an_update(
    segments: list[str], expected: list[tuple[str, str]]
) -> None:
    document = edifact("IFTSTA", body("BGM+77+S1+9", *segments))
    assert updates(document) == expected
    assert len(mapped(document)) == len(expected)


@pytest.mark.parametrize(
    ("lines", "values"),
    [
        # Which of them Amazon knows as the tracking number.
        (body(HEAD, "L11*P1*97", "LX*1", DELIVERED),
         ["TRACK in B1001 (segment 2)", "P1 in L1101 (segment 3)"]),
        (body(HEAD, "L11*P1*97", "L11*P2*97", "LX*1", DELIVERED), ["TRACK", "P1", "P2"]),
        (body(HEAD, "MAN*CP*P1", "LX*1", DELIVERED), ["TRACK", "P1"]),
        (body(HEAD, "LX*1", DELIVERED, "L11*P1*97", "MAN*CP*P2"), ["P1", "P2"]),
        (body(HEAD, "LX*1", DELIVERED, "L11*P1*2I", "MAN*CP*P2"), ["P1", "P2"]),
        (body(HEAD, "LX*1", DELIVERED, "MAN*CP*P1**CP*P2"), ["P1", "P2"]),
        (body("B10*T1*SHIP*UPSN**2I*T2", "LX*1", DELIVERED), ["T1", "T2"]),
        (body(HEAD, "L11*T1*2I", "L11*T2*08", "LX*1", DELIVERED), ["T1", "T2"]),
        (body(HEAD, "L11*T1*2I", "LX*1", DELIVERED, "L11*P1*97"), ["T1", "P1"]),
        # One number for several packages.
        (body(HEAD, "LX*1", DELIVERED, "MAN*GM*S1", "MAN*GM*S2"), ["TRACK", "S1", "S2"]),
        (body(HEAD, "LX*1", DELIVERED, "MAN*CP*T1", "MAN*GM*S1", "MAN*GM*S2"), ["T1", "S1", "S2"]),
        (body(HEAD, "LX*1", DELIVERED, "MAN*GM*S1", "LX*2", DELIVERED, "MAN*GM*S2"), ["TRACK", "S1", "S2"]),
        # A range.
        (body(HEAD, "LX*1", DELIVERED, "MAN*CP*001*005"), ["from 001 to 005"]),
        (body(HEAD, "LX*1", DELIVERED, "MAN*GM*S1**CP*001*005"), ["from 001 to 005"]),
        # Which package is in which order.
        (body(HEAD, "L11*PO1*PO", "L11*PO2*PO", "LX*1", DELIVERED, "L11*T1*97", "L11*T2*97"),
         ["T1, T2", "PO1", "PO2"]),
        (body(HEAD, "L11*PO1*PO", "L11*PO2*PO", "LX*1", DELIVERED, "L11*T1*97",
              "LX*2", DELIVERED, "L11*T2*97"),
         ["T1, T2", "PO1", "PO2"]),
        # Which package is for which status.
        (body(HEAD, "LX*1", DELIVERED, "L11*T1*97", "AT7*X4*NS***20260304*0900*ET", "L11*T2*97"),
         ["T1", "T2"]),
        (body(HEAD, "LX*1", DELIVERED, "L11*P1*PO", "AT7*X4*NS***20260304*0900*ET", "L11*P2*PO"),
         ["P1", "P2"]),
        # Which of them is the order.
        (body("B10*T1*SHIP*UPSN**PO*PO9", "L11*PO1*PO", "LX*1", DELIVERED), ["PO1", "PO9 in B1006"]),
        (body(HEAD, "LX*1", DELIVERED, "L11*PO1*PO", "OID*X*PO2"), ["PO1", "PO2 in OID02"]),
        (body(HEAD, "LX*1", DELIVERED, "OID*X*PO1", "SPO*PO2"), ["PO1", "PO2 in SPO01"]),
        # Values of which one counts.
        (body(HEAD, "N1*SU*A*92*V1", "N1*SU*A*92*V2", "LX*1", DELIVERED), ["V1", "V2"]),
        (body(HEAD, "N1*SF*A*92*W1", "N1*SF*A*92*W2", "LX*1", DELIVERED), ["W1", "W2"]),
        (body(HEAD, "LX*1", DELIVERED, "MS1*TROY*NY*US"), ["ALBANY NY US", "TROY NY US"]),
        (body(HEAD, "LX*1", "AT7*D1*NS*AG*NA*20260304*1427*ET"), ["D1/NS, AG/NA", "DELIVERED, SCHEDULE"]),
        (body(HEAD, "LX*1", "AT7*D1*NS*AH*NA*20260304*1427*ET"), ["D1/NS, AH/NA", "DELIVERED, DELAYED"]),
        (body(HEAD, "G62*17*20260306", "G62*17*20260307", "LX*1", DELIVERED), ["20260306", "20260307"]),
        (body(HEAD, "LX*1", DELIVERED, "L11*2026-03-04T20:27:12.500Z*ZZ*STATUS"),
         ["20260304 1427 ET", "20:27"]),
        (
            body(HEAD, "LX*1", DELIVERED, "L11*2026-03-04T19:27:12Z*ZZ*STATUS",
                 "L11*2026-03-04T19:28:12Z*ZZ*STATUS"),
            ["19:27:12Z", "19:28:12Z"],
        ),
    ],
)  # fmt: skip
def test_what_a_214_tells_twice_and_differently_is_held(lines: str, values: list[str]) -> None:
    for one in held(x12("214", lines)):
        assert all(value in one.hold for value in values), one.hold


@pytest.mark.parametrize(
    ("segments", "values"),
    [
        (["RFF+CN:T1", "CNI+1+C", "STS+1+21", BERLIN], ["T1", "C"]),
        (["RFF+CW:P1", "CNI+1+C", "STS+1+21", BERLIN], ["P1", "C"]),
        (["RFF+CN:T1", "CNI+1", "STS+1+21", BERLIN, "GID+1", "PCI+33E", "GIN+BJ+S1+S2"], ["T1", "S1", "S2"]),
        (["CNI+1", "STS+1+21", "RFF+CW:P1", BERLIN, "GID+1", "PCI+33E", "GIN+BJ+S1"], ["P1", "S1"]),
        (["CNI+1", "STS+1+21", "RFF+CN:P1", BERLIN, "GID+1", "PCI+33E", "GIN+ML+S1"], ["P1", "S1"]),
        (["CNI+1", "STS+1+21", "RFF+CW:P1", "RFF+CN:T1", BERLIN], ["P1", "T1"]),
        (["CNI+1", "STS+1+21", BERLIN, "GID+1", "PCI+33E", "GIN+BJ+S1", "GIN+AW+S2"], ["S1", "S2"]),
        (["CNI+1+C", "STS+1+21", BERLIN, "GID+1", "PCI+33E", "GIN+BJ+S1:S5"],
         ["GIN02 (segment", "from S1 to S5"]),
        (["CNI+1+C", "STS+1+21", BERLIN, "GID+1", "PCI+30+M1:M2"], ["M1", "M2"]),
        (["CNI+1+C", "STS+1+21", BERLIN, "TDT+20", "RFF+ON:PO1", "TDT+20", "RFF+ON:PO2"], ["PO1", "PO2"]),
        (["CNI+1+C", "STS+1+21", "RFF+ON:PO1", BERLIN, "TDT+20", "RFF+ON:PO2"], ["PO1", "PO2"]),
        (["CNI+1+C", "RFF+ON:PO1", "STS+1+21", BERLIN, "GID+1", "PCI+33E", "GIN+BJ+S1", "RFF+ON:PO2"],
         ["PO1", "PO2"]),
        (["CNI+1", "STS+1+21", "RFF+ON:PO1", "RFF+ON:PO2", "RFF+CW:P1", "RFF+CW:P2", BERLIN],
         ["P1, P2", "PO1"]),
        (["CNI+1+T", "STS+1+21++++77", "DTM+334:202603041427:203", "DTM+334:202603041428:203"],
         ["202603041427", "202603041428"]),
        (["CNI+1+T", "STS+1+21", "DTM+334:202603041427:203", "LOC+14+:::BERLIN+DE", "LOC+14+:::BONN+DE"],
         ["BERLIN", "BONN"]),
        (["CNI+1+T", "STS+1+21", "DTM+334:202603041427:203", "NAD+DP+++A+S 1+BERLIN++10115+DE",
          "NAD+UC+++B+T 1+BONN++53111+DE"], ["BERLIN", "BONN"]),
        (["NAD+SU+V1::92", "NAD+SU+V2::92", "CNI+1+T", "STS+1+21", BERLIN], ["V1", "V2"]),
    ],
)  # fmt: skip
def test_what_an_iftsta_tells_twice_and_differently_is_held(segments: list[str], values: list[str]) -> None:
    for one in held(edifact("IFTSTA", body("BGM+77+S1+9", *segments))):
        assert all(value in one.hold for value in values), one.hold


def test_several_reasons_that_mean_different_things_are_held() -> None:
    lines = body(HEAD, "LX*1", "AT7*D1*NS*SD*BS*20260304*1427*ET")
    (one,) = held(x12("214", lines))
    assert "DELIVERED, REJECTED" in one.hold
    assert one.event is None


def test_several_reasons_of_one_meaning_are_one_update() -> None:
    segments = body("BGM+77+S1+9", "CNI+1+T", "STS+1+21+1+2+3", BERLIN)
    assert updates(edifact("IFTSTA", segments)) == [("", "T")]


def test_an_appointment_beside_a_status_is_not_its_reason() -> None:
    lines = body(HEAD, "LX*1", "AT7*D1**AB*BS*20260304*1427*ET\nMS1*ALBANY*NY*US")
    (one,) = mapped(x12("214", lines))
    assert "REJECTED" in one.hold  # */BS, whatever the status: not taken for the reason of D1
    lines = body(HEAD, "LX*1", "AT7*D1**AB*NA*20260304*1427*ET\nMS1*ALBANY*NY*US")
    (one,) = mapped(x12("214", lines))
    assert (one.hold, getattr(one.event, "status_code", "")) == ("", "D1")


@pytest.mark.parametrize(
    ("lines", "updated", "reason"),
    [
        (
            body(HEAD, "L11*PO1*PO", "L11*PO2*PO", "LX*1", DELIVERED, "L11*PO1*PO"),
            [("PO1", "TRACK")],
            "L1101 (segment 4) names order PO2, and no status of the document is for it",
        ),
        (
            body(HEAD, "L11*T1*97", "LX*1", DELIVERED, "MAN*CP*T2"),
            [("", "T2")],
            "L1101 (segment 3) names package T1",
        ),
        (
            body(HEAD, "LX*1", "L11*T1*97", "LX*2", DELIVERED, "L11*T2*97"),
            [("", "T2")],
            "L1101 (segment 4) names package T1",
        ),
    ],
)
def test_what_no_status_is_for_is_held_by_itself(
    lines: str, updated: list[tuple[str, str]], reason: str
) -> None:
    document = x12("214", lines)
    assert updates(document) == updated
    (one,) = [one for one in mapped(document) if one.event is None]
    assert one.hold.startswith(reason)


def test_a_consignment_without_a_status_is_held_by_itself() -> None:
    document = edifact("IFTSTA", body("BGM+77+S1+9", "CNI+1+T1", "CNI+2+T2", "STS+1+21", BERLIN))
    assert updates(document) == [("", "T2")]
    assert [one.tracking_number for one in mapped(document) if one.hold] == ["T1"]


def test_a_more_exact_time_of_the_same_minute_is_no_contradiction() -> None:
    lines = body(HEAD, "LX*1", DELIVERED, "L11*2026-03-04T19:27:12.500Z*ZZ*STATUS")
    (one,) = mapped(x12("214", lines))
    assert (one.hold, getattr(one.event, "status_date_time", "")) == ("", "2026-03-04T19:27:12.500Z")
    # A local time of an unknown zone contradicts nothing that is of the same day.
    lines = body(
        HEAD,
        "LX*1",
        "AT7*D1*NS***20260304*1427*LT\nMS1*ALBANY*NY*US",
        "L11*2026-03-04T19:27:12.500Z*ZZ*STATUS",
    )
    assert mapped(x12("214", lines))[0].hold == ""


def test_very_many_packages_of_very_many_orders_are_held_in_short() -> None:
    many = [f"MAN*CP*T{number}" for number in range(2000)]
    orders = [f"L11*PO{number}*PO" for number in range(300)]
    found = held(x12("214", body(HEAD, *orders, "LX*1", DELIVERED, *many)))
    assert len(found) == 2000
    assert max(len(one.hold) for one in found) < 500


def test_other_names_of_a_package_are_told() -> None:
    (one,) = mapped(x12("214", body("B10*PRO*SHIP*FXFE", "L11*T1*2I", "L11*P1*97", "LX*1", DELIVERED)))
    assert one.hold == ""
    assert "also named P1 in L1101 (segment 4), PRO in B1001 (segment 2)" in one.summary


def test_the_last_of_several_estimates_counts_and_is_told() -> None:
    estimates = "AT7*AG*NS***20260306*1200*ET\nAT7*AG*NS***20260307*1200*ET"
    *_, one = mapped(x12("214", body(HEAD, "LX*1", estimates, DELIVERED)))
    schedule = getattr(one.event, "shipment_schedule", None)
    assert schedule is not None
    assert schedule.estimated_delivery_date_time == "2026-03-07T12:00:00-05:00"
    assert "the last of 2 estimates" in one.summary


_REFERENCES = st.builds(
    lambda number, kind: f"L11*N{number}*{kind}",
    st.integers(1, 99),
    st.sampled_from(["PO", "97", "2I", "08"]),
)
_MARKS = st.builds(
    lambda number, kind: f"MAN*{kind}*M{number}", st.integers(1, 99), st.sampled_from(["CP", "GM", "SM"])
)
_LINES = st.lists(
    st.one_of(
        _REFERENCES, _MARKS, st.sampled_from(["LX*1", "CD3*G*1", DELIVERED, "AT7*X4*NS***20260304*0900*ET"])
    ),
    max_size=8,
    unique_by=lambda segment: segment.split("*")[1] if segment[0] in "LM" and segment[1] in "1A" else segment,
)


@settings(deadline=None)
@given(_LINES, st.integers(0, 8))
def test_no_number_of_a_package_or_order_vanishes(segments: list[str], head: int) -> None:
    lines = [*segments[:head], "LX*1", DELIVERED, *segments[head:]]
    found = mapped(x12("214", body(HEAD, *lines)))
    told = " ".join(
        part
        for one in found
        for part in (one.hold, one.summary, one.purchase_order_number, one.tracking_number)
    )
    for segment in lines:
        kind, *values = segment.split("*")
        if kind == "L11" or (kind == "MAN" and values[0] == "CP"):
            assert values[kind == "MAN"] in told, segment
    assert all(not one.errors for one in found)


_MARKED = f"STS+1+21\n{BERLIN}\nGID+1\nPCI+33E\nGIN"
_OF_A_STATUS = st.lists(
    st.one_of(
        st.builds(
            lambda number, kind: f"RFF+{kind}:R{number}",
            st.integers(1, 99),
            st.sampled_from(["ON", "CW", "CN"]),
        ),
        st.builds(
            lambda number, kind: f"{_MARKED}+{kind}+G{number}",
            st.integers(1, 99),
            st.sampled_from(["ML", "BJ", "AW"]),
        ),
        st.builds(lambda number: f"{_MARKED}+BJ+G{number}:G{number + 1}", st.integers(100, 199)),
        st.builds(lambda number: f"CNI+1+C{number}", st.integers(1, 99)),
        st.sampled_from([f"STS+1+21\n{BERLIN}", f"STS+1+1\n{BERLIN}", "PCI+33E"]),
    ),
    max_size=10,
    unique=True,
)


@settings(deadline=None)
@given(_OF_A_STATUS)
def test_no_number_of_an_iftsta_vanishes(segments: list[str]) -> None:
    lines = ["CNI+1+C0", "STS+1+21", BERLIN, "GID+1", "PCI+33E", *segments]
    found = mapped(edifact("IFTSTA", body("BGM+77+S1+9", *lines)))
    told = " ".join(
        part
        for one in found
        for part in (one.hold, one.summary, one.purchase_order_number, one.tracking_number)
    )
    if any(one.errors for one in found):  # a status without its time is refused, with all that it names
        return
    for segment in lines:
        *_, last = segment.split("\n")
        tag, *rest = last.split("+")
        if tag == "GIN":
            assert rest[1].partition(":")[0] in told, segment
        if tag == "RFF" and rest[0].startswith("ON"):
            assert rest[0].partition(":")[2] in told, segment
