"""An explanation as text: who writes to whom, the segments, what is wrong where, what becomes of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

import msgspec

from bridge.cli.envelopes import acknowledgement_lines, group_lines, interchange_lines
from bridge.cli.lines import Line, outline
from bridge.cli.segments import Error, Page, is_note, segment_lines, told
from bridge.domain.events import MappingResult
from bridge.edi.model import Document, EdiError, Standard, Unreadable
from bridge.edi.names import Names
from bridge.pipeline.explain import Explanation, is_supported, label_notes, reasons_held
from bridge.programs.event_types import Calls
from bridge.programs.registry import installed

DOCUMENTS = 5
"""So many documents, and so many more with something wrong, are shown whole unless all is asked for."""
BODIES = 3
"""So many events of a document are shown as they would be sent."""
_SUMMARIES = 12
_MOST_NAMES = 10
_MOST_ERRORS = 25
_ANSWERS = {
    **dict.fromkeys(("TA1", "997", "999", "CONTRL"), "an acknowledgement"),
    **dict.fromkeys(("824", "APERAK"), "an application advice"),
}


class View(msgspec.Struct, frozen=True, kw_only=True):
    """How an explanation is shown."""

    names: Names | None = None
    width: int = 110
    documents: int = DOCUMENTS
    everything: bool = False
    calls: Calls = Calls()


Read = tuple[Document, list[MappingResult]]
Taken = Sequence[tuple[Standard, str]]


def explanation(told_of: Explanation, view: View | None = None) -> Iterator[Line]:
    """Yield the lines of an explanation."""
    view = view or View()
    yield Line(f"{told_of.file}: {_summary(told_of)}", rest="  ", style="title")
    yield from whose_lines(told_of)
    yield from _interchanges(told_of, view)
    yield from unreadable_lines(told_of.unreadable, view)
    yield from acknowledgement_lines(told_of.acknowledgement, view.width, everything=view.everything)


def _interchanges(told_of: Explanation, view: View) -> Iterator[Line]:
    """Show interchanges with their documents; many of which nothing is to be shown are only counted."""
    whole = _shown_whole(told_of.documents, view)
    within: dict[int, list[Read]] = {id(interchange): [] for interchange in told_of.interchanges}
    for read in told_of.documents:
        within[id(read[0].interchange)].append(read)
    passed: list[list[Read]] = []
    for number, interchange in enumerate(told_of.interchanges):
        reads = within[id(interchange)]
        if number >= view.documents and not view.everything and not any(d.number in whole for d, _ in reads):
            passed.append(reads)
            continue
        yield from _passed(passed)
        passed = []
        yield Line("")
        yield from interchange_lines(interchange)
        faulty = [group for group, of in told_of.groups if of is interchange and group.errors]
        yield from group_lines(faulty, everything=view.everything)
        yield from _documents(reads, whole, view, told_of.taken)
    yield from _passed(passed)


def _passed(passed: list[list[Read]]) -> Iterator[Line]:
    if passed:
        reads = [read for reads in passed for read in reads]
        text = f"... {count_of(len(passed), 'more interchange')}: {_verdicts(reads) or 'no documents'}"
        yield Line("")
        yield Line(f"{text}; --all shows them", rest="    ", style="words")


def whose_lines(told_of: Explanation) -> Iterator[Line]:
    """Render as which vendor's the file was read, if vendors are configured."""
    names = told_of.vendors
    if not names:
        return
    shown_names = ", ".join(names[:_MOST_NAMES]) + (", ..." if len(names) > _MOST_NAMES else "")
    text = f"Read as a file of {told_of.vendor}."
    if not told_of.vendor:
        text = (
            "Read as no partner's: placeholders (SELLINGPARTY, WAREHOUSE) stand for a partner's settings."
            f" There are {len(names)} partners: --vendor NAME reads it as one's ({shown_names})."
        )
    yield Line(text, rest="  ", style="words")


def unreadable_lines(stretches: Sequence[Unreadable], view: View) -> Iterator[Line]:
    """Render what cannot be read."""
    if stretches:
        yield Line("")
    most = len(stretches) if view.everything else _MOST_ERRORS
    for stretch in stretches[:most]:
        place = f"bytes {stretch.offset} to {stretch.offset + stretch.length}"
        text = f"{place} cannot be read: {stretch.error.message}"
        yield Line(text, first="! ", rest="  ", style="bad")
    if len(stretches) > most:
        yield Line(f"... {len(stretches) - most} more; --all shows them", "words")


