"""Good files and the ways in which they are spoiled: a case is made of its number and a seed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import cache
from random import Random
from typing import Any

from tests.edi import fuzz as edi

EXTREMES = (
    *(
        "99991231",
        "00010101",
        "00000000",
        "20240230",
        "19691231",
        "21010101",
        "991231",
        "9999-12-31T23:59:59Z",
    ),
    *(
        "9999123123595999",
        "0001010100000000",
        "2400",
        "235960",
        "9" * 19,
        "9" * 400,
        "-1",
        "1E400",
        "0.1",
        "-0",
    ),
    *("", " ", "\x00", "\x07", "\x1b[31m", "\x85", "\u202e", "\ufffd", "\ud800", "A" * 300, "Z" * 20_000),
    *(
        "01",
        "04",
        "06",
        "ZZ",
        "US",
        "LB",
        "KGM",
        "PCE",
        "D1",
        "NS",
        "NaN",
        "Infinity",
        "null",
        "=1+1",
        "\U0001f600",
    ),
)

EXTREME_JSON: tuple[Any, ...] = (
    *EXTREMES,
    10**30,
    -(10**30),
    0,
    -1,
    1.5,
    True,
    None,
    [],
    {},
    [[]],
    {"": {"": ""}},
)


@cache
def corpus() -> tuple[tuple[str, bytes], ...]:
    """Return the files to spoil with their suffixes, the same in every process."""
    found = [(".edi", data) for data in edi.corpus()]
    for path in sorted((edi.ROOT / "samples" / "drop").iterdir()):
        if not path.name.endswith(".expected.json"):
            found += [(path.suffix, path.read_bytes())] * 8
    return tuple(found)


def as_bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def extreme(data: bytes, chance: Random) -> bytes:
    """Put an extreme value in the place of an element or component."""
    parts, ending = edi.segments_of(data)
    place = chance.randrange(len(parts))
    separator = max((b"*", b"+", b"|", b","), key=parts[place].count)
    elements = parts[place].split(separator)
    at = chance.randrange(len(elements))
    value = as_bytes(chance.choice(EXTREMES))
    components = elements[at].split(b":")
    components[chance.randrange(len(components))] = value
    elements[at] = b":".join(components) if chance.random() < 0.7 else value
    parts[place] = separator.join(elements)
    return ending.join(parts)


def qualifiers(data: bytes, chance: Random) -> bytes:
    """Exchange the second elements of two segments."""
    parts, ending = edi.segments_of(data)
    one, other = chance.randrange(len(parts)), chance.randrange(len(parts))
    separator = b"*" if data.count(b"*") > data.count(b"+") else b"+"
    first, second = parts[one].split(separator), parts[other].split(separator)
    if len(first) > 1 and len(second) > 1:
        first[1], second[1] = second[1], first[1]
        parts[one], parts[other] = separator.join(first), separator.join(second)
    return ending.join(parts)


def json_value(data: bytes, chance: Random) -> bytes:
    """Put an extreme value somewhere into a JSON document, or take something out."""
    try:
        tree = json.loads(data)
    except ValueError:
        return extreme(data, chance)
    places = list(_places(tree))
    if not places:
        return data
    holder, key = chance.choice(places)
    if chance.random() < 0.2:
        del holder[key]
    else:
        holder[key] = chance.choice(EXTREME_JSON)
    if chance.random() < 0.01:
        tree = json.loads("[" * 900 + "]" * 900)
    return json.dumps(tree, ensure_ascii=chance.random() < 0.5).encode("utf-8", "surrogatepass")


def _places(tree: Any) -> Iterator[tuple[Any, Any]]:
    pairs = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    for key, value in pairs:
        yield tree, key
        yield from _places(value)


MUTATIONS: tuple[Callable[[bytes, Random], bytes], ...] = (
    *edi.MUTATIONS,
    *([extreme] * 8),
    *([qualifiers] * 2),
)


def make(case: int, seed: int) -> tuple[str, bytes, Random]:
    """Make the name and bytes of a case; the chances left over are for what is done with it."""
    chance = Random(seed * 1_000_003 + case)  # noqa: S311
    suffix, data = chance.choice(corpus())
    for _ in range(chance.choice((1, 1, 2, 3, 6))):
        spoil = chance.choice(MUTATIONS)
        if suffix == ".json" and chance.random() < 0.8:
            spoil = json_value
        data = spoil(data, chance) or b"~"
    return f"case-{case}{suffix}", data, chance
