"""The acknowledgement of an interchange, in the sender's own standard."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Final, Literal

import msgspec

from bridge.edi.edifact import acknowledge as edifact
from bridge.edi.verdicts import ControlNumbers, InterchangeResult
from bridge.edi.x12 import acknowledge as x12

X12Kind = Literal["997", "999"]
Kind = Literal["997", "999", "TA1", "CONTRL"]
"""What answers an interchange; TA1 is the kind of an answer that holds nothing else."""

_UNSAFE: Final = re.compile(r"[^0-9A-Za-z_-]+")


class Acknowledgement(msgspec.Struct, frozen=True, kw_only=True):
    """An acknowledgement to be delivered. `name_hint` is safe as part of a file name.

    `data` is written while it is gone through, once, and control numbers are taken meanwhile: the answer to
    an interchange of a million documents is never in memory as a whole.
    """

    name_hint: str
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
    reference = _UNSAFE.sub("-", result.interchange.control_number).strip("-")
    return Acknowledgement(name_hint=f"{answered}_{reference or 'unknown'}", kind=answered, data=data)
