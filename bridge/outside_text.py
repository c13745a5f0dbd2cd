"""Text that came from outside (file names, servers' messages, values of documents), made safe to show.

Whoever names a file, or answers for a server, chooses such text: it may hold escape sequences for a
terminal, line ends that forge a line of a log, marks that turn the order of letters around, formulas of a
spreadsheet, or megabytes.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from typing import Final

import msgspec

LONGEST: Final = 200
"""Most characters of one value within a message."""
LONGEST_MESSAGE: Final = 2000
"""Most characters of a message as a whole."""
_REPLACEMENT: Final = "·"
_VALUE = re.compile(r"'[^']{201,}'|\"[^\"]{201,}\"|[^\s'\"]{201,}")
_NOT_ASCII = re.compile("[^\x00-\x7e]")
_ASTRAL: Final = 0x10000
# A spreadsheet runs a cell that begins with one of these, also behind blanks and in full width; order
# numbers, tracking numbers and texts come from outside.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def shown(text: str) -> str:
    """Replace each character that does something instead of standing there: `·` for one, the length is kept.

    Control characters (C0, DEL, C1), line ends, bidirectional and other invisible marks, lone surrogates.
    """
    if text.isprintable():
        return text
    return "".join(character if character.isprintable() else _REPLACEMENT for character in text)


def shown_lines(text: str) -> str:
    """Make a text of several lines (a traceback) safe to show, keeping its line ends."""
    return "\n".join(map(shown, text.split("\n")))


def clipped(text: str, longest: int = LONGEST) -> str:
    """Cut a value to `longest` characters, saying so and how many it has."""
    return text if len(text) <= longest else f"{text[:longest]}… ({len(text)} characters)"


def clipped_message(message: str) -> str:
    """Cut each long value within a message, so that what to do about it still stands behind it."""
    if len(message) <= LONGEST:
        return message
    return clipped(_VALUE.sub(_clipped_value, message), LONGEST_MESSAGE)


def _clipped_value(match: re.Match[str]) -> str:
    found = match[0]
    quote = found[0] if found[0] in "'\"" else ""
    inner = found[1:-1] if quote else found
    return f"{quote}{inner[:LONGEST]}…{quote} ({len(inner)} characters)"


def escaped_json(text: str) -> str:
    r"""Write what is not printable in a JSON text as `\u` escapes; its meaning stays the same.

    JSON's own rules escape only C0. Outside of its strings JSON is ASCII, so that nothing else is touched.
    """
    return text if text.isascii() and "\x7f" not in text else _NOT_ASCII.sub(_escape, text)


def _escape(match: re.Match[str]) -> str:
    character = match[0]
    if character.isprintable():
        return character
    code = ord(character)
    if code < _ASTRAL:
        return f"\\u{code:04x}"
    high, low = divmod(code - _ASTRAL, 0x400)
    return f"\\u{0xD800 + high:04x}\\u{0xDC00 + low:04x}"


def csv_rows(rows: Iterable[Sequence[str]]) -> bytes:
    """Return rows as RFC 4180 CSV in UTF-8; a cell like a formula begins with an apostrophe."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows([harmless(cell) for cell in row] for row in rows)
    return text.getvalue().encode("utf-8", "backslashreplace")


def harmless(cell: str) -> str:
    """Return a cell that no spreadsheet takes for a formula."""
    risky = cell.startswith(_FORMULA) or cell.lstrip().startswith(_FORMULA)
    return f"'{cell}" if risky else cell


def json_text(value: object) -> bytes:
    """Return a value as indented JSON in UTF-8; invisible characters stand as escapes."""
    return escaped_json(msgspec.json.format(msgspec.json.encode(value), indent=2).decode()).encode()
