"""Checks the outbound mappings of users: positions that no grammar has, and whether a sample can be written.

Positions are checked in the files as they are written, samples by what they extend, too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

from bridge.edi.edifact.writer import DEFAULT
from bridge.edi.grammar import Grammar
from bridge.edi.model import Standard
from bridge.edi.positions import Positions, positions_of
from bridge.edi.x12.writer import STANDARD
from bridge.mapping.mappings import Mappings
from bridge.mapping.outbound.compile import POSITION, components_of
from bridge.mapping.outbound.rules import OutboundMapping
from bridge.mapping.outbound.write import (
    NothingToTell,
    NotWritten,
    TrialNumbers,
    prepared_by,
    sample_envelope,
)
from bridge.mapping.positions import Found, MappingFile, read_mapping_file
from bridge.mapping.references import parse_reference
from bridge.programs.registry import installed

_WHEN = datetime(2026, 11, 23, 16, tzinfo=UTC)
"""When a sample is written: the day of the samples."""
_TAG = re.compile("[A-Z][A-Z0-9]{1,2}")


def check_outbound(folders: Sequence[Path], mappings: Mappings, grammar: Grammar) -> Iterator[Found]:
    """Yield what is wrong with the outbound mappings of folders, the shipped ones (the first) apart.

    The files must be known to load.
    """
    known = {(one.name, one.standard, one.document): one for one in mappings.outbound}
    for path in (path for folder in folders[1:] for path in sorted(folder.glob("outbound/*.toml"))):
        file = read_mapping_file(path)
        key = tuple(file.content.get(name, "") for name in ("name", "standard", "document"))
        mapping = known.get(cast("tuple[str, Standard, str]", key))
        if mapping is None or mapping.source != path.name:
            continue  # overridden by a later folder
        found = list(_positions(file, mapping, grammar))
        yield from found or _sample(file, mapping, grammar)


def _positions(file: MappingFile, mapping: OutboundMapping, grammar: Grammar) -> Iterator[Found]:
    positions = positions_of(grammar, mapping.standard, mapping.document, mapping.versions)
    if positions is None:
        message = f"no grammar knows {mapping.document}: nothing can be written (docs/mapping.md, Grammars)"
        yield "error", file.problem(("document",), message)
        return
    for name, table in file.content.get("segments", {}).items():
        for key, value in table.items():
            if found := POSITION.fullmatch(key):
                place = ("segments", name, key)
                for part, source in components_of(value).items():
                    named = [(found[1], int(found[2]), int(part)), *_named(source)]
                    yield from (("error", file.problem(place, told)) for told in _wrong(named, positions))


def _named(source: object) -> Iterator[tuple[str, int, int]]:
    """Yield the places that a count or a sum names."""
    if isinstance(source, dict):
        if _TAG.fullmatch(str(source.get("count", ""))):
            yield source["count"], 1, 1
        if "sum" in source:
            reference = parse_reference(source["sum"])
            yield from ((reference.tag, part.element, part.component) for part in reference.parts)
            yield from ((one.tag, one.part.element, one.part.component) for one in reference.conditions)


def _wrong(named: Sequence[tuple[str, int, int]], positions: Positions) -> Iterator[str]:
    for tag, element, component in named:
        place = f"{tag}{element:02}" + (f".{component}" if component > 1 else "")
        if message := positions.mistake(tag, element, component):
            yield f"{place}: {message}"
        elif positions.is_foreign(tag):
            yield f"{place}: {positions.document} has no segment {tag}"


def _sample(file: MappingFile, mapping: OutboundMapping, grammar: Grammar) -> Iterator[Found]:
    """Yield why the sample of a mapping's notice cannot be written in one of its versions."""
    for written in sample_documents(mapping, grammar):
        if isinstance(written, NotWritten):
            yield "error", file.problem(("segments",), str(written))


def sample_documents(mapping: OutboundMapping, grammar: Grammar) -> Iterator[list[str] | NotWritten]:
    """Yield what a mapping writes of its notice's sample in each of its versions, segment by segment."""
    for version in (one.removesuffix("*") for one in mapping.versions):
        values = installed().notices[mapping.writes].sample
        envelope = sample_envelope(mapping, version)
        try:
            prepared = prepared_by(mapping, envelope, values, timezone="UTC", checker=grammar, now=_WHEN)
        except NothingToTell:
            yield NotWritten(f"of the sample of {mapping.writes} nothing is written in {version}")
            continue
        except NotWritten as error:
            yield NotWritten(f"the sample of {mapping.writes} cannot be written in {version}: {error}")
            continue
        text = prepared.data(TrialNumbers(), _WHEN).decode(envelope.character_set.encoding)
        end = STANDARD.segment if mapping.standard == "x12" else DEFAULT.segment
        yield [f"{segment}{end}" for segment in text.split(end) if segment]
