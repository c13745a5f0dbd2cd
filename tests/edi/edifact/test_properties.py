"""Claims about every input, by hypothesis."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.edi.counters import Counters
from bridge.edi.edifact import framing
from bridge.edi.edifact.envelope import read_edifact
from bridge.edi.model import DocumentRead, ReaderEvent, ReadOptions
from bridge.edi.reader import read
from bridge.edi.source import ByteSource
from tests.edi.edifact.building import (
    IFTSTA_BODY,
    documents,
    events,
    fatal,
    grammar,
    interchange,
    message,
)

GOOD = (
    interchange(message(), message(IFTSTA_BODY, kind="IFTSTA:D:01B:UN", reference="2"), between="\r\n"),
    b"UNA:+.? '\r\n" + interchange(message().replace("VENDOR", "V?'E?+?:??")),
    interchange("UNG+DESADV+S+R+240102:0304+G1+UN+D:96A'" + message() + "UNE+1+G1'"),
    b"UNA;|,\\*~" + interchange(message()).translate(bytes.maketrans(b":+'", b";|~")),
)
PIECES = (
    *(b"UNA:+.? '", b"UNB+UNOC:3", b"UNH+", b"UNT+1+1'", b"UNZ+", b"UNG+", b"UNE+", b"ISA*00*", b"LIN+1"),
    *(b"'", b"?", b"?'", b"+", b":", b"*", b"\r\n", b" ", b"\x00", b"\x1a", b"\xef\xbb\xbf"),
    *(b"\xc3\xa4", b"\xe4", b"\x81"),
)


@contextmanager
def window(size: int) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(framing, "WINDOW", size)
        yield


@st.composite
def spoiled(draw: st.DrawFn) -> bytes:
    """Good files, cut, doubled, and with bytes put in, taken out or replaced."""
    data = b"".join(draw(st.lists(st.sampled_from(GOOD), min_size=1, max_size=3)))
    for _ in range(draw(st.integers(0, 4))):
        place = draw(st.integers(0, len(data)))
        piece = draw(st.one_of(st.sampled_from(PIECES), st.binary(max_size=3)))
        data = data[:place] + piece + data[place + draw(st.integers(0, 12)) :]
    return data


def facts(found: list[ReaderEvent]) -> list[object]:
    return [
        (
            type(event),
            event.offset,
            event.length,
            _document_facts(event) if isinstance(event, DocumentRead) else (),
        )
        for event in found
    ]


def _document_facts(event: DocumentRead) -> tuple[object, ...]:
    document = event.document
    return (document.offset, document.length, document.errors, list(document.segments))


@settings(max_examples=150, deadline=None)
@given(spoiled())
def test_the_spans_of_all_events_tile_the_file(data: bytes) -> None:
    place = 0
    for event in events(data):
        assert event.offset == place
        place += event.length
    assert place == len(data)


@settings(max_examples=100, deadline=None)
@given(spoiled(), st.integers(1, 80))
def test_any_chunks_and_any_window_give_the_same_events(data: bytes, size: int) -> None:
    whole = facts(events(data))
    with window(size):
        assert facts(events([data[place : place + 1] for place in range(len(data))])) == whole


@settings(max_examples=100, deadline=None)
@given(spoiled())
def test_every_document_is_accepted_or_rejected_with_a_reason_in_place(data: bytes) -> None:
    for document in documents(data, ReadOptions(max_segment=200)):
        for error in document.errors:
            assert error.message
            assert "cannot be checked" not in error.message
            assert error.code
            assert error.position >= 0
        if not document.accepted:
            assert fatal(document)


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_are_passed_over(data: bytes) -> None:
    assert sum(event.length for event in events(data)) == len(data)
    behind = documents(data + b"\r\n" + GOOD[0])
    assert len(behind) >= 2


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(GOOD), st.integers(1, 40))
def test_the_reader_of_one_interchange_stops_behind_it(data: bytes, size: int) -> None:
    with window(size):
        source = ByteSource([data, b"TAIL"], block=1)
        list(read_edifact(source, grammar(), ReadOptions(), Counters()))
    assert source.peek(9) == b"TAIL"


def test_an_endless_file_without_terminators_is_read_in_bounded_memory() -> None:
    sizes: list[int] = []

    class Watched(ByteSource):
        def peek(self, size: int) -> bytes:
            seen = super().peek(size)
            sizes.append(len(seen))
            return seen

    def chunks() -> Iterator[bytes]:
        yield GOOD[0][:200]
        for _ in range(200):
            yield b"X" * 65536

    source = Watched(chunks())
    found = list(read_edifact(source, grammar(), ReadOptions(), Counters()))
    assert sum(event.length for event in found) == 200 + 200 * 65536
    assert max(sizes) <= 4 * 65536


def test_memory_does_not_grow_with_the_number_of_messages() -> None:
    def peak(messages: int) -> int:
        def chunks() -> Iterator[bytes]:
            yield GOOD[0][:51]
            for number in range(messages):
                yield message(reference=str(number)).encode()

        tracemalloc.start()
        try:
            for _ in read(chunks(), grammar()):
                pass
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    peak(10)
    assert peak(3000) < 1.3 * peak(1500)
