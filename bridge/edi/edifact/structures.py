"""Message structures, segments and code lists; `tables` reads them from files."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

import msgspec

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
        return tables[nearest(tables, release)], False

    def of(self, message_type: str, versions: Sequence[str] = ()) -> list[MessageTable]:
        """Return the tables that read messages of a type, of these versions (`D96A`, `D*`) or of all."""
        own = list(self.messages.get(message_type, ()))
        begun = tuple(text[:-1] for text in versions if text.endswith("*"))
        wanted = [one for one in own if not versions or one.startswith(begun)]
        wanted += [text for text in versions if not text.endswith("*")]
        found = (self.find(message_type, version[:1], version[1:])[0] for version in wanted)
        return list({table.directory: table for table in found if table is not None}.values())


def nearest(directories: Iterable[str], release: str) -> str:
    """Return the directory that stands in for one of this release: the next one, else the last."""
    wanted = age(FITTING.get(release, release))
    by_age = sorted(directories, key=lambda directory: age(directory[1:]))
    return next((one for one in by_age if age(one[1:]) >= wanted), by_age[-1])


def age(release: str) -> int:
    """Return a number that sorts releases (`96A`, `01B`) by age; what is no release is very old."""
    if len(release) < 3 or not (release.isascii() and release[:2].isdigit()):
        return 0
    year = int(release[:2])
    return 2 * (year if year > 50 else year + 100) + (release[2] > "A")
