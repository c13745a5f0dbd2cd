"""The acknowledgement of an interchange, in the sender's own standard."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Final, Literal

import msgspec

from bridge.edi.edifact import acknowledge as edifact
from bridge.edi.model import Standard
from bridge.edi.verdicts import ControlNumbers, InterchangeResult
from bridge.edi.x12 import acknowledge as x12

Kind = Literal["997", "CONTRL"]

_UNSAFE: Final = re.compile(r"[^0-9A-Za-z_-]+")
_KINDS: Final[dict[Standard, Kind]] = {"x12": "997", "edifact": "CONTRL"}


class Acknowledgement(msgspec.Struct, frozen=True, kw_only=True):
    """An acknowledgement to be delivered. `name_hint` is safe as part of a file name."""

    name_hint: str
    kind: Kind
    data: bytes


def acknowledge(result: InterchangeResult, control: ControlNumbers, now: datetime) -> Acknowledgement | None:
    """Answer an interchange; None where there is nothing to answer (acknowledgements are not).

    `now` is the time of preparation as it is to stand in the answer.
    """
    standard = result.interchange.standard
    write = x12.acknowledge if standard == "x12" else edifact.acknowledge
    data = write(result, control, now)
    if not data:
        return None
    kind = _KINDS[standard]
    reference = _UNSAFE.sub("-", result.interchange.control_number).strip("-")
    return Acknowledgement(name_hint=f"{kind}_{reference or 'unknown'}", kind=kind, data=data)
