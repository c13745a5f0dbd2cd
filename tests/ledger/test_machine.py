"""Whatever is done in whatever order, crashes included: no event is lost, doubled or sent side by side."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections import Counter
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    MultipleResults,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    multiple,
    precondition,
    rule,
)

from bridge.domain.outcomes import InDoubtPolicy
from bridge.domain.states import UNFINISHED_SUBMISSIONS
from bridge.errors import StaleEpoch
from bridge.ledger.new_rows import OutcomeHandling
from bridge.ledger.rows import Fence
from bridge.ledger.store import Ledger
from tests.ledger.desk import CONFIRM, STATUS, Desk, confirmation, document_row, later, outcome, status

ORDERS = ["A", "B", "C", "D"]
KINDS = ["submitted", "not_taken", "unauthorized", "too_large", "refused", "in_doubt"]
some_orders = st.frozensets(st.sampled_from(ORDERS), max_size=2)


class LedgerMachine(RuleBasedStateMachine):
    """One vendor, one owner after the other."""

    attempts: Bundle[tuple[Fence, int]] = Bundle("attempts")

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="edibridge-test-"))
        self.seconds = 0.0
        self.events = 0
        self.finished: dict[int, str] = {}

    @initialize()
    def begin(self) -> None:
        self.desk = Desk(Ledger.open(self.folder / "ledger.db"))

    def teardown(self) -> None:
        self.desk.ledger.close()
        shutil.rmtree(self.folder)

    @property
    def now(self) -> float:
        self.seconds += 1
        return self.seconds

    @rule(orders=st.lists(st.sampled_from(ORDERS), min_size=1, max_size=4))
    def confirmations_arrive(self, orders: list[str]) -> None:
        facts = [confirmation(order, occurred_at=later(self.now)) for order in orders]
        self.desk.take(*facts, packages=[(order, f"1Z{order}") for order in set(orders)])
        self.events += len(facts)

    @rule(order=st.sampled_from(ORDERS))
    def a_status_update_arrives(self, order: str) -> None:
        self.desk.take(status(f"1Z{order}", occurred_at=later(self.now)))
        self.events += 1

    @rule(operation=st.sampled_from([CONFIRM, STATUS]), size=st.integers(1, 5))
    def plan(self, operation: str, size: int) -> None:
        self.desk.plan(operation, size, later(self.now))

    @rule(target=attempts, skip=st.integers(0, 3))
    def start(self, skip: int) -> tuple[Fence, int] | MultipleResults[tuple[Fence, int]]:
        self.seconds += 400
        due = self.desk.due(later(self.now))
        if not due:
            return multiple()
        chosen = due[skip % len(due)]
        return (self.desk.fence, self.desk.ledger.start_sending(self.desk.fence, chosen.id, later(self.now)))

    @rule(
        attempt=consumes(attempts),
        kind=st.sampled_from(KINDS),
        named=some_orders,
        policy=st.sampled_from(["hold", "resubmit", "verify"]),
    )
    def the_answer_comes(
        self, attempt: tuple[Fence, int], kind: str, named: frozenset[str], policy: InDoubtPolicy
    ) -> None:
        fence, attempt_id = attempt
        given = outcome(kind, attempt_id)
        handling = OutcomeHandling(named_orders=named, policy=policy)
        ledger = self.desk.ledger
        try:
            ledger.record_outcome(fence, attempt_id, given, later(self.now), handling)
        except StaleEpoch:
            assert fence != self.desk.fence
            ledger.record_late(attempt_id, given, later(self.now))
        else:
            assert fence == self.desk.fence

    @rule(
        word=st.sampled_from(["Processing", "Success", "Failure"]), named=some_orders, pick=st.integers(0, 3)
    )
    def a_verdict_comes(self, word: str, named: frozenset[str], pick: int) -> None:
        polls = self.desk.ledger.to_poll("acme", later(10**7))
        if polls:
            self.desk.verdict(polls[pick % len(polls)].id, word, later(self.now), named_orders=named)

    @rule(sent=st.booleans(), pick=st.integers(0, 3))
    def an_operator_resolves(self, sent: bool, pick: int) -> None:
        doubts = self.desk.ledger.in_doubt("acme")
        if doubts:
            chosen = doubts[pick % len(doubts)]
            self.desk.ledger.resolve(chosen.id, f"operator-{chosen.id}" if sent else None, later(self.now))

    @rule(found=st.integers(0, 3), wait=st.booleans())
    def a_verification_finds_some(self, found: int, wait: bool) -> None:
        for doubt in self.desk.ledger.due_for_verification("acme", later(10**7), limit=1):
            again = later(self.now + 60) if wait else None
            self.desk.ledger.record_verification(
                self.desk.fence, doubt.id, doubt.event_ids[:found], later(self.now), again
            )

    @rule()
    def crash_and_restart(self) -> None:
        self.desk.ledger.close()
        self.desk.ledger = Ledger.open(self.folder / "ledger.db")
        self.desk.fence = self.desk.ledger.claim("main", later(self.now))
        assert self.submission_states()["sending"] == 0

    @rule()
    @precondition(lambda self: self.events)
    def crash_while_translating(self) -> None:
        kept = self.desk.keep()
        self.desk.put_away()
        for crash in (contextlib.suppress(KeyError), contextlib.nullcontext()):
            with (
                crash,
                self.desk.ledger.translating(self.desk.fence, kept.file_id, later(self.now)) as writer,
            ):
                if isinstance(crash, contextlib.suppress):
                    writer.event(writer.document(document_row(1)), confirmation("A"))
                    raise KeyError
                writer.finish()

    def event_states(self) -> dict[int, str]:
        with self.desk.ledger._db.read() as connection:
            return {row[0]: row[1] for row in connection.exec_driver_sql("SELECT id, state FROM events")}

    def submission_states(self) -> Counter[str]:
        with self.desk.ledger._db.read() as connection:
            return Counter(row[0] for row in connection.exec_driver_sql("SELECT state FROM submissions"))

    @invariant()
    def no_event_is_lost_and_success_is_final(self) -> None:
        states = self.event_states()
        assert len(states) == self.events
        for number in self.finished:
            assert states[number] == "succeeded"
        self.finished |= {number: state for number, state in states.items() if state == "succeeded"}

    @invariant()
    def grouped_events_are_in_one_unfinished_submission_each_and_no_others_are(self) -> None:
        with self.desk.ledger._db.read() as connection:
            rows = connection.exec_driver_sql(
                "SELECT e.id, e.ordering_key, e.state, s.id, s.state FROM submissions s "
                "JOIN submission_events m ON m.submission_id = s.id JOIN events e ON e.id = m.event_id"
            ).fetchall()
            pairs = connection.exec_driver_sql("SELECT id, submission_id FROM events").fetchall()
        own: dict[int, int] = {pair[0]: pair[1] for pair in pairs}
        under_way = [row for row in rows if row[4] in UNFINISHED_SUBMISSIONS and row[2] != "succeeded"]
        assert all(row[2] == "grouped" and own[row[0]] == row[3] for row in under_way)
        assert len({row[0] for row in under_way}) == len(under_way)
        assert len({row[1] for row in under_way}) == len(under_way), "a package in two submissions"
        grouped = {number for number, state in self.event_states().items() if state == "grouped"}
        assert grouped == {row[0] for row in under_way}

    @invariant()
    def every_unfinished_submission_has_something_to_send(self) -> None:
        unfinished = sum(self.submission_states()[state] for state in UNFINISHED_SUBMISSIONS)
        with self.desk.ledger._db.read() as connection:
            having = connection.exec_driver_sql(
                "SELECT count(DISTINCT submission_id) FROM events WHERE state = 'grouped'"
            ).scalar()
        assert having == unfinished


TestLedgerMachine = LedgerMachine.TestCase
TestLedgerMachine.settings = settings(
    max_examples=30,
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
