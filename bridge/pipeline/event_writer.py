"""Write events: what a document says becomes rows of the ledger, each with the state it begins in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NamedTuple

import msgspec

from bridge.domain.events import Event, MappingResult, RuleError, occurred_at
from bridge.domain.timeliness import Timing
from bridge.ledger.commit import DocumentRef
from bridge.ledger.new_rows import NewEvent
from bridge.ledger.writer import FileWriter
from bridge.pipeline.duplicate_interchanges import DuplicateFinding
from bridge.pipeline.event_checks import day_of, in_time, served, sound, timing_of
from bridge.pipeline.partner import ReadingContext
from bridge.programs.event_types import Awaits
from bridge.programs.registry import installed

FirstState = Literal["ready", "waiting", "held", "refused", "not_sent"]
_Identity = tuple[str, str, float]
"""What makes two events the same: operation, sequence key, time."""
_Standing = dict[_Identity, set[int]]
"""The ordinals in their document of the events that stand, by what makes them the same."""

_encode = msgspec.json.Encoder().encode


class First(NamedTuple):
    """How an event begins, and until when it waits for its own time."""

    event: Event | None
    state: FirstState
    reason: str
    not_before: datetime | None = None


@dataclass(frozen=True, slots=True)
class EventWriter:
    """Writes the events of one file. In a rerun `again` names those to be made anew."""

    context: ReadingContext
    writer: FileWriter
    now: datetime
    again: frozenset[int] | None

    def keep(
        self,
        document: DocumentRef,
        number: int,
        results: list[MappingResult],
        operation_meant: str,
        finding: DuplicateFinding,
    ) -> None:
        """Keep what one document says; `operation_meant` is that of what could not be made into an event."""
        results = [self._withdrawing(result, operation_meant) for result in results]
        made = [
            self._made(self._unmended(self._sound(result), finding), ordinal, operation_meant, finding)
            for ordinal, result in enumerate(results)
            if not result.nothing_to_send
        ]
        standing = self._set_aside(number)
        skipped = _standing_already([row for row, _ in made], standing)
        for row, event in made:
            if row.ordinal not in skipped:
                self._keep(document, row, event)

    def _sound(self, result: MappingResult) -> MappingResult:
        known = served(sound(result), self.context.policies.calls)
        return in_time(known, self.now, self.context.profile)

    def _withdrawing(self, result: MappingResult, operation: str) -> MappingResult:
        """Return a cancellation where an answer takes back what an earlier one asked for."""
        if not (result.withdraws and result.nothing_to_send):
            return result
        if not self.writer.is_known(operation, result.purchase_order_number):
            return result
        return msgspec.structs.replace(result, function="cancel", told=result.summary)

    def _unmended(self, result: MappingResult, finding: DuplicateFinding) -> MappingResult:
        """Add what else keeps a refused confirmation from going, where a label could supply what it lacks."""
        if result.event is None or not _may_be_mended(result):
            return result
        timed = self._timing(result, result.event)
        reason = result.hold or (finding.reason if finding.kind == "conflict" else "")
        reason = reason or (timed.reason if timed.verdict == "hold" else "")
        if not reason:
            return result
        return msgspec.structs.replace(
            result, errors=(*result.errors, RuleError(code="HELD", message=reason))
        )

    def _timing(self, result: MappingResult, event: Event) -> Timing:
        return timing_of(
            event, self.now, self.context.profile, self.context.policies, zone=result.assumed_zone
        )

    def _made(
        self, result: MappingResult, ordinal: int, operation_meant: str, finding: DuplicateFinding
    ) -> tuple[NewEvent, Event | None]:
        event, state, reason, not_before = self._first_state(result, finding)
        about = event if event is not None else result.about
        kind = None if about is None else installed().of(about)
        operation = kind.operation if kind is not None else operation_meant
        body = _encode(event) if event is not None else None
        if result.function == "cancel":
            operation, body = _cancelling(operation, about)
        row = NewEvent(
            operation=operation,
            ordering_key=kind.ordering_key(about) if kind is not None else _key_meant(result),
            occurred_at=self._time_of(about),
            body=body,
            state=state,
            purchase_order_number=installed().of(event).order(event)
            if event
            else result.purchase_order_number,
            tracking_number=result.tracking_number,
            reason=reason,
            errors=result.errors,
            summary=result.summary,
            ordinal=ordinal,
            not_before=not_before,
            function="" if result.function == "original" else result.function,
            subject=kind.subject(about) if kind is not None else "",
        )
        return row, event

    def _keep(self, document: DocumentRef, row: NewEvent, event: Event | None) -> None:
        made = self.writer.event(document, row)
        if event is None or row.state == "refused":
            return
        # A held event announces its packages too: it may be released yet.
        announced = installed().announced(event)
        for tracking_number in announced.tracking_numbers:
            self.writer.announce(made, tracking_number, row.purchase_order_number, announced.ship_from_party)

    def _set_aside(self, document_number: int) -> _Standing:
        """In a rerun, replace the events to be made anew, and tell which ones stand."""
        standing: _Standing = {}
        if self.again is None:
            return standing
        for event in self.writer.existing(document_number):
            if event.state == "replaced":
                continue
            if event.id not in self.again:
                identity = _identity(event.operation, event.ordering_key, event.occurred_at)
                standing.setdefault(identity, set()).add(event.ordinal)
            elif event.state != "succeeded":
                self.writer.replace(event.id)
        return standing

    def _time_of(self, event: Event | None) -> datetime:
        """Return when an event happened, or, where it waits for its day, when it may be sent."""
        if event is None:
            return self.now
        day = day_of(event, self.context.profile, self.context.policies)
        return occurred_at(installed().of(event).own_time(event)) or day or self.now

    def _first_state(self, result: MappingResult, finding: DuplicateFinding) -> First:
        """Decide how a result begins, and complete what the document does not tell itself."""
        if result.errors:
            # Where its order's label has what it lacks, it goes at its own time.
            until = None
            if result.event is not None and _may_be_mended(result):
                until = self._timing(result, result.event).until
            return First(result.event, "refused", "; ".join(error.message for error in result.errors), until)
        if result.event is None:
            return First(None, *_first_state_unsent(result, finding))
        timed = self._timing(result, result.event)
        if reason := result.hold or (finding.reason if finding.kind == "conflict" else ""):
            # Released it goes at once, but for what is meant for a day.
            day = day_of(result.event, self.context.profile, self.context.policies)
            return First(result.event, "held", reason, timed.until if day is not None else None)
        if timed.verdict == "hold":
            return First(result.event, "held", timed.reason)
        awaits = installed().of(result.event).awaits
        if awaits is not None:
            return First(*self._first_state_of_waiting(result.event, result.tracking_number, awaits))
        return First(result.event, "ready", timed.reason, timed.until)

    def _first_state_of_waiting(
        self, event: Event, tracking_number: str, awaits: Awaits
    ) -> tuple[Event, FirstState, str]:
        package = self.writer.package(tracking_number)
        missing = awaits.missing(event)
        if package is None:
            if not self.context.policies.confirmations_elsewhere:
                return event, "waiting", f"no confirmation of tracking number {tracking_number} has come yet"
            if not missing:
                return event, "ready", ""
            return event, "held", f"the document names no {missing}, and its confirmation did not pass here"
        if package.ambiguous and missing == "order":
            return event, "held", f"several orders were confirmed with tracking number {tracking_number}"
        whole = awaits.complete(event, package.purchase_order_number, package.ship_from_party)
        if package.confirmed or self.context.policies.confirmations_elsewhere:
            return whole, "ready", ""
        return whole, "waiting", "the confirmation of its shipment has not succeeded yet"


def _first_state_unsent(result: MappingResult, finding: DuplicateFinding) -> tuple[FirstState, str]:
    """Decide how a result without an event begins; what a cancellation does is seen when it is written."""
    if result.hold or result.function not in {"none", "cancel"}:
        return "held", result.hold
    if result.function == "cancel" and finding.kind == "conflict":
        return "held", finding.reason
    return "not_sent", result.told


def _cancelling(operation: str, about: Event | None) -> tuple[str, bytes | None]:
    """Return the operation of a cancellation and, where Amazon takes one, its event.

    Whether Amazon is told is seen when it is written.
    """
    kind = installed().told_by(operation)
    how = kind.cancelled_by if kind is not None else None
    if kind is None or how is None:
        return operation, None
    named = about is not None and kind.order(about)
    return how.operation, _encode(how.make(about)) if named else None


def _standing_already(made: list[NewEvent], standing: _Standing) -> set[int]:
    """Return the ordinals of what is not to be made once more.

    A document may tell of one package twice at the same minute: then the place in the document tells
    which of the two stands. Where the places have changed, as many are left out as stand.
    """
    skipped: set[int] = set()
    for identity, ordinals in standing.items():
        same = [
            row.ordinal
            for row in made
            if _identity(row.operation, row.ordering_key, row.occurred_at) == identity
        ]
        in_place = [ordinal for ordinal in same if ordinal in ordinals]
        moved = [ordinal for ordinal in same if ordinal not in ordinals]
        skipped.update(in_place, moved[: len(ordinals) - len(in_place)])
    return skipped


def _may_be_mended(result: MappingResult) -> bool:
    codes = {error.code for error in result.errors}
    checked = None if result.event is None else installed().of(result.event).label_check
    return checked is not None and bool(codes) and codes <= checked.supplies


def _identity(operation: str, key: str, at: datetime) -> _Identity:
    timeless = operation in installed().timeless
    return operation, key, 0.0 if timeless else round(at.timestamp(), 3)


def _key_meant(result: MappingResult) -> str:
    return f"pkg:{result.tracking_number}" if result.tracking_number else f"po:{result.purchase_order_number}"
