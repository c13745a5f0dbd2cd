"""Regular expressions made from a map: what matches is valid for certain, the rest is for pyx12 to check.

Most segments that arrive are right. A pattern shows that in one call, where walking pyx12's tree takes
thirty times as long. A pattern is narrower than the standard where that keeps it simple (29 February,
composites, trailing blanks): whatever it does not match goes the slow way, so it never rejects.
"""

from __future__ import annotations

import re
from functools import lru_cache

import msgspec
from pyx12.map_if import composite_if, loop_if, segment_if

_EXTENDED = "".join(chr(code) for code in range(32, 127) if chr(code) not in "^`")
"""The extended character set of 004010; ^ and `, which 005010 adds, go the slow way."""
_MANY = 99999
_DATE = (
    r"(?:1[89]|[2-9][0-9])[0-9]{2}(?:(?:0[1-9]|1[0-2])(?:0[1-9]|1[0-9]|2[0-8])"
    r"|(?:0[13-9]|1[0-2])(?:29|30)|(?:0[13578]|1[02])31)"
)
_NEVER = re.compile(r"(?!)")
_TIME = r"(?:[01][0-9]|2[0-3])[0-5][0-9](?:[0-5][0-9][0-9]{0,2})?"


class ElementRule(msgspec.Struct, frozen=True):
    """What a map says about one element; `codes` is the number of its code list, if it has one."""

    required: bool
    type: str
    low: int
    high: int
    codes: str = ""


class SegmentRule(msgspec.Struct, frozen=True):
    """What a map says about one segment."""

    tag: str
    elements: tuple[ElementRule, ...]
    syntax: tuple[tuple[str, tuple[int, ...]], ...]

    @property
    def coded(self) -> tuple[tuple[int, str], ...]:
        """Return the elements with code lists, as (position, list)."""
        return tuple((place, rule.codes) for place, rule in enumerate(self.elements, 1) if rule.codes)


def rules_of(loop: loop_if) -> tuple[dict[str, SegmentRule | None], dict[str, segment_if]]:
    """Return the rule and a node of each tag in a loop of pyx12's; no rule where they differ by position."""
    rules: dict[str, SegmentRule | None] = {}
    nodes: dict[str, segment_if] = {}
    for node in loop.loop_segment_iterator():
        if isinstance(node, segment_if) and node.id:
            rule = _rule_of(node)
            rules[node.id] = rule if rules.get(node.id, rule) == rule else None
            nodes.setdefault(node.id, node)
    return rules, nodes


def _rule_of(node: segment_if) -> SegmentRule | None:
    elements = []
    for child in node.children:
        if isinstance(child, composite_if):
            elements.append(ElementRule(child.usage == "R", "composite", 0, 0))
        elif child.usage not in ("R", "S") or child.rec is not None or child.valid_codes:
            return None
        else:
            kind, low, high = child.data_type, child.min_len, child.max_len
            elements.append(ElementRule(child.usage == "R", kind, low, high, child.external_codes or ""))
    syntax = tuple((note[0], tuple(note[1:])) for note in node.syntax)
    return SegmentRule(node.id, tuple(elements), syntax)


@lru_cache(maxsize=4096)
def segment_pattern(rule: SegmentRule, element: str, component: str, count: int) -> re.Pattern[str]:
    """Compile the pattern of the text (without terminator) of a segment with `count` elements."""
    if any(wanted.required for wanted in rule.elements[count:]):
        return _NEVER
    tail = ""
    for place in range(min(count, len(rule.elements)), 0, -1):
        wanted = rule.elements[place - 1]
        value = _value_pattern(wanted, element + component)
        if wanted.required:
            tail = rf"{re.escape(element)}(?:{value}){tail}"
        else:
            tail = rf"{re.escape(element)}(?:{value})?+{tail}"
    notes = "".join(_note_pattern(note, places, element, count) for note, places in rule.syntax)
    return re.compile(rf"{notes}{re.escape(rule.tag)}{tail}")


def _value_pattern(rule: ElementRule, separators: str) -> str:
    if rule.type in ("AN", "ID"):
        allowed = re.escape("".join(letter for letter in _EXTENDED if letter not in separators))
        return rf"[{allowed}]{{{max(rule.low, 1)},{rule.high}}}+(?<! )"
    if rule.type == "R":
        return rf"(?=[\-.0-9]{{{rule.low},{rule.high}}}(?:[^\-.0-9]|\Z))-?(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)"
    if rule.type.startswith("N"):
        return rf"-?[0-9]{{{rule.low},{rule.high}}}+"
    if rule.type == "DT":
        return _DATE if rule.high == 8 else r"(?!)"
    if rule.type == "TM":
        return _TIME
    return r"(?!)"  # composites and rare types go the slow way


def _note_pattern(  # noqa: PLR0911 - one for each kind of note
    note: str, places: tuple[int, ...], element: str, count: int
) -> str:
    """Return the look-ahead that holds where a syntax note is kept by a segment with `count` elements."""
    if note != "R" and all(place > count for place in places):
        return ""
    sep = re.escape(element)
    first, last = places[0], places[-1]
    if note == "P" and last == first + len(places) - 1 == first + 1 <= count:
        # Two that are neighbours, as most pairs are: both or neither, in one assertion.
        return rf"(?=(?:[^{sep}]*+{sep}){{{first}}}+(?:[^{sep}]++{sep}[^{sep}]|{sep}(?![^{sep}])))"
    there = [rf"(?:[^{sep}]*+{sep}){{{place}}}+[^{sep}]" if place <= count else "" for place in places]
    has = [rf"(?={one})" if one else r"(?!)" for one in there]
    lacks = [rf"(?!{one})" if one else "" for one in there]
    if note == "P":
        return rf"(?:{''.join(has)}|{''.join(lacks)})"
    if note == "R":
        return rf"(?:{'|'.join(has)})"
    if note == "E":
        return rf"(?:{'|'.join(''.join(lacks[:i] + lacks[i + 1 :]) for i in range(len(places)))})"
    if note == "C":
        return rf"(?:{lacks[0]}|{''.join(has[1:])})"
    return rf"(?:{lacks[0]}|{'|'.join(has[1:])})"


def structure_pattern(loop: loop_if) -> re.Pattern[str]:
    """Compile the pattern of the sequence of tags, each followed by a blank, that a loop allows.

    All repeats are possessive, so the time is linear; a sequence that only backtracking would find
    goes the slow way.
    """
    return re.compile(_children_pattern(loop))


def _children_pattern(loop: loop_if) -> str:
    return "".join(_repeat(child) for child in loop.childIterator())


def _repeat(node: loop_if | segment_if) -> str:
    inner = f"{node.id} " if isinstance(node, segment_if) else _children_pattern(node)
    low = 1 if node.usage == "R" else 0
    high = node.get_max_repeat()
    most = "" if high >= _MANY else str(high)
    return f"(?:{inner}){{{low},{most}}}+" if (low, most) != (1, "1") else inner
