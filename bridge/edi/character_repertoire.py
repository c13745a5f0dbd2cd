"""Makes free text fit a standard: characters that it has, lines of its length.

What is replaced: blanks of any kind become one blank, invisible characters vanish, a character that the
receiver's set lacks becomes its nearest (`é` → `e`, `ß` → `ss`, a dash → `-`) or a mark.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Iterator
from typing import Final

Fits = Callable[[str], bool]
"""Return whether a set has a character."""

_NEAREST: Final = {
    "ß": "ss",
    "Æ": "AE",
    "æ": "ae",
    "Œ": "OE",
    "œ": "oe",
    "Ø": "O",
    "ø": "o",
    "Đ": "D",
    "đ": "d",
    "Ł": "L",
    "ł": "l",
    "Þ": "Th",
    "þ": "th",
    "\N{LATIN SMALL LETTER DOTLESS I}": "i",
    "€": "EUR",
    "£": "GBP",
    "\N{RIGHT SINGLE QUOTATION MARK}": "'",
    "\N{LEFT SINGLE QUOTATION MARK}": "'",
    "\N{SINGLE LOW-9 QUOTATION MARK}": ",",
    "\N{LEFT DOUBLE QUOTATION MARK}": '"',
    "\N{RIGHT DOUBLE QUOTATION MARK}": '"',
    "\N{DOUBLE LOW-9 QUOTATION MARK}": '"',
    "\N{LEFT-POINTING DOUBLE ANGLE QUOTATION MARK}": '"',
    "\N{RIGHT-POINTING DOUBLE ANGLE QUOTATION MARK}": '"',
    "\N{EN DASH}": "-",
    "\N{EM DASH}": "-",
    "\N{HYPHEN}": "-",
    "\N{MINUS SIGN}": "-",
    "_": "-",
    "[": "(",
    "]": ")",
    "{": "(",
    "}": ")",
    "`": "'",
    "|": "/",
    "\\": "/",
}
"""Used only where a set lacks the character: `_` is no character of UNOA."""
_BLANK_CATEGORIES: Final = frozenset({"Cc", "Zs", "Zl", "Zp"})


def plain(text: str, fits: Fits, mark: str) -> str:
    """Return a text in characters that fit, with single blanks and none at its ends.

    `mark` stands for what has no nearest character. A case that does not fit is changed.
    """
    return " ".join("".join(_fitted(character, fits, mark) for character in text).split())


def lines_of(text: str, widths: Iterable[int]) -> Iterator[str]:
    """Break a text that `plain` gave into lines of at most these widths, at blanks where there are any.

    Nothing but the blanks at the breaks is left out; a word longer than a line is broken anywhere.
    `widths` must not end before the text does.
    """
    start, end = 0, len(text)
    for width in widths:
        if start >= end:
            return
        stop = start + width
        if stop < end:
            blank = text.rfind(" ", start, stop + 1)
            stop = blank if blank > start else stop
        yield text[start:stop]
        start = stop + 1 if text[stop : stop + 1] == " " else stop


def _fitted(character: str, fits: Fits, mark: str) -> str:
    category = unicodedata.category(character)
    if category in _BLANK_CATEGORIES:
        return " "
    if fits(character):
        return character
    if category == "Cf":
        return ""
    for candidate in (_NEAREST.get(character, ""), character.upper(), _base(character)):
        found = candidate if all(map(fits, candidate)) else candidate.upper()
        if found and all(map(fits, found)):
            return found
    return mark


def _base(character: str) -> str:
    """Leave accents out."""
    parts = unicodedata.normalize("NFKD", character)
    return "".join(part for part in parts if not unicodedata.combining(part))
