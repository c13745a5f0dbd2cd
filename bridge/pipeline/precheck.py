"""Precheck: ready events → what Amazon says of them before they are sent; they go, or are held.

Only for the types of events whose program declares it, and for partners who chose it. Each event is asked
about once, or anew where what Amazon said counts no more. While Amazon gives no answer its events wait, as
long as their program allows.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import msgspec
import structlog

from bridge.domain.events import Event
from bridge.errors import AmazonError
from bridge.faultpoints import reached
from bridge.ledger.rows import ToPrecheck
from bridge.pipeline.partner import Partner
from bridge.programs.event_types import EventType
from bridge.programs.operations import Item
from bridge.programs.prechecks import Asked, Checked, Precheck, Question
from bridge.programs.registry import installed
from bridge.spapi.errors import AmazonRefused, AmazonUnavailable, CredentialsRefused
from bridge.spapi.pages import UnreadableItem

log = structlog.get_logger(__name__)

AT_ONCE = 100
AGAIN = timedelta(minutes=1)
"""Time until Amazon is asked again after it gave no answer."""


def precheck(
    partner: Partner, note: Callable[[int], None] = lambda _asked: None, over: Callable[[], bool] = bool
) -> int:
    """Ask about all events that are due; return how many were judged.

    `note` is told of them as they are judged; nothing is begun once `over` says so.
    """
    if partner.ledger.restored(partner.account):  # nothing is sent either
        return 0
    return sum(
        _Asking(partner, kind, kind.precheck).run(note, over)
        for kind in installed().event_types
        if kind.precheck is not None and kind.precheck.wanted(partner.profile)
    )


class _Asking:
    """One pass over the events of a type that are due."""

    def __init__(self, partner: Partner, kind: EventType, how: Precheck) -> None:
        self._partner = partner
        self._kind = kind
        self._how = how
        self._no_answer = ""
        """Why Amazon gave no answer in this pass: who has waited long enough is not asked about any more."""

    def run(self, note: Callable[[int], None], over: Callable[[], bool]) -> int:
        """Judge all that is due, until there is nothing, or Amazon gives no answer; return how many."""
        partner, judged = self._partner, 0
        while due := partner.ledger.to_precheck(
            partner.vendor, self._kind.operation, partner.clock(), AT_ONCE, self._how.good_for
        ):
            for event in due:
                if partner.stopping() or over():
                    return judged
                if not self._check(event):
                    return judged  # all of them wait: the others would fail likewise
                note(1)
                judged += 1
        return judged

    def _check(self, event: ToPrecheck) -> bool:
        """Ask about one event and commit what follows; False where Amazon gave no answer and it waits."""
        partner = self._partner
        checked = self._answers(event)
        if checked is None:
            return False
        now, good_for = partner.clock(), self._how.good_for
        state = partner.ledger.record_precheck(partner.fence, event.id, checked, now, good_for)
        reached("precheck.committed")
        log.info("prechecked", vendor=partner.vendor, event_id=event.id, state=state)
        return True

    def _answers(self, event: ToPrecheck) -> Checked | None:
        """Ask all that is to be asked, and return what follows; None where Amazon gave no answer."""
        read = now = installed().decode(self._kind.operation, event.body)
        whole = Checked()
        for question in self._how.questions:
            if not question.needed(now, self._partner.profile):
                continue
            checked = self._answer(event, question, now)
            if checked is None:
                return None
            now = checked.event or now
            notes, files = (*whole.notes, *checked.notes), (*whole.files, *checked.files)
            whole = msgspec.structs.replace(checked, notes=notes, files=files)
            if not whole.goes_on:
                break
        return msgspec.structs.replace(whole, event=None if now == read else now)

    def _answer(self, event: ToPrecheck, question: Question[Any], read: Event) -> Checked | None:
        partner = self._partner
        found: Item | None = None
        why = "Amazon knows nothing of it"
        try:
            found = self._ask(event, question, read)
        except (AmazonUnavailable, CredentialsRefused) as error:
            why = self._no_answer = str(error)
            if not self._has_waited(event):
                self._postpone(why)
                return None
        except AmazonError as error:
            why = str(error)
        reached("precheck.asked")
        if found is None:
            log.warning("not_prechecked", vendor=partner.vendor, event_id=event.id, reason=why)
        asked: Asked[Any] = Asked(
            event=read,
            found=found,
            why="" if found is not None else why,
            profile=partner.profile,
            now=partner.clock(),
        )
        return self._judged(event, question, asked)

    def _ask(self, event: ToPrecheck, question: Question[Any], read: Event) -> Item | None:
        if self._no_answer and self._has_waited(event):
            raise AmazonUnavailable(self._no_answer)
        operation = installed().operations[question.operation]
        version = operation.version_of(self._partner.amazon.version)
        body = operation.body_of([question.body(read, version)]) if operation.method != "GET" else b""
        found = self._partner.amazon.ask(operation, body, version, question.names(read))
        if isinstance(found, UnreadableItem):
            raise AmazonRefused(f"its answer is unreadable: {found.reason}")
        return found

    def _judged(self, event: ToPrecheck, question: Question[Any], asked: Asked[Any]) -> Checked:
        try:
            return question.judge(asked)
        except Exception as error:
            # Of the program's own: what is wrong with one must not keep the others waiting.
            log.exception("precheck_failed", vendor=self._partner.vendor, event_id=event.id)
            name = type(error).__name__
            return Checked(hold=f"edibridge itself fails on Amazon's answer about it ({name}); see the log")

    def _has_waited(self, event: ToPrecheck) -> bool:
        since = event.precheck_since
        return since is not None and self._partner.clock() - since >= self._how.at_most

    def _postpone(self, why: str) -> None:
        partner, operation, now = self._partner, self._kind.operation, self._partner.clock()
        log.warning("not_prechecked", vendor=partner.vendor, operation=operation, reason=why)
        reason = f"Amazon was asked about it before it is sent, and gave no answer: {why}"
        partner.ledger.postpone_prechecks(
            partner.fence, partner.vendor, operation, reason, now, now + AGAIN, self._how.good_for
        )
