"""The elements of a JSON flat file, each with its place in the text.

A file is one element, an array of them, or Amazon's body: `{"shippingLabelRequests": [...]}`.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Sequence
from typing import Any

from bridge.errors import VendorFileError

MAX_REQUESTS = 50_000
"""Most requests of a file, as of rows in CSV."""

_BLANK = re.compile(r"[ \t\r\n]*")

Element = tuple[int, int, Any]
"""Where an element starts and ends in the text, and the element."""


class Fraction(str):
    """A number with a fraction or exponent, exactly as written."""

    __slots__ = ()


class Members(dict[str, Any]):
    """An object's members; `doubled` are the keys that stand twice."""

    doubled: tuple[str, ...] = ()


def elements(text: str, lists: Sequence[Sequence[str]]) -> tuple[int | None, list[Element]]:
    """Return the elements of a file, and under which of the names they stand in it, by its index.

    Each of `lists` has the ways to write the name of one array. Raises VendorFileError.
    """
    try:
        named, found, end = _file(text, lists)
        end = _skip(text, end)
    except (ValueError, RecursionError) as error:
        raise VendorFileError(f"the file is not JSON: {error}") from error
    if end < len(text):
        raise VendorFileError(f"the file goes on after its end, {_line(text, end)}")
    return named, found


def _file(text: str, lists: Sequence[Sequence[str]]) -> tuple[int | None, list[Element], int]:
    start = _skip(text, 0)
    if text[start : start + 1] == "[":
        return None, *_array(text, start)
    value, end = _DECODER.raw_decode(text, start)
    if isinstance(value, dict):
        for index, names in enumerate(lists):
            if not value.keys().isdisjoint(names):
                return index, *_wrapped(text, start, value, names)
    return None, [(start, end, value)], end


def _wrapped(text: str, start: int, value: dict[str, Any], names: Sequence[str]) -> tuple[list[Element], int]:
    if others := [key for key in value if key not in names]:
        raise VendorFileError(f"unknown keys beside {names[0]}: {', '.join(others)[:200]}")
    _, at = _DECODER.raw_decode(text, _skip(text, start + 1))  # the only key
    at = _skip(text, _skip(text, at) + 1)
    if text[at] != "[":
        raise VendorFileError(f"{names[0]} must be an array")
    found, at = _array(text, at)
    at = _skip(text, at)
    if text[at] != "}":
        raise VendorFileError(f"{names[0]} stands twice")
    return found, at + 1


def _array(text: str, start: int) -> tuple[list[Element], int]:
    found: list[Element] = []
    at = _skip(text, start + 1)
    if text[at : at + 1] == "]":
        return found, at + 1
    while True:
        value, end = _DECODER.raw_decode(text, at)
        found.append((at, end, value))
        if len(found) > MAX_REQUESTS:
            raise VendorFileError(f"the file has more than {MAX_REQUESTS} requests: split it")
        at = _skip(text, end)
        separator = text[at : at + 1]
        if separator == "]":
            return found, at + 1
        if separator != ",":
            raise ValueError(f"a comma or ] is missing, {_line(text, at)}")
        at = _skip(text, at + 1)


def _skip(text: str, at: int) -> int:
    match = _BLANK.match(text, at)
    return match.end() if match else at


def _line(text: str, at: int) -> str:
    return f"line {text.count(chr(10), 0, at) + 1}"


def _members(pairs: list[tuple[str, Any]]) -> Members:
    members = Members(pairs)
    if len(members) < len(pairs):
        counts = Counter(key for key, _ in pairs)
        members.doubled = tuple(key for key, count in counts.items() if count > 1)
    return members


def _refuse(constant: str) -> Any:  # noqa: ANN401 -- what the decoder calls
    raise ValueError(f"{constant} is no number of JSON")


_DECODER = json.JSONDecoder(object_pairs_hook=_members, parse_float=Fraction, parse_constant=_refuse)
