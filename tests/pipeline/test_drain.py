"""Drains where something fails: it is told, it rests, and the rest goes on."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any, NoReturn, cast

import pytest

from bridge.domain.outcomes import Outcome, Verdict
from bridge.dropfolder.local import LocalDropFolder
from bridge.dropfolder.pickup import PickupPolicy
from bridge.dropfolder.port import RemoteFile
from bridge.errors import DropFolderUnavailable, RemoteFileError
from bridge.pipeline.drain import drain
from bridge.pipeline.partner import Partner
from bridge.runners.fleet import Fleet
from bridge.runners.once import run
from tests.pipeline.stubs import StubAmazon, drained, drop, partner_with
from tests.system.traffic import ship_notice, x12


def notice(control_number: int, *orders: int) -> bytes:
    return x12("856", "SH", "004010", control_number, [ship_notice(number) for number in orders])


def alerts(partner: Partner) -> dict[str, str]:
    return {alert.kind: alert.message for alert in partner.ledger.alerts(partner.vendor)}


def outbox(folder: Path) -> list[str]:
    return sorted(path.name for path in (folder / "drop" / "outbox").rglob("*") if path.is_file())


class Seconds:
    """A steady clock that goes on only when it is told to."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_a_folder_that_fails_is_left_alone_for_a_while_and_then_looked_into(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seconds = Seconds()
    partner = replace(partner_with(tmp_path, monkeypatch, StubAmazon()), seconds=seconds)
    tried = []

    def fail(_folder: LocalDropFolder) -> NoReturn:
        tried.append(seconds.now)
        raise DropFolderUnavailable("the server is away")

    drop(tmp_path, "a.edi", notice(1, 1))
    with monkeypatch.context() as away:
        away.setattr(LocalDropFolder, "list_files", fail)
        for _ in range(5):
            report = drain([partner], wait=lambda _seconds: None)[0]
            assert report.folder_error == "the server is away"
    assert tried == [1000.0]
    assert partner.folder_rests()
    seconds.now += 60
    assert drain([partner], wait=lambda _seconds: None)[0].did["collect"] == 1  # nobody asked to poll anew
    assert "drop_folder" not in alerts(partner)


def test_an_answer_to_a_resend_is_given_once_however_often_the_archive_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    partner = partner_with(tmp_path, monkeypatch, StubAmazon())
    drop(tmp_path, "a.edi", notice(1, 1))
    drained(partner)
    drop(tmp_path, "again.edi", notice(1, 1))

    def refuse(*_arguments: object, **_named: object) -> NoReturn:
        raise RemoteFileError("permission denied")

    with monkeypatch.context() as broken:
        broken.setattr(LocalDropFolder, "archive", refuse)
        drained(partner)
        assert "permission denied" in alerts(partner)["file"]
    drained(partner)
    assert len([name for name in outbox(tmp_path) if name.startswith("997")]) == 2
    assert "file" not in alerts(partner)


def test_a_file_that_cannot_be_read_is_told_until_it_is_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    partner = partner_with(tmp_path, monkeypatch, StubAmazon())
    path = drop(tmp_path, "bad\x07name.edi", b"ISA")
    drained(partner, rounds=1)
    assert "file" not in alerts(partner)  # it might only be changing
    drained(partner, rounds=1)
    assert "control characters" in alerts(partner)["file"]
    path.unlink()
    drained(partner, rounds=1)
    assert "file" not in alerts(partner)


def test_a_file_that_the_outbox_does_not_take_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    partner = partner_with(tmp_path, monkeypatch, StubAmazon())
    standing = tmp_path / "drop" / "outbox" / "acknowledgements" / "997.a.1.1.edi"
    standing.parent.mkdir(parents=True)
    standing.write_text("of an earlier life")
    partner.state.folder.numbers_compared = True  # as where it came there later
    drop(tmp_path, "a.edi", notice(1, 1))
    drained(partner)
    assert "997.a.1.1.edi" in alerts(partner)["outbox"]
    assert standing.read_text() == "of an earlier life"
    standing.unlink()
    drained(partner)
    assert "outbox" not in alerts(partner)


