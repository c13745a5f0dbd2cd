"""The answers to an interchange, acknowledgement and application advice, in the sender's own standard."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Final, Literal

import msgspec

from bridge.edi.advice_values import Advice
from bridge.edi.edifact import acknowledge as edifact
from bridge.edi.edifact.advice import write_aperak
from bridge.edi.model import Standard
from bridge.edi.verdicts import ControlNumbers, InterchangeResult
from bridge.edi.x12 import acknowledge as x12
from bridge.edi.x12.advice import write_824

AdviceKind = Literal["824", "APERAK"]

ADVICE_KINDS: Final[dict[Standard, AdviceKind]] = {"x12": "824", "edifact": "APERAK"}
X12Kind = Literal["997", "999"]
Kind = Literal["997", "999", "TA1", "CONTRL"]
"""What answers an interchange; TA1 is the kind of an answer that holds nothing else."""


class Acknowledgement(msgspec.Struct, frozen=True, kw_only=True):
    """An acknowledgement to be delivered.

    `data` is written while it is gone through, once, and control numbers are taken meanwhile: the answer to
    an interchange of a million documents is never in memory as a whole.
    """

    kind: Kind
    data: Iterator[bytes]


def acknowledge(
    result: InterchangeResult,
    control: ControlNumbers,
    now: datetime,
    *,
    kind: X12Kind = "997",
    ta1: bool | None = None,
) -> Acknowledgement | None:
    """Answer an interchange; None where there is nothing to answer (acknowledgements are not).

    `now` is the time of preparation as it is to stand in the answer. X12 alone has a choice: `kind` of the
    answer to its groups, and a TA1 on the interchange itself (`ta1` None: if its ISA14 asks for one).
    """
    answered: Kind
    if result.interchange.standard == "edifact":
        answered = "CONTRL"
        data = edifact.acknowledge(result, control, now)
    else:
        answered = kind if x12.groups_to_answer(result) else "TA1"
        data = x12.acknowledge(result, control, now, kind=kind, ta1=ta1)
    if data is None:
        return None
    return Acknowledgement(kind=answered, data=data)


def advise(
    advice: Advice, control: ControlNumbers, now: datetime, kind: AdviceKind | None = None
) -> Iterator[bytes]:
    """Write the advice as the sender's standard has it, or as `kind`, in pieces; none if it has no line.

    `now` is the time of preparation as it is to stand in the advice. Control numbers are taken while the
    pieces are gone through.
    """
    write = write_824 if (kind or ADVICE_KINDS[advice.standard]) == "824" else write_aperak
    return write(advice, control, now)
