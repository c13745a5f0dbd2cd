"""Characters of an interchange: the service characters in force, and the sets by syntax identifier.

UNA names them in the order component, element, decimal mark, release, repetition (syntax 4; reserved
before), terminator. Files leave the reserved blank out, or put a line end behind.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable
from typing import Final

import msgspec

from bridge.edi.model import Delimiters

WHITESPACE: Final = b" \t\r\n"
LINE_ENDS: Final = b"\r\n"

HEADER: Final = re.compile(rb"UNA[^0-9A-Za-z]{5,6}\s{0,8}UNB|UNB([+\x1d])[A-Z]{3}[A-Z0-9](?![A-Z0-9])")
"""Where an interchange may begin."""
HEADER_REACH: Final = 24
"""The greatest length of a match of `HEADER`."""


class ServiceCharactersError(Exception):
    """UNA or UNB names service characters that cannot be used."""


class ServiceCharacters(msgspec.Struct, frozen=True):
    """Service characters as bytes. `release` and `repetition` are empty where there is none."""

    component: bytes
    element: bytes
    terminator: bytes
    release: bytes = b"?"
    repetition: bytes = b""
    decimal: bytes = b"."
    """Each of these bytes is a decimal mark."""

    def as_text(self) -> Delimiters:
        """Return the delimiters as the values of the model have them."""
        return Delimiters(
            element=self.element.decode("latin-1"),
            component=self.component.decode("latin-1"),
            segment=self.terminator.decode("latin-1"),
            repetition=self.repetition.decode("latin-1"),
            release=self.release.decode("latin-1"),
            decimal=self.decimal.decode("latin-1"),
        )


# ISO 9735 10.1: where no UNA names one, comma and point are both decimal marks.
BOTH: Final = b".,"
DEFAULT: Final = ServiceCharacters(component=b":", element=b"+", terminator=b"'", decimal=BOTH)
# ISO 9735 level B without UNA: the information separators IS1, IS3 and IS4, and no release character.
LEVEL_B: Final = ServiceCharacters(
    component=b"\x1f", element=b"\x1d", terminator=b"\x1c", release=b"", decimal=BOTH
)


def from_header(head: bytes) -> tuple[ServiceCharacters, int]:
    """Return the service characters, and how many bytes stand before `UNB`.

    `head` begins with UNA or UNB and holds at least the first element separator of UNB.
    Raises ServiceCharactersError if they cannot be used.
    """
    if head.startswith(b"UNA"):
        unb = head.find(b"UNB", 3)
        if unb < 0:
            raise ServiceCharactersError("no UNB follows UNA")
        return _from_advice(head[3:unb]), unb
    return (LEVEL_B if head[3:4] == LEVEL_B.element else DEFAULT), 0


def _from_advice(advice: bytes) -> ServiceCharacters:
    """Read what stands between `UNA` and `UNB`: six characters, or five and no reserved one."""
    six = advice[:6]
    bare = advice.rstrip(LINE_ENDS)
    if len(bare) == 5 and bare[4:5] not in b" *":
        six = bare[:4] + b" " + bare[4:]
    if len(six) < 6:
        raise ServiceCharactersError("UNA is shorter than five characters")
    if len(bare) > 6 and advice[6:].strip(WHITESPACE + advice[5:6]):
        raise ServiceCharactersError("UNA is longer than six characters")
    component, element, decimal, release, reserved, terminator = (six[i : i + 1] for i in range(6))
    found = ServiceCharacters(
        component=component,
        element=element,
        terminator=terminator,
        release=b"" if release == b" " else release,
        repetition=b"" if reserved == b" " else reserved,
        decimal=decimal if decimal in BOTH else BOTH,
    )
    _check(found)
    return found


def _check(found: ServiceCharacters) -> None:
    used = [one for one in (found.component, found.element, found.terminator, found.release) if one]
    if len(set(used)) != len(used):
        raise ServiceCharactersError("UNA uses one character for two purposes")
    if any(one.isalnum() for one in used):
        raise ServiceCharactersError("UNA names a letter or digit as a service character")
    if any(one >= b"\x80" for one in used if one != found.terminator):
        raise ServiceCharactersError("UNA names a separator outside of ASCII")


# ISO 9735:1998 annex; UNOL and UNOW from its later editions.
ENCODINGS: Final = {
    "UNOA": "ascii",
    "UNOB": "ascii",
    "UNOC": "iso8859-1",
    "UNOD": "iso8859-2",
    "UNOE": "iso8859-5",
    "UNOF": "iso8859-7",
    "UNOG": "iso8859-3",
    "UNOH": "iso8859-4",
    "UNOI": "iso8859-6",
    "UNOJ": "iso8859-8",
    "UNOK": "iso8859-9",
    "UNOL": "iso8859-15",
    "UNOW": "utf-8",
    # Code extension by escape sequences is not read: they are refused as control characters.
    "UNOX": "iso8859-1",
    "UNOY": "utf-8",
}
WESTERN: Final = frozenset({"ascii", "iso8859-1", "iso8859-15"})
"""Declared sets under which Windows-1252 is what Windows programs write."""

Decoded = tuple[str, str]
"""The text, and the name of the encoding if it is not the declared one."""


class CharsetError(ValueError):
    """Bytes that are no text; `position` is the first bad byte, relative to the segment."""

    def __init__(self, position: int, encoding: str) -> None:
        self.position = position
        super().__init__(f"byte {position + 1} of the segment is no {encoding} text")


def decoder(syntax: str, override: str = "") -> Callable[[bytes], Decoded]:
    """Return the function that decodes one segment that is not plain ASCII.

    `override` is a codec chosen by the operator: then nothing else is tried. The function raises
    CharsetError. Raises LookupError if Python does not know the codec.
    """
    if override:
        codecs.lookup(override)
        return lambda raw: (_strictly(raw, override), "")
    declared = ENCODINGS.get(syntax, "iso8859-1")
    return lambda raw: _tolerantly(raw, declared)


def _strictly(raw: bytes, encoding: str) -> str:
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError as error:
        raise CharsetError(error.start, encoding) from error


def _tolerantly(raw: bytes, declared: str) -> Decoded:
    """Take UTF-8 where the bytes are valid UTF-8: no text of an 8-bit set is that by accident."""
    try:
        return raw.decode("utf-8"), "" if declared == "utf-8" else "UTF-8"
    except UnicodeDecodeError as error:
        if declared == "utf-8":
            raise CharsetError(error.start, declared) from error
    if declared in WESTERN and (declared == "ascii" or any(0x80 <= byte <= 0x9F for byte in raw)):
        return _strictly(raw, "cp1252"), "Windows-1252"
    text = _strictly(raw, declared)
    for position, character in enumerate(text):
        if "\x80" <= character <= "\x9f":
            raise CharsetError(position, declared)
    return text, ""
