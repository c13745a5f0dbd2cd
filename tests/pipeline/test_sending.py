"""Sending goes on beside the other jobs, each operation by itself, and never two times the same."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bridge.domain.outcomes import Outcome, Verdict
from bridge.dropfolder.local import LocalDropFolder
from bridge.errors import DropFolderUnavailable, LedgerError
from bridge.ledger.store import Ledger
from bridge.pipeline.concurrency import MOST_SENDERS
from bridge.pipeline.drain import drain
from bridge.pipeline.jobs import JOBS
from bridge.pipeline.partner import Partner
from bridge.pipeline.state import PartnerState
from bridge.programs.operations import Operation
from tests.pipeline.partners import with_policies
from tests.pipeline.stubs import Clock, StubAmazon, drained, drop, partner_with
from tests.spapi.test_ceiling import SENDERS
from tests.system.traffic import carrier_status, order, ship_notice, x12

LONG = 20.0
"""Seconds after which a test gives up."""


class Seconds:
    """A steady clock that goes on only when it is told to."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


def one_by_one(folder: Path, monkeypatch: pytest.MonkeyPatch, amazon: StubAmazon) -> Partner:
    """Make a partner that puts one fact into each POST."""
    partner = partner_with(folder, monkeypatch, amazon)
    return with_policies(partner, batch_size=1, confirmations_elsewhere=True)


def notices(*numbers: int) -> bytes:
    return x12("856", "SH", "004010", numbers[0], [ship_notice(number) for number in numbers])


def test_a_partner_has_the_senders_that_the_reserve_is_meant_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert partner_with(tmp_path, monkeypatch, StubAmazon()).senders == SENDERS


def test_verdicts_are_asked_for_while_there_is_more_to_send(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, clock = threading.Event(), Clock()

    class Amazon(StubAmazon):
        def submit(self, operation: Operation, body: bytes, *, permit: float, **_path: str) -> Outcome:
            if len(self.items) == 150:
                clock.now += timedelta(minutes=1)  # the first verdicts are due
                assert asked.wait(LONG), "sending has to end before a verdict is asked for"
            return super().submit(operation, body, permit=permit)

    amazon = Amazon()

    def verdict(_transaction: str) -> Verdict:
        asked.set()
        return Verdict(status="Success")

    amazon.verdict = verdict
    partner = one_by_one(tmp_path, monkeypatch, amazon)
    partner = replace(partner, clock=clock, senders=1)
    drop(tmp_path, "a.edi", notices(*range(1, 201)))
    report = drained(partner, rounds=1)
    assert not report.failures
    assert [item["purchaseOrderNumber"] for item in amazon.items] == [order(n) for n in range(1, 201)]


def test_an_operation_that_waits_for_its_turn_keeps_no_other_waiting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = threading.Event()

    class Amazon(StubAmazon):
        def acquire_permit(self, operation: Operation, _stopping: object) -> float:
            if operation.name == "submitShipmentConfirmations":
                assert told.wait(LONG), "the status update waits for the confirmations' permit"
            return 0.0

        def submit(self, operation: Operation, body: bytes, *, permit: float, **_path: str) -> Outcome:
            if operation.name == "submitShipmentStatusUpdates":
                told.set()
            return super().submit(operation, body, permit=permit)

    amazon = Amazon()
    partner = one_by_one(tmp_path, monkeypatch, amazon)
    drop(tmp_path, "a.edi", notices(*range(1, 31)))
    drop(tmp_path, "b.edi", x12("214", "QM", "004010", 99, [carrier_status(40)]))
    report = drained(partner, rounds=1)
    assert not report.failures
    assert len(amazon.items) == 31


@pytest.mark.parametrize(("rate", "most"), [(10.0, SENDERS), (12.0, SENDERS + 2), (1000.0, MOST_SENDERS)])
def test_as_many_posts_are_under_way_as_amazons_rate_asks_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rate: float, most: int
) -> None:
    together = threading.Barrier(most)
    under_way: list[int] = []

    class Amazon(StubAmazon):
        def rate(self, _operation: object) -> float:
            return rate

        def submit(self, operation: Operation, body: bytes, *, permit: float, **_path: str) -> Outcome:
            together.wait(LONG)
            under_way.append(partner.ledger.counts()[partner.vendor]["submissions"]["sending"])
            together.wait(LONG)
            return super().submit(operation, body, permit=permit)

    partner = one_by_one(tmp_path, monkeypatch, Amazon())
    drop(tmp_path, "a.edi", notices(*range(1, 2 * most + 1)))
    assert not drained(partner, rounds=1).failures
    assert under_way == [most] * 2 * most


