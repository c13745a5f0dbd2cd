"""The patterns are a short cut: they may be unsure, but never say other than pyx12."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator

import pytest

from bridge.edi.model import Document, EdiError
from bridge.edi.x12.grammar import X12Grammar
from bridge.edi.x12.maps import SegmentCheck, TransactionMap
from tests.edi.x12.making import BODY_214, BODY_856, documents, one, read_all

VALUES = [
    *(
        "",
        "1",
        "A",
        "AB",
        "ABC",
        "ABCDEFGHIJ" * 4,
        "20240102",
        "20240229",
        "20230229",
        "19000101",
        "17991231",
    ),
    *("20241301", "1430", "2400", "143059", "14305", "14305999", "2359", "1.5", "-1", ".5", "5.", "1e3", "-"),
    *("0", "00001", "1234567890123456", "CT", "XX", "UP", "EA", " ", "A ", " A", "a b", "A>B", "é", "^", "`"),
    *("#1", "D1", "NS", "PO", "2I", "GM", "92", "\t", "12345678.123456", "-.5", "--1"),
]


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Switch the patterns off."""
    never: dict[str, SegmentCheck | None] = defaultdict(lambda: None)
    monkeypatch.setattr(TransactionMap, "allows", lambda *_: False)
    monkeypatch.setattr(TransactionMap, "checks_for", lambda *_: never)
    return monkeypatch


def told(errors: list[EdiError]) -> set[tuple[object, ...]]:
    return {
        (error.code, error.segment, error.position, error.element, error.fatal)
        for error in errors
        if error.fatal or error.code != "7"
    } | {(error.code, error.segment, error.element, error.value) for error in errors if error.code == "7"}


def bodies() -> Iterator[tuple[str, str, list[str]]]:
    """Return right bodies with one or two elements or lines changed, the same in every run."""
    chance = random.Random(214)  # noqa: S311
    for number in range(700):
        kind, body = ("856", BODY_856) if number % 3 == 0 else ("214", BODY_214)
        changed = list(body)
        for _ in range(chance.randint(1, 2)):
            place = chance.randrange(len(changed))
            parts = changed[place].split("*")
            what = chance.random()
            if what < 0.75:
                parts[chance.randrange(1, len(parts))] = chance.choice(VALUES)
                changed[place] = "*".join(parts)
            elif what < 0.85:
                changed[place] += "*" * chance.randint(1, 3) + chance.choice(VALUES)
            elif what < 0.95:
                changed.insert(place, chance.choice(body))
            else:
                del changed[place]
        yield kind, "005010" if number % 4 == 0 else "004010", changed


def read_each(grammar: X12Grammar) -> list[Document]:
    return [
        documents(read_all(one(body, kind=kind, version=version), grammar))[0]
        for kind, version, body in bodies()
    ]


def test_both_ways_give_the_same_verdict(grammar: X12Grammar, request: pytest.FixtureRequest) -> None:
    fast = read_each(grammar)
    request.getfixturevalue("slow")
    slow = read_each(grammar)
    for quick, thorough in zip(fast, slow, strict=True):
        assert told(quick.errors) == told(thorough.errors)
    assert 100 < sum(document.accepted for document in fast) < 600


def test_the_short_cut_is_taken_for_right_documents(
    grammar: X12Grammar, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("the slow way was taken")

    monkeypatch.setattr("pyx12.map_walker.walk_tree.walk_errors", refuse)
    monkeypatch.setattr("pyx12.map_if.segment_if.is_valid_errors", refuse)
    for kind in ("214", "856"):
        assert not documents(read_all(one(kind=kind), grammar))[0].errors