def is_troubled(read: Read) -> bool:
    """Return whether something of a document is rejected, invalid or held."""
    document, results = read
    return not document.accepted or any(result.errors or result.hold for result in results)


def _summary(told_of: Explanation) -> str:
    documents = [document for document, _ in told_of.documents]
    kinds = Counter(document.type for document in documents)
    parts = [count_of(len(told_of.interchanges), "interchange")]
    if documents:
        parts.append(", ".join(f"{count} x {kind}" for kind, count in kinds.items()))
        parts.append(_verdicts(told_of.documents))
    if told_of.unreadable:
        parts.append(f"{count_of(len(told_of.unreadable), 'part')} that cannot be read")
    return "; ".join(parts)


def _verdicts(reads: Sequence[Read]) -> str:
    """Count what became of documents and their events."""
    events = [result for _, results in reads for result in results]
    going = sum(map(goes, events))
    counts = {
        "accepted": sum(1 for document, _ in reads if document.accepted),
        "rejected": sum(1 for document, _ in reads if not document.accepted),
    }
    words = [f"{count} {word}" for word, count in counts.items() if count]
    words += [count_of(going, "event")] if going else []
    return ", ".join([*words, *trouble(events)])


def goes(result: MappingResult) -> bool:
    """Return whether a result is sent as it is."""
    return result.event is not None and not result.errors and not result.hold


def trouble(results: Sequence[MappingResult]) -> list[str]:
    """Count the events that are held or invalid."""
    counts = {
        "held": sum(1 for event in results if event.hold and not event.errors),
        "invalid": sum(1 for event in results if event.errors),
    }
    return [f"{count} {word}" for word, count in counts.items() if count]


def _shown_whole(reads: Sequence[Read], view: View) -> set[int]:
    """Choose the documents that are shown whole, by number: the first ones, and the first troubled ones."""
    if view.everything:
        return {document.number for document, _ in reads}
    troubled = [read for read in reads if is_troubled(read)]
    return {document.number for document, _ in (*reads[: view.documents], *troubled[: view.documents])}


def _documents(reads: Sequence[Read], whole: set[int], view: View, taken: Taken) -> Iterator[Line]:
    """Show documents, those in between that are not shown whole in a line for each run of them."""
    run: list[Read] = []
    for read in reads:
        if read[0].number not in whole:
            run.append(read)
            continue
        yield from _run(run)
        run = []
        yield Line("")
        yield from _document(*read, view, taken)
    yield from _run(run)


def _run(reads: list[Read]) -> Iterator[Line]:
    if reads:
        first, last = reads[0][0].number, reads[-1][0].number
        place = f"document {first}" if first == last else f"documents {first} to {last}"
        text = f"... {place}: {_verdicts(reads)}; --all shows them"
        yield Line("")
        yield Line(text, first="  ", rest="      ", style="words")


def _document(document: Document, results: list[MappingResult], view: View, taken: Taken) -> Iterator[Line]:
    verdict = "accepted" if document.accepted else "rejected"
    version = f" ({document.version})" if document.version else ""
    head = f"{document.number}. {document.type}{version}, control number {document.reference}: {verdict}"
    style = "bad" if not document.accepted else "note" if is_troubled((document, results)) else "good"
    head += "".join(f", {told}" for told in trouble(results))
    yield Line(head, first="  ", rest="     ", style=style)
    errors: list[Error] = [*document.errors, *(error for result in results for error in result.errors)]
    numbers = {segment.number for segment in document.segments}
    every = [error for error in errors if not is_note(error)]
    wrong = every if view.everything else every[:_MOST_ERRORS]
    placed = [error for error in wrong if error.position in numbers]
    page = Page(document, view.names, view.width)
    yield from segment_lines(page, placed, everything=view.everything)
    for error in wrong:
        if error.position not in numbers:
            yield Line(_of_whole(document, error, view), first="    ! ", rest="      ", style="bad")
    if len(every) > len(wrong):
        yield Line(f"    ! ... and {len(every) - len(wrong)} more errors; --all shows them", "bad")
    yield from _notes(document, view)
    if document.accepted:
        yield from _becomes(document, results, view)
    else:
        yield Line(_of_rejected(document, taken), first="    ", rest="      ", style="bad")


