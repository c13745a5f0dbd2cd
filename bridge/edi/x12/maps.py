"""The maps of the transaction sets, as pyx12 reads them, and which of them a document is checked by."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from operator import itemgetter
from pathlib import Path

import msgspec
import pyx12.map_if
import pyx12.map_index
import pyx12.params
from defusedxml import ElementTree
from pyx12.map_if import map_if

from bridge.edi.x12.ordering import Arrangement, Loop, arrange
from bridge.edi.x12.patterns import SegmentRule, rules_of, segment_pattern, structure_pattern
from bridge.errors import ConfigurationError, Problem

_LONGEST_SEQUENCE = 2000
_MOST_SEQUENCES = 10_000
_MOST_ARRANGEMENTS = 1000
_MOST_SEPARATORS = 64
_MOST_TAGS = 1000
_MOST_SEEN = 1000
_OLDEST = "004010"
_RELEASE = re.compile(r"00[0-9]{4}")
_KINDS = ("complete", "open")


class CodeLists(msgspec.Struct, frozen=True):
    """The code lists by name; values outside of a closed one are errors, else notes."""

    values: dict[str, frozenset[str]]
    closed: frozenset[str]

    def isValid(self, key: str, code: str, check_dte: str | None = None) -> bool:  # noqa: N802 - pyx12's name
        """Return whether a list has a code, as pyx12 asks it."""
        del check_dte
        return code in self.values[key]


class LengthCheck(msgspec.Struct, frozen=True):
    """The fast check of segments of one kind with one number of elements.

    `pick` returns the coded ones of them, `right` remembers what was found right: partners send the same few.
    """

    matches: Callable[[str], object]
    pick: Callable[[Sequence[str]], object] | None
    right: set[object]


class SegmentCheck(msgspec.Struct, frozen=True):
    """The fast check of one kind of segment: a match of its text, then its coded elements.

    `coded` holds position, values and whether they are all there are.
    """

    rule: SegmentRule
    separators: tuple[str, str]
    coded: tuple[tuple[int, frozenset[str], bool], ...]
    lengths: dict[int, LengthCheck] = {}

    def of(self, elements: Sequence[str]) -> LengthCheck:
        """Return the check of segments with as many elements, the tag among them."""
        length = min(len(elements), len(self.rule.elements) + 2)  # more are too many, however many they are
        found = self.lengths.get(length)
        if found is None:
            pattern = segment_pattern(self.rule, *self.separators, length - 1)
            places = [place for place, *_ in self.coded if place < length]
            pick = itemgetter(*places) if places else None
            found = self.lengths[length] = LengthCheck(pattern.fullmatch, pick, set())
        return found

    def lists(self, elements: Sequence[str]) -> bool:
        """Return whether the code lists have all coded elements that are there."""
        check = self.of(elements)
        if check.pick is None:
            return True
        values = check.pick(elements)
        if values in check.right:
            return True
        given = [(elements[place], codes) for place, codes, _ in self.coded if place < len(elements)]
        if any(value and value not in codes for value, codes in given):
            return False
        if len(check.right) < _MOST_SEEN:
            check.right.add(values)
        return True


class Checks(dict[str, SegmentCheck | None]):
    """The fast checks of a map under one pair of separators, made when first asked for."""

    def __init__(self, transaction: TransactionMap, element: str, component: str) -> None:
        super().__init__()
        self._map = transaction
        self._separators = element, component

    def __missing__(self, tag: str) -> SegmentCheck | None:
        rule = self._map.rules.get(tag)
        check = None
        if rule is not None:
            codes = self._map.codes
            coded = ((place, codes.values[name], name in codes.closed) for place, name in rule.coded)
            check = SegmentCheck(rule, self._separators, tuple(coded))
        if len(self) < _MOST_TAGS:
            self[tag] = check
        return check


class TransactionMap:
    """One transaction set of one version: pyx12's tree of it, and what is derived from that."""

    def __init__(self, root: map_if, codes: CodeLists) -> None:
        self.root = root
        root.ext_codes = codes  # its own would be read anew for each map
        self.start = root.getnodebypath("/ISA_LOOP/GS_LOOP/ST_LOOP/ST")
        self.codes = codes
        loop = root.getnodebypath("/ISA_LOOP/GS_LOOP/ST_LOOP")
        self.rules, self.nodes = rules_of(loop)
        self._structure = structure_pattern(loop)
        self._order = Loop(loop)
        self._sequences: dict[str, bool] = {}
        self._arrangements: dict[str, Arrangement] = {}
        self._checks: dict[tuple[str, str], Checks] = {}

    def allows(self, tags: str) -> bool:
        """Return whether a sequence of tags, with blanks between, is surely right."""
        known = self._sequences.get(tags)  # partners repeat themselves
        if known is None:
            known = self._structure.fullmatch(tags + " ") is not None
            known = known and all(self.rules[tag] is not None for tag in set(tags.split(" ")))
            if len(tags) < _LONGEST_SEQUENCE:
                if len(self._sequences) >= _MOST_SEQUENCES:
                    self._sequences.clear()
                self._sequences[tags] = known
        return known

    def arrange(self, tags: Sequence[str]) -> Arrangement:
        """Put a sequence of tags in the order of this map."""
        key = " ".join(tags)
        known = self._arrangements.get(key)
        if known is None:
            known = arrange(self._order, tags)
            if len(key) < _LONGEST_SEQUENCE:
                if len(self._arrangements) >= _MOST_ARRANGEMENTS:
                    self._arrangements.clear()
                self._arrangements[key] = known
        return known

    def checks_for(self, element: str, component: str) -> Checks:
        """Return the fast checks under these separators, by tag; None where only pyx12 can tell."""
        key = element, component
        if key not in self._checks:
            if len(self._checks) >= _MOST_SEPARATORS:
                self._checks.clear()
            self._checks[key] = Checks(self, element, component)
        return self._checks[key]

    def number_of(self, tag: str, place: int) -> str:
        """Return the number of the data element at a place of a segment; empty if the map has none."""
        elements = self.nodes[tag].children
        return element_number(elements[place - 1]) if 0 < place <= len(elements) else ""