def test_one_job_that_fails_keeps_no_other_from_its_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    amazon = StubAmazon()
    partner = partner_with(tmp_path, monkeypatch, amazon)

    def stumble(_transaction: str) -> Verdict:
        raise ValueError("Jane Doe, 1 High Street")

    amazon.verdict = stumble
    drop(tmp_path, "a.edi", notice(1, 1))
    report = drained(partner, rounds=2)
    assert report.failures == {"settle": "ValueError"}
    assert outbox(tmp_path) == ["997.a.1.1.edi"]
    assert "settle" in alerts(partner)["job"]
    assert "Jane" not in alerts(partner)["job"]
    amazon.verdict = lambda _transaction: Verdict(status="Success")
    assert not drained(partner).failures
    assert "job" not in alerts(partner)


def test_a_marker_that_cannot_be_removed_holds_nothing_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    partner = partner_with(tmp_path, monkeypatch, StubAmazon())
    partner = replace(partner, pickup_policy=PickupPolicy("done-file"))
    drop(tmp_path, "a.edi", notice(1, 1))
    drop(tmp_path, "a.edi.done", b"")

    def refuse(_folder: LocalDropFolder, name: str) -> NoReturn:
        raise RemoteFileError(f"{name}: permission denied")

    monkeypatch.setattr(LocalDropFolder, "remove", refuse)
    drained(partner)
    assert partner.ledger.arrivals_to_move(partner.vendor) == []
    assert outbox(tmp_path) != []
    assert "a.edi.done" in alerts(partner)["file"]


def test_a_file_that_took_the_name_of_a_bad_one_is_not_quarantined_unread(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    partner = partner_with(tmp_path, monkeypatch, StubAmazon())
    drop(tmp_path, "a.edi", b"no interchange at all")
    listed = LocalDropFolder.list_files

    def replaced_after_the_listing(folder: LocalDropFolder) -> list[RemoteFile]:
        seen = listed(folder)
        if partner.ledger.arrivals_to_move(partner.vendor):
            monkeypatch.setattr(LocalDropFolder, "list_files", listed)
            drop(tmp_path, "a.edi", notice(1, 1))
        return seen

    monkeypatch.setattr(LocalDropFolder, "list_files", replaced_after_the_listing)
    drained(partner)
    assert [batch.state for batch in partner.ledger.batches(partner.vendor)] == ["succeeded", "quarantined"]


def test_a_late_verdict_is_told_even_where_a_crash_came_between(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    amazon = StubAmazon()
    amazon.verdict = lambda _transaction: Verdict(status="Processing")
    partner = partner_with(tmp_path, monkeypatch, amazon)
    drop(tmp_path, "a.edi", notice(1, 1))
    drained(partner, rounds=1)

    def die(*_arguments: object) -> NoReturn:
        raise KeyboardInterrupt

    with monkeypatch.context() as dying:
        dying.setattr("bridge.pipeline.settle._tell_overdue", die)
        with pytest.raises(KeyboardInterrupt):
            drained(partner, rounds=20)
    assert "overdue" not in alerts(partner)
    drained(partner)
    assert "overdue" in alerts(partner)
    assert len([name for name in outbox(tmp_path) if "overdue" in name and name.endswith("json")]) == 1


@pytest.mark.parametrize("kind", ["in_doubt", "unauthorized"])
def test_a_settling_run_does_not_wait_for_what_only_a_person_can_move_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    amazon = StubAmazon()
    amazon.answer = lambda _items: Outcome(kind=cast("Outcome", kind), reason="it is so")  # type: ignore[arg-type]
    partner = partner_with(tmp_path, monkeypatch, amazon)
    drop(tmp_path, "a.edi", notice(1, 1))
    changed = [segment.replace("4.5", "5.5") for segment in ship_notice(1)]
    drop(tmp_path, "b.edi", x12("856", "SH", "004010", 2, [changed]))  # of the same order: goes behind
    fleet = Fleet(ledger=partner.ledger, partners=[partner])
    report = run(fleet, clock=partner.clock, settle=True, timeout=60)
    assert report.finished == (kind == "in_doubt")
    assert [problem.split(":")[0] for problem in report.problems] == (
        [] if kind == "in_doubt" else ["account main is paused"]
    )


def test_a_retry_after_of_nothing_is_no_reason_to_ask_without_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    amazon = StubAmazon()
    asked = []

    def busy(items: list[dict[str, Any]]) -> Outcome:
        asked.append(items)
        assert len(asked) < 5
        return Outcome(kind="not_taken", http_status=503, retry_after=0.0)

    amazon.answer = busy
    partner = partner_with(tmp_path, monkeypatch, amazon)
    drop(tmp_path, "a.edi", notice(1, 1))
    drained(partner, rounds=1)
    assert len(asked) == 1
