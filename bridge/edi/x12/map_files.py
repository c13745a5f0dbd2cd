"""The files of the X12 maps in one or more folders: the index, the trees, data elements and code lists.

A later folder adds to the earlier ones and overrides them: a map by its version and set, a file by its name,
a data element by its number; values are added to the code list of their name. A map file holds a transaction
set alone (ST to SE), or with the envelope round it, as pyx12 has it; a segment without elements there is the
one that other maps of the release have.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from copy import deepcopy
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, ParseError

import msgspec
import pyx12.params
from defusedxml.ElementTree import XMLParser, parse
from pyx12.dataele import DataElements
from pyx12.map_if import loop_if, map_if, x12_node

from bridge.edi.x12.map_checks import check_map
from bridge.errors import ConfigurationError, Problem

INDEX = "maps.xml"
_CODES, _ELEMENTS = "codes.xml", "dataele.xml"
_NO_MAPS = (INDEX, _CODES, _ELEMENTS)
_CONTROL = "x12.control."
"""Maps of the envelope, which only pyx12's own tools need."""
_KINDS = ("complete", "open")
_UNREADABLE = (OSError, ParseError, ValueError, LookupError, RecursionError)
"""What the parser raises, for entities, encodings that do not exist and thousands of levels among others."""
_TYPES = frozenset({"AN", "B", "DT", "ID", "R", "TM", *(f"N{decimals}" for decimals in range(10)), "N"})
_ENVELOPE = (("ISA_LOOP", "1"), ("GS_LOOP", "2"), ("ST_LOOP", "2"))


class CodeLists(msgspec.Struct, frozen=True):
    """The code lists by name; values outside of a closed one are errors, else notes."""

    values: dict[str, frozenset[str]] = {}
    closed: set[str] = set()

    def isValid(self, key: str, code: str, check_dte: str | None = None) -> bool:  # noqa: N802 - pyx12's name
        """Return whether a list has a code, as pyx12 asks it."""
        del check_dte
        return code in self.values[key]


class _Elements(DataElements):  # type: ignore[misc] # pyx12 has no types
    """The dictionary of data elements that all maps share; pyx12 would read its file anew for each."""

    def __init__(self) -> None:
        self.dataele: dict[str, dict[str, str | int | None]] = {}


class _Map(map_if):  # type: ignore[misc] # as above
    """A map of pyx12's, made of a tree in place of a file."""

    def __init__(self, tree: Element, elements: DataElements, codes: Any) -> None:  # noqa: ANN401 - pyx12's
        x12_node.__init__(self)
        self.children = None
        self.pos_map: dict[int, list[x12_node]] = {}
        self.cur_path, self.path, self.base_name = "/transaction", "/", "transaction"
        self.param = pyx12.params.ParamsBase()
        self.ext_codes, self.data_elements = codes, elements
        self.id, self.name = tree.get("xid"), tree.get("name")
        for entry in tree.findall("loop"):
            node = loop_if(self, self, entry)
            self.pos_map.setdefault(node.pos, []).append(node)
        self.icvn = None


class _Lines(XMLParser):
    """Notes with each element the line that it begins in."""

    def _start(self, tag: str, attributes: list[str]) -> Any:  # noqa: ANN401 - the parser's
        line = str(self.parser.CurrentLineNumber)
        return super()._start(tag, [*attributes, "line", line])  # type: ignore[misc] # typed as the C parser


