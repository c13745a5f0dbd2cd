"""How a batch and a trace are told."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from bridge.cli.output import cell, plain, say, table

if TYPE_CHECKING:
    from bridge.ledger.rows import (
        AttemptRow,
        BatchDetail,
        DocumentRow,
        EventRow,
        OutboundRow,
        SubmissionRow,
        Trace,
    )


def batch_json(detail: BatchDetail) -> dict[str, Any]:
    """Give a batch as JSON has it: the batch's own keys, and lists of what came from it."""
    told: dict[str, Any] = plain(detail)
    return told


def tell_batch(detail: BatchDetail) -> None:
    """Print a batch and everything that came from it."""
    batch = detail.batch
    say(f"Batch {batch.id}: {cell(batch.name)} of {batch.vendor}, {batch.size} bytes, sha256 {batch.sha256}")
    say(f"State: {batch.state}" + (f" ({cell(batch.reason)})" if batch.reason else ""))
    _section(
        "Arrivals",
        ["file", "arrived", "moved to"],
        [(arrival.remote_name, arrival.arrived_at, arrival.moved_to) for arrival in detail.arrivals],
    )
    _documents(detail.documents)
    _events(detail.events)
    _submissions(detail.submissions)
    _attempts(detail.attempts)
    _outbound(detail.outbound)


def tell_trace(found: Trace) -> None:
    """Print everything that a number leads to."""
    _section(
        "Batches",
        ["batch", "vendor", "file", "received", "state"],
        [(view.id, view.vendor, view.name, view.received_at, view.state) for view in found.files],
    )
    _documents(found.documents)
    _events(found.events)
    _submissions(found.submissions)
    _attempts(found.attempts)
    _outbound(found.outbound)


def _documents(rows: list[DocumentRow]) -> None:
    columns = ["batch", "document", "type", "reference", "interchange", "at byte", "verdict", "errors"]
    _section(
        "Documents",
        columns,
        [
            (
                row.file_id,
                row.number,
                f"{row.type} {row.version}",
                row.reference,
                row.interchange_control_number,
                row.offset,
                row.state,
                _errors(row.errors),
            )
            for row in rows
        ],
    )


def _events(rows: list[EventRow]) -> None:
    columns = ["event", "batch", "document", "fact", "order", "tracking", "state", "why"]
    _section(
        "Facts",
        columns,
        [
            (
                row.id,
                row.file_id,
                row.document_number,
                row.summary or row.operation,
                row.purchase_order_number,
                row.tracking_number,
                row.state,
                row.reason or _errors(row.errors),
            )
            for row in rows
        ],
    )


def _submissions(rows: list[SubmissionRow]) -> None:
    columns = ["request", "operation", "facts", "state", "tries", "transaction", "request id", "why"]
    _section(
        "Requests to Amazon",
        columns,
        [
            (
                row.id,
                row.operation,
                row.event_count,
                row.state,
                row.attempts,
                row.amazon_transaction_id,
                row.request_id,
                row.reason or _errors(row.errors),
            )
            for row in rows
        ],
    )


def _attempts(rows: list[AttemptRow]) -> None:
    _section(
        "Tries",
        ["request", "try", "started", "ended", "outcome", "HTTP", "request id", "why"],
        [
            (
                row.submission_id,
                row.number,
                row.started_at,
                row.ended_at,
                row.kind,
                row.http_status,
                row.request_id,
                row.reason,
            )
            for row in rows
        ],
    )


def _outbound(rows: list[OutboundRow]) -> None:
    _section(
        "To the vendor",
        ["file", "kind", "bytes", "state", "delivered", "why"],
        [
            (f"{row.folder}/{row.name}", row.kind, row.size, row.state, row.delivered_at, row.last_error)
            for row in rows
        ],
    )


def _section(title: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print a titled table; nothing at all where it has no rows."""
    if rows:
        say()
        table(columns, rows, title=title)


def _errors(errors: list[Any]) -> str:
    told = [_error(error) for error in errors if isinstance(error, dict)]
    return "; ".join(told)


def _error(error: dict[str, Any]) -> str:
    place = "".join(
        (
            f"{error.get('segment', '')}",
            f"@{error['position']}" if error.get("position") else "",
            f" element {error['element']}" if error.get("element") else "",
        )
    )
    note = "" if error.get("fatal", True) else "note: "
    code = f" [{error['code']}]" if error.get("code") else ""
    return f"{note}{place}{': ' if place else ''}{error.get('message', '')}{code}"
