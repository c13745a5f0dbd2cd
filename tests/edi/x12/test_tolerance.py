"""What only a table calls wrong is noted; what a person would call wrong is rejected."""

from __future__ import annotations

import random

import pytest

from bridge.edi.model import EdiError, ReadOptions
from bridge.edi.x12.grammar import X12Grammar
from tests.edi.x12.making import BODY_856, codes, documents, one, places, read_all

HEADER_214 = [
    "L11*4999001*PO",
    "MAN*CP*1Z999AA10123456784",
    "K1*fragile",
    "G62*11*20240102",
    "N1*ST*John Doe",
    "MS3*UPSN*B**M",
]
LINE_214 = [
    "L11*4999001*PO",
    "MAN*CP*1Z999AA10123456784",
    "Q7*A*EA",
    "K1*left at the door",
    "AT8*G*L*27*1",
    "AT7*D1*NS***20240102*1430*CT",
    "N1*CN*John Doe",
]
LEVEL_856 = [
    "LIN*1*UP*012345678905",
    "SN1*1*2*EA",
    "PRF*4999001",
    "PO4*1",
    "TD1*CTN*1",
    "TD5**2*UPSN",
    "REF*CN*1Z999AA10123456784",
    "MAN*GM*00000123456789012345",
    "DTM*011*20240102",
]


def errors_of(
    grammar: X12Grammar, body: list[str], kind: str, version: str, *, strict: bool = False
) -> list[EdiError]:
    options = ReadOptions(strict=strict)
    return documents(read_all(one(body, kind=kind, version=version), grammar, options=options))[0].errors


@pytest.mark.parametrize("version", ["004010", "005010"])
def test_header_and_line_of_a_214_may_come_in_any_order(grammar: X12Grammar, version: str) -> None:
    chance = random.Random(214)  # noqa: S311
    refused = 0
    for _ in range(60):
        header = chance.sample(HEADER_214, len(HEADER_214))
        line = chance.sample(LINE_214, len(LINE_214))
        body = ["B10*1Z999AA10123456784*SHIP1*UPSN", *header, "LX*1", *line]
        found = errors_of(grammar, body, "214", version)
        assert not codes(found, fatal=True)
        assert {error.code for error in found if error.level == "segment"} <= {"7"}
        refused += bool(codes(errors_of(grammar, body, "214", version, strict=True), fatal=True))
    assert refused > 50


@pytest.mark.parametrize("version", ["004010", "004010VICS", "005010"])
def test_a_level_of_an_856_may_come_in_any_order(grammar: X12Grammar, version: str) -> None:
    chance = random.Random(856)  # noqa: S311
    for _ in range(60):
        body = ["BSN*00*SHIP1*20240102*1430*0001", "HL*1**S"]
        body += chance.sample([*LEVEL_856, "N1*ST*John Doe"], len(LEVEL_856) + 1)
        body += ["HL*2*1*I", *chance.sample(LEVEL_856, len(LEVEL_856))]
        found = errors_of(grammar, body, "856", version)
        assert not codes(found, fatal=True)
        assert codes(errors_of(grammar, body, "856", version, strict=True), fatal=True)


def test_the_order_is_noted_at_the_segment_that_comes_late(grammar: X12Grammar) -> None:
    body = ["B10*1*2*UPSN", "LX*1", "AT7*D1*NS***20240102*1430*CT", "L11*4999001*PO", "N1*CN*John Doe"]
    found = errors_of(grammar, body, "214", "005010")
    assert [(error.code, error.segment, error.position, error.fatal) for error in found] == [
        ("7", "L11", 5, False)
    ]


def test_a_loop_that_is_moved_whole_is_one_note(grammar: X12Grammar) -> None:
    body = ["B10*1*2*UPSN", "MS3*UPSN*B**M", "N1*ST*John Doe", "N3*1 Main St", "N4*Springfield*IL*62701*US"]
    found = errors_of(grammar, body, "214", "004010")
    assert [(error.code, error.segment, error.position) for error in found] == [("7", "N1", 4)]


