"""Transaction-status files: what became of each fact of a batch, for the vendor, as JSON or CSV.

One file a batch, written when its verdicts are in. `status` is Amazon's own word where Amazon spoke
(`Success`, `Failure`); `Taken` where Amazon has it by the operator's word alone; `Overdue` where Amazon has
not spoken in time, in a file of its own before the report; `Refused` (a rule of the bridge), `Held` (an
operator decides), `Rejected` (the document's syntax), `Cancelled` and `Superseded` (by a later document of
the sender's) and `NotSent` (a cancellation carried out, a duplicate, a copy, a test) where it never went to
Amazon.

A batch may have a million lines: they are written as they come, and never held together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import TypeVar

import msgspec

from bridge.edi.advice_values import Verdict
from bridge.outside_text import csv_rows, json_text

T = TypeVar("T")
_LINES_AT_ONCE = 500


class Message(msgspec.Struct, frozen=True):
    """One reason, with Amazon's or the bridge's stable code."""

    code: str
    message: str


class StatusLine(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one fact; `at` is ISO-8601 in UTC."""

    document_number: int = 0
    """Counts the documents of the file from 1; 0 where a stretch of bytes is no document."""
    document_type: str
    document_reference: str
    operation: str = ""
    purchase_order_number: str = ""
    tracking_number: str = ""
    status: Verdict
    errors: tuple[Message, ...] = ()
    amazon_transaction_id: str = ""
    request_id: str = ""
    at: str = ""
    notes: tuple[Message, ...] = ()
    """What was sent otherwise than the document says it: values of the order's label."""


class StatusReport(msgspec.Struct, frozen=True, kw_only=True):
    """All facts of one batch, in file order; `lines` are gone through anew for each form."""

    batch: int
    file: str
    sha256: str
    received_at: str
    lines: Iterable[StatusLine]


COLUMNS = (
    "batch",
    "file",
    "document_number",
    "document_type",
    "document_reference",
    "operation",
    "purchase_order_number",
    "tracking_number",
    "status",
    "error_codes",
    "error_messages",
    "amazon_transaction_id",
    "request_id",
    "at",
    "notes",
)


def as_json(report: StatusReport) -> Iterator[bytes]:
    """Write the report as one indented JSON object with a `lines` array."""
    bare = json_text(msgspec.structs.replace(report, lines=()))
    begin, end = bare.removesuffix(b"[]\n}"), b"[]"
    yield begin
    for number, lines in enumerate(_batches(report.lines, _LINES_AT_ONCE)):
        # The array alone is two blanks less deep; no line break stands within a JSON string.
        array = json_text(lines).replace(b"\n", b"\n  ")
        yield (b"," if number else b"[") + array.removeprefix(b"[").removesuffix(b"\n  ]")
        end = b"\n  ]"
    yield end + b"\n}\n"


def as_csv(report: StatusReport) -> Iterator[bytes]:
    """Write the report as RFC 4180 CSV in UTF-8 with a header; several errors are joined by ` | `."""
    yield csv_rows([COLUMNS])
    for lines in _batches(report.lines, _LINES_AT_ONCE):
        yield csv_rows([_cells(report, line) for line in lines])


def _cells(report: StatusReport, line: StatusLine) -> list[str]:
    return [
        str(report.batch),
        report.file,
        str(line.document_number),
        line.document_type,
        line.document_reference,
        line.operation,
        line.purchase_order_number,
        line.tracking_number,
        line.status,
        " | ".join(error.code for error in line.errors),
        " | ".join(error.message for error in line.errors),
        line.amazon_transaction_id,
        line.request_id,
        line.at,
        " | ".join(note.message for note in line.notes),
    ]


def _batches(items: Iterable[T], size: int) -> Iterator[list[T]]:
    remaining = iter(items)
    while batch := list(islice(remaining, size)):
        yield batch


FORMATS: dict[str, Callable[[StatusReport], Iterator[bytes]]] = {"json": as_json, "csv": as_csv}
"""The forms a vendor can choose, by the suffix of the file."""
