"""The states of submissions and events, and every move between them, as tables.

A move that does not stand in a table is a mistake of the bridge and raises `IllegalMove`: nothing
is sent, nothing is written.
"""

from __future__ import annotations

from typing import Literal

from bridge.errors import BridgeError

SubmissionState = Literal[
    "ready",
    "sending",
    "submitted",
    "overdue",
    "in_doubt",
    "succeeded",
    "failed",
    "refused",
    "halved",
    "withdrawn",
]
EventState = Literal["waiting", "ready", "grouped", "succeeded", "failed", "refused", "held", "replaced"]

Moves = dict[tuple[str, str], str]

SUBMISSION_MOVES: Moves = {
    ("ready", "start"): "sending",
    ("ready", "withdraw"): "withdrawn",  # before it was sent, a newer label made its last event wait
    ("sending", "not_taken"): "ready",
    ("sending", "unauthorized"): "ready",
    ("sending", "submitted"): "submitted",
    ("sending", "too_large"): "halved",
    ("sending", "refused"): "refused",
    ("sending", "in_doubt"): "in_doubt",
    ("sending", "claimed"): "in_doubt",  # a newer owner found it so: nobody knows what became of it
    ("in_doubt", "late"): "submitted",  # the stalled owner's answer came after all
    ("ready", "late"): "submitted",  # likewise, where the policy had put it back but nothing was sent yet
    ("in_doubt", "resubmit"): "ready",
    ("in_doubt", "found"): "succeeded",  # what it asked for stands at Amazon
    ("in_doubt", "resolved_sent"): "submitted",
    ("in_doubt", "resolved_not_sent"): "ready",
    ("submitted", "processing"): "submitted",
    ("submitted", "success"): "succeeded",
    ("submitted", "failure"): "failed",
    ("submitted", "late_verdict"): "overdue",
    ("overdue", "processing"): "overdue",
    ("overdue", "resolved_sent"): "submitted",  # a person gave a wrong transaction id before
    ("overdue", "resolved_not_sent"): "ready",  # Amazon's support says that it knows of none
    ("overdue", "success"): "succeeded",
    ("overdue", "failure"): "failed",
}

EVENT_MOVES: Moves = {
    ("waiting", "confirmed"): "ready",
    ("waiting", "too_long"): "held",  # its confirmation did not come in time
    ("waiting", "ambiguous"): "held",  # several orders were confirmed with its tracking number
    ("ready", "group"): "grouped",
    ("refused", "label"): "ready",  # in the write that keeps it: its order's label has what is missing
    ("refused", "label_contradicts"): "held",  # likewise: its order's label says otherwise
    ("ready", "label_contradicts"): "held",
    ("grouped", "label_contradicts"): "held",  # a newer label came before its submission was sent
    ("held", "label"): "ready",  # a newer label agrees with it
    ("grouped", "success"): "succeeded",
    ("grouped", "failure"): "failed",
    ("grouped", "again"): "ready",
    ("failed", "requeue"): "ready",
    ("held", "requeue"): "ready",
    ("held", "wait"): "waiting",  # released by a person, but a status update before its confirmation
    ("held", "refuse"): "refused",
    ("waiting", "refuse"): "refused",
    ("waiting", "replace"): "replaced",
    ("ready", "drop"): "refused",  # an operator drops one that still waits for its own time
    ("ready", "replace"): "replaced",
    ("failed", "replace"): "replaced",
    ("refused", "replace"): "replaced",
    ("held", "replace"): "replaced",
}

UNFINISHED_SUBMISSIONS: frozenset[str] = frozenset({"ready", "sending", "submitted", "overdue", "in_doubt"})
"""A package has at most one of these at a time."""

OPEN_EVENTS: frozenset[str] = frozenset({"waiting", "ready", "grouped"})
"""Events of which a batch still expects to hear; every other state is final for its report."""


class IllegalMove(BridgeError):
    """A move that the tables do not know."""


def move(state: str, cause: str, moves: Moves = SUBMISSION_MOVES) -> str:
    """Give the state that `cause` leads to from `state`; raises `IllegalMove` where there is none."""
    try:
        return moves[state, cause]
    except KeyError:
        raise IllegalMove(f"no move {cause!r} from state {state!r}") from None
