"""Writes EDIFACT: segments as values to bytes, by pydifact's serializer."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import Final

import msgspec
from pydifact.control.characters import Characters
from pydifact.segments import Segment
from pydifact.serializer import Serializer

from bridge.edi.edifact.characters import ENCODINGS
from bridge.edi.model import Delimiters

Value = str | Sequence[str]
"""An element: its text, or its components."""
Line = tuple[str, Sequence[Value]]
"""A segment: its tag and its elements."""

DEFAULT: Final = Delimiters(element="+", component=":", segment="'", release="?", decimal=".")
_SEGMENTS_AT_ONCE: Final = 1000
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f]")
REPLACEMENT: Final = "."
"""Stands for a character that the syntax level has not. Not `?`, which releases."""


def serialize(
    lines: Iterable[Line], delimiters: Delimiters = DEFAULT, *, syntax: str = "UNOC"
) -> Iterator[bytes]:
    """Return the bytes of segments in pieces, UNA before them if the delimiters are not the default ones.

    Data is released where it needs to be; empty elements and components at the end are left out; a
    character that the syntax level (`UNOA`, ...) has not becomes a point.
    """
    encoding = ENCODINGS.get(syntax, "iso8859-1")
    usable = _usable(delimiters)
    characters = Characters(  # type: ignore[no-untyped-call]
        component_separator=usable.component,
        data_separator=usable.element,
        decimal_point=usable.decimal[:1],
        escape_character=usable.release,
        segment_terminator=usable.segment,
    )
    serializer, with_una = Serializer(characters), needs_advice(usable)
    remaining = (Segment(tag, *_elements(elements, encoding)) for tag, elements in lines)
    while segments := list(islice(remaining, _SEGMENTS_AT_ONCE)):
        text: str = serializer.serialize(segments, with_una_header=with_una)
        yield text.encode(encoding if usable.segment.isascii() else "iso8859-1")
        with_una = False


def unb(
    syntax: Sequence[str], parties: Sequence[Value], now: datetime, reference: str, *, test: bool
) -> Line:
    """Return the UNB of an answer; `syntax` has identifier and version, `parties` sender and receiver."""
    date = now.strftime("%Y%m%d" if syntax[1] == "4" else "%y%m%d")
    elements: list[Value] = [syntax, *parties, [date, now.strftime("%H%M")], reference]
    return "UNB", elements + (["", "", "", "", "", "1"] if test else [])


def needs_advice(delimiters: Delimiters) -> bool:
    """Return whether UNA must name the delimiters to a reader."""
    return (delimiters.component, delimiters.element, delimiters.release, delimiters.segment) != (
        DEFAULT.component,
        DEFAULT.element,
        DEFAULT.release,
        DEFAULT.segment,
    )


def _usable(delimiters: Delimiters) -> Delimiters:
    """Return delimiters that can write any data: there must be a release character."""
    if delimiters.release:
        return delimiters
    taken = {delimiters.component, delimiters.element, delimiters.segment}
    free = next(character for character in "?\\!" if character not in taken)
    return msgspec.structs.replace(delimiters, release=free)


def _elements(elements: Sequence[Value], encoding: str) -> list[str | list[str]]:
    fitted: list[str | list[str]] = [
        _fit(element, encoding)
        if isinstance(element, str)
        else [_fit(component, encoding) for component in element]
        for element in elements
    ]
    while fitted and not any(fitted[-1]):
        fitted.pop()
    return fitted


def _fit(text: str, encoding: str) -> str:
    """Replace what the encoding has not, and control characters."""
    if text.isascii() and text.isprintable():
        return text
    encodable = text.encode(encoding, "replace").decode(encoding)
    return "".join(
        REPLACEMENT if new != old or _CONTROL.match(new) else new
        for old, new in zip(text, encodable, strict=True)
    )
