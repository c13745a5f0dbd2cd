"""Words for what documents hold: names of segments and elements, meanings of codes.

The names of elements are the grammars'; `words.tsv` beside them adds segments, codes, and the elements that
the tables leave nameless. Three columns: what (`TD5`, `TD506`, `374=011`: a code of a data element), the
words, and for a segment the places that matter to a reader (`01 02.1`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path

import msgspec

from bridge.edi.edifact.structures import ElementRule
from bridge.edi.grammar import Grammar
from bridge.edi.model import Document, Segment, Standard
from bridge.edi.x12.maps import element_number
from bridge.errors import ConfigurationError, Problem

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
# The tables of EDIFACT say `partyFunctionCodeQualifier` and `statusCoded`; who reads knows what a code is.
_JOINED = re.compile(
    r"\b(document|date|time|charge|allowance|place) (message|time|period|charge|allowance|location)\b"
)
_CODED = re.compile(r" (?:coded|code qualifier|code)$")


class Words(msgspec.Struct, frozen=True):
    """What one `words.tsv` says; `places` are those that matter, by segment, as (element, component)."""

    words: dict[str, str]
    places: dict[str, tuple[tuple[int, int], ...]]


class Said(msgspec.Struct, frozen=True):
    """One element in words: `TD503`, `Identification Code`, `UPSN`, and what the code means, if known."""

    place: str
    name: str
    value: str
    meaning: str = ""

    def __str__(self) -> str:
        meaning = f" ({self.meaning})" if self.meaning else ""
        return f"{self.place} {self.name}: {self.value}{meaning}"


class Names:
    """Words of both standards."""

    def __init__(self, grammar: Grammar, *folders: Path) -> None:
        """Load the words from the folders of the grammar; raises ConfigurationError for a bad line."""
        self._x12 = grammar.x12.maps
        self._edifact = grammar.edifact.structures
        self._words: dict[Standard, Words] = {
            "x12": _words_in([folder / "x12" for folder in folders]),
            "edifact": _words_in([folder / "edifact" for folder in folders]),
        }

    def segment(self, standard: Standard, tag: str) -> str:
        """Name a segment: `Beginning Segment for Ship Notice`; empty where it is unknown."""
        return self._words[standard].words.get(tag, "")

    def elements(self, document: Document, segment: Segment) -> Iterator[Said]:
        """Yield what a segment holds in words, as far as it matters to a reader."""
        for element, component in self._words[document.standard].places.get(segment.tag, ()):
            if element > len(segment):
                return
            last = len(segment.components(element)) if document.standard == "edifact" else 1
            for part in range(1, last + 1) if not component else (component,):
                said = self.element(document, segment, element, part)
                if said.value and said.name:
                    yield said

    def element(self, document: Document, segment: Segment, element: int, component: int = 1) -> Said:
        """Return one element (or component) in words; its name is empty where none is known."""
        words = self._words[document.standard].words
        value = segment.value(element, component).strip()
        place = f"{segment.tag}{element:02}"
        if document.standard == "x12":
            number, name = self._x12_element(document, segment.tag, element)
        else:
            number, name, parts = self._edifact_element(document, segment.tag, element, component)
            place += f".{component}" if parts else ""
        meaning = words.get(f"{place}={value}") or words.get(f"{number}={value}", "")
        return Said(place, words.get(place) or name, value, meaning)

    def _x12_element(self, document: Document, tag: str, element: int) -> tuple[str, str]:
        """Return the data element's number and name; other maps know most segments that one lacks."""
        own, _exact = self._x12.find(document.version, document.type)
        # The others are loaded only where the document's own map lacks the segment.
        for transaction in chain([own] if own else (), self._x12):
            node = transaction.nodes.get(tag)
            if node is not None and element <= len(node.children):
                found = node.children[element - 1]
                name = str(found.name or "")
                return element_number(found), "" if name == f"{tag}{element:02}" else name
        return "", ""

    def _edifact_element(
        self, document: Document, tag: str, element: int, component: int
    ) -> tuple[str, str, bool]:
        """Return the number and name, and whether the element has components at all."""
        version, release = document.version[:1], document.version[1:]
        table, _exact = self._edifact.find(document.type, version, release)
        rules = table.segments.get(tag, ()) if table else ()
        if element > len(rules):
            return "", "", False
        rule = rules[element - 1]
        parts = rule.components
        if parts and component <= len(parts):
            return parts[component - 1].number, _spoken(parts[component - 1]), True
        return rule.number, _spoken(rule), bool(parts)


def _words_in(folders: Sequence[Path]) -> Words:
    """Load the words of several folders; a later one adds to earlier ones and overrides them."""
    paths = [folder / "words.tsv" for folder in folders]
    found = [load_words(path) for path in paths if path == paths[0] or path.is_file()]
    words = {what: text for one in found for what, text in one.words.items()}
    return Words(words, {tag: places for one in found for tag, places in one.places.items()})


def load_words(path: Path) -> Words:
    """Read a `words.tsv`. Raises ConfigurationError with every line that is none."""
    words: dict[str, str] = {}
    places: dict[str, tuple[tuple[int, int], ...]] = {}
    problems: list[Problem] = []
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(str(path), [Problem("", f"cannot be read: {error}")]) from error
    for number, line in enumerate(lines, 1):
        if not line or line.startswith("#"):
            continue
        what, *rest = line.split("\t")
        try:
            words[what] = rest[0]
            if len(rest) > 1:
                places[what] = tuple(_place(one) for one in rest[1].split())
        except (IndexError, ValueError):
            problems.append(
                Problem(what, "expected what, words and perhaps places, with tabs between", number)
            )
    if problems:
        raise ConfigurationError(str(path), problems)
    return Words(words, places)


def _place(text: str) -> tuple[int, int]:
    element, _, component = text.partition(".")
    return int(element), int(component or 0)


def _spoken(rule: ElementRule) -> str:
    """Write `partyFunctionCodeQualifier` as `Party function`."""
    name = _CAMEL.sub(" ", rule.name).lower()
    for _ in range(2):  # `date time period` has three
        name = _JOINED.sub(r"\1/\2", name)
    return _CODED.sub("", name).capitalize()
