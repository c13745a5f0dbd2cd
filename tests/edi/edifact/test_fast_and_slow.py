"""The short cuts of reading are just that: they may be unsure, but never say other than the long way."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest

from bridge.edi.edifact.grammar import EdifactGrammar
from bridge.edi.edifact.patterns import SegmentCheck
from bridge.edi.edifact.tables import load_structures
from bridge.edi.model import DocumentRead, ReaderEvent, ReadOptions
from bridge.edi.reader import read
from tests.edi.edifact.building import DESADV_BODY, IFTSTA_BODY, TABLES, interchange, message

VALUES = [
    *("", "1", "A", "AB", "12:3", "12:3:PCE", ":", "::", "A::", "::A", ":::::::::", "A:B:C:D:E:F:G:H"),
    *("20240102:102", "x" * 36, "x" * 71, "x" * 600, "-1", "1.5", "1,5", ".5", "5.", "1.2.3", "--1", " 1"),
    *("²", "é", "?+", "?:x", "?'", "a*b", "\x01", " ", "12345678901234567890", "123456789012345.1"),
    *("EN", "ZZZ", "9", "6", "SU::9", "SU:ZZ:9", "ON:PO123", "+", "1+2+3+4+5+6+7+8+9", "CA", "UNT", "\n"),
]
ADVICE = ("", "UNA:+.? '", "UNA:+,? '", "UNA:+.?*'", "UNA:+. *'")


def bodies() -> Iterator[bytes]:
    """Return interchanges with something changed in them, the same in every run."""
    chance = random.Random(30)  # noqa: S311
    for number in range(1500):
        kind, body = (("IFTSTA", IFTSTA_BODY), ("DESADV", DESADV_BODY))[number % 2]
        release = ("96A", "99B", "01B")[number % 3]
        changed = [line.removesuffix("'") for line in body]
        for _ in range(chance.randint(0, 2)):
            spoil(changed, chance)
        lines = [line + "'" + chance.choice(("", "", "", "\n", "\r\n", " \n")) for line in changed]
        one = message(
            lines, kind=f"{kind}:D:{release}:UN", count=str(len(lines) + chance.choice((2, 2, 2, 3)))
        )
        version = chance.choice((3, 4))
        data = interchange(
            one,
            message(reference="2"),
            unb=chance.choice(ADVICE) + f"UNB+UNOC:{version}+SENDER:14+RECEIVER:14+240102:0304+REF1'",
            between=chance.choice(("", "\n")),
        )
        yield data[: chance.randrange(len(data))] if chance.random() < 0.1 else data


def spoil(lines: list[str], chance: random.Random) -> None:
    place = chance.randrange(len(lines))
    parts = lines[place].split("+")
    what = chance.random()
    if what < 0.4:
        parts[chance.randrange(len(parts))] = chance.choice(VALUES)
        lines[place] = "+".join(parts)
    elif what < 0.7:
        element = chance.randrange(len(parts))
        components = parts[element].split(":")
        components[chance.randrange(len(components))] = chance.choice(VALUES)
        parts[element] = ":".join(components)
        lines[place] = "+".join(parts)
    elif what < 0.85:
        lines[place] += chance.choice("+:") * chance.randint(1, 9) + chance.choice(VALUES)
    elif what < 0.95:
        lines.insert(place, chance.choice(lines))
    else:
        del lines[place]


def read_each(options: ReadOptions) -> list[list[ReaderEvent]]:
    grammar = EdifactGrammar(load_structures(TABLES))
    return [list(read([data], grammar, options=options)) for data in bodies()]


def told(event: ReaderEvent) -> tuple[object, ...]:
    """Return everything that an event says."""
    if not isinstance(event, DocumentRead):
        return (event,)
    document = event.document
    segments = [
        (one.tag, one.number, one.offset, [one.repetitions(i) for i in range(1, len(one) + 1)])
        for one in document.segments
    ]
    facts = (document.type, document.version, document.reference, document.offset, document.length)
    return (event.offset, event.length, *facts, document.number, segments, document.errors)


@pytest.mark.parametrize("strict", [False, True])
def test_both_ways_say_the_same(monkeypatch: pytest.MonkeyPatch, strict: bool) -> None:
    options = ReadOptions(strict=strict)
    fast = read_each(options)
    monkeypatch.setattr("bridge.edi.edifact.walk.Plan.knows", lambda *_: False)
    monkeypatch.setattr("bridge.edi.edifact.framing.Frames.plain", lambda *_: None)
    monkeypatch.setattr(SegmentCheck, "passes", lambda *_: False)
    for quick, thorough in zip(fast, read_each(options), strict=True):
        assert [told(event) for event in quick] == [told(event) for event in thorough]
    read_documents = [one.document for events in fast for one in events if isinstance(one, DocumentRead)]
    accepted = sum(document.accepted for document in read_documents)
    assert 1000 < accepted < len(read_documents) - 300


def test_the_short_cut_is_taken_for_right_messages(monkeypatch: pytest.MonkeyPatch) -> None:
    grammar = EdifactGrammar(load_structures(TABLES))
    data = interchange(message(), message(IFTSTA_BODY, kind="IFTSTA:D:01B:UN", reference="2"))
    list(read([data], grammar))

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("the long way was taken")

    monkeypatch.setattr("bridge.edi.edifact.grammar.faults", refuse)
    monkeypatch.setattr("bridge.edi.edifact.walk.Walk.step", refuse)
    documents = [one.document for one in read([data], grammar) if isinstance(one, DocumentRead)]
    assert [document.errors for document in documents] == [[], []]
