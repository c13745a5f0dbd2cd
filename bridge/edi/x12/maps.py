"""The maps of the transaction sets, as pyx12 reads them, and which of them a document is checked by."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from operator import itemgetter
from pathlib import Path

import msgspec
from pyx12.map_if import composite_if, map_if, segment_if

from bridge.edi.x12.map_files import CodeLists, MapFiles
from bridge.edi.x12.ordering import Arrangement, Loop, arrange
from bridge.edi.x12.patterns import SegmentRule, rules_of, segment_pattern, structure_pattern
from bridge.edi.x12.segment import COMPOSITES
from bridge.errors import ConfigurationError, Problem

_LONGEST_SEQUENCE = 2000
_MOST_SEQUENCES = 10_000
_MOST_ARRANGEMENTS = 1000
_MOST_SEPARATORS = 64
_MOST_TAGS = 1000
_MOST_SEEN = 1000
_OLDEST = "004010"
_RELEASE = re.compile(r"00[0-9]{4}")


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
        self.start = root.getnodebypath("/ISA_LOOP/GS_LOOP/ST_LOOP/ST")
        self.codes = codes
        loop = root.getnodebypath("/ISA_LOOP/GS_LOOP/ST_LOOP")
        self.rules, self.nodes = rules_of(loop)
        self.composites = COMPOSITES | _composites(self.nodes)
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


def _composites(nodes: dict[str, segment_if]) -> set[tuple[str, int]]:
    """Return the elements with components of all segments of a map."""
    return {
        (tag, place)
        for tag, node in nodes.items()
        for place, child in enumerate(node.children, 1)
        if isinstance(child, composite_if)
    }


class MapIndex:
    """All maps of the folders. A shipped one is loaded when a document first needs it: a run needs few.

    Those of users' folders are loaded at once, so that a mistake in one is found before any document is.
    """

    def __init__(self, folders: Sequence[Path]) -> None:
        """Read the index, the tables and users' maps; raises ConfigurationError with all that is wrong."""
        self._maps = MapFiles(folders)
        self._files = self._maps.index
        self._loaded: dict[Path, TransactionMap] = {}
        self._load(self._maps.own)

    def load_all(self) -> None:
        """Load every map; raises ConfigurationError, naming each that cannot be used."""
        self._load(dict.fromkeys(self._files.values()))

    def _load(self, paths: Iterable[Path]) -> None:
        problems: list[Problem] = []
        for path in paths:
            try:
                self._map(path)
            except ConfigurationError as error:
                problems += error.problems
        if problems:
            raise ConfigurationError("grammars", problems)

    def __iter__(self) -> Iterator[TransactionMap]:
        self.load_all()
        return iter([self._map(path) for path in self._files.values()])

    def is_known(self, tag: str) -> bool:
        """Return whether any map has a segment with this tag."""
        return any(tag in one.rules for one in self)

    def of(self, kind: str, versions: Sequence[str] = ()) -> list[TransactionMap]:
        """Return the maps that check documents of a kind, of these versions (`004010*`) or of all."""
        own = [version for version, known in self._files if known == kind]
        exact = [text for text in versions if not text.endswith("*")]
        begun = tuple(text[:-1] for text in versions if text.endswith("*"))
        wanted = [one for one in own if not versions or one.startswith(begun)]
        wanted += [*exact, *(text.ljust(6, "0") for text in begun)]
        found = (self.find(version, kind)[0] for version in wanted)
        return list(dict.fromkeys(one for one in found if one is not None))

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
        path = self._files.get((version, kind))
        return None if path is None else self._map(path)

    def _map(self, path: Path) -> TransactionMap:
        loaded = self._loaded.get(path)
        if loaded is not None:
            return loaded
        try:
            fresh = TransactionMap(self._maps.map(path), self._maps.codes)
        except ConfigurationError:
            raise
        except Exception as error:  # pyx12 raises whatever comes
            problem = Problem("", f"cannot be used: {type(error).__name__}: {error}", file=str(path))
            raise ConfigurationError("grammars", [problem]) from error
        return self._loaded.setdefault(path, fresh)  # another thread may have loaded it meanwhile
