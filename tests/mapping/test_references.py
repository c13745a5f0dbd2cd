from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.edi.model import Standard
from bridge.mapping.conditions import holds
from bridge.mapping.lookup import Scope, compile_finder, compile_getter
from bridge.mapping.references import Part, parse_conditions, parse_reference
from tests.mapping.support import edifact, x12

X12_LINES = """BSN*00*S*20260302*0915
HL*1**S
TD5*1*ZZ*GROUND
TD5*2*2*UPSN
REF*BM*BILL
REF*CN*PRO
REF*VN* VENDOR
N1*SF*FROM
N4*COLUMBUS*OH
N1*ST*TO
N4*ALBANY*NY
LIN*1*UP*812345000017*VP*SKU*BP*ASIN
DTM*011*20260302*0910*ET"""
EDIFACT_LINES = """BGM+351+A+9
RFF+ON:ORDER:7
PCI+17
GIN+EU+EAN
PCI+33E
GIN+BJ+SSCC1+SSCC2
LIN+1++4012345000023:EN
PIA+5+B0:BP+KETTLE:SA"""


def _flat(standard: Standard) -> Scope:
    document = x12("856", X12_LINES) if standard == "x12" else edifact("DESADV", EDIFACT_LINES)
    scope = Scope("document", None, None)
    for segment in document.segments:
        scope.add(segment.tag, segment)
    return scope


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("BSN02", "S"),
        ("BSN09", ""),
        ("XXX01", ""),
        ("REF02", "BILL"),
        ("REF02[REF01=CN]", "PRO"),
        ("REF02[REF01=VN]", "VENDOR"),
        ("REF02[REF01=2I|CN|BM]", "PRO"),
        ("REF02[REF01=BM|CN]", "BILL"),
        ("REF02[REF01!=BM]", "PRO"),
        ("REF02[REF01!=BM|CN]", "VENDOR"),
        ("TD503[TD502=2]", "UPSN"),
        ("TD503[TD502!=2]", "GROUND"),
        ("TD503[#1]", "GROUND"),
        ("TD503[#2]", "UPSN"),
        ("TD503[#3]", ""),
        ("TD503[#-2]", "GROUND"),
        ("TD503[#-3]", ""),
        ("TD503[TD502=2,#-1]", "UPSN"),
        ("TD503[TD502=2,#1]", ""),
        ("N401[N101=SF]", "COLUMBUS"),
        ("N401[N101=ST]", "ALBANY"),
        ("N401[N101=SU]", ""),
        ("LIN[BP]", "ASIN"),
        ("LIN[VN|VP]", "SKU"),
        ("LIN[SK]", ""),
    ],
)
def test_x12_reference_gives(text: str, value: str) -> None:
    assert compile_getter(parse_reference(text), "x12")(_flat("x12").segments) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("RFF01.2[RFF01.1=ON]", "ORDER"),
        ("RFF01.3[RFF01.1=ON]", "7"),
        ("RFF01.2[RFF01.1=CN]", ""),
        ("GIN02.1[PCI01=33E,GIN01=BJ]", "SSCC1"),
        ("GIN02.1[PCI01=17]", "EAN"),
        ("GIN03-06.1[GIN01=BJ]", "SSCC2"),
        ("PIA[SA]", "KETTLE"),
        ("PIA[BP]", "B0"),
        ("LIN[EN]", "4012345000023"),
    ],
)
def test_edifact_reference_gives(text: str, value: str) -> None:
    assert compile_getter(parse_reference(text), "edifact")(_flat("edifact").segments) == value


def test_a_range_gives_every_element() -> None:
    find = compile_finder(parse_reference("GIN02-06.1[GIN01=BJ]"), "edifact")
    found = [place.segment.value(place.element) for _, place in find(_flat("edifact").segments)]
    assert found == ["SSCC1", "SSCC2"]


def test_several_parts_are_parsed_in_order() -> None:
    assert parse_reference("DTM02+03+04[DTM01=011]").parts == (Part(2), Part(3), Part(4))
    assert parse_reference("MEA03.2+03.1").parts == (Part(3, 2), Part(3, 1))


def test_conditions_hold_in_one_segment() -> None:
    segments = _flat("x12").segments
    assert holds(parse_conditions("REF01=CN,REF02=PRO"), segments)
    assert not holds(parse_conditions("REF01=CN,REF02=BILL"), segments)
    assert not holds(parse_conditions("SN102=0"), segments)


@pytest.mark.parametrize(
    "text",
    [
        "", "PRF", "PRF1", "PRF1.1", "prf01", "PRF01[", "PRF01[X]", "PRF01[REF=2]", "PRF00", "PRF01.0",
        "LIN[]", "LIN[BP", "GIN06-02", "GIN02-06+07", "DTM02++03", "PRF01[#0]", "PRF01 ", "PRF01[REF01=A=B]",
    ],
)  # fmt: skip
def test_what_is_no_reference_is_an_error_that_quotes_it(text: str) -> None:
    with pytest.raises(ValueError, match=r".") as raised:
        parse_reference(text)
    assert repr(text) in str(raised.value)


_TAGS = st.from_regex(r"[A-Z][A-Z0-9]{1,2}", fullmatch=True)


@given(_TAGS, st.integers(1, 99), st.integers(1, 9), st.from_regex(r"[A-Z0-9]{1,3}", fullmatch=True))
def test_written_references_are_read_back(tag: str, element: int, component: int, code: str) -> None:
    reference = parse_reference(f"{tag}{element:02}.{component}[{tag}01={code}]")
    assert (reference.tag, reference.parts) == (tag, (Part(element, component),))
    assert [(c.tag, c.values) for c in reference.conditions] == [(tag, (code,))]


@given(st.text(max_size=20))
def test_any_text_is_a_reference_or_a_value_error(text: str) -> None:
    try:
        parsed = parse_reference(text)
    except ValueError:
        return
    assert parsed.tag in text
