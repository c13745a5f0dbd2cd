"""Sandbox: what is followed is moved on by hand, as only Amazon's sandbox and the stand-in let one.

In the sandbox nothing goes on by itself. A rehearsal moves an order from status to status, and looks at it
after each move instead of in its time.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from bridge.errors import CommandRefused
from bridge.ledger.read_models import FollowUpRow, Trace
from bridge.ledger.store import Ledger
from bridge.pipeline.partner import Partner
from bridge.programs.follow_ups import FollowUp, SandboxMoves
from bridge.programs.registry import installed

# What is picked is no more cancelled or found invalid: so many statuses are passed before such an end.
_PASSED = {"Invalid": 0, "Cancelled": 2}


class Rehearsed(msgspec.Struct, frozen=True, kw_only=True):
    """One step of a rehearsal: what was asked of Amazon, why it refused (empty: it did not), how it stands.

    `status` and `over` are those of the follow-up after a look, `told` the files that it put into the outbox.
    """

    number: str
    asked: str
    refused: str
    status: str
    over: bool
    told: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """One move of one thing of a vendor's that Amazon knows by `subject`."""

    vendor: str
    number: str
    follow_up: FollowUp[Any]
    moves: SandboxMoves
    subject: str
    status: str

    def move(self, partner: Partner) -> str:
        """Ask Amazon for the move; return why it did not make it, empty where it did."""
        operation = installed().operations[self.moves.operation]
        path = operation.path_of(partner.amazon.version, **{self.follow_up.path_name: self.subject})
        body = operation.body_of([self.moves.body(self.status)])
        outcome = partner.amazon.submit(operation, body, path=path)
        if outcome.kind == "submitted":
            return ""
        return outcome.reason or "; ".join(error.message for error in outcome.errors) or outcome.kind

    def seen(self, ledger: Ledger, refused: str) -> Rehearsed:
        """Return how it stands after the move and a look."""
        rows = _followed(ledger.trace(self.subject), self.follow_up, self.vendor)
        found = next((row for row in rows if row.subject == self.subject), None)
        last = [one for one in found.history if one["status"] == found.status] if found else []
        return Rehearsed(
            number=self.number,
            asked=self.status,
            refused=refused,
            status=found.status if found else "",
            over=bool(found and found.ended_at),
            told=tuple(file for one in last for file in one["files"]),
        )


def rehearsal_steps(
    ledger: Ledger, vendor: str, numbers: Sequence[str], end: str = ""
) -> Iterator[list[Step]]:
    """Yield the moves that lead to an end (the usual one without), those of one status together.

    Raises `CommandRefused`.
    """
    found = [(number, *_known(ledger, vendor, number)) for number in numbers]
    ways = {name: _statuses_to(moves, end) for _, one, moves, _ in found for name in [one.name]}
    for turn in range(max(map(len, ways.values()), default=0)):
        yield [
            Step(vendor, number, one, moves, subject, ways[one.name][turn])
            for number, one, moves, subject in found
            if turn < len(ways[one.name])
        ]


def look_at_once(partner: Partner, but: frozenset[int] = frozenset()) -> frozenset[int]:
    """Make all that is followed for a partner due now, `but` for some; return what that is."""
    ledger, now = partner.ledger, partner.clock()
    ids = [one.id for name in installed().follow_ups for one in ledger.followed(partner.vendor, name)]
    due = frozenset(ids) - but
    ledger.record_sweep(ledger.fence(partner.account, now), partner.vendor, None, sorted(due), now)
    return due


def _followed(trace: Trace, follow_up: FollowUp[Any], vendor: str) -> list[FollowUpRow]:
    return [row for row in trace.follow_ups if (row.name, row.vendor) == (follow_up.name, vendor)]


def _known(ledger: Ledger, vendor: str, number: str) -> tuple[FollowUp[Any], SandboxMoves, str]:
    """Return what can be moved on by the number of a vendor's document, and what Amazon knows it by."""
    trace = ledger.trace(number)
    sent = [one for one in trace.submissions if one.vendor == vendor]
    for follow_up in installed().follow_ups.values():
        known = [row.subject for row in _followed(trace, follow_up, vendor)]
        # Before it is followed, its number at Amazon stands with the call that took it.
        known += [one.amazon_transaction_id for one in sent if one.operation == follow_up.after]
        subject = next(filter(None, known), "")
        if follow_up.sandbox is not None and subject:
            return follow_up, follow_up.sandbox, subject
    raise CommandRefused(f"nothing that the sandbox can move on was sent for {number}")


def _statuses_to(moves: SandboxMoves, end: str) -> list[str]:
    end = end or moves.ends[0]
    if end not in moves.ends:
        raise CommandRefused(f"{end!r} is none of {', '.join(moves.ends)}")
    return [*moves.statuses[: _PASSED.get(end, len(moves.statuses))], end]
