"""An explanation of a flat file (CSV, JSON) as text: what each document becomes, or is wrong with it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from bridge.cli.explain_text import (
    BODIES,
    View,
    count_of,
    goes,
    result_lines,
    trouble,
    unreadable_lines,
    whose_lines,
)
from bridge.cli.lines import Line
from bridge.flatfiles.reader import Record
from bridge.pipeline.explain import Explanation
from bridge.programs.registry import installed

_MOST_ERRORS = 25


def flat_file_explanation(told: Explanation, view: View | None = None) -> Iterator[Line]:
    """Yield the lines of an explanation."""
    view = view or View()
    yield Line(f"{told.file}: {_summary(told)}", rest="  ", style="title")
    yield from whose_lines(told)
    yield from unreadable_lines(told.unreadable, view)
    whole = _shown_whole(told.records, view)
    run: list[Record] = []
    bodies = 0
    for record in told.records:
        if record.number not in whole:
            run.append(record)
            continue
        yield from _run(run)
        run = []
        yield Line("")
        yield from _record(record, view, whole=view.everything or bodies < BODIES)
        bodies += goes(record.result)
    yield from _run(run)
    yield Line("")
    yield Line("No acknowledgement would be sent: such a file has none; the status files tell.", "words")


def _summary(told: Explanation) -> str:
    files = [record.file for record in told.records[:1]] or installed().flat_files
    kind = f"{' or '.join(f'{one.noun}s' for one in files)} in {(told.kind or '').upper()}"
    if told.unreadable:
        return f"{kind}; it cannot be read, and would be quarantined"
    count = count_of(len(told.records), files[0].about)
    return f"{kind}; {count}: {_verdicts(told.records) or 'nothing to tell'}"


def _verdicts(records: Sequence[Record]) -> str:
    results = [record.result for record in records]
    going = sum(map(goes, results))
    return ", ".join([*([count_of(going, "request")] if going else []), *trouble(results)])


def _shown_whole(records: Sequence[Record], view: View) -> set[int]:
    if view.everything:
        return {record.number for record in records}
    troubled = [record for record in records if record.result.errors or record.result.hold]
    return {record.number for record in (*records[: view.documents], *troubled[: view.documents])}


def _run(records: Sequence[Record]) -> Iterator[Line]:
    if records:
        first, last = records[0].reference, records[-1].reference
        place = first if len(records) == 1 else f"{first} to {last}"
        yield Line("")
        text = f"... {place}: {_verdicts(records) or 'nothing to tell'}; --all shows them"
        yield Line(text, first="  ", rest="      ", style="words")


def _record(record: Record, view: View, *, whole: bool) -> Iterator[Line]:
    result = record.result
    verdict = ["invalid"] if result.errors else ["held"] if result.hold else []
    style = "bad" if result.errors else "note" if result.hold else "good"
    yield Line(", ".join([result.summary, *verdict]), first="  ", rest="     ", style=style)
    if not result.errors:
        yield from result_lines(msgspec.structs.replace(result, summary=""), view, whole=whole)
        return
    shown = result.errors if view.everything else result.errors[:_MOST_ERRORS]
    for error in shown:
        column = f" (column {error.element})" if error.element else ""
        text = f"{error.message}{column} [{error.code}]"
        yield Line(text, first="    ! ", rest="      ", style="bad")
    if len(result.errors) > len(shown):
        yield Line(f"    ! ... and {len(result.errors) - len(shown)} more errors; --all shows them", "bad")
    yield Line("    becomes nothing: its sender has to send it again, corrected", "bad")
