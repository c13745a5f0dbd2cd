"""The table of one mapping file to a compiled `Mapping`, with every mistake noted."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from itertools import chain, combinations, groupby

from bridge.edi.model import Standard
from bridge.mapping.fields import Field, Step
from bridge.mapping.functions import TABLES, FunctionTable
from bridge.mapping.loops import DOCUMENT, LoopRule
from bridge.mapping.mappings import Mapping
from bridge.mapping.models import FieldTable, FunctionEntry, LoopTable, MappingTable, Surroundings
from bridge.mapping.tables import Table, TomlFile
from bridge.programs.inputs import Producer
from bridge.programs.registry import installed

Levels = set[str] | None


def compile_mapping(file: TomlFile, table: Table) -> Mapping | None:
    """Compile a mapping, `table` being the file's content with what it extends filled in.

    Mistakes are noted in `file`; None where there are any in the shape of its tables.
    """
    loops = _loops(file, table)
    levels = _levels(loops)
    head = file.checked(MappingTable, table, (), Surroundings(levels))
    produces = table.get("produces")
    producer = installed().producers.get(produces) if isinstance(produces, str) else None
    if producer and levels is not None and producer.level not in levels:
        file.mistake("loops", f"no loop has the level {producer.level!r}, which a {produces} needs")
    fields = _fields(file, table, levels, producer) if producer else {}
    functions = {name: _function(file, name, table) for name in TABLES}
    if head is None or producer is None:
        return None
    standard = head.standard
    return Mapping(
        name=head.name,
        source=str(file.path.name),
        standard=standard,
        document=head.document,
        produces=head.produces,
        versions=head.versions,
        vendors=frozenset(head.vendors),
        senders=frozenset(head.senders),
        status_codes=head.status_codes,
        loops=_rules(loops),
        fields={name: _field(file, name, entry, standard, producer) for name, entry in fields.items()},
        functions=tuple(
            FunctionTable(
                Field(name, tuple(_steps(one, [(DOCUMENT, False)], standard))),
                one.values,
            )
            for name, one in functions.items()
            if one is not None and any(one.at)
        ),
        denied=head.denied,
        packed_item_identifiers=head.packed_item_identifiers,
    )


def _loops(file: TomlFile, table: Table) -> list[LoopTable | None]:
    """Return the loops of a mapping, None for one that is wrong."""
    entries = table.get("loops", [])
    if not isinstance(entries, list):
        return [None]
    return [file.checked(LoopTable, entry, ("loops", number)) for number, entry in enumerate(entries)]


def _levels(loops: list[LoopTable | None]) -> Levels:
    """Return the levels that loops open, None where one of them is wrong."""
    levels = {DOCUMENT}
    for loop in loops:
        if loop is None:
            return None
        levels |= loop.opened
    return levels


def _rules(loops: list[LoopTable | None]) -> dict[str, tuple[LoopRule, ...]]:
    rules: dict[str, tuple[LoopRule, ...]] = {}
    for loop in filter(None, loops):
        rules[loop.trigger] = (*rules.get(loop.trigger, ()), loop.rule())
    return rules


def _function(file: TomlFile, name: str, table: Table) -> FunctionEntry | None:
    return file.checked(FunctionEntry, table[name], (name,), Surroundings()) if name in table else None


def _fields(file: TomlFile, table: Table, levels: Levels, producer: Producer) -> dict[str, FieldTable | None]:
    """Return the fields of a mapping, None for one that it says nothing of, or that is wrong."""
    entries = table.get("fields")
    entries = entries if isinstance(entries, dict) else {}
    kinds = producer.fields
    fields: dict[str, FieldTable | None] = dict.fromkeys(kinds)
    for name, entry in entries.items():
        if name not in kinds:
            there_are = ", ".join(sorted(kinds))
            file.mistake(f"fields.{name}", f"unknown field; a {table['produces']} has {there_are}")
        else:
            around = Surroundings(levels, kinds[name], producer.words.get(name, ()))
            fields[name] = file.checked(FieldTable, entry, ("fields", name), around)
    for name in producer.required:
        entry = entries.get(name, {})
        if isinstance(entry, dict) and not entry.get("at"):
            file.mistake(f"fields.{name}", "is missing: this field needs a position")
    return fields


def _field(
    file: TomlFile, name: str, table: FieldTable | None, standard: Standard, producer: Producer
) -> Field:
    if table is None:
        return Field(name, ())
    scopes = [(level, False) for level in table.scope] + [(level, True) for level in table.single]
    steps = tuple(_steps(table, scopes, standard))
    pairs = tuple(_agreeing(file, name, table, steps))
    return Field(
        name,
        steps,
        values=table.values,
        match=re.compile(table.match) if table.match else None,
        default=table.default,
        unit=table.unit,
        end=table.end,
        point=producer.fields[name] == "moment",
        agree=pairs if producer.each_value else (),
        mates=() if producer.each_value else pairs,
    )


def _agreeing(
    file: TomlFile, name: str, table: FieldTable, steps: tuple[Step, ...]
) -> Iterator[tuple[int, int]]:
    """Yield the pairs of candidates that must agree; without levels, in each level that has both.

    An inner list of `at` is an older way to write that all in it must agree.
    """
    chains = [*map(_chained, table.agree), *_inner(table)]
    if not chains:
        return
    named: dict[str, list[int]] = defaultdict(list)
    for index, step in enumerate(steps):
        named[step.reference.text].append(index)
        named[f"{step.level}:{step.reference.text}"].append(index)
    for texts in chains:
        levelled = any(":" in text for text in texts)
        pairs = [
            (first, second)
            for one, other in combinations(texts, 2)
            for first in named.get(one, ())
            for second in named.get(other, ())
            if levelled or steps[first].level == steps[second].level
        ]
        if not pairs or not all(text in named for text in texts):
            written = " & ".join(texts)
            message = f"{written!r} does not name candidates of at, two or more, joined by ' & '"
            file.mistake(f"fields.{name}.agree", message)
        yield from pairs


def _chained(text: str) -> list[str]:
    return text.split(" & ")


def _inner(table: FieldTable) -> list[list[str]]:
    groups = (*table.at, *table.fallback)
    return [[one.text for one in group] for group in groups if len(group) > 1]


def _steps(
    table: FieldTable | FunctionEntry, scopes: list[tuple[str, bool]], standard: Standard
) -> Iterator[Step]:
    """Yield the steps in order: candidates without a level of their own stand together, scope by scope."""
    candidates = [(one, False) for one in chain.from_iterable(table.at)]
    if isinstance(table, FieldTable):
        candidates += [(one, True) for one in chain.from_iterable(table.fallback)]
    for own, block in groupby(candidates, key=lambda entry: entry[0].level):
        together = list(block)
        for level, single in [(own, False)] if own else scopes:
            for one, fallback in together:
                yield Step(one.reference, level, single, standard, fallback=fallback)
