from __future__ import annotations

from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.edi.grammar import Grammar, load_grammar
from bridge.edi.model import (
    DocumentRead,
    Ignored,
    InterchangeClosed,
    InterchangeOpened,
    ReaderEvent,
    Unreadable,
)
from bridge.edi.reader import read
from tests.edi.edifact.building import ROOT, interchange

X12 = (
    b"ISA*00*          *00*          *ZZ*SENDER         *ZZ*RECEIVER       *240102*0304"
    b"*U*00401*000000001*0*P*>~"
    b"GS*PO*SENDER*RECEIVER*20240102*0304*1*X*004010~"
    b"ST*997*0001~AK1*SH*1~AK9*A*1*1*1~SE*4*0001~"
    b"GE*1*1~IEA*1*000000001~"
)
EDIFACT = interchange()


@cache
def grammar() -> Grammar:
    return load_grammar(ROOT / "mappings")


def events(data: bytes) -> list[ReaderEvent]:
    found = list(read([data], grammar()))
    place = 0
    for event in found:
        assert event.offset == place
        place += event.length
    assert place == len(data)
    return found


def opened(data: bytes) -> list[tuple[str, int]]:
    return [
        (event.interchange.standard, event.interchange.number)
        for event in events(data)
        if isinstance(event, InterchangeOpened)
    ]


def test_one_file_may_hold_both_standards() -> None:
    assert opened(X12 + EDIFACT + b"\r\n" + X12 + EDIFACT) == [
        ("x12", 1),
        ("edifact", 2),
        ("x12", 3),
        ("edifact", 4),
    ]


def test_documents_are_numbered_through_the_file() -> None:
    found = [
        event.document.number for event in events(X12 + EDIFACT + X12) if isinstance(event, DocumentRead)
    ]
    assert found == [1, 2, 3]


@pytest.mark.parametrize("data", [X12, EDIFACT])
@pytest.mark.parametrize(
    "before", [b"\xef\xbb\xbf", b"\r\n", b"  ", b"\x1a", b"'", b"'\r\n", b"\xef\xbb\xbf \r\n"]
)
@pytest.mark.parametrize("after", [b"", b"\r\n", b"\x1a", b"\r\n\x1a\x00"])
def test_blanks_and_marks_round_an_interchange_are_ignored(data: bytes, before: bytes, after: bytes) -> None:
    found = events(before + data + after)
    assert len(opened(before + data + after)) == 1
    assert isinstance(found[0], Ignored)
    assert not [event for event in found if isinstance(event, Unreadable)]


@pytest.mark.parametrize("data", [X12, EDIFACT])
def test_garbage_before_an_interchange_is_told_and_the_interchange_read(data: bytes) -> None:
    garbage = b"From: somebody\r\nSubject: EDI\r\n\r\n"
    first, second, *_ = events(garbage + data)
    assert isinstance(first, Unreadable)
    assert first.length == len(garbage)
    assert isinstance(second, InterchangeOpened)


@pytest.mark.parametrize("data", [b"", b"\r\n", b"\x1a"])
def test_an_empty_file_has_nothing_to_tell(data: bytes) -> None:
    assert [type(event) for event in events(data)] == [Ignored][: len(data)]


def test_a_file_that_is_no_edi_is_unreadable() -> None:
    (event,) = events(b"order;item\r\n1;2\r\n" * 3)
    assert isinstance(event, Unreadable)


def test_utf16_is_named() -> None:
    (event,) = events("UNB+UNOC:3".encode("utf-16"))
    assert isinstance(event, Unreadable)
    assert "UTF-16" in event.error.message


def test_an_interchange_cut_short_by_another_standard_is_closed() -> None:
    for data in (EDIFACT[:-30] + b"'\r\n" + X12, X12[:-30] + b"~\r\n" + EDIFACT):
        closed = [event for event in events(data) if isinstance(event, InterchangeClosed)]
        assert [bool(event.interchange.errors) for event in closed] == [True, False]


@settings(max_examples=50, deadline=None)
@given(
    st.lists(st.sampled_from([X12, EDIFACT, X12[:150], EDIFACT[:90], b"\r\n", b"ISA", b"UNA", b"UNB+", b"x"]))
)
def test_whatever_stands_together_is_tiled_and_chunks_do_not_matter(parts: list[bytes]) -> None:
    data = b"".join(parts)
    whole = [(type(event), event.offset, event.length) for event in events(data)]
    bytewise = read([data[place : place + 1] for place in range(len(data))], grammar())
    assert [(type(event), event.offset, event.length) for event in bytewise] == whole


def test_a_document_tells_the_number_of_its_first_segment_in_the_file() -> None:
    second = X12.replace(b"ST*997*0001", b"ZZ*stray~\r\n~ZZ*stray~ST*997*0001", 1)
    edifact = b"UNA:+.? '" + EDIFACT
    data = X12 + b"\r\n" + edifact + b"no interchange~" + second + edifact
    found = [event.document for event in events(data) if isinstance(event, DocumentRead)]
    size = len(found[1].segments)
    # ISA, GS, four segments, GE, IEA; UNB, the message, UNZ; ISA, GS, two strays; and so on.
    assert [document.segment for document in found] == [3, 10, 15 + size, 22 + size]
