"""What can be wrong with the tree of a map, each with its line.

pyx12 itself would find it when a partner's document comes, and the partner would be told.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from xml.etree.ElementTree import Element

import msgspec

_ST_LOOP = "./loop[@xid='ISA_LOOP']/loop[@xid='GS_LOOP']/loop[@xid='ST_LOOP']"
_TAG = re.compile(r"[A-Z][A-Z0-9]{1,2}")
_SYNTAX = re.compile(r"[PRCLE](?:[0-9]{2}){2,}")
_LEAF = ("element", "composite")
Mistake = tuple[int, str]
"""Line and message."""


class _Known(msgspec.Struct, frozen=True):
    """The data elements and code lists that a map may name."""

    elements: Collection[str]
    lists: Collection[str]


def check_map(root: Element, elements: Collection[str], lists: Collection[str]) -> Iterator[Mistake]:
    """Yield what is wrong with a map; `elements` and `lists` are the known data elements and code lists."""
    loop = root.find(_ST_LOOP)
    inner = _ordered(loop) if loop is not None else []
    tags = [entry.get("xid") for entry in inner]
    if not tags or (tags[0], tags[-1]) != ("ST", "SE"):
        yield _line(root), "a map is a transaction set from segment ST to segment SE"
    elif loop is not None:
        known = _Known(elements, lists)
        yield from _in_loop(loop, known)
        for entry in (inner[0], inner[-1]):
            if len(entry.findall("element")) < 2:
                yield _line(entry), f"{entry.get('xid')} has two elements at least"


def _in_loop(loop: Element, known: _Known) -> Iterator[Mistake]:
    inner = _ordered(loop)
    name = loop.get("xid", "")
    if not inner or inner[0].tag != "segment" or inner[0].get("usage") != "R":
        yield _line(loop), f"loop {name} must begin with a segment of usage R: that tells where it begins"
    yield from _attributes(loop, "repeat")
    taken: dict[str, str] = {}
    for entry in inner:
        place = entry.get("pos", "")
        if place in taken:
            yield _line(entry), f"{entry.get('xid')} has the pos of {taken[place]}, too"
        taken[place] = entry.get("xid", "")
        if entry.tag == "loop":
            yield from _in_loop(entry, known)
        else:
            yield from _attributes(entry, "max_use")
            yield from _in_segment(entry, known)


def _attributes(entry: Element, count: str) -> Iterator[Mistake]:
    """Check what a loop and a segment both say of their place."""
    name, most = entry.get("xid", ""), entry.get(count, "")
    if not name:
        yield _line(entry), f"a {entry.tag} needs an xid"
    if entry.get("usage") not in ("R", "S"):
        yield _line(entry), f"usage of {name} must be R (mandatory) or S (optional)"
    if not entry.get("pos", "").isdecimal():
        yield _line(entry), f"pos of {name} must be a number"
    if most != ">1" and not (most.isdecimal() and int(most) > 0):
        yield _line(entry), f"{count} of {name} must be a number, or &gt;1"


def _in_segment(segment: Element, known: _Known) -> Iterator[Mistake]:
    tag = segment.get("xid", "")
    if not _TAG.fullmatch(tag):
        yield _line(segment), f"{tag!r} is no segment: a capital letter, then one or two letters or digits"
    parts = [part for part in segment if part.tag in _LEAF]
    if not parts:
        yield _line(segment), f"segment {tag} needs its elements: no other map of this release has it"
    yield from _in_sequence(parts, tag)
    for part in parts:
        if part.tag == "composite":
            yield from _usage(part)
            yield from _in_sequence(part.findall("element"), part.get("xid", ""))
            if part.find("element") is None or not part.get("repeat", "1").isdecimal():
                yield _line(part), f"composite {part.get('xid')} needs elements, and a number for repeat"
        for element in [part] if part.tag == "element" else part.findall("element"):
            yield from _in_element(element, known)
    for note in segment.findall("syntax"):
        text = note.text or ""
        sound = _SYNTAX.fullmatch(text) is not None
        places = [int(text[start : start + 2]) for start in range(1, len(text) - 1, 2)] if sound else []
        if not places or not 0 < min(places) <= max(places) <= len(parts):
            yield _line(note), f"{text!r} is no syntax note on the {len(parts)} elements of {tag}: P0304"


def _in_sequence(parts: list[Element], name: str) -> Iterator[Mistake]:
    for number, part in enumerate(parts, 1):
        if part.get("seq") != str(number):
            yield _line(part), f"seq of element {number} of {name} must be {number}: all stand there in order"


def _in_element(element: Element, known: _Known) -> Iterator[Mistake]:
    yield from _usage(element)
    name, number = element.get("xid", ""), element.get("data_ele", "")
    if number not in known.elements:
        yield _line(element), f"{name} is of data element {number!r}, which no dataele.xml has"
    codes = element.find("valid_codes")
    external = codes.get("external") if codes is not None else None
    if external is not None and external not in known.lists:
        yield _line(element), f"{name} takes its codes from list {external!r}, which no codes.xml has"
    pattern = element.findtext("regex")
    if pattern and not _compiles(pattern):
        yield _line(element), f"{name}: {pattern!r} is not a regular expression"


def _usage(part: Element) -> Iterator[Mistake]:
    if part.get("usage") not in ("R", "S", "N"):
        yield _line(part), f"usage of {part.get('xid')} must be R (mandatory), S (optional) or N (not used)"


def _compiles(pattern: str) -> bool:
    try:
        re.compile(pattern)
    except re.error:
        return False
    return True


def _ordered(loop: Element) -> list[Element]:
    """Return the segments and loops in a loop in the order of their places."""
    inner = [entry for entry in loop if entry.tag in ("segment", "loop")]
    return sorted(
        inner, key=lambda entry: int(entry.get("pos", "")) if entry.get("pos", "").isdecimal() else 0
    )


def _line(entry: Element) -> int:
    return int(entry.get("line", "0"))