@pytest.mark.parametrize(
    "body",
    [
        [
            "L11*1*PO",
            "MAN*CP*1",
            "K1*text",
            "N1*ST*John Doe",
            "N2*c/o",
            "N2*Jane Doe",
            "G62*11*20240102",
            "LX*1",
        ],
        ["LX*1", "L11*1*PO", "N1*CN*John Doe", "G62*11*20240102", "G62*17*20240103", "L11*2*CN"],
        ["LX*1", "AT7*D1*NS***20240102*1430*CT", "K1*left at the door", "AT8*G*L*27*1"],
        ["LX*1", "AT7*D1*NS***20240102*1430*CT", "MS1*Springfield*IL", "MS2*UPSN*1", "MS2*UPSN*2", "M7*1"],
        ["LX*1", *["AT7*X6*NS***20240102*1430*CT"] * 30],
    ],
)
def test_what_one_release_has_is_known_in_the_other(grammar: X12Grammar, body: list[str]) -> None:
    for version in ("004010", "005010"):
        whole = ["B10*1*2*UPSN", *body]
        if "AT7" not in "".join(body):
            whole.append("AT7*D1*NS***20240102*1430*CT")
        found = errors_of(grammar, whole, "214", version)
        assert not codes(found, fatal=True)
        assert {error.code for error in found} <= {"7", "4"}


def test_a_status_without_its_lx_is_noted(grammar: X12Grammar) -> None:
    status = ["AT7*D1*NS***20240102*1430*CT", "MS1*Springfield*IL"]
    body = ["B10*1*2*UPSN", "L11*1*PO", *status, "AT7*X6*NS", "AT8*G*L*27*1"]
    found = errors_of(grammar, body, "214", "004010")
    assert [(error.code, error.segment, error.position, error.fatal) for error in found] == [
        ("3", "LX", 4, False)
    ]
    assert places(errors_of(grammar, body, "214", "004010", strict=True))
    assert ("3", "LX") in [place[:2] for place in places(errors_of(grammar, body, "214", "005010"))]


@pytest.mark.parametrize("version", ["004010", "005010"])
def test_the_ship_method_of_amazon_fits_into_td512(grammar: X12Grammar, version: str) -> None:
    body = [line.replace("TD5**2*UPSN", "TD5**2*UPSN********UPS_GR_RES") for line in BODY_856]
    body = [line.replace("********UPS", "*********UPS") for line in body]
    assert "TD5**2*UPSN*********UPS_GR_RES" in body
    assert not errors_of(grammar, body, "856", version, strict=True)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("BSN*00*S*20240102*1430", []),
        (f"BSN*00*{'S' * 60}*20240102*1430", []),
        ("BSN*00*S1*20240230*1430", [("8", "BSN", 2, 3)]),
        ("BSN*00*S1*240102*1430", [("4", "BSN", 2, 3)]),
        ("BSN*00*S1*20240102*2460", [("9", "BSN", 2, 4)]),
        ("BSN*00**20240102*1430", [("1", "BSN", 2, 2)]),
    ],
)
def test_lengths_are_noted_and_dates_are_not(
    grammar: X12Grammar, line: str, expected: list[tuple[str, str, int, int]]
) -> None:
    found = errors_of(grammar, [line, *BODY_856[1:]], "856", "004010")
    assert places(found) == expected


def test_a_component_separator_in_a_text_is_read_as_text(grammar: X12Grammar) -> None:
    body = ["B10*1*2*UPSN", "L11*2024-01-31T09>30>15*ZZ*STATUS", "LX*1", "AT7*D1*NS***20240102*1430*CT"]
    (document,) = documents(read_all(one(body), grammar))
    assert [(error.code, error.segment, error.element) for error in document.errors] == [("6", "L11", 1)]
    assert document.accepted
    assert document.segments[2].value(1) == "2024-01-31T09>30>15"
    assert document.segments[2].value(1, 2) == "30"


def test_no_number_of_notes_hides_an_error(grammar: X12Grammar) -> None:
    lines = ["LX*1", *["AT7*D1*NS***20240102*1430*CT", "L11**CI"] * 700]
    body = ["B10*1*2*UPSN", *lines, "LX*2", "AT7*D1*NS***20240230*1430*CT"]
    found = errors_of(grammar, body, "214", "004010")
    assert places(found) == [("8", "AT7", 1405, 5)]
    assert len(found) < 110


def test_an_order_of_the_partners_own_is_noted_once_for_each_segment(grammar: X12Grammar) -> None:
    levels = [line for n in range(2, 50) for line in (f"HL*{n}*1*P", "MAN*GM*1", "TD1*CTN*1", "PO4*1")]
    found = errors_of(grammar, [*BODY_856[:2], *levels], "856", "004010")
    assert [(error.code, error.segment, error.position) for error in found if error.level == "segment"] == [
        ("7", "TD1", 6),
        ("7", "PO4", 7),
    ]
