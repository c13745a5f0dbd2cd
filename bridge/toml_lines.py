"""Find the line of every table, key and array element of a TOML text.

`tomllib` returns values without places. This scanner returns places without values: it walks a text that
`tomllib` has accepted already, so it checks nothing and only has to know where strings end.
"""

from __future__ import annotations

import re
from bisect import bisect_left

Place = tuple[str | int, ...]

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_SCALAR = re.compile(r"[^\s,\]}#]+(?: \d\d:[^\s,\]}#]+)?")  # the space: `1979-05-27 07:32:00` is one value
_BLANK = re.compile(r"(?:\s|#[^\n]*)*")


def lines_of(text: str) -> dict[Place, int]:
    """Map the place of each table, key and array element to its 1-based line."""
    # TOML itself reads CRLF as one line end.
    return _Scanner(text.replace("\r\n", "\n")).scan()


def line_of(lines: dict[Place, int], place: Place) -> int:
    """Return the line of a place, or of the nearest table around it; 0 where there is none."""
    while place:
        if place in lines:
            return lines[place]
        place = place[:-1]
    return 0


def dotted(place: Place) -> str:
    """Write a place as a dotted key: `vendors.acme.warehouses.0`."""
    return ".".join(str(part) for part in place)


def line_of_dotted(lines: dict[str, int], place: str) -> int:
    """Return the line of a dotted key, or of the nearest table around it; 0 where there is none."""
    while place not in lines and place:
        place = place.rpartition(".")[0]
    return lines.get(place, 0)


class _Scanner:
    def __init__(self, text: str) -> None:
        self.text = text
        self.ends = [found.start() for found in re.finditer("\n", text)]
        self.at = 0
        self.lines: dict[Place, int] = {}
        self.array_tables: dict[Place, int] = {}

    def scan(self) -> dict[Place, int]:
        table: Place = ()
        self._skip_blank()
        while self.at < len(self.text):
            if self._peek() == "[":
                table = self._header()
            else:
                self._assignment(table)
            self._skip_blank()
        return self.lines

    def _header(self) -> Place:
        line = self._line()
        many = self.text.startswith("[[", self.at)
        self.at += 2 if many else 1
        place = self._resolve(self._key())
        self.at = self.text.index("]", self.at) + (2 if many else 1)
        if many:
            self.array_tables[place] = self.array_tables.get(place, -1) + 1
            self._note(place, line)
            place = (*place, self.array_tables[place])
        for length in range(1, len(place) + 1):
            self._note(place[:length], line)
        return place

    def _resolve(self, key: Place) -> Place:
        """Turn `[a.b]` into `a.0.b` where `[[a]]` is an array: it means the last element."""
        place: Place = ()
        for part in key:
            place = (*place, part)
            if place in self.array_tables and place != key:
                place = (*place, self.array_tables[place])
        return place

    def _assignment(self, table: Place) -> None:
        line = self._line()
        key = self._key()
        for length in range(1, len(key) + 1):
            self._note((*table, *key[:length]), line)
        self.at = self.text.index("=", self.at) + 1
        self._value((*table, *key))

    def _value(self, place: Place) -> None:
        self._skip_blank()
        match self._peek():
            case "[":
                self._array(place)
            case "{":
                self._inline_table(place)
            case '"' | "'":
                self._string()
            case _:
                found = _SCALAR.match(self.text, self.at)
                self.at = found.end() if found else self.at + 1

    def _array(self, place: Place) -> None:
        self.at += 1
        index = 0
        while self._more("]"):
            self._note((*place, index), self._line())
            self._value((*place, index))
            index += 1

    def _inline_table(self, place: Place) -> None:
        self.at += 1
        while self._more("}"):
            self._assignment(place)

    def _more(self, closing: str) -> bool:
        """Go to the next element of an array or inline table; False past its closing bracket."""
        self._skip_blank()
        if self._peek() == ",":
            self.at += 1
            self._skip_blank()
        if self._peek() in {closing, ""}:
            self.at += 1
            return False
        return True

    def _key(self) -> Place:
        parts: list[str] = []
        while True:
            self._skip_spaces()
            if self._peek() in {'"', "'"}:
                parts.append(self._string())
            else:
                found = _BARE_KEY.match(self.text, self.at)
                if found is None:
                    return tuple(parts)
                parts.append(found.group())
                self.at = found.end()
            self._skip_spaces()
            if self._peek() != ".":
                return tuple(parts)
            self.at += 1

    def _string(self) -> str:
        quote = self._peek()
        if self.text.startswith(quote * 3, self.at):
            quote *= 3
        start = self.at = self.at + len(quote)
        while self.at < len(self.text) and not self.text.startswith(quote, self.at):
            self.at += 2 if quote[0] == '"' and self._peek() == "\\" else 1
        end = self.at
        self.at += len(quote)
        while len(quote) == 3 and self._peek() == quote[0]:
            self.at += 1  # `""""` ends a string whose last character is a quote
        return self.text[start:end]

    def _peek(self) -> str:
        return self.text[self.at : self.at + 1]

    def _line(self) -> int:
        return bisect_left(self.ends, self.at) + 1

    def _note(self, place: Place, line: int) -> None:
        self.lines.setdefault(place, line)

    def _skip_blank(self) -> None:
        found = _BLANK.match(self.text, self.at)
        self.at = found.end() if found else self.at

    def _skip_spaces(self) -> None:
        while self._peek() in {" ", "\t"} and self._peek():
            self.at += 1
