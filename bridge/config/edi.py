"""Settings of the documents that are written to a partner: who writes to whom, in which form."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints

from bridge.edi.character_sets import EDIFACT_SETS, X12_SETS
from bridge.edi.model import Delimiters
from bridge.settings.kinds import Flag, Text
from bridge.settings.table import Table

_X12 = (3, 4)
_EDIFACT = 6


def _listed(value: object) -> object:
    return (value,) if isinstance(value, str) else value


def _character_set(value: str) -> str:
    known = (*X12_SETS, *EDIFACT_SETS)
    if value and value not in known:
        raise ValueError(f"must be one of {', '.join(known)}")
    return value


def _separators(value: str) -> str:
    if not value:
        return value
    if len(value) not in {*_X12, _EDIFACT}:
        raise ValueError(
            'must be three or four characters for X12 (element, component, segment, repetition: "*:~^"), or '
            "the six of UNA for EDIFACT"
        )
    if len(set(value)) != len(value) or any(one.isalnum() or not one.isascii() for one in value):
        raise ValueError("must be different characters of ASCII, none of them a letter or digit")
    if " " in value[: _EDIFACT - 2] or " " in value[_EDIFACT - 1 :]:
        raise ValueError("a blank separates nothing")
    return value


def x12_of(separators: str) -> Delimiters | None:
    """Return X12's separators, None where EDIFACT's or none are set."""
    if len(separators) not in _X12:
        return None
    return Delimiters(separators[0], separators[1], separators[2], separators[3:])


def edifact_of(separators: str) -> Delimiters | None:
    """Return EDIFACT's separators in the order of UNA, None where X12's or none are set."""
    if len(separators) != _EDIFACT:
        return None
    component, element, decimal, release, _, segment = tuple(separators)
    return Delimiters(element, component, segment, release=release, decimal=decimal)


class Edi(Table):
    """`[sellers.S.edi]`, `[vendors.V.edi]`: documents that are written to a partner.

    What is not set is taken from the document that is answered, where there is one.
    """

    sender_id: Annotated[str, StringConstraints(max_length=35)] = ""
    """Our id in ISA06 or UNB (X12: 15 characters at most)."""
    sender_qualifier: Annotated[str, StringConstraints(max_length=4)] = ""
    """Its qualifier: ISA05, in UNB 0007; X12: ZZ where it is not set."""
    receiver_id: Annotated[str, StringConstraints(max_length=35)] = ""
    """The partner's id in ISA08 or UNB."""
    receiver_qualifier: Annotated[str, StringConstraints(max_length=4)] = ""
    """Its qualifier."""
    group_sender: Annotated[str, StringConstraints(max_length=15)] = ""
    """Our id in GS02, where it is not that of ISA06."""
    group_receiver: Annotated[str, StringConstraints(max_length=15)] = ""
    """The partner's id in GS03, where it is not that of ISA08."""
    versions: Annotated[tuple[Text, ...], BeforeValidator(_listed)] = Field(default=())
    """Versions to write in, of X12 (004010) or EDIFACT (D96A): the first that the mapping can write."""
    test: Flag | None = None
    """Whether documents are marked as tests (ISA15, UNB 0035); not set: as the document that is answered."""
    separators: Annotated[str, AfterValidator(_separators)] = ""
    """Agreed separators: X12 element, component, segment and repetition, EDIFACT the six of UNA."""
    character_set: Annotated[str, AfterValidator(_character_set)] = ""
    """Characters to write in: basic, extended (X12's default) or UTF-8; UNOA, UNOB, UNOC (EDIFACT's
    default), ... UNOW, UNOY."""
