"""Write the X12 maps under `mappings/x12` from tables of the standard.

    python -m tools.x12_maps STANDARDS_FOLDER [TARGET_FOLDER]

STANDARDS_FOLDER holds `x12-004010`, `x12-004030` and `x12-005010`, each with `segments.tsv`,
`structures.tsv`, `syntax.tsv` and `codes.tsv`: facts about the standard, one a line. The maps are what pyx12
reads (`map_path`): maps.xml, dataele.xml, x12.control.*.xml and one file a transaction set; and codes.xml,
which is the bridge's own: pyx12 would read its kind anew for each set.
They may be edited afterwards; this tool is for making them anew.

The tables come from implementations of the standard, so where they narrow it they are widened:
- an older release lacks the later elements of some segments (TD5, PO4, BSN): they are taken from 005010,
  optional;
- an element is mandatory in an older release only if 005010, where it has the segment, says so too;
- a time (element 337) has 4 to 8 digits; a set's control number (329) may be short;
- a list of codes is that of the release; other values are notes, but errors of the lists in `CLOSED`, and
  the elements in `OPEN` have no list;
- a set of one release has the optional segments of the others, too (`UNITED`), and what partners send
  and no table has (`ADDED`, `LENGTHS`); each with its reason, in `tools.x12_facts`.
"""

from __future__ import annotations

import copy
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from xml.sax.saxutils import quoteattr

from tools.x12_facts import (
    ADDED,
    ALIASES,
    CLOSED,
    COMPONENTS,
    COMPOSITES,
    CONTROL_VERSION,
    KNOWN,
    LENGTHS,
    MANY,
    NEWEST,
    OPEN,
    SEGMENTS_999,
    SETS,
    SHIFTED,
    UNITED,
    WIDENED,
)
from tools.x12_tables import (
    Element,
    Loop,
    Segments,
    read_codes,
    read_loops,
    read_segments,
    read_syntax,
    rows,
)


def merge(older: Segments, newer: Segments) -> tuple[Segments, Segments]:
    """Complete an older release by 005010, and name the elements of that by it (see above)."""
    for tag, elements in newer.items():
        if tag in SHIFTED or tag not in older:
            older[tag] = {place: Element(**vars(element)) for place, element in elements.items()}
            continue
        for place, element in elements.items():
            other = older[tag].get(place)
            if other is None:
                older[tag][place] = Element(
                    element.number, element.name, False, element.type, element.low, element.high
                )
                continue
            if not other.type:
                other.type, other.low, other.high = element.type, element.low, element.high
            other.required = other.required and element.required
            if family(other.type) == family(element.type) and not element.number:
                element.number, element.name = other.number, other.name
                element.type = other.type if other.type != "AN" else element.type
    for tag, elements in older.items():
        newer.setdefault(tag, {place: Element(**vars(element)) for place, element in elements.items()})
    for elements in (*older.values(), *newer.values()):
        complete(elements)
    return older, newer


def complete(elements: dict[int, Element]) -> None:
    """Widen what is widened, and give a type to elements that no table gives one."""
    for element in elements.values():
        if element.number in WIDENED:
            element.type, element.low, element.high = KNOWN[element.number]
        elif not element.type:
            element.type, element.low, element.high = "AN", 1, 80


def family(kind: str) -> str:
    """Group the types that one table tells more exactly than the other."""
    if kind in ("R", "N0", "N1", "N2"):
        return "number"
    return "text" if kind in ("AN", "ID") else kind


def unite(loop: Loop, other: Loop) -> None:
    """Take what another release has in a loop and this one lacks, each behind what it follows there."""
    place = 0
    for child in other.children[1:]:
        tag = child.tag if isinstance(child, Loop) else child[0]
        tags = [mine.tag if isinstance(mine, Loop) else mine[0] for mine in loop.children]
        if tag not in tags:
            place += 1
            loop.children.insert(place, optional(child))
            continue
        place = tags.index(tag)
        mine = loop.children[place]
        if isinstance(mine, Loop) and isinstance(child, Loop):
            mine.high = max(mine.high, child.high)
            unite(mine, child)
        elif isinstance(mine, tuple) and isinstance(child, tuple):
            loop.children[place] = (tag, mine[1], max(mine[2], child[2]))


def optional(child: tuple[str, int, int] | Loop) -> tuple[str, int, int] | Loop:
    """Copy a segment or loop as one that may be left out."""
    if isinstance(child, tuple):
        return (child[0], 0, child[2])
    return Loop(child.tag, 0, child.high, list(child.children))


def add(kind: str, root: Loop) -> None:
    """Add what neither table has to a set."""
    for wanted, path, after, tag, most, _ in ADDED:
        if wanted != kind:
            continue
        loop = root
        for name in path.split("/")[1:]:
            loop = next(child for child in loop.children if isinstance(child, Loop) and child.tag == name)
        tags = [child.tag if isinstance(child, Loop) else child[0] for child in loop.children]
        if tag in tags:
            loop.children[tags.index(tag)] = (tag, 0, most)
        else:
            loop.children.insert(tags.index(after) + 1, (tag, 0, most))


