"""What holds for every file: nothing is lost, chunk borders do not matter, nothing raises."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.edi.model import Document, DocumentRead, ReaderEvent
from bridge.edi.x12.grammar import X12Grammar
from tests.edi.x12.making import document, group, interchange, read_all, read_file, text

ENDS = st.sampled_from(["~", "~\n", "~\r\n", "\n", "\r\n", "'", "\x1c", "§"])
VALUES = st.text(
    st.characters(min_codepoint=32, max_codepoint=255, exclude_characters="*~'\x7f§"), max_size=12
)
SEGMENTS = st.tuples(st.sampled_from(["B10", "L11", "N1", "AT7", "HL", "QQ"]), st.lists(VALUES, max_size=5))
BODIES = st.lists(SEGMENTS.map(lambda parts: "*".join([parts[0], *parts[1]])), max_size=6)
FILES = st.builds(
    lambda bodies, end: text(
        interchange(group(*(document("214", f"{n:04}", body) for n, body in enumerate(bodies)))), end
    ),
    st.lists(BODIES, max_size=4),
    ENDS,
)
DAMAGE = st.lists(
    st.tuples(
        st.integers(0, 2000), st.sampled_from(["cut", "drop", "insert", "swap"]), st.binary(max_size=4)
    ),
    min_size=1,
    max_size=5,
)
JUNK = [
    b"~",
    b"\n",
    b"ISA",
    b"ISA*00*",
    b"GS*",
    b"~ST*214*1~",
    b"~SE*",
    b"~GE*1*1~",
    b"IEA*1*1~",
    b"UNB+UNOA",
]


def summary(events: list[ReaderEvent]) -> list[tuple[object, ...]]:
    found: list[tuple[object, ...]] = []
    for event in events:
        facts: tuple[object, ...] = (type(event).__name__, event.offset, event.length)
        if isinstance(event, DocumentRead):
            facts += tuple(event.document.errors), [segment.offset for segment in event.document.segments]
        found.append(facts)
    return found


def tiles(events: list[ReaderEvent], start: int, end: int) -> bool:
    place = start
    for event in events:
        if event.offset != place:
            return False
        place += event.length
    return place == end


def damaged(data: bytes, damage: list[tuple[int, str, bytes]], junk: bytes) -> bytes:
    for place, kind, some in damage:
        at = place % (len(data) + 1)
        if kind == "cut":
            data = data[:at]
        elif kind == "drop":
            data = data[:at] + data[at + 7 :]
        elif kind == "insert":
            data = data[:at] + junk + data[at:]
        else:
            data = data[:at] + some + data[at + len(some) :]
    return data


@settings(max_examples=150, deadline=None)
@given(FILES)
def test_the_spans_tile_the_file(data: bytes) -> None:
    assert tiles(read_file(data), 0, len(data))


@settings(max_examples=150, deadline=None)
@given(FILES, DAMAGE, st.sampled_from(JUNK))
def test_reading_byte_by_byte_is_reading_at_once(
    data: bytes, damage: list[tuple[int, str, bytes]], junk: bytes
) -> None:
    for some in (data, data + damaged(data, damage, junk)):
        assert summary(read_all(some, block=1)) == summary(read_all(some))


@settings(max_examples=150, deadline=None)
@given(data=FILES, damage=DAMAGE, junk=st.sampled_from(JUNK))
def test_a_damaged_file_is_told_of_to_the_last_byte(
    grammar: X12Grammar, data: bytes, damage: list[tuple[int, str, bytes]], junk: bytes
) -> None:
    broken = damaged(data, damage, junk) + b"\n" + data
    events = read_file(broken, grammar)
    assert tiles(events, 0, len(broken))
    assert all(isinstance(document_of(event), Document | None) for event in events)


def document_of(event: ReaderEvent) -> Document | None:
    return event.document if isinstance(event, DocumentRead) else None
