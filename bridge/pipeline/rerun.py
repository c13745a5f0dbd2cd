"""Rerun: read a batch's file again, with the present mappings and settings, and queue what is to go.

What it does to each event is decided before anything is done.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from bridge.pipeline.partner import ReadingContext
from bridge.pipeline.translate import translate_file

Action = Literal["again", "keep", "send twice"]

_KEPT = {
    "succeeded": "Amazon has it; --force sends it once more",
    "grouped": "a submission of it is under way; settle that first (edibridge resolve)",
    "replaced": "an earlier rerun replaced it",
    "cancelled": "a later document cancels it; --force reads it again, and cancels it while that stands",
    "superseded": "a later document replaces it; --force reads it again, and drops it while that stands",
}
_FORCED = frozenset({"cancelled", "superseded"})


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """What a rerun does with one event: read it `again`, `keep` it as it is, or `send twice`."""

    event_id: int
    summary: str
    state: str
    action: Action
    reason: str


def decide(event_id: int, summary: str, state: str, *, force: bool) -> Decision:
    """Decide for one event by its state (`bridge.domain.states`); `force` also repeats what succeeded."""
    action: Action = "again"
    reason = "read again with the present mappings and settings"
    if state == "succeeded" and force:
        action, reason = "send twice", "forced: Amazon has it already"
    elif state in _KEPT and not (force and state in _FORCED):
        action, reason = "keep", _KEPT[state]
    return Decision(event_id=event_id, summary=summary, state=state, action=action, reason=reason)


def rerun(context: ReadingContext, batch_id: int, *, dry_run: bool, force: bool) -> list[Decision]:
    """Decide for each event of a batch, and unless `dry_run` do it; return the decisions.

    Those that Amazon has, or that are under way, are kept as they are; `force` sends once more what
    Amazon has. All else is read again from the raw bytes. Raises FileNotFoundError where those were
    purged, LedgerError where there is no such batch.
    """
    file = context.ledger.file(batch_id)
    if not file.spool_name:
        raise FileNotFoundError(f"the bytes of batch {batch_id} were purged")
    decisions = [
        decide(event.id, event.summary, event.state, force=force)
        for event in context.ledger.whole_batch(batch_id).events
        if event.state != "replaced"
    ]
    if not dry_run:
        again = frozenset(decision.event_id for decision in decisions if decision.action != "keep")
        translate_file(context, file, again=again, force=force)
    return decisions
