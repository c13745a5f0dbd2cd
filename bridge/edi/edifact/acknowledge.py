"""CONTRL: the syntax verdict on one interchange, addressed back to its sender.

Actions (0083): the interchange is acknowledged (7), with all groups and messages that are not rejected
by name; or rejected as a whole (4); or merely received (8), where it holds nothing to acknowledge. Only
what is rejected is listed. An acknowledgement with an error code would contradict itself, so an error that
rejected nothing (a wrong count in UNZ) is not in CONTRL: the batch has it.

Positions are those of ISO 9735: of data elements within a segment (0098) the tag is the first, of segments
in a message (0096) UNH; a segment that is missing is reported at the last one before its place.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Final

from bridge.edi.edifact.codes import Code
from bridge.edi.edifact.headers import NUMBER_LENGTH, PARTY_LENGTH, QUALIFIER_LENGTH, TYPE_LENGTH, VERSIONS
from bridge.edi.edifact.writer import Line, Value, serialize, unb
from bridge.edi.model import EdiError, Interchange, Party
from bridge.edi.verdicts import ControlNumbers, DocumentVerdict, GroupResult, InterchangeResult

REJECTED: Final = "4"
ACKNOWLEDGED: Final = "7"
RECEIVED: Final = "8"

MOST_SEGMENTS: Final = 999
"""UCS in one UCM, by the structure of CONTRL."""
MOST_ELEMENTS: Final = 99
"""UCD in one UCS."""
SERVICE_TAGS: Final = frozenset({"UNA", "UNB", "UNZ", "UNG", "UNE", "UNH", "UNT"})
"""0013: the segments that UCI, UCF and UCM name."""
_SYNTAX: Final = re.compile("[A-Z]{3}[A-Z0-9]")
IDENTIFIER_LENGTHS: Final = (TYPE_LENGTH, 3, 3, 3)
"""Of S009 type, version, release, agency."""
UNKNOWN: Final = "UNKNOWN"
"""Stands for a reference that was not sent or is too long, where CONTRL must name one."""


def acknowledge(result: InterchangeResult, control: ControlNumbers, now: datetime) -> Iterator[bytes] | None:
    """Write the CONTRL that answers an interchange, in pieces; None where it held nothing but CONTRL.

    `now` is the time of preparation as it is written.
    """
    interchange = result.interchange
    types = {verdict.type for group in result.groups for verdict in group.documents}
    if types == {"CONTRL"}:
        return None
    return serialize(_lines(result, control, now), interchange.delimiters, syntax=interchange.syntax)


def _lines(result: InterchangeResult, control: ControlNumbers, now: datetime) -> Iterator[Line]:
    reference = str(control.next("interchange"))
    yield _unb(result.interchange, reference, now)
    yield from _message(result, str(control.next("document")))
    yield "UNZ", ["1", reference]


def _unb(interchange: Interchange, reference: str, now: datetime) -> Line:
    """Return the UNB of the answer: same syntax, parties exchanged."""
    syntax = interchange.syntax if _SYNTAX.fullmatch(interchange.syntax) else "UNOC"
    version = interchange.version if interchange.version in VERSIONS else "3"
    parties = _party(interchange.receiver), _party(interchange.sender)
    return unb((syntax, version), parties, now, reference, test=interchange.test)


def _message(result: InterchangeResult, reference: str) -> Iterator[Line]:
    # CONTRL is a message of the syntax: 4:1 belongs to syntax version 4, D:3 to those before.
    identifier = ["4", "1"] if result.interchange.version == "4" else ["D", "3"]
    yield "UNH", [reference, ["CONTRL", *identifier, "UN"]]
    count = 2  # UNH and UNT
    for line in _body(result):
        count += 1
        yield line
    yield "UNT", [str(count), reference]


def _body(result: InterchangeResult) -> Iterator[Line]:
    uci = _uci(result)
    yield uci
    if uci[1][3] != REJECTED:
        for group in sorted(result.groups, key=lambda one: one.group is not None):
            yield from _group(group)


def _uci(result: InterchangeResult) -> Line:
    interchange = result.interchange
    errors = [error for error in interchange.errors if error.fatal]
    action = REJECTED if errors else ACKNOWLEDGED
    if not errors and not any(group.documents for group in result.groups):
        action, errors = RECEIVED, interchange.errors
    number = _copied(interchange.control_number, NUMBER_LENGTH)
    parties = [_party(interchange.sender), _party(interchange.receiver)]
    return "UCI", [number, *parties, action, *_reason(errors)]


def _copied(value: str, most: int) -> str:
    """Return a value that CONTRL must name, whole or not at all: a part of it would name something else."""
    return value if 0 < len(value) <= most else UNKNOWN


def _party(party: Party) -> Value:
    qualifier = party.qualifier if len(party.qualifier) <= QUALIFIER_LENGTH else ""
    return [_copied(party.id, PARTY_LENGTH), qualifier]


def _reason(errors: Sequence[EdiError]) -> list[Value]:
    """Return 0085, 0013 and S011 of the first error; nothing if there is none."""
    if not errors:
        return []
    error = errors[0]
    return [error.code, error.segment, _place(error)] if error.segment in SERVICE_TAGS else [error.code]


def _place(error: EdiError) -> Value:
    """Return S011: element, counted from the tag, and within a composite, component."""
    if not error.element:
        return ""
    place = str(error.element + 1)
    return [place, str(error.component)] if error.component else place


def _group(result: GroupResult) -> Iterator[Line]:
    """Report on a group, if it holds anything but what UCI acknowledges."""
    group = result.group
    errors = [error for error in group.errors if error.fatal] if group is not None else []
    rejected = (one for one in result.documents if not one.accepted and one.type != "CONTRL")
    messages = (line for verdict in rejected if not errors for line in _ucm(verdict))
    first = next(messages, None)
    if group is not None and (first is not None or errors):
        yield (
            "UCF",
            [
                _copied(group.control_number, NUMBER_LENGTH),
                _party(group.sender),
                _party(group.receiver),
                REJECTED if errors else ACKNOWLEDGED,
                *_reason(errors),
            ],
        )
    if first is not None:
        yield first
    yield from messages


def _ucm(verdict: DocumentVerdict) -> Iterator[Line]:
    """Reject a message: its first error of the whole message in UCM, all others at their segments."""
    fatal = [error for error in verdict.errors if error.fatal]
    whole = [error for error in fatal if _is_of_message(error)]
    placed = [error for error in fatal if error.position and error not in whole[:1]]
    yield "UCM", [_copied(verdict.reference, NUMBER_LENGTH), _identifier(verdict), REJECTED, *_reason(whole)]
    yield from _ucs(placed)


def _identifier(verdict: DocumentVerdict) -> Value:
    """Return S009 as far as it can be copied."""
    given = (*verdict.identifier, *[""] * len(IDENTIFIER_LENGTHS))
    parts = [_copied(part, most) for part, most in zip(given, IDENTIFIER_LENGTHS, strict=False)]
    parts = [UNKNOWN[:3] if part == UNKNOWN else part for part in parts]
    association = given[len(parts)] if verdict.identifier[len(parts) :] else ""
    return [*parts, *([association] if 0 < len(association) <= TYPE_LENGTH else [])]


def _is_of_message(error: EdiError) -> bool:
    return error.level in ("document", "interchange") or error.segment in SERVICE_TAGS


def _ucs(errors: Iterable[EdiError]) -> Iterator[Line]:
    """List errors by segment, in their order in the message."""
    by_position: dict[int, list[EdiError]] = {}
    for error in errors:
        # What is missing is found out at the segment that stands there in its stead.
        before = error.code == Code.MISSING and error.level == "segment" and error.position > 1
        by_position.setdefault(error.position - before, []).append(error)
    for position in sorted(by_position)[:MOST_SEGMENTS]:
        here = by_position[position]
        of_segment = [error.code for error in here if not error.element]
        yield "UCS", [str(position), *of_segment[:1]]
        for error in [one for one in here if one.element][:MOST_ELEMENTS]:
            yield "UCD", [error.code, _place(error)]
