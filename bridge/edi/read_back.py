"""Reads what was written as a strict partner would: what is wrong with it, before it is sent."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bridge.edi.model import (
    Document,
    DocumentRead,
    EdiError,
    GroupClosed,
    InterchangeClosed,
    ReadOptions,
    Unreadable,
)
from bridge.edi.outgoing import Written
from bridge.edi.reader import read
from bridge.edi.x12.grammar import DocumentChecker

INVALID_CHARACTER = "6"
"""723."""
_STRICT = ReadOptions(strict=True)


def mistakes_in(data: bytes, body: Sequence[Written], checker: DocumentChecker) -> Iterator[EdiError]:
    """Yield what a strict reader finds wrong, and where it reads something else than was to be written."""
    documents: list[Document] = []
    for event in read([data], checker, options=_STRICT):
        if isinstance(event, DocumentRead):
            documents.append(event.document)
            yield from _fatal(event.document.errors)
        elif isinstance(event, GroupClosed):
            yield from _fatal(event.group.errors)
        elif isinstance(event, InterchangeClosed):
            yield from event.interchange.errors
        elif isinstance(event, Unreadable):
            yield event.error
    if len(documents) != 1:
        yield EdiError(level="interchange", code="", message=f"{len(documents)} documents are read, not one")
        return
    yield from _differing(documents[0], body)


def _fatal(errors: Sequence[EdiError]) -> Iterator[EdiError]:
    return (error for error in errors if error.fatal and not _is_agreed(error))


def _is_agreed(error: EdiError) -> bool:
    """Return whether a reader only misses ASCII: what was written is in the set that was agreed."""
    return error.code == INVALID_CHARACTER and not error.value.isascii()


def _differing(document: Document, body: Sequence[Written]) -> Iterator[EdiError]:
    segments = document.segments[1:-1]
    if [one.tag for one in segments] != [tag for tag, _ in body]:
        yield EdiError(level="document", code="", message="other segments are read than were written")
        return
    for segment, (tag, elements) in zip(segments, body, strict=True):
        for place, components in enumerate(elements, 1):
            for part, text in enumerate(components, 1):
                if segment.value(place, part) != text:
                    yield EdiError(
                        level="element",
                        code="",
                        message="something else is read than was written",
                        segment=tag,
                        position=segment.number,
                        element=place,
                        component=part,
                    )
