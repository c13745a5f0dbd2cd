"""What small warehouses drop as CSV or JSON: bytes in, one record for each document out.

Pure. A program declares the kinds of files (`FlatFile`). A bad row or element fails alone, with its number
and column in its errors; a file that cannot be read at all raises VendorFileError. UTF-8, UTF-16 with a BOM
and Windows-1252 are read.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Sequence
from typing import Literal

import msgspec

from bridge.domain.events import MappingResult
from bridge.errors import VendorFileError
from bridge.flatfiles.csv_reader import read_csv
from bridge.flatfiles.draft import Draft
from bridge.flatfiles.json_elements import elements
from bridge.flatfiles.json_values import snake_case
from bridge.mapping.columns import plain
from bridge.mapping.functions import Reading, as_function
from bridge.mapping.mappings import Mappings
from bridge.mapping.profile import VendorProfile
from bridge.programs.inputs import FlatFile
from bridge.programs.registry import installed

Kind = Literal["csv", "json"]
MAX_BYTES = 10 * 1024 * 1024
"""Larger files are refused: nobody asks for that much at once by hand."""

_BOMS = {codecs.BOM_UTF8: "utf-8", codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}
_EDI = re.compile(r"ISA|UNA|UNB")
_SUFFIXES: dict[str, Kind] = {"csv": "csv", "tsv": "csv", "json": "json"}


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """One document of a flat file, of the kind `file`.

    `number` counts from 1; `place` is the number of its first row (or of the request). `offset` and
    `length` are bytes, from its first row to the end of its last, so that records overlap where the
    rows of two documents are mixed. `reference` names it for operators: `row 2`, `rows 2-4`, `request 1`.
    """

    file: FlatFile
    number: int
    place: int
    offset: int
    length: int
    reference: str
    result: MappingResult


def recognise(name: str, head: bytes) -> Kind | None:
    """Check whether a file is a flat file, by its name and its first bytes (some hundred suffice).

    EDI is none, whatever its name; nor is a file of another name, unless it begins as JSON does or
    its first line names the first column of a kind of files.
    """
    bom, encoding = _bom(head)
    start = head[len(bom) :].decode(encoding or "utf-8", "replace").lstrip()
    if _EDI.match(start):
        return None
    if re.match(r"\{\s*\"|\[\s*\{", start):
        return "json"
    suffix = name.rpartition(".")[2].lower()
    if suffix in _SUFFIXES:
        return _SUFFIXES[suffix]
    first = re.split(r"[\r\n]", start, maxsplit=1)[0]
    cells = {plain(cell) for cell in re.split(r"[,;\t]", first)}
    return "csv" if any(file.columns[0] in cells for file in installed().flat_files) else None


def read_flat_file(data: bytes, kind: Kind, profile: VendorProfile, mappings: Mappings) -> list[Record]:
    """Return one record for each document, in order of appearance. Raises VendorFileError."""
    if len(data) > MAX_BYTES:
        raise VendorFileError(f"the file is larger than {MAX_BYTES // 1024 // 1024} MB: split it")
    text, encoding, skipped = _decoded(data)
    programs = installed()
    files = [one for one in programs.flat_files if programs.serves(profile.kind, one.operation)]
    # Where a file's keys fit several kinds alike, it is of the program that is everybody's.
    files.sort(key=lambda one: not programs.is_used(one.operation, {}))
    if not files:
        raise VendorFileError(f"no CSV or JSON files are read for {profile.kind}")
    file, drafts = (read_csv if kind == "csv" else _read_json)(text, mappings, files)
    places = {draft.start for draft in drafts} | {draft.end for draft in drafts}
    offsets = _offsets(text, encoding, skipped, sorted(places))
    return [
        Record(
            file=file,
            number=number,
            place=draft.number,
            offset=offsets[draft.start],
            length=offsets[draft.end] - offsets[draft.start],
            reference=draft.reference,
            result=_result(file, draft, profile, mappings),
        )
        for number, draft in enumerate(drafts, start=1)
    ]


def _read_json(text: str, mappings: Mappings, files: Sequence[FlatFile]) -> tuple[FlatFile, list[Draft]]:
    """Return the kind of file, and one draft for each element, in order. Raises VendorFileError."""
    named, found = elements(text, [one.lists for one in files])
    keys = {snake_case(key) for key in found[0][2]} if found and isinstance(found[0][2], dict) else set()
    file = files[named] if named is not None else max(files, key=lambda one: len(keys & set(one.keys)))
    drafts = []
    for number, (start, end, value) in enumerate(found, start=1):
        reference = f"request {number}"
        draft: Draft = file.draft(unit="request", number=number, reference=reference, start=start, end=end)
        file.read_element(draft, value, mappings.units)
        drafts.append(draft)
    return file, drafts


def _result(file: FlatFile, draft: Draft, profile: VendorProfile, mappings: Mappings) -> MappingResult:
    """Return the result of a draft, or what its function makes of it."""
    unread = bool(draft.errors)
    if draft.function:
        draft.meaning = mappings.columns[file.name].functions.get(plain(draft.function), "hold")
    result, meaning = file.result(draft, profile), draft.meaning
    if not draft.function:
        return result
    if meaning == "cancel" and unread:
        return result  # a cancellation needs no more than its order, but cells that slipped may name another
    reading = Reading(meaning, f"function = {draft.function}", "functions")
    return as_function([result], reading, f"{file.name}-csv", about_packages=file.about_packages)[0]


def _offsets(text: str, encoding: str, skipped: int, places: list[int]) -> dict[int, int]:
    """Return the byte offsets of characters, asked for in rising order."""
    offsets, at, count = {}, 0, skipped
    for place in places:
        count += len(text[at:place].encode(encoding))
        at = place
        offsets[place] = count
    return offsets


def _bom(data: bytes) -> tuple[bytes, str]:
    return next(((bom, name) for bom, name in _BOMS.items() if data.startswith(bom)), (b"", ""))


def _decoded(data: bytes) -> tuple[str, str, int]:
    """Return text, encoding and how many bytes the BOM takes. Raises VendorFileError."""
    bom, told = _bom(data)
    for encoding in (told,) if told else ("utf-8", "cp1252"):
        try:
            text = data[len(bom) :].decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" in text:
            break
        return text, encoding, len(bom)
    raise VendorFileError("the file is no text in UTF-8, UTF-16 with a BOM or Windows-1252")