class MapFiles:
    """What the folders hold. Raises ConfigurationError with all that is wrong with index and tables."""

    def __init__(self, folders: Sequence[Path]) -> None:
        self._folders = folders
        self._problems: list[Problem] = []
        self.index: dict[tuple[str, str], Path] = {}
        self.codes = CodeLists()
        self._elements = _Elements()
        for folder in folders:
            for name, read in ((INDEX, self._read_index), (_CODES, self._read_codes)):
                self._read_table(folder, name, read)
            self._read_table(folder, _ELEMENTS, self._read_elements)
        self._problems += [
            Problem(
                "",
                f'no {INDEX} names this file: <map vriic="004010" abbr="945">{path.name}</map>',
                file=str(path),
            )
            for path in self._unnamed()
        ]
        if self._problems:
            raise ConfigurationError("grammars", self._problems)

    @property
    def own(self) -> list[Path]:
        """The maps that do not come from the first folder, which is the shipped one."""
        return [path for path in dict.fromkeys(self.index.values()) if path.parent != self._folders[0]]

    def map(self, path: Path) -> map_if:
        """Make the map of a file. Raises ConfigurationError with every mistake in it and its line."""
        try:
            tree = self._tree(path)
            mistakes = list(check_map(tree, self._elements.dataele.keys(), self.codes.values.keys()))
            if not mistakes:
                return _Map(tree, self._elements, self.codes)
            problems = [Problem("", message, line, str(path)) for line, message in mistakes]
        except _UNREADABLE as error:
            problems = [_unreadable(path, error)]
        raise ConfigurationError("grammars", problems)

    def _read_table(self, folder: Path, name: str, read: Any) -> None:  # noqa: ANN401 - one of three methods
        path = folder / name
        if not path.is_file() and folder != self._folders[0]:
            return
        try:
            read(path, _root_of(path))
        except _UNREADABLE as error:
            self._problems.append(_unreadable(path, error))

    def _read_index(self, path: Path, root: Element) -> None:
        for entry in root.iter("map"):
            version, kind = entry.get("vriic", ""), entry.get("abbr", "")
            name = (entry.text or "").strip()
            if not (version and kind and name):
                message = "a map has vriic (GS08), abbr (ST01) and the name of its file"
                self._problems.append(_problem(path, entry, message))
            elif (found := self._newest(name)) is None:
                self._problems.append(_problem(path, entry, f"there is no file {name}"))
            else:
                self.index[version, kind] = found

    def _read_codes(self, path: Path, root: Element) -> None:
        for entry in root.iter("list"):
            name, kind = entry.get("name", ""), entry.get("kind", "")
            if not name or kind not in _KINDS:
                message = (
                    f"the kind of list {name or 'without a name'} is {kind!r}, neither complete nor open"
                )
                self._problems.append(_problem(path, entry, message))
                continue
            known = self.codes.values.get(name, frozenset())
            self.codes.values[name] = known | frozenset((entry.text or "").split())
            (self.codes.closed.add if kind == "complete" else self.codes.closed.discard)(name)

    def _read_elements(self, path: Path, root: Element) -> None:
        for entry in root.iter("data_ele"):
            number, kind = entry.get("ele_num", ""), entry.get("data_type", "")
            low, high = entry.get("min_len", ""), entry.get("max_len", "")
            sound = low.isdecimal() and high.isdecimal() and int(low) <= int(high)
            if not (number and sound and kind in _TYPES):
                message = f"data element {number} needs ele_num, min_len, max_len, and a data_type of X12"
                self._problems.append(_problem(path, entry, message))
                continue
            name = entry.get("name")
            self._elements.dataele[number] = {
                "data_type": kind,
                "min_len": int(low),
                "max_len": int(high),
                "name": name,
            }

    def _newest(self, name: str) -> Path | None:
        """Return the file of this name in the last folder that has one; no path leads out of a folder."""
        places = [folder / name for folder in reversed(self._folders)] if Path(name).name == name else []
        return next((place for place in places if place.is_file()), None)

    def _unnamed(self) -> list[Path]:
        named = set(self.index.values())
        found = [path for folder in self._folders[1:] for path in sorted(folder.glob("*.xml"))]
        return [
            path
            for path in found
            if path not in named and path.name not in _NO_MAPS and not path.name.startswith(_CONTROL)
        ]

    def _tree(self, path: Path) -> Element:
        root = _root_of(path)
        if not [entry for entry in root.findall("loop") if entry.get("xid") == "ISA_LOOP"]:
            root = _in_envelope(root)
        if path.parent != self._folders[0]:
            self._complete(root, path)
        return root

    def _complete(self, root: Element, path: Path) -> None:
        """Return segments that stand without elements those of the nearest shipped map that has them."""
        segments = list(root.iter("segment"))
        bare = [
            entry for entry in segments if entry.find("element") is None and entry.find("composite") is None
        ]
        wanted = {entry.get("xid", "") for entry in bare}
        known: dict[str, list[Element]] = {}
        for file in self._nearest(path):
            if known.keys() >= wanted:
                break
            for entry in _root_of(file).iter("segment"):
                known.setdefault(entry.get("xid", ""), list(entry))
        for entry in bare:
            entry.extend(deepcopy(known.get(entry.get("xid", ""), [])))

    def _nearest(self, path: Path) -> Iterable[Path]:
        """Return the shipped maps: those of the release of this one, of earlier ones, of later ones."""
        release = next(version for (version, _), file in self.index.items() if file == path)[:6]
        near = sorted(self.index, key=lambda known: _distance(known[0][:6], release), reverse=True)
        files = dict.fromkeys(self.index[known] for known in near)
        return [file for file in files if file != path and file.parent == self._folders[0]]


def _root_of(path: Path) -> Element:
    root: Element | None = parse(path, parser=_Lines()).getroot()
    return root if root is not None else Element("nothing")


def _distance(release: str, wanted: str) -> tuple[int, str]:
    """Sort releases by how near they are: the wanted one last, before it the nearest earlier one."""
    return (2 if release == wanted else 1 if release < wanted else 0), release


def _in_envelope(root: Element) -> Element:
    """Put a transaction set that stands alone into loops of the envelope, as pyx12 wants them."""
    # Elements of the root's own class: those of the parser and of xml.etree do not mix.
    whole = root.makeelement("transaction", dict(root.attrib))
    inner = whole
    for name, place in _ENVELOPE:
        attributes = {
            "xid": name,
            "type": "explicit",
            "usage": "R",
            "pos": place,
            "repeat": ">1",
            "line": "1",
        }
        loop = root.makeelement("loop", attributes)
        inner.append(loop)
        inner = loop
    inner.extend(list(root))
    return whole


def _problem(path: Path, entry: Element, message: str) -> Problem:
    return Problem("", message, int(entry.get("line", "0")), str(path))


def _unreadable(path: Path, error: Exception) -> Problem:
    if isinstance(error, ParseError):
        return Problem("", f"is no XML: {error}", error.position[0], str(path))
    if isinstance(error, OSError):
        return Problem("", f"cannot be read: {error.strerror}", file=str(path))
    return Problem("", f"cannot be read: {type(error).__name__}: {error}", file=str(path))