def test_what_waits_for_its_turn_is_not_in_doubt_after_a_crash(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    states: list[dict[str, int]] = []

    class Amazon(StubAmazon):
        def acquire_permit(self, _operation: Operation, _stopping: object) -> float:
            states.append(partner.ledger.counts()[partner.vendor]["submissions"])
            return 0.0

    partner = one_by_one(tmp_path, monkeypatch, Amazon())
    partner = replace(partner, senders=1)
    drop(tmp_path, "a.edi", notices(1, 2, 3))
    drained(partner, rounds=1)
    assert [counts.get("ready", 0) for counts in states] == [3, 2, 1]
    assert not any("sending" in counts for counts in states)


def test_a_turn_that_does_not_come_is_tried_on_later(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Amazon(StubAmazon):
        turns = 0

        def acquire_permit(self, _operation: Operation, _stopping: object) -> float:
            self.turns += 1
            return 100.0 if self.turns == 1 else 0.0

        def submit(self, operation: Operation, body: bytes, *, permit: float, **_path: str) -> Outcome:
            if permit:
                return Outcome(kind="not_taken", retry_after=permit)
            return super().submit(operation, body, permit=permit)

    amazon = Amazon()
    partner = one_by_one(tmp_path, monkeypatch, amazon)
    drop(tmp_path, "a.edi", notices(1))
    drained(partner, rounds=1)
    assert (amazon.turns, amazon.items) == (1, [])  # a drain does not ask without end
    drained(partner, rounds=1)
    assert len(amazon.items) == 1


def test_an_error_of_the_ledger_while_it_sends_reaches_the_drain(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    amazon = StubAmazon()
    partner = one_by_one(tmp_path, monkeypatch, amazon)
    drop(tmp_path, "a.edi", notices(*range(1, 41)))
    begin = Ledger.start_sending

    def fail_at_the_tenth(ledger: Ledger, *arguments: Any, **version: Any) -> int:
        if len(amazon.items) >= 10:
            raise LedgerError("the disk is full")
        return begin(ledger, *arguments, **version)

    with monkeypatch.context() as failing:
        failing.setattr(Ledger, "start_sending", fail_at_the_tenth)
        with pytest.raises(LedgerError, match="disk is full"):
            drain([partner], wait=lambda _seconds: None)
    assert len(amazon.items) < 10 + SENDERS
    drained(partner, rounds=1)
    assert sorted(item["purchaseOrderNumber"] for item in amazon.items) == [order(n) for n in range(1, 41)]


def test_a_stop_ends_the_sending_between_two_posts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    amazon = StubAmazon()
    partner = one_by_one(tmp_path, monkeypatch, amazon)
    partner = replace(partner, stopping=lambda: len(amazon.items) >= 10)
    drop(tmp_path, "a.edi", notices(*range(1, 41)))
    report = drained(partner, rounds=1)
    assert 10 <= len(amazon.items) < 10 + SENDERS
    assert report.did["submit"] == len(amazon.items)
    assert "sending" not in partner.ledger.counts()[partner.vendor]["submissions"]


def test_a_policy_that_fails_while_much_is_sent_does_not_make_a_drain_turn_without_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, failed, checks = threading.Event(), threading.Event(), 0

    class Amazon(StubAmazon):
        def submit(self, operation: Operation, body: bytes, *, permit: float, **_path: str) -> Outcome:
            assert failed.wait(LONG)
            return super().submit(operation, body, permit=permit)

    def fail_later(_partner: Partner) -> int:
        if begun.is_set():
            failed.set()
            raise ValueError
        begun.set()
        return 0

    def stopping() -> bool:
        nonlocal checks
        checks += failed.is_set()
        return checks > 5000

    amazon = Amazon()
    jobs = [replace(job, run=fail_later) if job.name == "resolve_in_doubt" else job for job in JOBS]
    monkeypatch.setattr("bridge.pipeline.partner_drain.JOBS", jobs)
    partner = one_by_one(tmp_path, monkeypatch, amazon)
    partner = replace(partner, stopping=stopping)
    drop(tmp_path, "a.edi", notices(1))
    report = drained(partner, rounds=1)
    assert report.failures == {"resolve_in_doubt": "ValueError"}
    assert len(amazon.items) == 1
    assert checks < 1000


def test_an_inbox_is_looked_into_and_what_is_late_is_told_while_much_is_sent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken, told, seconds = threading.Event(), threading.Event(), Seconds()

    class Amazon(StubAmazon):
        def submit(self, operation: Operation, body: bytes, *, permit: float, **_path: str) -> Outcome:
            if not taken.is_set():
                drop(tmp_path, "b.edi", notices(7))
                partner.state.listing_requested.set()  # as the schedule says
                seconds.now += 100
                assert taken.wait(LONG), "sending has to end before the inbox is looked into"
                assert told.wait(LONG), "sending has to end before an operator is told"
            return super().submit(operation, body, permit=permit)

    def note(_vendor: str, job: str, _done: int) -> None:
        if job == "collect":
            taken.set()

    amazon = Amazon()
    partner = one_by_one(tmp_path, monkeypatch, amazon)
    partner = replace(partner, seconds=seconds)
    drop(tmp_path, "a.edi", notices(1))
    partner = replace(partner, stopping=lambda: bool(partner.ledger.batches("acme")))
    drained(partner, rounds=1)  # takes the file, and no more
    partner = replace(partner, stopping=bool)
    partner.state.listing_requested.clear()
    monkeypatch.setattr("bridge.pipeline.partner_drain.review_deadlines", lambda _partner: told.set())
    report = drain([partner], wait=lambda _seconds: None, progress=note)[0]
    assert not report.failures
    assert report.did["collect"] == 1
    assert sorted(item["purchaseOrderNumber"] for item in amazon.items) == [order(1), order(7)]


def test_a_folder_that_failed_for_a_short_time_is_used_again_while_much_is_sent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    delivered = threading.Event()

    class Amazon(StubAmazon):
        def submit(self, operation: Operation, body: bytes, *, permit: float, **_path: str) -> Outcome:
            assert failed.wait(LONG)
            seconds.now += 100
            assert delivered.wait(LONG), "sending has to end before the folder is used again"
            return super().submit(operation, body, permit=permit)

    write = LocalDropFolder.deliver

    def fail_at_first(folder: LocalDropFolder, *arguments: Any) -> None:
        if not failed.is_set():
            failed.set()
            raise DropFolderUnavailable("the server is away")
        write(folder, *arguments)
        delivered.set()

    failed, seconds = threading.Event(), Seconds()
    partner = one_by_one(tmp_path, monkeypatch, Amazon())
    partner = replace(partner, seconds=seconds)
    monkeypatch.setattr(LocalDropFolder, "deliver", fail_at_first)
    drop(tmp_path, "a.edi", notices(1))
    report = drained(partner, rounds=1)
    assert not report.failures
    assert not report.folder_error
    assert not [alert for alert in partner.ledger.alerts("acme") if alert.kind == "drop_folder"]


def test_a_partner_that_failed_is_tried_again_while_another_of_its_account_sends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    failed, again, clock = threading.Event(), threading.Event(), Clock()

    class Amazon(StubAmazon):
        def submit(self, operation: Operation, body: bytes, *, permit: float, **_path: str) -> Outcome:
            assert again.wait(LONG), "the other vendor is forgotten while this one sends"
            return super().submit(operation, body, permit=permit)

        def read_page(self, *_query: object) -> object:
            (again if failed.is_set() else failed).set()
            clock.now += timedelta(minutes=1)
            raise ValueError

    partner = one_by_one(tmp_path, monkeypatch, Amazon())
    partner = replace(partner, clock=clock)
    other = replace(partner, vendor="other", state=PartnerState())
    other.state.listing_requested.clear()
    drop(tmp_path, "a.edi", notices(1))
    reports = drain([partner, other], wait=lambda _seconds: None)
    assert [report.failures for report in reports] == [{}, {"fetch": "ValueError"}]
