"""An explanation for people: the segments by their loops, what is wrong where, what becomes of it."""

from __future__ import annotations

import json
from collections.abc import Iterator

from bridge.cli.indent import Indent
from bridge.domain.events import Mapped, RuleError
from bridge.edi.model import Delimiters, Document, EdiError, Segment
from bridge.pipeline.explain import Explanation, reasons_held
from bridge.spapi.operations import item_of, operation_of

Error = EdiError | RuleError


def explanation(told: Explanation) -> Iterator[str]:
    """Yield the lines of an explanation."""
    yield told.file
    for interchange in told.interchanges:
        yield ""
        yield (
            f"{interchange.standard} interchange {interchange.control_number}"
            f" from {interchange.sender.id} to {interchange.receiver.id}"
        )
        for error in interchange.errors:
            yield f"  ! {_where(error)}{_what(error)}"
        for document, mapped in told.documents:
            if document.interchange is interchange:
                yield from _document(document, mapped)
    for unreadable in told.unreadable:
        place = f"bytes {unreadable.offset} to {unreadable.offset + unreadable.length}"
        yield f"! {place} cannot be read: {unreadable.error.message}"
    if told.acknowledgement:
        yield ""
        yield "answered with:"
        yield from _acknowledgement(told.acknowledgement)


def _document(document: Document, mapped: list[Mapped]) -> Iterator[str]:
    verdict = "accepted" if document.accepted else "rejected"
    yield f"  {document.type} {document.version} {document.reference}: {verdict}"
    errors: list[Error] = [*document.errors, *(error for fact in mapped for error in fact.errors)]
    yield from _segments(document, errors)
    for error in errors:
        yield f"    {_mark(error)} {_where(error)}{_what(error)}"
    for fact in mapped:
        yield from _fact(fact)
    if document.accepted and not mapped:
        yield "    becomes nothing: no mapping is for such documents"


def _fact(fact: Mapped) -> Iterator[str]:
    for reason in reasons_held(fact):
        yield f"    held: {reason}"
    if fact.errors:
        yield f"    refused: {fact.summary}" if fact.summary else "    refused"
    elif fact.event is not None and not fact.hold:
        yield f"    becomes {operation_of(fact.event).name}:"
        for line in json.dumps(item_of(fact.event), indent=2, ensure_ascii=False).splitlines():
            yield f"      {line}"
    elif not fact.hold:
        yield f"    becomes nothing: {fact.summary}"


def _segments(document: Document, errors: list[Error]) -> Iterator[str]:
    """Yield the segments; errors that stand at one are told under it and taken from the list."""
    indent = Indent(document.standard)
    for segment in document.segments:
        margin = f"    {segment.number:>4}  {'  ' * indent.of(segment)}"
        text, starts = _written(segment, document.interchange.delimiters)
        yield margin + text
        for error in [error for error in errors if error.position == segment.number]:
            errors.remove(error)
            column = starts.get((error.element, error.component), starts.get((error.element, 0), 0))
            mark = "^" if _mark(error) == "!" else "~"
            yield f"{' ' * (len(margin) + column)}{mark} {_where(error, in_place=True)}{_what(error)}"


def _written(segment: Segment, marks: Delimiters) -> tuple[str, dict[tuple[int, int], int]]:
    """Write a segment, and tell at which column each (element, component) begins; (n, 0) is the element."""
    text, starts = segment.tag, {(0, 0): 0}
    for element in range(1, len(segment) + 1):
        text += marks.element
        starts[element, 0] = len(text)
        for index, components in enumerate(segment.repetitions(element)):
            text += marks.repetition if index else ""
            for number, component in enumerate(components, start=1):
                text += marks.component if number > 1 else ""
                starts.setdefault((element, number), len(text))
                text += component
    return "".join(character if character.isprintable() else "·" for character in text), starts


def _mark(error: Error) -> str:
    return "note:" if isinstance(error, EdiError) and not error.fatal else "!"


def _where(error: Error, *, in_place: bool = False) -> str:
    parts = [] if in_place or not error.segment else [error.segment]
    if error.position and not in_place:
        parts.append(f"(segment {error.position})")
    if error.element:
        parts.append(f"element {error.element}")
    if error.component:
        parts.append(f"component {error.component}")
    return " ".join(parts) + ": " if parts else ""


def _what(error: Error) -> str:
    return f"{error.message} [{error.code}]" if error.code else error.message


def _acknowledgement(text: str) -> Iterator[str]:
    """Put each segment on a line of its own, whatever segments end in."""
    ending = text[105:106] if text.startswith("ISA") else "'"
    lines = text.splitlines() if ending.isspace() else text.replace(ending, ending + "\n").splitlines()
    for line in lines:
        if line.strip():
            yield f"  {line.strip()}"