def element_number(node: object) -> str:
    """Return the data element's number; the dictionary's keys carry suffixes where lengths differ."""
    number = str(getattr(node, "data_ele", "") or "").partition(".")[0]
    return number if number[:1].isdigit() or number[:1] == "C" else ""


class MapIndex:
    """All maps of a folder. Each is loaded when a document first needs it: a run needs few of them."""

    def __init__(self, folder: Path) -> None:
        """Read the index; raises ConfigurationError where it, the code lists or a file is missing."""
        self._folder = folder
        self._loaded: dict[str, TransactionMap] = {}
        try:
            index = pyx12.map_index.map_index(str(folder)).maps
            self._codes = _load_codes(folder / "codes.xml")
        except Exception as error:  # whatever pyx12 makes of unreadable files
            raise ConfigurationError(str(folder), [Problem("maps.xml", str(error))]) from error
        self._files = {(str(entry["vriic"]), str(entry["abbr"])): str(entry["map_file"]) for entry in index}
        missing = sorted({name for name in self._files.values() if not (folder / name).is_file()})
        if missing:
            raise ConfigurationError(
                str(folder), [Problem(name, "there is no such file") for name in missing]
            )

    def load_all(self) -> None:
        """Load every map; raises ConfigurationError, naming each that cannot be used."""
        problems: list[Problem] = []
        for name in dict.fromkeys(self._files.values()):
            try:
                self._map(name)
            except ConfigurationError as error:
                problems += error.problems
        if problems:
            raise ConfigurationError(str(self._folder), problems)

    def __iter__(self) -> Iterator[TransactionMap]:
        self.load_all()
        return iter([self._map(name) for name in self._files.values()])

    def is_known(self, tag: str) -> bool:
        """Return whether any map has a segment with this tag."""
        return any(tag in one.rules for one in self)

    def find(self, version: str, kind: str) -> tuple[TransactionMap | None, bool]:
        """Find the map of a set, and whether it is one of exactly this release.

        `004010VICS` is checked by 004010 unless it has a map of its own, a release without one by the
        nearest before it. None before 004010, when dates had six digits; but a 997 is the same in all.
        """
        for name in (version, version[:6]):
            if (name, kind) in self._files:
                return self._map(self._files[name, kind]), True
        if _RELEASE.match(version) is None:
            return None, False
        own = [name for name, known in self._files if known == kind]
        if kind == "997" and version < _OLDEST:
            return self._of(_OLDEST, kind), False
        same = [name for name in own if name[:6] == version[:6]]
        before = max((name for name in own if name[:6] < version[:6]), default="")
        return self._of(same[0] if same else before, kind), bool(same)

    def _of(self, version: str, kind: str) -> TransactionMap | None:
        name = self._files.get((version, kind))
        return None if name is None else self._map(name)

    def _map(self, name: str) -> TransactionMap:
        loaded = self._loaded.get(name)
        if loaded is not None:
            return loaded
        try:
            fresh = _load(self._folder, name, self._codes)
        except Exception as error:  # pyx12 raises whatever comes
            problem = Problem(name, f"{type(error).__name__}: {error}")
            raise ConfigurationError(str(self._folder), [problem]) from error
        return self._loaded.setdefault(name, fresh)  # another thread may have loaded it meanwhile


def _load(folder: Path, name: str, codes: CodeLists) -> TransactionMap:
    parameters = pyx12.params.ParamsBase()
    return TransactionMap(pyx12.map_if.load_map_file(name, parameters, str(folder)), codes)


def _load_codes(path: Path) -> CodeLists:
    """Read codes.xml: lists by name, each complete or open. Raises what a file that is none raises."""
    values: dict[str, frozenset[str]] = {}
    closed = set()
    for entry in ElementTree.parse(path).iter("list"):
        name, kind = entry.attrib["name"], entry.attrib["kind"]
        if kind not in _KINDS:
            message = f"the kind of list {name} is {kind}, neither complete nor open"
            raise ValueError(message)
        values[name] = frozenset((entry.text or "").split())
        if kind == "complete":
            closed.add(name)
    return CodeLists(values, frozenset(closed))
