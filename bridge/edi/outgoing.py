"""Interchanges of our own making: one document, its group and its interchange, in either standard. Pure.

Separators never stand in data: EDIFACT releases them, X12 is written with others.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final

import msgspec

from bridge.edi.character_sets import CharacterSet
from bridge.edi.edifact.writer import DEFAULT, Line, serialize, unb
from bridge.edi.model import Delimiters, Party, Standard
from bridge.edi.verdicts import ControlNumbers
from bridge.edi.x12.codes import SET_GROUPS
from bridge.edi.x12.writer import STANDARD, SegmentWriter

Written = tuple[str, Sequence[Sequence[str]]]
"""A segment: its tag, and its elements with their components."""
_NUMBERS: Final = 10**9
_ELEMENT: Final = "*|^\x1d"
_COMPONENT: Final = ":>\\<\x1f"
_SEGMENT: Final = "~'\n\x1c"
_REPETITION: Final = "^!`\x1e"
_WITH_REPETITION: Final = "00402"
"""Since then ISA11 is the repetition separator."""


class Envelope(msgspec.Struct, frozen=True, kw_only=True):
    """What stands around a document. `version` is GS08 (`004010`) or a directory (`D96A`).

    `group_sender` and `group_receiver` are GS02 and GS03; empty: the interchange's own. `group` is GS01,
    empty for the usual one. `agreed` separators are written as they are, others give way to the data.
    """

    standard: Standard
    document: str
    version: str
    sender: Party
    receiver: Party
    group_sender: str = ""
    group_receiver: str = ""
    group: str = ""
    association: str = ""
    character_set: CharacterSet
    delimiters: Delimiters | None = None
    agreed: bool = False
    syntax_version: str = "3"
    test: bool = False

    @property
    def scope(self) -> str:
        """Return what its control numbers are counted by: the same as for acknowledgements."""
        return f"{self.standard}:{self.sender.id}:{self.receiver.id}"


def write_interchange(
    envelope: Envelope, body: Sequence[Written], numbers: ControlNumbers, now: datetime
) -> bytes:
    """Write a document in an interchange of its own.

    Uses one number for the interchange, the group (X12) and the document. `now` is the time of preparation
    as it is written. Raises ValueError where agreed separators stand in the data.
    """
    write = _x12 if envelope.standard == "x12" else _edifact
    return write(envelope, body, numbers, now)


def _x12(envelope: Envelope, body: Sequence[Written], numbers: ControlNumbers, now: datetime) -> bytes:
    interchange_version = f"00{envelope.version[2:5]}"
    delimiters = _free(envelope, body, interchange_version)
    writer = SegmentWriter(delimiters, encoding=envelope.character_set.encoding)
    interchange = f"{numbers.next('interchange') % _NUMBERS:09}"
    group, document = str(numbers.next("group") % _NUMBERS), f"{numbers.next('document') % _NUMBERS:04}"
    sender, receiver = envelope.sender, envelope.receiver
    parties = [*_party(sender), *_party(receiver)]
    writer.isa(parties, now, interchange_version, interchange, test=envelope.test)
    moment = now.strftime("%Y%m%d"), now.strftime("%H%M")
    ours, theirs = envelope.group_sender or sender.id, envelope.group_receiver or receiver.id
    kind = envelope.group or SET_GROUPS.get(envelope.document, "")
    writer.segment("GS", kind, ours, theirs, *moment, group, "X", envelope.version)
    writer.segment("ST", envelope.document, document)
    for tag, elements in body:
        writer.segment(tag, *map(tuple, elements))
    writer.segment("SE", len(body) + 2, document)
    writer.segment("GE", 1, group)
    writer.segment("IEA", 1, interchange)
    return writer.rest()


def _party(party: Party) -> tuple[str, str]:
    return f"{party.qualifier or 'ZZ':2}", f"{party.id:15}"


def _free(envelope: Envelope, body: Sequence[Written], version: str) -> Delimiters:
    """Return separators that do not stand in the data: the preferred ones, where they do not."""
    wanted = envelope.delimiters or STANDARD
    data = set("".join(part for _, elements in body for element in elements for part in element))
    data |= set(envelope.sender.id + envelope.receiver.id + envelope.group_sender + envelope.group_receiver)
    repetition = wanted.repetition or ("^" if version >= _WITH_REPETITION else "")
    if version < _WITH_REPETITION:
        repetition = ""
    chosen = [wanted.element, wanted.component, wanted.segment, repetition]
    for place, others in enumerate((_ELEMENT, _COMPONENT, _SEGMENT, _REPETITION)):
        current = chosen[place]
        if not current or data.isdisjoint(current):
            continue
        if envelope.agreed:
            raise ValueError(f"the data has {current!r}, which is agreed as a separator")
        taken = data | set("".join(chosen))
        free = next((one for one in others if one not in taken), "")
        if not free:
            raise ValueError(f"the data has {current!r} and every other character that could separate it")
        chosen[place] = free
    element, component, segment, repetition = chosen
    return Delimiters(element, component, segment, repetition)


def _edifact(envelope: Envelope, body: Sequence[Written], numbers: ControlNumbers, now: datetime) -> bytes:
    syntax = envelope.character_set.name
    interchange, document = (str(numbers.next(kind) % 10**14) for kind in ("interchange", "document"))
    lines = _message(envelope, body, interchange, document, now)
    return b"".join(serialize(lines, envelope.delimiters or DEFAULT, syntax=syntax))


def _message(
    envelope: Envelope, body: Sequence[Written], interchange: str, document: str, now: datetime
) -> Iterator[Line]:
    parties = [_edifact_party(envelope.sender), _edifact_party(envelope.receiver)]
    syntax = [envelope.character_set.name, envelope.syntax_version]
    yield unb(syntax, parties, now, interchange, test=envelope.test)
    directory, release = envelope.version[:1], envelope.version[1:]
    yield "UNH", [document, [envelope.document, directory, release, "UN", envelope.association]]
    for tag, elements in body:
        yield tag, [_trimmed(element) for element in elements]
    yield "UNT", [str(len(body) + 2), document]
    yield "UNZ", ["1", interchange]


def _edifact_party(party: Party) -> list[str]:
    return [party.id, party.qualifier] if party.qualifier else [party.id]


def _trimmed(element: Sequence[str]) -> str | Sequence[str]:
    return element[0] if len(element) == 1 else element
