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
EventState = Literal[
    "waiting",
    "ready",
    "grouped",
    "succeeded",
    "failed",
    "refused",
    "held",
    "replaced",
    "cancelled",  # a later document of its sender cancels it; it was not sent
    "superseded",  # a later document of its sender replaces it; it was not sent
    "not_sent",  # of a document for which nothing is sent: a cancellation, a duplicate, a copy, a test
]

Moves = dict[tuple[str, str], str]

SUBMISSION_MOVES: Moves = {
    ("ready", "start"): "sending",
    # Never begun: a newer label made its last event wait, or one of its events is cancelled or replaced.
    ("ready", "withdraw"): "withdrawn",
    ("sending", "not_taken"): "ready",
    ("sending", "unauthorized"): "ready",
    ("sending", "submitted"): "submitted",
    ("sending", "succeeded"): "succeeded",  # the answer is the verdict itself
    ("sending", "too_large"): "halved",
    ("sending", "refused"): "refused",
    ("sending", "in_doubt"): "in_doubt",
    ("ready", "restored"): "in_doubt",  # the ledger is a backup: it may have been sent since that was made
    ("sending", "claimed"): "in_doubt",  # a newer owner found it so: what became of it is not known
    ("in_doubt", "late"): "submitted",  # the stalled owner's answer came after all
    ("ready", "late"): "submitted",  # likewise, where the policy had put it back but nothing was sent yet
    ("in_doubt", "late_result"): "succeeded",
    ("ready", "late_result"): "succeeded",
    ("in_doubt", "resubmit"): "ready",
    ("ready", "not_repeated"): "in_doubt",  # it was to be settled by the same call again, which may not go
    ("in_doubt", "found"): "succeeded",  # what it asked for stands at Amazon
    ("in_doubt", "found_taken"): "submitted",  # likewise, and its verdict is still to come
    ("in_doubt", "resolved_sent"): "submitted",
    ("in_doubt", "resolved_not_sent"): "ready",
    ("submitted", "processing"): "submitted",
    ("submitted", "success"): "succeeded",
    ("submitted", "failure"): "failed",
    ("submitted", "late_verdict"): "overdue",
    ("overdue", "processing"): "overdue",
    ("overdue", "resolved_sent"): "submitted",  # an operator gave a wrong transaction id before
    ("overdue", "resolved_not_sent"): "ready",  # Amazon's support says that it knows of none
    ("overdue", "success"): "succeeded",
    ("overdue", "failure"): "failed",
    ("in_doubt", "taken"): "succeeded",  # by the operator's word, without a transaction id
    ("overdue", "taken"): "succeeded",
    ("submitted", "resolved_sent"): "submitted",  # an operator gave a wrong transaction id before
    ("submitted", "resolved_not_sent"): "ready",
    ("submitted", "taken"): "succeeded",
}

TAKEN_BACK: Moves = {
    ("succeeded", "taken_back"): "in_doubt",
    ("failed", "taken_back"): "in_doubt",
}
"""The only way back from an end: an operator's word led there, and is taken back with a reason."""

EVENTS_TAKEN_BACK: Moves = {
    ("succeeded", "taken_back"): "grouped",
    ("failed", "taken_back"): "grouped",
}
"""What becomes of the events of such a submission."""

_UNSENT = ("waiting", "ready", "grouped", "held", "refused", "failed")
"""`grouped` only where its submission was never begun."""

EVENT_MOVES: Moves = {
    ("waiting", "confirmed"): "ready",
    ("waiting", "too_long"): "held",  # its confirmation did not come in time
    ("waiting", "ambiguous"): "held",  # several orders were confirmed with its tracking number
    ("ready", "group"): "grouped",
    ("ready", "precheck"): "held",  # what Amazon says of it, asked before it is sent
    ("ready", "told"): "not_sent",  # likewise: what it was for has been told
    ("grouped", "asked_anew"): "ready",  # what Amazon said of it before it was sent counts no more
    ("ready", "restored"): "held",
    ("waiting", "restored"): "held",
    ("refused", "label"): "ready",  # in the write that keeps it: its order's label has what is missing
    ("refused", "label_contradicts"): "held",  # likewise: its order's label says otherwise
    ("ready", "label_contradicts"): "held",
    ("grouped", "label_contradicts"): "held",  # a newer label came before its submission was sent
    ("held", "label"): "ready",  # a newer label agrees with it
    ("grouped", "success"): "succeeded",
    ("grouped", "failure"): "failed",
    ("grouped", "again"): "ready",
    ("grouped", "void"): "refused",  # its last day was over before it was sent
    ("grouped", "hold"): "held",  # the rest of a failed submission, where the vendor's setting says so
    ("ready", "unconfirmed"): "waiting",  # a status update whose confirmation was taken back
    ("failed", "requeue"): "ready",
    ("held", "requeue"): "ready",
    ("held", "wait"): "waiting",  # released by an operator, but a status update before its confirmation
    ("held", "refuse"): "refused",
    ("waiting", "refuse"): "refused",
    ("waiting", "replace"): "replaced",
    ("ready", "drop"): "refused",  # an operator drops one that still waits for its own time
    ("ready", "replace"): "replaced",
    ("failed", "replace"): "replaced",
    ("refused", "replace"): "replaced",
    ("held", "replace"): "replaced",
    ("not_sent", "replace"): "replaced",
    ("cancelled", "replace"): "replaced",  # a forced rerun: cancelled anew while its cancellation stands
    ("superseded", "replace"): "replaced",
    **{(state, "cancel"): "cancelled" for state in _UNSENT},
    **{(state, "supersede"): "superseded" for state in _UNSENT},
    ("waiting", "doubt"): "held",  # what cancels or replaces it is held or refused itself
    ("ready", "doubt"): "held",
    ("grouped", "doubt"): "held",
    ("waiting", "known"): "not_sent",  # a duplicate of what is known
    ("ready", "known"): "not_sent",
    ("held", "carry_out"): "not_sent",  # a cancellation that an operator released
}

UNFINISHED_SUBMISSIONS: frozenset[str] = frozenset({"ready", "sending", "submitted", "overdue", "in_doubt"})
"""A package has at most one of these at a time."""

OPEN_EVENTS: frozenset[str] = frozenset({"waiting", "ready", "grouped"})
"""Events of which a batch still expects to hear; every other state is final for its report."""


class IllegalMove(BridgeError):
    """A move that the tables do not know."""


def move(state: str, cause: str, moves: Moves = SUBMISSION_MOVES) -> str:
    """Return the state that `cause` leads to from `state`; raises `IllegalMove` where there is none."""
    try:
        return moves[state, cause]
    except KeyError:
        raise IllegalMove(f"no move {cause!r} from state {state!r}") from None
