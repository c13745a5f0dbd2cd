"""Large files are written in portions: in order, each whole, and on after the last one."""

from __future__ import annotations

import pytest

from bridge.errors import StaleEpoch
from bridge.ledger.commit import PORTION
from bridge.ledger.new_rows import NewOutbound
from bridge.ledger.store import Ledger
from bridge.ledger.writer import FileWriter
from tests.ledger.desk import T0, Desk, confirmation, document_row, interchange, later


def test_others_write_while_a_file_is_translated(ledger: Ledger) -> None:
    desk, other = Desk(ledger), Desk(ledger, vendor="other", account="second")
    kept = desk.keep()
    with ledger.translating(desk.fence, kept.file_id, T0) as writer:
        writer.event(writer.document(document_row(1)), confirmation("A"))
        other.take(confirmation("B"))
        other.plan()
        assert other.send(other.due()[0].id).state == "submitted"
        writer.finish()
    assert desk.states(kept.file_id) == {"A": "ready"}


def _fill(writer: FileWriter, first: int, last: int) -> None:
    """Add documents, each with a confirmation of a package."""
    for number in range(first, last + 1):
        if not writer.is_written(number):
            event = writer.event(writer.document(document_row(number)), confirmation(f"P{number}"))
            writer.announce(event, f"T{number}", f"P{number}", "WH")


def _told(desk: Desk, file_id: int) -> list[tuple[int, str]]:
    return [(e.document_number, e.purchase_order_number) for e in desk.ledger.batch(file_id).events]


def _all(count: int) -> list[tuple[int, str]]:
    return [(number, f"P{number}") for number in range(1, count + 1)]


def test_a_large_file_is_written_in_order_by_portions(desk: Desk) -> None:
    kept, count = desk.keep(), PORTION * 2 + 10
    with desk.ledger.translating(desk.fence, kept.file_id, T0) as writer:
        _fill(writer, 1, PORTION)
        assert _told(desk, kept.file_id) == []  # a file of this size is all or nothing
        _fill(writer, PORTION + 1, count)
        assert len(_told(desk, kept.file_id)) == PORTION * 2
        for number in (3, count):  # of a portion that stands, and of the one in hand
            known = writer.package(f"T{number}")
            assert known is not None
            assert known.purchase_order_number == f"P{number}"
        writer.finish()
    assert _told(desk, kept.file_id) == _all(count)
    package = desk.ledger.package("acme", f"T{count}")
    assert package is not None
    assert package.purchase_order_number == f"P{count}"
    assert desk.ledger.batch(kept.file_id).batch.documents == count


def test_a_large_file_that_was_cut_off_goes_on_after_its_last_portion(desk: Desk) -> None:
    kept, count = desk.keep(), PORTION * 3

    def cut_off() -> None:
        with desk.ledger.translating(desk.fence, kept.file_id, T0) as writer:
            writer.interchange(interchange("7", "aa"))
            _fill(writer, 1, PORTION * 2 + 5)
            writer.outbound(NewOutbound(kind="997", folder="acknowledgements", name="a", data=b"x"))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        cut_off()
    assert desk.ledger.file(kept.file_id).state == "collected"
    assert desk.ledger.outbound_due("acme", T0) == []
    standing = [event.id for event in desk.ledger.batch(kept.file_id).events]
    assert len(standing) == PORTION * 2
    with desk.ledger.translating(desk.fence, kept.file_id, T0) as writer:
        writer.interchange(interchange("7", "aa"))
        _fill(writer, 1, count)
        writer.finish()
    assert _told(desk, kept.file_id) == _all(count)
    assert [event.id for event in desk.ledger.batch(kept.file_id).events][: len(standing)] == standing
    batch = desk.ledger.batch(kept.file_id).batch
    assert (batch.documents, batch.accepted) == (count, count)


def test_what_a_cut_off_rerun_made_anew_is_reported(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bridge.ledger.commit.PORTION", 3)
    kept, count = desk.keep(), 4
    with desk.ledger.translating(desk.fence, kept.file_id, T0) as writer:
        for number in range(1, count + 1):
            handle = writer.document(document_row(number))
            writer.event(handle, confirmation(f"P{number}", state="held" if number == 1 else "refused"))
        writer.finish()
    desk.report(kept.file_id)
    assert desk.ledger.batches_to_report("acme") == []

    def cut_off() -> None:
        with desk.ledger.translating(desk.fence, kept.file_id, later(1), rerun=True) as writer:
            for number in range(1, count + 1):
                handle = writer.document(document_row(number))
                if number == 1:
                    writer.replace(writer.existing(1)[0].id)
                    writer.event(handle, confirmation("P1", state="refused"))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        cut_off()
    assert [due.report_number for due in desk.ledger.batches_to_report("acme")] == [2]


def test_a_stale_owner_of_a_large_file_writes_no_further_portion(desk: Desk) -> None:
    kept = desk.keep()

    def outlive_the_claim() -> None:
        with desk.ledger.translating(desk.fence, kept.file_id, T0) as writer:
            _fill(writer, 1, PORTION + 1)
            desk.ledger.claim(desk.fence.account, T0)
            _fill(writer, PORTION + 2, PORTION * 2 + 1)

    with pytest.raises(StaleEpoch):
        outlive_the_claim()
    assert len(_told(desk, kept.file_id)) == PORTION


def test_in_a_large_file_what_was_said_before_is_held_in_each_portion(desk: Desk) -> None:
    said = desk.take(confirmation("P3"), confirmation(f"P{PORTION + 3}"))
    kept = desk.keep()
    with desk.ledger.translating(desk.fence, kept.file_id, T0) as writer:
        writer.hold_duplicates()
        for number in range(1, PORTION * 2):
            writer.event(writer.document(document_row(number)), confirmation(f"P{number}"))
        writer.finish()
    held = {e.purchase_order_number for e in desk.ledger.batch(kept.file_id).events if e.state == "held"}
    assert held == {e.purchase_order_number for e in desk.ledger.batch(said).events}


def test_a_package_named_again_in_the_next_portion_is_announced_by_both(desk: Desk) -> None:
    kept = desk.keep()
    with desk.ledger.translating(desk.fence, kept.file_id, T0) as writer:
        for number in range(1, PORTION + 2):
            document = writer.document(document_row(number))
            if number in {1, PORTION + 1}:
                event = writer.event(document, confirmation(f"P{number}", ordering_key=f"po:{number}"))
                writer.announce(event, "1Z7", f"P{number}", "WH1")
        writer.finish()
    known = desk.ledger.package("acme", "1Z7")
    assert known is not None
    assert known.ambiguous
