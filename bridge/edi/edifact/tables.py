"""The files of the EDIFACT tables in one or more folders; see `mappings/edifact/README.md`.

A later folder adds to the earlier ones and overrides them: a message by its directory and type, a segment by
its directory and tag; values are added to the code list of their data element. A directory that only a
later folder has takes what it lacks from the shipped one that would be read in its place.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import msgspec

from bridge.edi.edifact.structures import SERVICE, ElementRule, MessageTable, Node, Structures, nearest
from bridge.errors import ConfigurationError, Problem

_DIRECTORY: Final = re.compile(r"[0-9A-Z]{2,6}")
_COUNT: Final = re.compile(r"[1-9][0-9]{0,6}")
_KINDS: Final = ("an", "a", "n")
_MOST_LEVELS: Final = 50
Segments = dict[str, tuple[ElementRule, ...]]
Codes = dict[str, frozenset[str]]


class _Directory(msgspec.Struct):
    """What the folders hold of one directory."""

    segments: Segments = {}
    codes: Codes = {}
    messages: dict[str, Path] = {}


def load_structures(*folders: Path) -> Structures:
    """Read the tables of folders such as `mappings/edifact`. Raises ConfigurationError with all mistakes."""
    return _Loader(folders).load()


class _Loader:
    def __init__(self, folders: Sequence[Path]) -> None:
        self._problems: list[Problem] = []
        self._directories: dict[str, _Directory] = {SERVICE: _Directory()}
        for folder in folders:
            shipped = [name for name in self._directories if name != SERVICE]
            for path in sorted(path for path in folder.glob("[!.]*") if path.is_dir()):
                self._read(path, shipped)

    def load(self) -> Structures:
        self._raise()  # before what would only follow from it: segments that no table has
        service = _coded(self._directories[SERVICE])
        messages: dict[str, dict[str, MessageTable]] = {}
        for name, directory in self._directories.items():
            segments = service | _coded(directory)
            for path in directory.messages.values():
                table = self._message(path, name, segments)
                messages.setdefault(table.type, {})[name] = table
        self._raise()
        return Structures(messages)

    def _raise(self) -> None:
        if self._problems:
            raise ConfigurationError("grammars", self._problems)

    def _mistake(self, path: Path, message: str, line: int = 0) -> None:
        self._problems.append(Problem("", message, line, str(path)))

    def _read(self, path: Path, shipped: Sequence[str]) -> None:
        """Read the tables of one directory; a new one begins with those of the shipped one next to it."""
        if path.name != SERVICE and not _DIRECTORY.fullmatch(path.name):
            self._mistake(path, "is no directory of EDIFACT: a name such as D96A")
            return
        if path.name not in self._directories:
            base = self._directories[nearest(shipped, path.name[1:])] if shipped else _Directory()
            self._directories[path.name] = _Directory(dict(base.segments), dict(base.codes))
        directory = self._directories[path.name]
        directory.segments |= self._segments(path / "segments.tsv")
        for element, values in self._codes(path / "codes.tsv"):
            directory.codes[element] = directory.codes.get(element, frozenset()) | values
        directory.messages |= {file.stem: file for file in sorted(path.glob("*.txt"))}

    def _message(self, path: Path, directory: str, segments: Segments) -> MessageTable:
        """Read the outline of a message: two blanks of indentation a level."""
        root = Node(path.stem, mandatory=True, most=1, parent=None, number=0)
        before = len(self._problems)
        open_groups, size, tags = [root], 1, set()
        for number, line in self._lines(path):
            if not line.strip() or line.startswith("#"):
                continue
            depth, fields = (len(line) - len(line.lstrip())) // 2, line.split()
            sound = len(fields) == 3 and fields[1] in ("M", "C") and _COUNT.fullmatch(fields[2])
            if not sound or not depth < min(len(open_groups), _MOST_LEVELS):
                message = "expected a segment or group, M or C, and a number, indented below its group"
                self._mistake(path, message, number)
                continue
            tag, requirement, most = fields
            self._close(path, open_groups[depth + 1 :], number)
            del open_groups[depth + 1 :]
            parent = open_groups[depth]
            node = Node(tag, mandatory=requirement == "M", most=int(most), parent=parent, number=size)
            size += 1
            if tag.startswith("SG") and tag[2:].isdecimal():
                open_groups.append(node)
            else:
                tags.add(tag)
                if tag not in segments:
                    self._mistake(path, f"no table of segment {tag}", number)
        self._close(path, open_groups[1:], 0)
        ends = [child.tag for child in (*root.children[:1], *root.children[-1:])]
        if ends != ["UNH", "UNT"] and len(self._problems) == before:
            self._mistake(path, "a message is from segment UNH to segment UNT")
        return MessageTable(path.stem, directory, root, size, frozenset(tags), segments)

    def _close(self, path: Path, groups: Sequence[Node], number: int) -> None:
        """Check the groups that end before a line: each holds something."""
        for group in groups:
            if not group.children:
                message = (
                    f"group {group.tag} holds nothing: its segments stand below it, two blanks further in"
                )
                self._mistake(path, message, number)

    def _segments(self, path: Path) -> Segments:
        rules: dict[str, list[ElementRule]] = {}
        for number, line in self._lines(path):
            if not line.strip() or (number == 1 and line.startswith("segment")):
                continue
            try:
                complete = _add(rules, line)
            except (ValueError, IndexError):
                complete = False
            if not complete:
                message = "expected eight columns with tabs between, in order; type an, a or n, and a length"
                self._mistake(path, message, number)
                break  # what follows is out of order by that alone
        for tag, elements in rules.items():
            if any(not rule.kind and not rule.components for rule in elements):
                self._mistake(path, f"{tag} has a composite without components")
        return {tag: tuple(elements) for tag, elements in rules.items()}

    def _codes(self, path: Path) -> Iterator[tuple[str, frozenset[str]]]:
        for number, line in self._lines(path):
            element, tab, values = line.partition("\t")
            if not line.strip():
                continue
            if not (tab and element.isdecimal()):
                self._mistake(path, "expected a data element, a tab, and codes", number)
            yield element, frozenset(values.split())

    def _lines(self, path: Path) -> list[tuple[int, str]]:
        """Return the lines of a file with their numbers; none where there is no such file."""
        try:
            return list(enumerate(path.read_text(encoding="utf-8").splitlines(), 1))
        except FileNotFoundError:
            return []
        except UnicodeDecodeError:
            self._mistake(path, "is not UTF-8 text")
        except OSError as error:
            self._mistake(path, f"cannot be read: {error.strerror}")
        return []


def _add(rules: dict[str, list[ElementRule]], line: str) -> bool:
    """Add the element or component of a line; return whether it stands where its numbers say."""
    tag, position, component, element, requirement, kind, length, name = line.split("\t")
    rule = ElementRule(element, name, requirement == "M", kind, int(length or 0))
    elements = rules.setdefault(tag, [])
    sound = requirement in ("M", "C") and (
        (kind in _KINDS and rule.length > 0) or not (kind or int(component))
    )
    if int(component):
        composite = elements[-1]
        parts = (*composite.components, rule)
        elements[-1] = msgspec.structs.replace(composite, components=parts)
        sound = sound and not composite.kind and int(component) == len(parts)
    else:
        elements.append(rule)
    return sound and len(elements) == int(position)


def _coded(directory: _Directory) -> Segments:
    """Return the segments of a directory with the code lists of their elements."""
    codes = directory.codes

    def with_codes(rule: ElementRule) -> ElementRule:
        parts = tuple(map(with_codes, rule.components))
        return msgspec.structs.replace(rule, codes=codes.get(rule.number), components=parts)

    return {tag: tuple(map(with_codes, rules)) for tag, rules in directory.segments.items()}
