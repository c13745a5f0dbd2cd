from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.edi.edifact.segment import EdifactSegment, SegmentError, SegmentParser
from bridge.edi.model import Delimiters

PLAIN = Delimiters(element="+", component=":", segment="'", release="?")
SYNTAX_4 = Delimiters(element="+", component=":", segment="'", release="?", repetition="*")


def parse(text: str, delimiters: Delimiters = PLAIN) -> EdifactSegment:
    tag, elements, _ = SegmentParser(delimiters).parse(text)
    return EdifactSegment(tag, 1, 0, elements)


def test_absent_elements_and_components_are_empty() -> None:
    segment = parse("NAD+SU++:A")
    assert [segment.value(place) for place in range(1, 6)] == ["SU", "", "", "", ""]
    assert segment.value(3, 2) == "A"
    assert segment.value(1, 2) == ""
    assert segment.components(9) == ()
    assert segment.repetitions(9) == ()
    assert len(segment) == 3


def test_a_bare_tag_is_a_true_segment_without_elements() -> None:
    segment = parse("UNS")
    assert segment
    assert len(segment) == 0


def test_released_characters_are_data() -> None:
    segment = parse("FTX+AAI+++50?+1?: ??ok?'?'+X:Y")
    assert segment.value(4) == "50+1: ?ok''"
    assert segment.components(5) == ("X", "Y")


def test_a_released_quote_before_una_is_no_service_string_advice() -> None:
    assert parse("FTX+AAI+++NO?'UNA=,.?? X").value(4) == "NO'UNA=,.? X"


def test_repetitions_of_syntax_4_are_kept_apart() -> None:
    segment = parse("PIA+5+A:SA*B:BP+C", SYNTAX_4)
    assert segment.repetitions(2) == (("A", "SA"), ("B", "BP"))
    assert segment.value(2, 2) == "SA"
    assert segment.components(2) == ("A", "SA")
    assert segment.value(3) == "C"


def test_a_released_repetition_separator_is_data() -> None:
    segment = parse("PIA+5+A?*1:SA*B?+2:BP", SYNTAX_4)
    assert segment.repetitions(2) == (("A*1", "SA"), ("B+2", "BP"))


@pytest.mark.parametrize("text", ["", "AB+1", "lin+1", "LINE+1", "LIN:x+1", "1IN+1", "L?N+1"])
def test_what_has_no_tag_is_refused(text: str) -> None:
    with pytest.raises(SegmentError):
        parse(text)


def test_an_explicit_nesting_indicator_is_dropped_and_told() -> None:
    assert SegmentParser(PLAIN).parse("CNI:1:2+1+A") == ("CNI", ("1", "A"), True)


def test_raw_elements_keep_release_characters() -> None:
    assert SegmentParser(PLAIN).raw_elements("UNB+A?+B:C++D") == ("UNB", "A?+B:C", "", "D")


@given(st.text(alphabet="AB1 +:.,-ä", max_size=40))
def test_own_splitting_and_pydifact_agree(body: str) -> None:
    parser = SegmentParser(PLAIN)
    assert parser.unreleased("+" + body) == parser.released("+" + body)


@given(st.text(alphabet="AB1+:*", max_size=40))
def test_own_splitting_and_pydifact_agree_on_repetitions(body: str) -> None:
    parser = SegmentParser(SYNTAX_4)
    own = EdifactSegment("TAG", 1, 0, parser.unreleased("+" + body))
    theirs = EdifactSegment("TAG", 1, 0, parser.released("+" + body))
    assert len(own) == len(theirs)
    for element in range(1, len(own) + 1):
        assert _trimmed(own, element) == _trimmed(theirs, element)


def _trimmed(segment: EdifactSegment, element: int) -> list[str]:
    return [":".join(components).rstrip(":") for components in segment.repetitions(element)]
