"""A batch and a trace as lines of text: from what came in to what went out."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from bridge.cli.advice import is_delayed, steps_for_batch
from bridge.cli.lines import Line
from bridge.cli.output import cell, plain
from bridge.cli.words import STATES_OF_BATCHES, counted, state_style, state_words

if TYPE_CHECKING:
    from bridge.ledger.read_models import (
        ArrivalRow,
        AttemptRow,
        BatchDetail,
        DocumentRow,
        FollowUpRow,
        OperatorAction,
        OrderLabel,
        OutboundRow,
        Trace,
        WholeBatch,
    )
from bridge.ledger.rows import EventRow, SubmissionRow

_ROWS = re.compile(r"rows? \d")
_WORD = re.compile(r"[^\s:,]+")


def batch_json(detail: BatchDetail) -> dict[str, Any]:
    """Return a batch as JSON has it: itself, lists of what came from it, and how much is left out."""
    told: dict[str, Any] = plain(detail)
    return told | {"left_out": left_out(detail)}


def whole_json(whole: WholeBatch) -> dict[str, object]:
    """Return what `batch_json` gives of a batch of which nothing is left out; what is long, as iterators."""
    told: dict[str, object] = {name: getattr(whole, name) for name in whole.__struct_fields__}
    return told | {"left_out": {"documents": 0, "events": 0, "outbound": 0}}


def left_out(detail: BatchDetail) -> dict[str, int]:
    """Count what a part of a batch lacks."""
    batch = detail.batch
    return {
        "documents": batch.documents - len(detail.documents),
        "events": sum(batch.events.values()) - len(detail.events),
        "outbound": sum(batch.outbound.values()) - len(detail.outbound),
    }


def batch_lines(detail: BatchDetail) -> Iterator[Line]:
    """Render the whole story of a batch."""
    batch, lacking = detail.batch, left_out(detail)
    yield Line(f"Batch {batch.id}: {batch.name}", rest="  ", style="title")
    state, meaning = state_words(batch.state), batch.reason or STATES_OF_BATCHES.get(batch.state, "")
    yield _fact("state", f"{state}: {meaning}" if meaning else state, batch.state)
    yield _fact("partner", batch.vendor)
    yield _fact("received", f"{cell(batch.received_at)}, {batch.size} bytes")
    yield _fact("sha256", batch.sha256)
    yield from _arrivals(detail.arrivals)
    read = {"accepted": batch.accepted, "rejected": batch.rejected}
    yield from document_lines(detail.documents, read, lacking["documents"])
    said = detail.operator_actions
    yield from event_lines(detail.events, batch.events, lacking["events"], said=said)
    yield from follow_up_lines(detail.follow_ups)
    yield from submission_lines(detail.submissions, detail.attempts, said)
    yield from outbound_lines(detail.outbound, batch.outbound, lacking["outbound"])
    if steps := steps_for_batch(detail):
        yield from _head("What to do", {})
    for step in steps:
        yield Line(step, first="  - ", rest="    ")


def trace_lines(found: Trace) -> Iterator[Line]:
    """Render everything that a number leads to."""
    if found.files:
        yield Line("Batches", "title")
    for view in found.files:
        head = f"{state_words(view.state)}: {view.name} of {view.vendor}, {cell(view.received_at)}"
        yield _row(view.id, head, state_style(view.state))
    yield from document_lines(found.documents, {}, batches=True)
    said = found.operator_actions
    yield from event_lines(found.events, {}, batches=True, said=said)
    yield from label_lines(found.labels)
    yield from follow_up_lines(found.follow_ups)
    yield from submission_lines(found.submissions, found.attempts, said)
    yield from outbound_lines(found.outbound, {})


def _row(number: int, text: str, style: str) -> Line:
    return Line(text, first=f"{number:>6}  ", rest=" " * 8, style=style)


def _below(text: str, style: str = "") -> Line:
    """Return a line that stands below a row."""
    return Line(text, first=" " * 10, rest=" " * 12, style=style)


def _fact(name: str, text: str, state: str = "") -> Line:
    return Line(text, first=f"  {name:<10}", rest=" " * 12, style=state_style(state))


def _head(title: str, counts: Mapping[str, int], of: str = "") -> Iterator[Line]:
    told = counted(counts, of)
    yield Line("")
    yield Line(f"{title}: {told}" if told else title, rest="  ", style="title")


def _more(lacking: int) -> Iterator[Line]:
    if lacking > 0:
        yield Line(f"        ... and {lacking} more; --limit N shows them", "words")


def _arrivals(rows: Sequence[ArrivalRow]) -> Iterator[Line]:
    yield from _head("Arrivals", {})
    for row in rows:
        moved = f"moved to {row.moved_to}" if row.moved_to else "still to be moved out of the inbox"
        text = f"{cell(row.arrived_at)} as {row.remote_name}, {moved}"
        yield Line(text, first="  ", rest="    ")


def document_lines(
    rows: Sequence[DocumentRow],
    counts: Mapping[str, int],
    lacking: int = 0,
    *,
    batches: bool = False,
) -> Iterator[Line]:
    """Render documents with what is wrong with them."""
    if not rows:
        return
    yield from _head("Documents", counts)
    for row in rows:
        of = f"batch {row.file_id}, " if batches else ""
        number = f"{_reference(row.reference)}, " if row.reference else ""
        within = f"interchange {row.interchange_control_number}, " if row.interchange_control_number else ""
        verdict = row.state if row.accepted else "rejected"
        text = f"{verdict}: {of}{row.type} {row.version} {number}{within}from byte {row.offset}"
        lead = f"{row.number:>6}  " if row.number > 0 else "     -  "
        yield Line(text, first=lead, rest=" " * 8, style="" if row.accepted else "bad")
        for error in row.errors:
            style = "bad" if error.get("fatal", True) and error.get("level") != "note" else "note"
            yield _below(error_text(error), style)
    yield from _more(lacking)


def _reference(reference: str) -> str:
    """Write what a document is called: `number 0001`; the rows of a flat file as they are."""
    return reference if _ROWS.match(reference) else f"number {reference}"


def event_lines(
    rows: Sequence[EventRow],
    counts: Mapping[str, int],
    lacking: int = 0,
    *,
    batches: bool = False,
    said: Sequence[OperatorAction] = (),
) -> Iterator[Line]:
    """Render events, with their states and the reasons for them."""
    if not rows:
        return
    yield from _head("Events", counts, "events")
    for row in rows:
        state = f"waits until {cell(row.not_before)}" if is_delayed(row) else state_words(row.state, "events")
        text = f"{state}: {row.summary or row.operation}"
        yield _row(row.id, text, state_style(row.state))
        # The summary names the order or the package already.
        named = _WORD.findall(row.summary)
        known: dict[str, object] = {
            "batch": row.file_id if batches else None,
            "order": row.purchase_order_number if row.purchase_order_number not in named else "",
            "tracking": row.tracking_number if row.tracking_number not in named else "",
            "document": row.document_number,
            "submission": row.submission_id,
            "earlier event": row.earlier_event,
            "later event": row.later_event,
        }
        news = {name: value for name, value in known.items() if value}
        text = ", ".join(f"{name} {value}" for name, value in news.items())
        yield Line(text, first=" " * 10, rest=" " * 10)
        errors = dict.fromkeys(map(error_text, row.errors))
        for reason in errors if _sums_up(row.reason, row.errors) else {row.reason: None} | errors:
            if reason and not (row.reason and reason.startswith(row.reason) and reason != row.reason):
                once = reason.removeprefix(f"{row.summary.partition(',')[0]}: ")  # the row of a flat file
                yield _below(once, state_style(row.state))
        for note in row.notes:
            text = f"note: {note.get('message', '')}"
            yield _below(text, "note")
        yield from _said("event", row.id, said)
    yield from _more(lacking)


def _sums_up(reason: str, errors: Sequence[Any]) -> bool:
    """Return whether a reason only repeats the messages of several errors."""
    messages = [error.get("message") for error in errors if isinstance(error, dict)]
    return len(messages) > 1 and reason == "; ".join(map(str, messages))


def _said(kind: str, number: int, said: Sequence[OperatorAction]) -> Iterator[Line]:
    """Render what operators said of an event or submission."""
    for one in said:
        if (one.kind, one.target_id) == (kind, number):
            what = f"{state_words(one.action)} {one.amazon_transaction_id}".rstrip()
            state, comma, had = one.previous.partition(",")
            was = f"{state_words(state, f'{kind}s')}{comma}{had}"
            text = f"operator {one.who or 'unknown'} {cell(one.said_at)}: {what} (it was {was})"
            text += f"; {one.reason}" if one.reason else ""
            yield _below(text)


def label_lines(rows: Sequence[OrderLabel]) -> Iterator[Line]:
    """Render the labels of orders, package by package."""
    if not rows:
        return
    yield from _head("Labels", Counter(row.state for row in rows))
    for row in rows:
        method = f" by {row.ship_method}" if row.ship_method else ""
        since = f" since {cell(row.changed_at)}" if row.state == "void" else ""
        number = row.tracking_number or "without tracking number"
        package = f"order {row.purchase_order_number}, package {row.package_identifier or '-'}"
        text = f"{row.state}{since}: {package}, {number}{method}, {row.file or 'not usable, no file'}"
        style = "good" if row.state == "valid" else "note"
        yield Line(text, first="  ", rest="    ", style=style)


def follow_up_lines(rows: Sequence[FollowUpRow]) -> Iterator[Line]:
    """Render what Amazon is asked about, each with the looks that changed something."""
    if not rows:
        return
    yield from _head("Follow-ups", Counter(row.end_state or "open" for row in rows))
    for row in rows:
        state = row.end_state or row.status or "not looked at yet"
        till = f"ended {cell(row.ended_at)}" if row.ended_at else f"next look {cell(row.next_look_at)}"
        looks = f"{row.looks} look{'s' * (row.looks != 1)} since {cell(row.started_at)}"
        text = f"{row.name} {row.subject}: {state}; {looks}, {till}"
        failing = f"; the last {row.failures} failed: {row.reason}" if row.failures else ""
        style = "bad" if row.failures or row.alert else ""
        yield Line(text + failing, first="  ", rest="    ", style=style)
        if row.alert:
            yield Line(row.alert, first="    ! ", rest="      ", style="bad")
        for look in row.history:
            told = ", ".join([*filter(None, [look["note"]]), *look["files"]])
            when = cell(datetime.fromisoformat(look["at"]))
            line = f"{when} {look['status']}" + (f": {told}" if told else "")
            yield Line(line, first="    ", rest="      ")


def submission_lines(
    rows: Sequence[SubmissionRow],
    attempts: Sequence[AttemptRow],
    said: Sequence[OperatorAction] = (),
) -> Iterator[Line]:
    """Render submissions, with Amazon's ids, its errors, and every attempt."""
    if not rows:
        return
    tries: dict[int, list[AttemptRow]] = defaultdict(list)
    for attempt in attempts:
        tries[attempt.submission_id].append(attempt)
    yield from _head("Submissions to Amazon", {})
    for row in rows:
        count = f"{row.event_count} event{'s' * (row.event_count != 1)}"
        text = f"{state_words(row.state, 'submissions')}: {row.operation}, {count}"
        yield _row(row.id, text, state_style(row.state))
        if row.amazon_transaction_id:
            whose = ", by the operator's word" if row.by_word == "sent" else ""
            text = f"transaction {row.amazon_transaction_id}{whose}"
            yield _below(text)
        if row.request_id and row.request_id not in {attempt.request_id for attempt in tries[row.id]}:
            yield _below(f"verdict's request id {row.request_id}")
        for reason in dict.fromkeys((row.reason, *map(error_text, row.errors))):
            if reason:
                yield _below(reason, state_style(row.state))
        for attempt in tries[row.id]:
            yield _attempt(attempt)
        yield from _said("submission", row.id, said)


