"""What a rerun of a batch does to each of its facts, decided before anything is done."""

from __future__ import annotations

from typing import Literal

import msgspec

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
    """What a rerun does with one event: make it `again`, `keep` it as it is, or `send twice`."""

    event_id: int
    summary: str
    state: str
    action: Action
    reason: str


def decide(event_id: int, summary: str, state: str, *, force: bool) -> Decision:
    """Decide for one event by its state (`bridge.domain.states`); `force` also repeats what succeeded."""
    action: Action = "again"
    reason = f"it is {state.replace('_', ' ')}: read again with the present mappings and settings"
    if state == "succeeded" and force:
        action, reason = "send twice", "forced: Amazon has it already"
    elif state in _KEPT and not (force and state in _FORCED):
        action, reason = "keep", _KEPT[state]
    return Decision(event_id=event_id, summary=summary, state=state, action=action, reason=reason)
