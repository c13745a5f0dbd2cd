"""Rerun: read a batch's file again, with the present mappings and settings, and queue what is to go."""

from __future__ import annotations

from bridge.domain.rerun import Decision, decide
from bridge.pipeline.partner import ReadingContext
from bridge.pipeline.translate import translate_file


def rerun(context: ReadingContext, batch_id: int, *, dry_run: bool, force: bool) -> list[Decision]:
    """Decide for each event of a batch, and unless `dry_run` do it; return the decisions.

    Those that Amazon has, or that are under way, are kept as they are; `force` sends once more what
    Amazon has. All else is made anew from the raw bytes. Raises FileNotFoundError where those were
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