def _of_rejected(document: Document, taken: Taken) -> str:
    """Render what the sender of a rejected document can do, if anything."""
    if is_supported(document):
        return "becomes nothing: its sender has to send it again, corrected"
    kind, version = document.type, document.version
    if (document.standard, kind) in taken:
        return f"becomes nothing: {kind} of {version or 'no release'} is not supported, right or wrong"
    known = ", ".join(one for standard, one in taken if standard == document.standard)
    return f"becomes nothing: {kind} documents are not supported, right or wrong; supported are {known}"


def _of_whole(document: Document, error: Error, view: View) -> str:
    text = told(error, document, None, view.names)
    return f"{error.segment}: {text}" if error.segment and not text.startswith(error.segment) else text


def _notes(document: Document, view: View) -> Iterator[Line]:
    """Separate what is tolerated, the same note once."""
    notes: dict[str, list[int]] = {}
    for error in document.errors:
        if not error.fatal:
            notes.setdefault(_note(document, error, view), []).append(error.position)
    if notes:
        yield Line("    notes, tolerated:", "note")
    for text, positions in notes.items():
        places = ", ".join(str(one) for one in positions[:6] if one) + (", ..." if len(positions) > 6 else "")
        where = f" (segment{'s' * (len(positions) > 1)} {places})" if any(positions) else ""
        yield Line(text + where, first="      ~ ", rest="        ", style="note")


def _note(document: Document, error: EdiError, view: View) -> str:
    at = error.position
    segment = document.segments[at - 1] if 0 < at <= len(document.segments) else None
    text = told(error, document, segment, view.names)
    named = error.element or not error.segment or text.startswith(error.segment)
    return text if named else f"{error.segment}: {text}"


def _becomes(document: Document, results: list[MappingResult], view: View) -> Iterator[Line]:
    if not results:
        kind = _ANSWERS.get(document.type)
        text = f"becomes nothing: no mapping is for {document.type} documents"
        text = f"becomes nothing for Amazon: it is {kind}" if kind else text
        yield Line(text, first="    ", rest="      ", style="words")
    shown_so_far = 0
    for number, result in enumerate(results):
        going = goes(result)
        if number >= BODIES + _SUMMARIES and not view.everything:
            yield Line(f"    ... {len(results) - number} more; --all shows them", "words")
            return
        whole = view.everything or shown_so_far < BODIES
        shown_so_far += going
        yield from result_lines(result, view, whole=whole)


def result_lines(result: MappingResult, view: View, *, whole: bool) -> Iterator[Line]:
    """Render what one result becomes; `whole` shows it as it would be sent."""
    summary = f" ({result.summary})" if result.summary else ""
    for text in label_notes(result):
        yield Line(text, first="    ~ ", rest="      ", style="note")
    if result.errors:
        reasons = "; ".join(error.message for error in result.errors)
        text = f"invalid{summary}: {reasons}"
        yield Line(text, first="    ", rest="      ", style="bad")
    elif result.hold:
        text = f"held for an operator{summary}: {result.hold}"
        yield Line(text, first="    ", rest="      ", style="note")
    elif result.event is None:
        told = f"{result.told}{summary}" if result.function == "none" else result.summary
        nothing = f"becomes nothing: {told}" if told else "becomes nothing"
        yield Line(nothing, first="    ", rest="      ", style="words")
        for reason in reasons_held(result):
            yield Line(reason, first="      ", rest="        ", style="note")
    else:
        name = installed().chosen(installed().of(result.event), view.calls).name
        head = f"becomes {name}{summary}"
        yield Line(head, first="    ", rest="      ", style="good")
        for reason in reasons_held(result):
            yield Line(reason, first="      waits: ", rest="        ", style="note")
        if asked := _asked_before(result):
            yield Line(asked, first="      ", rest="        ", style="words")
        if whole:
            for line in outline(installed().element_of(result.event, view.calls.version, name), "      "):
                yield Line(line)


def _asked_before(result: MappingResult) -> str:
    """Write what Amazon is asked first about something that costs money: what it tells is missing here."""
    kind = None if result.event is None else installed().of(result.event)
    if kind is None or kind.precheck is None or kind.spending is None:
        return ""
    names = dict.fromkeys(question.operation for question in kind.precheck.questions)
    return f"before, Amazon is asked by {', '.join(names)}; what those tell is still blank here"


def count_of(number: int, word: str, plural: str = "s") -> str:
    """Write a number with its noun."""
    return f"{number} {word}{plural * (number != 1)}"
