"""What a document tells Amazon to do with an order besides shipping it."""

from __future__ import annotations

from bridge.mapping.lookup import Scope
from bridge.mapping.reader import Reader
from bridge.programs.multi_channel_fulfillment.documents.told import all_told, hold_undecided
from bridge.programs.multi_channel_fulfillment.rules import ACTIONS, FEATURES

PAYMENTS = frozenset({"cash_on_delivery"})
"""What the payment of an order may mean, where it is not the seller's own affair."""
_ACTIONS = {action.upper(): action for action in ACTIONS}


def instructions_of(reader: Reader, root: Scope) -> tuple[str, tuple[str, ...]]:
    """Return the action and the features that an order asks for; words that mean nothing are held."""
    actions: list[str] = []
    features: list[str] = []
    for value, place in all_told(reader, "instructions", root):
        word = value.upper()
        if word in _ACTIONS:
            actions.append(_ACTIONS[word])
        elif word in FEATURES:
            features.append(word)
        else:
            hold_undecided(reader, f"instruction {value[:40]!r} in {place} {_unknown(reader)}")
    if len(set(actions)) > 1:
        hold_undecided(reader, f"the order says both {' and '.join(actions)}: have it sent again with one")
    return next(iter(actions), ""), tuple(dict.fromkeys(features))


def note_payment(reader: Reader, root: Scope) -> None:
    """Hold an order that is to be paid on delivery."""
    for _, place in all_told(reader, "payment", root):
        reader.findings.hold(
            f"the order is to be paid on delivery ({place}), which Amazon does not collect here; released, "
            "it goes without that"
        )


def _unknown(reader: Reader) -> str:
    return (
        f"is none of {', '.join((*_ACTIONS, *FEATURES))}: if it means nothing, say so in a mapping of your "
        f"own that extends {reader.mapping.name!r} ([fields.instructions] with scope, at and values = "
        '{ "WORD" = "" }), then `edibridge rerun` the batch'
    )
