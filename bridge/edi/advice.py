"""Application advice on an interchange, in the sender's own standard or in the other one.

The writers are chosen by `KINDS`; the values come from `bridge.edi.advice_values`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Final, Literal

from bridge.edi.advice_values import Advice, AdviceLine, AdvisedDocument, Reason, Verdict, answering
from bridge.edi.edifact.advice import write_aperak
from bridge.edi.model import Standard
from bridge.edi.verdicts import ControlNumbers
from bridge.edi.x12.advice import write_824

__all__ = [
    "KINDS",
    "WRITERS",
    "Advice",
    "AdviceLine",
    "AdvisedDocument",
    "Kind",
    "Reason",
    "Verdict",
    "advise",
    "answering",
    "write_824",
    "write_aperak",
]

Kind = Literal["824", "APERAK"]

KINDS: Final[dict[Standard, Kind]] = {"x12": "824", "edifact": "APERAK"}
WRITERS: Final[dict[Kind, Callable[[Advice, ControlNumbers, datetime], Iterator[bytes]]]] = {
    "824": write_824,
    "APERAK": write_aperak,
}


def advise(
    advice: Advice, control: ControlNumbers, now: datetime, kind: Kind | None = None
) -> Iterator[bytes]:
    """Write the advice as the sender's standard has it, or as `kind`, in pieces; none if it has no line.

    `now` is the time of preparation as it is to stand in the advice. Control numbers are taken while the
    pieces are gone through.
    """
    return WRITERS[kind or KINDS[advice.standard]](advice, control, now)
