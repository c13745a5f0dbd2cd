"""Application advice on an interchange, in the sender's own standard or in the other one.

The values come from `bridge.edi.advice_values`.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Final, Literal

from bridge.edi.advice_values import Advice
from bridge.edi.edifact.advice import write_aperak
from bridge.edi.model import Standard
from bridge.edi.verdicts import ControlNumbers
from bridge.edi.x12.advice import write_824

Kind = Literal["824", "APERAK"]

KINDS: Final[dict[Standard, Kind]] = {"x12": "824", "edifact": "APERAK"}


def advise(
    advice: Advice, control: ControlNumbers, now: datetime, kind: Kind | None = None
) -> Iterator[bytes]:
    """Write the advice as the sender's standard has it, or as `kind`, in pieces; none if it has no line.

    `now` is the time of preparation as it is to stand in the advice. Control numbers are taken while the
    pieces are gone through.
    """
    write = write_824 if (kind or KINDS[advice.standard]) == "824" else write_aperak
    return write(advice, control, now)
