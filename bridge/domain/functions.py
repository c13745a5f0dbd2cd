"""What a cancellation, a replacement or a duplicate does to the other events of its order or package.

Pure: each case is a line of a table in a test. Nothing is dropped that may be at Amazon already, and
nothing that was cancelled is made anew by a rerun: what counts is the place of a document among all
that came (batch, document, ordinal), not when it was read.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

Cause = Literal["", "cancel", "supersede", "doubt"]
OVERRIDING = frozenset({"cancel", "replace"})
_SPEAKING = frozenset({"cancel", "none"})
"""Functions of events that are never sent themselves."""
_STILL_TO_GO = frozenset({"waiting", "ready", "grouped"})
_OPEN = frozenset({"waiting", "ready", "held"})
_SPENT = frozenset({"refused", "failed"})
TOLD = frozenset({"ready", "grouped", "succeeded"})
"""States of a cancellation or change that Amazon is told, or was."""
_KINDS = {"po": "order", "container": "container", "return": "return"}
_WORDS = {"grouped": "under way", "in_doubt": "in doubt", "not_sent": "not sent"}


class Known(NamedTuple):
    """An event as the others of its order or package see it."""

    id: int
    batch: int
    position: tuple[int, int, int]
    """Batch, document and ordinal: where it stands among all that came."""
    noun: str
    """What operators call such an event: `confirmation`."""
    key: str
    state: str
    function: str = ""
    subject: str = ""
    """The status of a status update; empty for what an order has one of."""
    at: float = 0.0
    body: str | None = None
    begun: bool = False
    """Whether the submission that it is in was begun, or is in doubt; or it is held in a restored ledger."""
    submission: int | None = None
    submission_state: str = ""
    dropped_by_hand: bool = False
    once: bool = False
    """Whether Amazon takes one a key and subject."""
    by_call: bool = False
    """Whether it is told by an event of its own: Amazon takes such cancellations."""
    operation: str = ""
    changes: bool = False
    """Whether it changes another event, which is not replaced by it once Amazon has that."""
    unknown: bool = False
    """Whether it was refused since nothing of its order or package was known."""
    earlier_event: int | None = None
    frees: bool = False
    """Whether it cancels what Amazon had, such that another one of its key and subject may come."""

    @property
    def name(self) -> str:
        """Name it for operators: `event 5 (batch 2)`."""
        return f"event {self.id} (batch {self.batch})"

    @property
    def standing(self) -> Literal["unsent", "sent", "ended"]:
        """Return whether it can still be dropped, may be at Amazon, or is over."""
        if self.state == "succeeded" or (self.state in {"grouped", "held"} and self.begun):
            return "sent"
        if self.state in {"cancelled", "superseded", "not_sent", "replaced"} or self.dropped_by_hand:
            return "ended"
        return "unsent"


class Decision(NamedTuple):
    """What becomes of a new event (`state`, empty: as it is) and of those that it drops.

    `code` is that of the error where it is refused.
    """

    state: str = ""
    reason: str = ""
    earlier: int | None = None
    later: int | None = None
    drop: tuple[int, ...] = ()
    cause: Cause = ""
    drop_reason: str = ""
    code: str = ""


DROPPED = "DROPPED"
"""The code of what an operator dropped."""
UNKNOWN = "UNKNOWN"
"""The code of what is refused since nothing of its order or package is known."""
NOTHING = Decision()


def decide(new: Known, others: Sequence[Known]) -> Decision:
    """Decide about a new event; `others` are all of its operation and key that no rerun replaced."""
    before = _before(new, others)
    after = [o for o in others if o.position > new.position and o.id < new.id]
    if new.function != "cancel" and new.state in _OPEN:
        overridden = _overridden(new, after)
        if overridden is not None:
            return overridden
    if new.changes:
        return _change(new, before)
    if new.function == "cancel":
        return _cancel(new, before)
    before = [o for o in before if not o.changes]
    if new.function == "replace":
        return _replace(new, before)
    if new.state not in {"ready", "waiting"}:
        return NOTHING
    if new.once:
        told = _second(new, before, after)
    else:
        told = _known(new, before) if new.function == "resend" else None
    return told or _too_late(new, before) or NOTHING


def carry_out(new: Known, others: Sequence[Known]) -> Decision:
    """Decide about a held cancellation that is to be carried out after all, as far as it can be."""
    return _cancel(new._replace(state="not_sent"), _before(new, others))


def _before(new: Known, others: Sequence[Known]) -> list[Known]:
    return sorted((o for o in others if o.position < new.position), key=lambda o: o.position)


def _matching(new: Known, before: Sequence[Known]) -> list[Known]:
    """Return what a cancellation or replacement is about: of a package the status, at its time if told so."""
    same = [o for o in before if o.function not in _SPEAKING and not o.changes and o.subject == new.subject]
    exact = [o for o in same if o.at == new.at] if new.subject else []
    return exact or same


def _overridden(new: Known, after: Sequence[Known]) -> Decision | None:
    """Return what a document that came later made of one that is read only now, or once more."""
    for later in sorted(after, key=lambda o: o.position):
        if later.function not in OVERRIDING or later.dropped_by_hand or later.subject != new.subject:
            continue
        if later.changes:
            continue
        verb = "cancels" if later.function == "cancel" else "replaces"
        if later.state == "refused" or (later.state == "held" and later.earlier_event is None):
            reason = f"{later.name} {verb} it, and is {later.state} itself: settle that one first"
            return Decision("held", reason, later=later.id)
        state = "cancelled" if later.function == "cancel" else "superseded"
        return Decision(state, f"{later.name}, which came later, {verb} it; it is not sent", later=later.id)
    return None


def _cancel(new: Known, before: Sequence[Known]) -> Decision:
    about = _matching(new, before)
    unsent = [o for o in about if o.standing == "unsent"]
    if new.state != "not_sent":
        return _doubt(new, unsent, "cancels")
    if len({o.at for o in about}) > 1 and new.subject:
        reason = f"several updates of this status are known ({_names(about)}), and it tells the time of none"
        return Decision("held", reason)
    sent = [o for o in about if o.standing == "sent"]
    changes = [o for o in before if o.changes and o.standing == "unsent" and o.state not in _SPENT]
    ids = tuple(o.id for o in (*unsent, *changes))
    drop_reason = f"{new.name} cancels it; it was not sent"
    if sent:
        state, why, earlier = _cancel_sent(new, before, sent)
        also = f"; {_names(unsent)} dropped, not sent yet" if unsent and why else ""
        return Decision(state, why + also, earlier, None, ids, "cancel", drop_reason)
    if unsent:
        reason = f"it cancels {_names(unsent)}, not sent yet: nothing of it goes to Amazon"
        return Decision("not_sent", reason, unsent[-1].id, None, ids, "cancel", drop_reason)
    if about:
        last = about[-1]
        reason = f"what it cancels is not sent anyway: {last.name} is {_word(last.state)}"
        return Decision("not_sent", reason, last.id)
    reason = f"no {new.noun} of {_subject(new)} is known that it could cancel; one that comes later is held"
    return Decision("refused", reason, code=UNKNOWN) if new.by_call else Decision("not_sent", reason)


def _cancel_sent(new: Known, before: Sequence[Known], sent: Sequence[Known]) -> tuple[str, str, int]:
    """Return state, reason and earlier event of a cancellation of what Amazon has: one goes there, once."""
    last = sent[-1]
    if not new.by_call or last.state == "held":
        return "held", _standing_at_amazon(new, sent), last.id
    same = [
        o
        for o in before
        if o.function == "cancel"
        and o.state in TOLD
        and o.subject == new.subject
        and o.earlier_event in {None, last.id}
    ]
    if same:
        return "not_sent", f"a duplicate of {same[-1].name}, which is {_word(same[-1].state)}", same[-1].id
    return "ready", _goes_after(last), last.id


def _replace(new: Known, before: Sequence[Known]) -> Decision:
    about = _matching(new, before)
    unsent = [o for o in about if o.standing == "unsent"]
    if new.state not in {"ready", "waiting"}:
        return _doubt(new, unsent, "replaces")
    sent = [o for o in about if o.standing == "sent"]
    ids = tuple(o.id for o in unsent)
    drop_reason = f"{new.name} replaces it; it was not sent"
    if sent:
        reason = _standing_at_amazon(new, sent)
        return Decision("held", reason, sent[-1].id, None, ids, "supersede", drop_reason)
    if unsent:
        return Decision("", "", unsent[-1].id, None, ids, "supersede", drop_reason)
    return Decision(earlier=about[-1].id) if about else NOTHING


def _change(new: Known, before: Sequence[Known]) -> Decision:
    """Return which event a change is about: Amazon has it, or it is replaced by what comes of both."""
    if new.state not in {"ready", "waiting"}:
        return NOTHING
    about = _matching(new, before)
    sent = [o for o in about if o.standing == "sent"]
    if sent:
        return Decision("ready", _goes_after(sent[-1]), sent[-1].id)
    unsent = [o for o in about if o.standing == "unsent"]
    if unsent:
        ids, drop_reason = tuple(o.id for o in unsent), f"{new.name} changes it; it was not sent"
        return Decision("", "", unsent[-1].id, None, ids, "supersede", drop_reason)
    why = f"no {new.noun} of {_subject(new)} is known that it could change: send it whole, as an original"
    if about:
        why = f"what it changes is not sent: {about[-1].name} is {_word(about[-1].state)}"
    return Decision("refused", why, code=UNKNOWN)


def _goes_after(known: Known) -> str:
    if known.state == "succeeded":
        return ""
    return f"it goes after {known.name}, which is {_word(known.state)}"


def _doubt(new: Known, unsent: Sequence[Known], verb: str) -> Decision:
    """Hold what would be dropped, while it is not certain that it is to be."""
    ids = tuple(o.id for o in unsent if o.state in _STILL_TO_GO)
    reason = f"{new.name} {verb} it, and is {_word(new.state)} itself: settle that one first"
    return Decision(drop=ids, cause="doubt", drop_reason=reason) if ids else NOTHING


def _known(new: Known, before: Sequence[Known]) -> Decision | None:
    """Return whether a duplicate is known already. What Amazon did not take may be said again."""
    same = [
        o
        for o in before
        if o.function not in _SPEAKING
        and o.subject == new.subject
        and (not new.subject or o.at == new.at)
        and o.state not in _SPENT
        and o.state != "not_sent"
    ]
    if not same:
        return None
    last = same[-1]
    if new.subject or last.body is None or last.body == new.body:
        return Decision("not_sent", f"a duplicate of {last.name}, which is {_word(last.state)}", last.id)
    reason = f"it says that it is a duplicate, but {last.name} says something else"
    return Decision("held", reason, last.id)


def _second(new: Known, before: Sequence[Known], after: Sequence[Known]) -> Decision | None:
    """Return what becomes of a second one of a key and subject, of which Amazon takes one.

    It may be read only now. What never was sent, and never will be, counts for nothing; nor does what Amazon
    refused, or what was cancelled there such that another one may come. What was held since nothing could be
    made of it gives way to the one that comes corrected.
    """
    gone = {*_SPENT, "cancelled", "superseded", "not_sent", "replaced"}
    others = [o for o in (*before, *after) if not o.changes and o.subject == new.subject]
    freed = {o.earlier_event for o in others if o.frees}
    known = [o for o in others if o.function not in _SPEAKING and o.state not in gone and o.id not in freed]
    empty = tuple(o.id for o in before if o in known and o.state == "held" and o.body is None)
    same = [o for o in known if o.id not in empty]
    if not same:
        reason = f"{new.name} came in its place; nothing could be sent of it"
        return Decision("", "", empty[-1], None, empty, "supersede", reason) if empty else None
    last = same[-1]
    if last.body is not None and last.body == new.body:
        return Decision("not_sent", f"a duplicate of {last.name}, which is {_word(last.state)}", last.id)
    reason = f"{last.name} has the number of {_subject(new)} already, with other content, and is"
    return Decision("held", f"{reason} {_word(last.state)}: Amazon takes one {new.noun} a number", last.id)


def _too_late(new: Known, before: Sequence[Known]) -> Decision | None:
    """Hold what comes after its own cancellation: the two were sent or taken in out of order."""
    about = [
        o for o in before if o.subject == new.subject and (o.function == "cancel" or o.state != "not_sent")
    ]
    last = about[-1] if about else None
    if (
        last is None
        or last.function != "cancel"
        or last.earlier_event is not None
        or not (last.unknown or last.state in {"not_sent", "held"})
    ):
        return None
    reason = f"{last.name} cancelled {_subject(new)} before this came: is it that one, or a new one?"
    return Decision("held", reason, later=last.id)


def _standing_at_amazon(new: Known, sent: Sequence[Known]) -> str:
    last = sent[-1]
    has = "has" if last.state == "succeeded" else "may have"
    where = f", submission {last.submission} is {_word(last.submission_state)}" if last.submission else ""
    told = f"Amazon {has} {last.name} of {_subject(new)} already ({_word(last.state)}{where})"
    if new.function == "cancel" and new.by_call:
        return f"{told}: it can be cancelled once that one is settled"
    if new.function == "cancel":
        return f"{told}, and takes no cancellation of a {new.noun}: settle it with Amazon"
    return f"{told}: sent as well, this would be a second {new.noun} of it"


def _subject(known: Known) -> str:
    kind, _, name = known.key.partition(":")
    what = f"{_KINDS.get(kind, 'package')} {name}"
    if not known.subject:
        return what
    return f"package {known.subject} of {what}" if kind in _KINDS else f"{what} with status {known.subject}"


def _names(events: Sequence[Known]) -> str:
    named = ", ".join(o.name for o in events[:5])
    return f"{named} and {len(events) - 5} more" if len(events) > 5 else named


def _word(state: str) -> str:
    return _WORDS.get(state, state)
