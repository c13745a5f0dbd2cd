"""Character sets by syntax identifier (UNB S001 0001), and what is tolerated beside them."""

from __future__ import annotations

import codecs
from collections.abc import Callable
from typing import Final

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