def complete_sets(loops: dict[str, dict[str, Loop]]) -> None:
    """Return the sets of all releases what `UNITED` and `ADDED` say."""
    before = copy.deepcopy(loops)
    for release, sets in loops.items():
        for kind, loop in sets.items():
            if kind in UNITED:
                for other, others in before.items():
                    if other != release and kind in others:
                        unite(loop, others[kind])
            add(kind, loop)


class Dictionary:
    """The data elements: one entry for each number, type and length, as lengths differ by version."""

    def __init__(self) -> None:
        self.keys: dict[tuple[str, str, int, int], str] = {}
        self.names: dict[str, str] = {}

    def key(self, element: Element) -> str:
        """Return the element's key: its number, with a suffix where the number has another definition."""
        wanted = (element.number, element.type, element.low, element.high)
        if wanted not in self.keys:
            same = sum(1 for known in self.keys if known[0] == element.number)
            self.keys[wanted] = (
                f"{element.number or 'X'}.{same}" if same or not element.number else element.number
            )
            self.names[self.keys[wanted]] = element.name
        return self.keys[wanted]

    def xml(self) -> Iterator[str]:
        """Write dataele.xml."""
        yield "<data_elements>"
        for (_, kind, low, high), key in sorted(self.keys.items(), key=lambda item: item[1]):
            name = quoteattr(self.names[key] or key)
            lengths = f'min_len="{low}" max_len="{high}"'
            yield f'  <data_ele ele_num="{key}" data_type="{kind}" {lengths} name={name}/>'
        yield "</data_elements>"


class CodeLists:
    """The code lists in use: one for each element, and another for a release whose values differ."""

    def __init__(self) -> None:
        self.lists: dict[str, list[str]] = {}
        self._names: dict[tuple[str, tuple[str, ...]], str] = {}

    def name(self, element: str, release: str, values: Sequence[str]) -> str:
        """Return the name of an element's list; that of the first release is the element's number."""
        key = element, tuple(values)
        if key not in self._names:
            self._names[key] = name = f"{element}-{release}" if element in self.lists else element
            self.lists[name] = list(values)
        return self._names[key]

    def xml(self) -> Iterator[str]:
        """Write codes.xml: lists by name, and whether other values are errors (complete) or notes (open)."""
        yield "<codes>"
        for name, values in sorted(self.lists.items()):
            kind = "complete" if name.partition("-")[0] in CLOSED else "open"
            yield f'  <list name="{name}" kind="{kind}">{" ".join(values)}</list>'
        yield "</codes>"


class Writer:
    """Writes transaction sets of one version."""

    def __init__(
        self,
        release: str,
        segments: Segments,
        tables: Path,
        dictionary: Dictionary,
        lists: CodeLists,
    ) -> None:
        self.release = release
        self.segments = segments
        self.syntax = read_syntax(tables / "syntax.tsv")
        self.codes = read_codes(tables / "codes.tsv")
        self.dictionary = dictionary
        self.lists = lists

    def transaction(self, kind: str, loop: Loop | None) -> Iterator[str]:
        """Write one map: the envelope, and the set inside it (none: the control map)."""
        yield f'<transaction xid="{kind}" name="{kind}">'
        yield '  <loop xid="ISA_LOOP" type="explicit" name="Interchange" usage="R" pos="1" repeat="&gt;1">'
        yield from self.segment("ISA", 1, 1, 1, "    ")
        yield '    <loop xid="GS_LOOP" type="explicit" name="Group" usage="R" pos="2" repeat="&gt;1">'
        yield from self.segment("GS", 1, 1, 1, "      ")
        if loop is not None:
            yield '      <loop xid="ST_LOOP" type="explicit" name="Set" usage="R" pos="2" repeat="&gt;1">'
            yield from self.children(loop, "        ")
            yield "      </loop>"
        yield from self.segment("GE", 1, 1, 3, "      ")
        yield "    </loop>"
        yield from self.segment("TA1", 0, MANY, 3, "    ")
        yield from self.segment("IEA", 1, 1, 4, "    ")
        yield "  </loop>"
        yield "</transaction>"

    def children(self, loop: Loop, indent: str) -> Iterator[str]:
        """Write what a loop holds."""
        for position, child in enumerate(loop.children, 1):
            if isinstance(child, tuple):
                yield from self.segment(*child, position, indent)
                continue
            usage = "R" if child.low else "S"
            most = "&gt;1" if child.high >= MANY else child.high
            place = f'usage="{usage}" pos="{position}" repeat="{most}"'
            yield f'{indent}<loop xid="{child.tag}_LOOP" name="{child.tag}" {place}>'
            yield from self.children(child, indent + "  ")
            yield f"{indent}</loop>"

    def segment(self, tag: str, low: int, high: int, position: int, indent: str) -> Iterator[str]:
        """Write a segment with its elements and syntax notes."""
        usage = "R" if low else "S"
        most = "&gt;1" if high >= MANY else high
        yield f'{indent}<segment xid="{tag}" name="{tag}" usage="{usage}" pos="{position}" max_use="{most}">'
        elements = self.segments[tag]
        for note in self.syntax.get(tag, []):
            if max(int(place) for place in re.findall("..", note[1:])) <= max(elements):
                yield f"{indent}  <syntax>{note}</syntax>"
        for place in range(1, max(elements) + 1):
            element = elements.get(place) or Element("", "", False, "AN", 1, 80)
            yield from self.element(f"{tag}{place:02}", place, element, indent + "  ")
        yield f"{indent}</segment>"

    def element(self, xid: str, place: int, element: Element, indent: str) -> Iterator[str]:
        """Write an element or composite."""
        usage = "R" if element.required else "S"
        facts = f'xid="{xid}" name={quoteattr(element.name or xid)} usage="{usage}" seq="{place}"'
        if element.type == "composite":
            yield f'{indent}<composite data_ele="{element.number}" {facts}>'
            parts = COMPOSITES.get(element.number, [("", False)] * 20)
            for number, (part, mandatory) in enumerate(parts, 1):
                component = Element(part, "", mandatory and element.required, *COMPONENTS[part])
                yield from self.element(f"{xid}-{number:02}", number, component, indent + "  ")
            yield f"{indent}</composite>"
            return
        head = f'{indent}<element data_ele="{self.dictionary.key(element)}" {facts}'
        values = self.codes.get(element.number)
        if values and element.number not in OPEN:
            name = self.lists.name(element.number, self.release, values)
            yield f'{head}><valid_codes external="{name}"/></element>'
        else:
            yield f"{head}/>"


