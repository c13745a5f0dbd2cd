"""Status tables: each sender's codes to Amazon's statuses. A code never passes through by value.

A line is `status/reason`, `*/reason` or `status`, and the most exact one counts in that order. It
says one of Amazon's eight statuses, or NO_UPDATE (nothing is sent), SCHEDULE (its time is the
estimated delivery of the package's updates), or HOLD. What stands in no line is held for an operator.
"""

from __future__ import annotations

import msgspec

from bridge.edi.model import Standard
from bridge.mapping.mappings import StatusTable

AMAZON_PAIRS: dict[str, dict[str, tuple[str, str]]] = {
    "DELAYED": {"x12": ("DE", "AF"), "edifact": ("404", "117")},
    "DELIVERED": {"x12": ("D1", "NS"), "edifact": ("301", "000")},
    "DEPARTED_FROM_FC": {"x12": ("XB", "NS"), "edifact": ("101", "000")},
    "IN_TRANSIT": {"x12": ("O1", "NS"), "edifact": ("201", "000")},
    "LOST": {"x12": ("CA", "PL"), "edifact": ("409", "000")},
    "OUT_FOR_DELIVERY": {"x12": ("OD", "NS"), "edifact": ("302", "000")},
    "REJECTED": {"x12": ("A7", "AM"), "edifact": ("407", "000")},
    "UNDELIVERABLE": {"x12": ("AP", "BG"), "edifact": ("416", "000")},
}
"""The eight statuses that Amazon supports, with status and reason by standard."""

FINAL_STATUSES = frozenset({"LOST", "UNDELIVERABLE"})
"""These end a package's life: a vendor must opt in to each."""

NO_UPDATE, SCHEDULE, HOLD = "NO_UPDATE", "SCHEDULE", "HOLD"
MEANINGS = frozenset(AMAZON_PAIRS) | {NO_UPDATE, SCHEDULE, HOLD}
_BLANK_REASON: dict[str, str] = {"x12": "NS", "edifact": "000"}


class Judgement(msgspec.Struct, frozen=True):
    """What a pair means: a status (or NO_UPDATE, SCHEDULE), or a reason to hold it."""

    meaning: str = ""
    hold: str = ""


def judge(table: StatusTable, code: str, reason: str, opted_in: frozenset[str]) -> Judgement:
    """Return what a pair means; a blank reason is normal status (NS, 000). `opted_in` are final statuses."""
    reason = reason or _BLANK_REASON[table.standard]
    lines = table.codes
    meaning = lines.get(f"{code}/{reason}") or lines.get(f"*/{reason}") or lines.get(code)
    if meaning is None:
        return Judgement(hold=_unknown(table, code, reason))
    if meaning == HOLD:
        return Judgement(hold=f"status {code}/{reason}: table {table.name!r} says that a person decides")
    if meaning in FINAL_STATUSES and meaning not in opted_in:
        return Judgement(
            hold=f"status {code}/{reason} means {meaning}, which ends the package's life at Amazon: "
            f'add "{meaning}" to the vendor\'s final_statuses, or resolve this one by hand'
        )
    return Judgement(meaning)


def amazon_pair(meaning: str, standard: Standard) -> tuple[str, str]:
    """Return Amazon's status and reason for a meaning, in the column of the sender's standard."""
    return AMAZON_PAIRS[meaning][standard]


def _unknown(table: StatusTable, code: str, reason: str) -> str:
    return (
        f"status {code}/{reason} stands in no line of the status table {table.name!r} ({table.standard}): "
        f'add "{code}/{reason}" = "..." to a table of your own that extends it (mappings/status/) '
        "and name that table in the vendor's status_codes"
    )
