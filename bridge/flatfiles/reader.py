"""Label requests that small warehouses drop as CSV or JSON: bytes in, one record for each order out.

Pure. A bad row or request fails alone, with its number and column in its errors; a file that cannot
be read at all raises VendorFileError. UTF-8, UTF-16 with a BOM and Windows-1252 are read.
"""

from __future__ import annotations

import codecs
import re
from typing import Literal

import msgspec

from bridge.domain.events import MappingResult
from bridge.errors import VendorFileError
from bridge.flatfiles.csv_reader import read_csv
from bridge.flatfiles.draft import Draft, result_of
from bridge.flatfiles.json_reader import read_json
from bridge.mapping.columns import ORDER, plain
from bridge.mapping.functions import Reading, as_function
from bridge.mapping.mappings import Mappings
from bridge.mapping.profile import VendorProfile

Kind = Literal["csv", "json"]
MAX_BYTES = 10 * 1024 * 1024
"""Larger files are refused: nobody asks for that many labels at once by hand."""

_BOMS = {codecs.BOM_UTF8: "utf-8", codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}
_EDI = re.compile(r"ISA|UNA|UNB")
_SUFFIXES: dict[str, Kind] = {"csv": "csv", "tsv": "csv", "json": "json"}
_READERS = {"csv": read_csv, "json": read_json}


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """One order of a flat file.

    `number` counts from 1; `place` is the number of its first row (or of the request). `offset` and
    `length` are bytes, from its first row to the end of its last, so that records overlap where the
    rows of two orders are mixed. `reference` names it for operators: `row 2`, `rows 2-4`, `request 1`.
    """

    number: int
    place: int
    offset: int
    length: int
    reference: str
    result: MappingResult


def recognise(name: str, head: bytes) -> Kind | None:
    """Check whether a file is a flat file, by its name and its first bytes (some hundred suffice).

    EDI is none, whatever its name; nor is a file of another name, unless it begins as JSON does or
    its first line names the column `purchase_order_number`.
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
    return "csv" if ORDER in {plain(cell) for cell in re.split(r"[,;\t]", first)} else None


def read_flat_file(data: bytes, kind: Kind, profile: VendorProfile, mappings: Mappings) -> list[Record]:
    """Return one record for each order, in order of appearance. Raises VendorFileError."""
    if len(data) > MAX_BYTES:
        raise VendorFileError(f"the file is larger than {MAX_BYTES // 1024 // 1024} MB: split it")
    text, encoding, skipped = _decoded(data)
    drafts = _READERS[kind](text, mappings)
    places = {draft.start for draft in drafts} | {draft.end for draft in drafts}
    offsets = _offsets(text, encoding, skipped, sorted(places))
    return [
        Record(
            number=number,
            place=draft.number,
            offset=offsets[draft.start],
            length=offsets[draft.end] - offsets[draft.start],
            reference=draft.reference,
            result=_result(draft, profile, mappings),
        )
        for number, draft in enumerate(drafts, start=1)
    ]


def _result(draft: Draft, profile: VendorProfile, mappings: Mappings) -> MappingResult:
    """Return the result of a draft, or what its function makes of it."""
    unread = bool(draft.errors)
    result = result_of(draft, profile)
    if not draft.function:
        return result
    meaning = mappings.columns.functions.get(plain(draft.function), "hold")
    if meaning == "cancel" and unread:
        return result  # a cancellation needs no more than its order, but cells that slipped may name another
    reading = Reading(meaning, f"function = {draft.function}", "functions")
    return as_function([result], reading, "label-request-csv", "label_request")[0]


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
