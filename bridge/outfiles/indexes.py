"""The index beside fetched labels: what a warehouse system reads to pick them up."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec

from bridge.outfiles.formats import csv_rows, json_text


class IndexLine(msgspec.Struct, frozen=True, kw_only=True):
    """One label; `file` is its path in the outbox.

    `status` is `valid` or `void`; a void one says which tracking numbers replace it, where any do.
    """

    purchase_order: str
    package: str
    tracking_number: str
    ship_method: str
    file: str
    sha256: str
    status: str = "valid"
    replaced_by: str = ""


def as_csv(lines: Sequence[IndexLine]) -> bytes:
    """Write RFC 4180 CSV in UTF-8 with a header."""
    return csv_rows([IndexLine.__struct_fields__, *map(msgspec.structs.astuple, lines)])


def as_json(lines: Sequence[IndexLine]) -> bytes:
    """Write one indented JSON object with a `labels` array."""
    return json_text({"labels": lines}) + b"\n"


FORMATS: dict[str, Callable[[Sequence[IndexLine]], bytes]] = {"csv": as_csv, "json": as_json}
"""The forms a vendor can choose, by the suffix of the file."""
