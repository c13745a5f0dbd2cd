"""The index beside fetched labels: what a warehouse system reads to pick them up."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence

import msgspec


class IndexLine(msgspec.Struct, frozen=True, kw_only=True):
    """One label; `file` is its path in the outbox."""

    purchase_order: str
    package: str
    tracking_number: str
    ship_method: str
    file: str
    sha256: str


def as_csv(lines: Sequence[IndexLine]) -> bytes:
    """Write RFC 4180 CSV in UTF-8 with a header."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(IndexLine.__struct_fields__)
    writer.writerows(msgspec.structs.astuple(line) for line in lines)
    return text.getvalue().encode()


def as_json(lines: Sequence[IndexLine]) -> bytes:
    """Write one indented JSON object with a `labels` array."""
    return msgspec.json.format(msgspec.json.encode({"labels": lines}), indent=2) + b"\n"


FORMATS: dict[str, Callable[[Sequence[IndexLine]], bytes]] = {"csv": as_csv, "json": as_json}
"""The forms a vendor can choose, by the suffix of the file."""