def _attempt(row: AttemptRow) -> Line:
    kind = state_words(row.kind, "submissions")
    parts = [
        f"attempt {row.number} {cell(row.started_at)}: {kind or 'no answer yet'}",
        f"HTTP {row.http_status}" if row.http_status else "",
        f"request id of the POST {row.request_id}" if row.request_id else "",
        row.reason,
    ]
    text = ", ".join(part for part in parts if part)
    return _below(text)


def outbound_lines(
    rows: Sequence[OutboundRow], counts: Mapping[str, int], lacking: int = 0
) -> Iterator[Line]:
    """Render the files for the vendor."""
    if not rows:
        return
    yield from _head("Files to the partner", counts, "outbound")
    for row in rows:
        when = f" {cell(row.delivered_at)}" if row.delivered_at else ""
        text = f"{state_words(row.state, 'outbound')}{when}: {row.folder}/{row.name}, {row.size} bytes"
        yield Line(text, first="  ", rest="    ", style=state_style(row.state))
        if row.last_error and not row.delivered_at:
            yield Line(row.last_error, first=" " * 4, rest=" " * 6, style="bad")
    yield from _more(lacking)


def error_text(error: Any) -> str:  # noqa: ANN401 - a JSON object of the ledger
    """Render one error of a document, an event or Amazon: where, what, and its code."""
    if not isinstance(error, dict):
        return str(error)
    segment, element = error.get("segment", ""), error.get("element", 0)
    place = f"{segment}{element:02}" if segment and element else segment
    place += f".{error['component']}" if error.get("component") else ""
    if error.get("position"):
        place = f"row {error['position']}" if segment == "row" else f"{place} in segment {error['position']}"
    tolerated = error.get("level") == "note" or not error.get("fatal", True)
    code = f" [{error['code']}]" if error.get("code") else ""
    note = "note: " if tolerated else ""
    message = str(error.get("message", ""))
    if place and message.startswith(f"{place}: "):  # a row's message names it already
        place = ""
    return f"{note}{place}{': ' if place else ''}{message}{code}"
