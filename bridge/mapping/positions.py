"""Checks the positions that mapping files name against the grammars: `PRF77` and `ZZZ09` are mistakes.

It goes over the files as they are written, not over what they extend: a mistake is reported where it stands.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Literal, cast

import msgspec

from bridge.edi.grammar import Grammar
from bridge.edi.model import Standard
from bridge.edi.positions import Positions, positions_of
from bridge.errors import Problem
from bridge.mapping.functions import TABLES
from bridge.mapping.references import Condition, Part, Reference, parse_conditions, parse_reference
from bridge.toml_lines import Place, dotted, line_of, lines_of

_FUNCTIONS = "functions.toml"
_LISTS = ("at", "fallback")
Table = dict[str, Any]
Level = Literal["error", "warning"]
Found = tuple[Level, Problem]


class MappingFile(msgspec.Struct, frozen=True):
    """A mapping file that TOML can read."""

    path: Path
    content: Table
    lines: dict[Place, int]

    def problem(self, place: Place, message: str) -> Problem:
        """Return a problem at a key, with its line."""
        return Problem(dotted(place), message, line_of(self.lines, place), str(self.path))


def check_positions(folders: Sequence[Path], grammar: Grammar, *, shipped: bool = False) -> Iterator[Found]:
    """Yield the positions in the mappings of folders that the grammars do not have.

    The first folder holds the shipped mappings, which are only checked if that is asked for. The files must
    be known to load. A segment that only other documents have is a warning: a partner may send it.
    """
    files = [[read_mapping_file(path) for path in sorted(folder.glob("*.toml"))] for folder in folders]
    known = {_key(one.content): one.content for folder in files for one in folder}
    for one in (one for folder in files[0 if shipped else 1 :] for one in folder):
        if one.path.name == _FUNCTIONS:
            yield from _check_functions(one, grammar)
        elif "document" in one.content:
            yield from _check_mapping(one, _versions(one.content, known), grammar)


def read_mapping_file(path: Path) -> MappingFile:
    """Read a mapping file that is known to be TOML."""
    text = path.read_text(encoding="utf-8")
    return MappingFile(path, tomllib.loads(text), lines_of(text))


def _key(content: Table) -> tuple[str, str, str]:
    return tuple(str(content.get(key, "")) for key in ("name", "standard", "document"))  # type: ignore[return-value]


def _versions(content: Table, known: dict[tuple[str, str, str], Table]) -> list[str]:
    """Return the versions that a mapping is for, its own or those of what it extends."""
    seen: list[Table] = []
    while "versions" not in content and "extends" in content and content not in seen:
        seen.append(content)
        content = known.get((str(content["extends"]), *_key(content)[1:]), {})
    return [text for text in _listed(content.get("versions", [])) if isinstance(text, str)]


def _check_mapping(file: MappingFile, versions: Sequence[str], grammar: Grammar) -> Iterator[Found]:
    standard, document = cast("Standard", file.content["standard"]), str(file.content["document"])
    positions = positions_of(grammar, standard, document, versions)
    if positions is None:
        message = f"no grammar knows {document}: documents of it are rejected (docs/mapping.md, Grammars)"
        yield "warning", file.problem(("document",), message)
        return
    for name, field in file.content.get("fields", {}).items():
        yield from _check_lists(file, ("fields", name), field, positions)
    for name in TABLES:
        yield from _check_lists(file, (name,), file.content.get(name, {}), positions)
    for number, loop in enumerate(file.content.get("loops", [])):
        yield from _check_loop(file, ("loops", number), loop, positions)
    for number, text in enumerate(_listed(file.content.get("denied", []))):
        conditions = parse_conditions(text.rpartition(":")[2] if ":" in text else text)
        yield from _told(file, ("denied", number), _of_conditions(conditions), positions)


def _check_functions(file: MappingFile, grammar: Grammar) -> Iterator[Found]:
    for standard, documents in file.content.items():
        for document, tables in documents.items():
            positions = positions_of(grammar, cast("Standard", standard), document)
            for name, table in tables.items() if positions is not None else ():
                yield from _check_lists(file, (standard, document, name), table, positions)


def _check_lists(
    file: MappingFile, place: Place, table: Table, positions: Positions | None
) -> Iterator[Found]:
    """Check `at` and `fallback` of a table, texts and lists of texts."""
    for key in _LISTS:
        for number, entry in enumerate(_listed(table.get(key, []))):
            for inner, text in enumerate(_listed(entry)):
                where = (*place, key, number, inner) if isinstance(entry, list) else (*place, key, number)
                reference = parse_reference(text.rpartition(":")[2])
                if positions is not None:
                    yield from _told(file, where, _of_reference(reference), positions)


def _check_loop(file: MappingFile, place: Place, loop: Table, positions: Positions) -> Iterator[Found]:
    for key in ("trigger", "opens", "segments", "holds"):
        entries = loop.get(key, [])
        for number, tag in enumerate(_listed(entries)):
            where = (*place, key, number) if isinstance(entries, list) else (*place, key)
            yield from _told(file, where, [(str(tag), Part(1))], positions)
    for key in ("id", "parent", "code"):
        if key in loop:
            yield from _told(file, (*place, key), _of_reference(parse_reference(loop[key])), positions)


def _told(
    file: MappingFile, place: Place, named: Sequence[tuple[str, Part]], positions: Positions
) -> Iterator[Found]:
    for tag, part in dict.fromkeys(named):
        if message := positions.mistake(tag, part.element, part.component):
            yield "error", file.problem(place, f"{_written(tag, part)}: {message}")
        elif positions.is_foreign(tag):
            message = f"{positions.document} has no segment {tag}; it is read where a partner sends it"
            yield "warning", file.problem(place, message)


def _of_reference(reference: Reference) -> list[tuple[str, Part]]:
    """Return all positions that a reference names, those of its conditions among them."""
    tag = reference.tag
    parts = list(reference.parts)
    if reference.until:
        parts.append(Part(reference.until, parts[0].component))
    if reference.qualifiers:
        parts.append(Part(2))  # pairs begin with the second element
    return [*((tag, part) for part in parts), *_of_conditions(reference.conditions)]


def _of_conditions(conditions: Sequence[Condition]) -> list[tuple[str, Part]]:
    return [(condition.tag, condition.part) for condition in conditions]


def _written(tag: str, part: Part) -> str:
    return f"{tag}{part.element:02}" + (f".{part.component}" if part.component > 1 else "")


def _listed(value: Any) -> list[Any]:  # noqa: ANN401 - what TOML has
    return value if isinstance(value, list) else [value]
