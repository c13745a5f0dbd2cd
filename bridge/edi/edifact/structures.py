"""Message structures, segments and code lists, as the tables in `mappings/edifact` have them.

`load_structures` reads the tables of all directories once; see `mappings/edifact/README.md`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import msgspec

from bridge.errors import ConfigurationError, Problem

SERVICE: Final = "service"
AGENCY_ELEMENTS: Final = frozenset({"1131", "3055"})
UN: Final = "6"
"""3055: UN/ECE, the agency whose code lists the tables hold."""


FITTING: Final = {"00A": "99B"}
"""Releases that fit an earlier directory better than the next one."""


class ElementRule(msgspec.Struct, frozen=True):
    """What may stand in one element or component."""

    number: str
    """The data element: `2005`, `C507`."""
    name: str
    mandatory: bool
    kind: str = ""
    """`an`, `a`, `n`; empty for a composite."""
    length: int = 0
    """The most characters."""
    codes: frozenset[str] | None = None
    components: tuple[ElementRule, ...] = ()


class Node:
    """A segment, or a group of segments, at its place in a message."""

    __slots__ = ("children", "index", "mandatory", "most", "number", "parent", "tag")

    def __init__(self, tag: str, *, mandatory: bool, most: int, parent: Node | None, number: int) -> None:
        self.tag = tag
        """Segment tag, or name of the group (`SG10`)."""
        self.mandatory = mandatory
        self.most = most
        self.parent = parent
        self.number = number
        """Counts the nodes of the message, the root being 0."""
        self.index = len(parent.children) if parent else 0
        self.children: list[Node] = []
        if parent:
            parent.children.append(self)

    @property
    def trigger(self) -> Node:
        """The segment that begins the group, or the segment itself."""
        return self.children[0].trigger if self.children else self


class MessageTable(msgspec.Struct, frozen=True):
    """One message of one directory. `size` is the number of nodes."""

    type: str
    directory: str
    root: Node
    size: int
    tags: frozenset[str]
    segments: dict[str, tuple[ElementRule, ...]]


class Structures(msgspec.Struct, frozen=True):
    """All tables: message type -> directory -> table."""

    messages: dict[str, dict[str, MessageTable]]

    def find(self, message_type: str, version: str, release: str) -> tuple[MessageTable | None, bool]:
        """Return the table of a message, and whether it is exactly that of its version.

        Where no table is exact, it is that of the next directory, whose segments have all that earlier ones
        have; of the last one, if there is none. D00A is as D99B. None if the type is not known at all.
        """
        tables = self.messages.get(message_type)
        if not tables:
            return None, False
        if SERVICE in tables:
            return tables[SERVICE], True
        exact = tables.get(version + release)
        if exact is not None:
            return exact, True
        wanted = age(FITTING.get(release, release))
        by_age = sorted(tables.values(), key=lambda table: age(table.directory[1:]))
        return next((table for table in by_age if age(table.directory[1:]) >= wanted), by_age[-1]), False


def age(release: str) -> int:
    """Return a number that sorts releases (`96A`, `01B`) by age; what is no release is very old."""
    if len(release) < 3 or not (release.isascii() and release[:2].isdigit()):
        return 0
    year = int(release[:2])
    return 2 * (year if year > 50 else year + 100) + (release[2] > "A")


def load_structures(folder: Path) -> Structures:
    """Read the tables in the folder `mappings/edifact`. Raises ConfigurationError."""
    messages: dict[str, dict[str, MessageTable]] = {}
    service = _segments(folder / SERVICE)
    for directory in sorted(path for path in folder.iterdir() if path.is_dir()):
        segments = service | _segments(directory)
        for path in sorted(directory.glob("*.txt")):
            table = _message(path, directory.name, segments)
            messages.setdefault(table.type, {})[directory.name] = table
    return Structures(messages)


def _message(path: Path, directory: str, segments: dict[str, tuple[ElementRule, ...]]) -> MessageTable:
    """Read the outline of a message: two blanks of indentation a level."""
    root = Node(path.stem, mandatory=True, most=1, parent=None, number=0)
    open_groups, size, tags = [root], 1, set()
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        depth, fields = (len(line) - len(line.lstrip())) // 2, line.split()
        if len(fields) != 3 or fields[1] not in "MC" or not fields[2].isdigit() or depth >= len(open_groups):
            message = "expected a segment or group, M or C, and a number, indented below its group"
            raise ConfigurationError(str(path), [Problem("", message, number)])
        tag, requirement, most = fields
        del open_groups[depth + 1 :]
        node = Node(tag, mandatory=requirement == "M", most=int(most), parent=open_groups[depth], number=size)
        size += 1
        if tag.startswith("SG") and tag[2:].isdigit():
            open_groups.append(node)
        else:
            tags.add(tag)
            if tag not in segments:
                raise ConfigurationError(str(path), [Problem("", f"no table of segment {tag}", number)])
    return MessageTable(path.stem, directory, root, size, frozenset(tags), segments)


def _segments(directory: Path) -> dict[str, tuple[ElementRule, ...]]:
    """Read `segments.tsv` and `codes.tsv` of one directory."""
    codes = _codes(directory / "codes.tsv")
    path = directory / "segments.tsv"
    rules: dict[str, list[ElementRule]] = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines()[1:], 2):
        try:
            tag, position, component, element, requirement, kind, length, name = line.split("\t")
            rule = ElementRule(element, name, requirement == "M", kind, int(length or 0), codes.get(element))
            elements = rules.setdefault(tag, [])
            if int(component):
                composite = elements[-1]
                parts = (*composite.components, rule)
                elements[-1] = msgspec.structs.replace(composite, components=parts)
            else:
                elements.append(rule)
            complete = len(elements) == int(position)
        except (ValueError, IndexError):
            complete = False
        if not complete:
            raise ConfigurationError(str(path), [Problem("", "expected eight columns, in order", number)])
    return {tag: tuple(elements) for tag, elements in rules.items()}


def _codes(path: Path) -> dict[str, frozenset[str]]:
    lines = path.read_text(encoding="utf-8").splitlines()
    return {
        element: frozenset(values.split()) for element, _, values in (line.partition("\t") for line in lines)
    }
