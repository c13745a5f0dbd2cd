"""Lines of text: broken to a width at places that make sense, coloured on a terminal."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from bridge.outside_text import shown


class Line(NamedTuple):
    """A line and its style on a terminal: title, good, bad, note, words, segment or nothing."""

    text: str
    style: str = ""
    aside: str = ""
    """What stands behind it, in the style of `words`."""
    first: str = ""
    """What it begins with."""
    rest: str | None = None
    """What further lines begin with, where it is broken to the width of the terminal; None: it never is."""


def folded(lines: Iterable[Line], width: int) -> Iterator[Line]:
    """Break lines between words to a width, those that may be broken."""
    for line in lines:
        if line.rest is None:
            yield line
            continue
        # A reference or a pattern that is longer than the line is of no use cut in two.
        parts = textwrap.wrap(
            " ".join(shown(line.text).split()),
            max(width, len(line.rest) + 20),
            initial_indent=line.first,
            subsequent_indent=line.rest,
            break_long_words=False,
            break_on_hyphens=False,
        )
        for part in parts or [line.first.rstrip()]:
            yield Line(part, line.style)


def outline(value: object, indent: str = "") -> Iterator[str]:
    """Write a JSON value as indented lines, `key: value` each, lists with dashes."""
    if isinstance(value, Mapping):
        for key, entry in value.items():
            yield from _entry(f"{indent}{key}:", entry, indent)
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for entry in value:
            lines = list(outline(entry, indent + "  "))
            if lines:
                yield f"{indent}- {lines[0].removeprefix(indent + '  ')}"
                yield from lines[1:]
    else:
        yield f"{indent}{_scalar(value)}"


def _entry(head: str, entry: object, indent: str) -> Iterator[str]:
    nested = isinstance(entry, (Mapping, Sequence)) and not isinstance(entry, str)
    if nested and entry:
        yield head
        yield from outline(entry, indent + "  ")
    else:
        yield f"{head} {_scalar(entry)}"


def _scalar(value: object) -> str:
    """Write a value bare where that cannot be read as something else."""
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, str) and value and value == value.strip() and value.isprintable():
        return value
    return json.dumps(value, ensure_ascii=False)


def plain_text(lines: Iterable[Line], width: int = 110) -> str:
    """Join lines, broken to a width; what would do something to a terminal is replaced."""
    return "".join(shown(f"{line.text}{line.aside}").rstrip() + "\n" for line in folded(lines, width))