def maps_xml() -> Iterator[str]:
    """Write maps.xml: which map belongs to which ISA12, GS08, GS01."""
    yield "<maps>"
    for version, sets in SETS.items():
        yield f'  <version icvn="{CONTROL_VERSION[version]}">'
        for kind, group in sets.items():
            name = "005010X231" if kind == "999" else version
            yield f'    <map vriic="{name}" fic="{group}" abbr="{kind}">{kind}.{version}.xml</map>'
        for alias, (base, kinds) in ALIASES.items():
            if base == version:
                for kind in kinds:
                    key = f'vriic="{alias}" fic="{sets[kind]}" abbr="{kind}"'
                    yield f"    <map {key}>{kind}.{version}.xml</map>"
        yield "  </version>"
    yield "</maps>"


def main(standards: Path, target: Path) -> None:
    """Write every map."""
    target.mkdir(parents=True, exist_ok=True)
    tables = {version: standards / f"x12-{version}" for version in SETS}
    raw = {
        version: read_segments([tuple(row) for row in rows(folder / "segments.tsv")])
        for version, folder in tables.items()
    }
    raw[NEWEST].update(read_segments(SEGMENTS_999))
    merged = {
        version: merge(raw[version], copy.deepcopy(raw[NEWEST]))[0] for version in raw if version != NEWEST
    }
    merged[NEWEST] = merge(raw["004010"], raw[NEWEST])[1]
    for segments, others in ((one, other) for one in merged.values() for other in merged.values()):
        for tag, elements in others.items():
            segments.setdefault(tag, {place: Element(**vars(one)) for place, one in elements.items()})
    for (tag, place), (low, high, _) in LENGTHS.items():
        for segments in merged.values():
            segments[tag][place].low, segments[tag][place].high = low, high
    dictionary, lists = Dictionary(), CodeLists()
    loops = {version: read_loops(tables[version] / "structures.tsv", SETS[version]) for version in SETS}
    complete_sets(loops)
    for version, segments in merged.items():
        writer = Writer(version, segments, tables[version], dictionary, lists)
        for kind, loop in loops[version].items():
            write(target / f"{kind}.{version}.xml", writer.transaction(kind, loop))
        write(target / f"x12.control.{CONTROL_VERSION[version]}.xml", writer.transaction("X12", None))
    write(target / "dataele.xml", dictionary.xml())
    write(target / "codes.xml", lists.xml())
    write(target / "maps.xml", maps_xml())


def write(path: Path, lines: Iterator[str]) -> None:
    """Write an XML file."""
    path.write_text('<?xml version="1.0" encoding="UTF-8"?>\n' + "\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    arguments = [Path(argument) for argument in sys.argv[1:]]
    main(arguments[0], arguments[1] if len(arguments) > 1 else Path(__file__).parents[1] / "mappings" / "x12")
