"""The ISA segment: sixteen elements that bring the separators of their interchange with them.

By the standard it has 106 characters. In the wild it is unpadded, wrapped at 80 columns, ended by a
line break or by a character outside ASCII; so it is never sliced by width. The element separator is
the character after `ISA`, the component separator is ISA16, the terminator is what follows.
"""

from __future__ import annotations

import re

import msgspec

from bridge.edi.model import Delimiters

_LONGEST = (2, 10, 2, 10, 2, 15, 2, 15, 6, 4, 1, 5, 9, 1, 1)
_CODES = tuple(f"{code:03}" for code in (10, 11, 12, 13, 5, 6, 7, 8, 14, 15, 16, 17, 18, 19, 20))
"""I18, the interchange note code, of ISA01 to ISA15."""
ENOUGH = 400
"""Bytes in which any ISA ends, wrapped or in multi-byte characters."""
_LINE_BREAK = re.compile(rb"[\r\n]")


class Separators(msgspec.Struct, frozen=True):
    """The separators in force, as bytes. `segment` is the line feed where lines end the segments."""

    element: bytes
    component: bytes
    segment: bytes
    repetition: bytes = b""

    @property
    def ascii(self) -> bool:
        """Return whether a text may be decoded before it is split."""
        return (self.element + self.component + self.segment + self.repetition).isascii()

    @property
    def lines(self) -> bool:
        """Return whether line breaks end the segments."""
        return self.segment in (b"\n", b"\r")


class Header(msgspec.Struct, frozen=True):
    """A readable ISA: its elements (tag first), its separators and its length in bytes."""

    elements: tuple[str, ...]
    separators: Separators
    delimiters: Delimiters
    length: int


class BadHeader(msgspec.Struct, frozen=True):
    """Why an ISA cannot be read, with the interchange note code (I18) that says so."""

    code: str
    reason: str
    element: int = 0
    """The element at fault; 0 where none is known."""


def read_header(data: bytes) -> Header | BadHeader:
    """Read the ISA at the beginning of `data`, which needs `ENOUGH` bytes unless the input ends."""
    element = character(data, 3)
    pieces = data.split(element, 16) if _can_separate(element) else []
    if len(pieces) < 17:
        return BadHeader("022", "the ISA has fewer than sixteen elements")
    wrapped = any(_LINE_BREAK.search(piece) for piece in pieces[1:16])
    fields = [_LINE_BREAK.sub(b"", piece) for piece in pieces[:16]]
    if fields[0] != b"ISA":
        return BadHeader("022", "the ISA breaks off")
    for place, (field, longest) in enumerate(zip(fields[1:], _LONGEST, strict=True), 1):
        if len(decode(field.strip())) > longest:
            reason = f"ISA{place:02} has more than {longest} characters, or an element before it is missing"
            return BadHeader(_CODES[place - 1], reason, place)
    tail = pieces[16]
    place = len(tail) - len(tail.lstrip(b"\r\n")) if wrapped else 0
    component = character(tail, place)
    place += len(component)
    segment, after = _terminator(tail, place, wrapped=wrapped)
    bad = _find_fault(element, component, segment)
    if bad is not None:
        return bad
    texts = [decode(field) for field in fields]
    repetition = fields[11].strip() if _repeats(texts, {element, component, segment}) else b""
    shown = b"\r\n" if tail[place : place + 2] == b"\r\n" and segment == b"\n" else segment
    return Header(
        elements=(*texts, decode(component)),
        separators=Separators(element, component, segment, repetition),
        delimiters=Delimiters(decode(element), decode(component), decode(shown), decode(repetition)),
        length=len(data) - len(tail) + after,
    )


def _find_fault(element: bytes, component: bytes, segment: bytes) -> BadHeader | None:
    if not _can_separate(component):
        return BadHeader("027", "ISA16 holds no component separator")
    if segment not in (b"\n", b"\r") and not _can_separate(segment):
        return BadHeader("004", "no segment terminator after ISA16")
    if len({element, component, segment}) < 3:
        return BadHeader("004", "two separators of the ISA are the same")
    return None


def character(data: bytes, place: int) -> bytes:
    """Return the bytes of the character at `place`: one, or two to four that are UTF-8."""
    if place < len(data) and data[place] >= 0xC2:
        for size in (2, 3, 4):
            try:
                data[place : place + size].decode()
            except UnicodeDecodeError:
                continue
            return data[place : place + size]
    return data[place : place + 1]


def decode(data: bytes) -> str:
    """Decode UTF-8, or Latin-1 where it is not UTF-8."""
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data.decode("latin-1")


def _can_separate(separator: bytes) -> bool:
    return bool(separator) and not separator.isalnum() and not separator.isspace()


def _terminator(tail: bytes, place: int, *, wrapped: bool) -> tuple[bytes, int]:
    """Find the terminator in what follows ISA16, and where the segment ends.

    In a wrapped file a line break is no terminator. After CR LF, the line feed is the terminator.
    """
    if wrapped:
        while tail[place : place + 1] in (b"\r", b"\n"):
            place += 1
    if tail[place : place + 2] == b"\r\n":
        return b"\n", place + 2
    segment = character(tail, place)
    return segment, place + len(segment)


def _repeats(texts: list[str], taken: set[bytes]) -> bool:
    """Return whether ISA11 is a repetition separator: from version 00402 on, unless it is still a `U`."""
    version = texts[12].strip()
    separator = texts[11].strip()
    return (
        version.isascii()
        and version.isdigit()
        and int(version) >= 402
        and len(separator) == 1
        and not separator.isalnum()
        and separator.encode() not in taken
    )
