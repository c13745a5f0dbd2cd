"""States in words, and their styles on a terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

_WORDS: Final = {
    "in_doubt": "in doubt",
    "not_taken": "not taken",
    "too_large": "too large",
    "grouped": "batched",
    "not_sent": "not sent",
}
_REJECTED: Final = "rejected by Amazon"
_WORDS_OF: Final = {
    "events": {"refused": "invalid", "failed": _REJECTED},
    "submissions": {"refused": _REJECTED, "failed": _REJECTED},
    "outbound": {"failed": "not delivered"},
}
"""Words that depend on what is in the state."""
STATES_OF_BATCHES: Final = {
    "collected": "its bytes are kept; it is not read yet",
    "working": "something of it is still to be sent or answered",
    "waiting": "status updates wait for the confirmation of their package",
    "attention": "something was rejected, invalid, held or in doubt",
    "quarantined": "nothing can be read in it",
    "succeeded": "Amazon has all of it that was to be sent; or an operator said so",
    "done": "read; there was nothing to send",
    "purged": "its retention_days are over: its contents are removed; names, numbers and verdicts stay",
}
"""What the states of a batch mean."""
_STYLES: Final = {
    **dict.fromkeys(("succeeded", "accepted", "delivered", "ok", "Success"), "good"),
    **dict.fromkeys(
        ("failed", "refused", "rejected", "quarantined", "attention", "error", "in_doubt"), "bad"
    ),
    **dict.fromkeys(
        ("held", "waiting", "overdue", "working", "warning", "cancelled", "superseded", "withdrawn"), "note"
    ),
}


def state_words(state: str, of: str = "") -> str:
    """Write a state of batches, or `of` events, submissions or outbound files, in words: `in doubt`."""
    return _WORDS_OF.get(of, {}).get(state) or _WORDS.get(state, state)


def alert_words(kind: str) -> str:
    """Write the kind of an alert, whose stored word may be an old one."""
    return "shipping_document" if kind == "paper" else kind


def state_style(state: str) -> str:
    """Return the style of a state on a terminal."""
    return _STYLES.get(state, "")


def counted(counts: Mapping[str, int], of: str = "") -> str:
    """Write counts by state: `3 held, 1 in doubt`."""
    return ", ".join(f"{count} {state_words(state, of)}" for state, count in counts.items() if count)
