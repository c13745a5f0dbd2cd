"""What a batch's status report tells, however many documents it has."""

from __future__ import annotations

import json
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import insert

from bridge.ledger import reports
from bridge.ledger.schema import documents, events
from bridge.ledger.store import Ledger
from bridge.outfiles.statuses import StatusLine, as_json
from bridge.pipeline.reports import overdue_report, status_report
from tests.ledger.desk import CONFIRM, T0, Desk, confirmation, document_row

SAID = {"code": "BAD", "message": "Amazon says no"}


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    ledger = Ledger.open(tmp_path / "ledger.db")
    yield Desk(ledger)
    ledger.close()


def told(desk: Desk, file_id: int) -> list[StatusLine]:
    return list(status_report(desk.ledger, desk.ledger.file(file_id)).lines)


def mixed(desk: Desk) -> int:
    """Take in a file with something of every kind, its documents not in the order of their numbers."""
    kept = desk.keep()
    with desk.ledger.translating(desk.fence, kept.file_id, T0) as writer:
        for number in (-2, *range(9, 0, -1)):
            bad = number in (-2, 4)
            note = {"code": "5", "message": "a note", "fatal": False}
            errors = ({"code": "2", "message": "no SE"}, note) if bad else ()
            document = writer.document(document_row(number, accepted=not bad, errors=errors))
            if bad:
                continue
            state = {3: "held", 5: "refused"}.get(number, "ready")
            why = {"reason": "an operator decides"} if number == 3 else {}
            writer.event(document, confirmation(f"P{number}", state=state, **why))
        writer.finish()
    return kept.file_id


@pytest.mark.parametrize("page", [1, 2, 500])
def test_a_report_tells_of_all_documents_in_file_order_whatever_a_page_holds(
    desk: Desk, page: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reports, "_PAGE", reports._PAGE.limit(page))
    file_id = mixed(desk)
    desk.plan(batch_size=2)
    for due in desk.due():
        desk.send(due.id)
        wrong = "P9" in due.purchase_order_numbers
        desk.verdict(due.id, "Failure" if wrong else "Success", errors=[SAID] if wrong else [])
    assert [(line.document_number, line.status) for line in told(desk, file_id)] == [
        (0, "Rejected"),
        (1, "Success"),
        (2, "Success"),
        (3, "Held"),
        (4, "Rejected"),
        (5, "Refused"),
        (6, "Success"),
        (7, "Success"),
    ]
    desk.plan(batch_size=1)
    for due in desk.due():
        desk.send(due.id)
        wrong = "P9" in due.purchase_order_numbers
        desk.verdict(due.id, "Failure" if wrong else "Success", errors=[SAID] if wrong else [])
    by_number = {line.document_number: line for line in told(desk, file_id)}
    assert [by_number[number].status for number in (8, 9)] == ["Success", "Failure"]
    assert [error.message for error in by_number[9].errors] == ["Amazon says no"]
    assert by_number[9].amazon_transaction_id.startswith("tx-")
    assert [error.code for error in by_number[4].errors] == ["2"], "a note rejects nothing"
    assert [error.message for error in by_number[3].errors] == ["an operator decides"]


def test_a_late_verdict_is_told_for_its_own_events_alone(desk: Desk) -> None:
    file_id = mixed(desk)
    desk.plan(batch_size=2)
    first, *_ = desk.due()
    for due in desk.due():
        desk.send(due.id)
    report = overdue_report(desk.ledger, desk.ledger.file(file_id), first.id)
    lines = list(report.lines)
    assert sorted(line.purchase_order_number for line in lines) == sorted(first.purchase_order_numbers)
    assert [line.document_number for line in lines] == sorted(line.document_number for line in lines)
    assert {line.status for line in lines} == {"Overdue"}
    assert list(report.lines) == lines, "it can be gone through again"


def test_nothing_to_tell_is_found_without_a_line(desk: Desk) -> None:
    kept = desk.keep()
    with desk.ledger.translating(desk.fence, kept.file_id, T0) as writer:
        writer.document(document_row(1))
        writer.finish()
    assert told(desk, kept.file_id) == []


def of_size(desk: Desk, count: int) -> int:
    """Put a finished batch of so many documents into the ledger."""
    file_id = desk.keep().file_id
    numbers = range(1, count + 1)
    row = {"standard": "x12", "type": "856", "accepted": True, "file_id": file_id}
    fact = {
        "account": "main",
        "vendor": "acme",
        "operation": CONFIRM,
        "file_id": file_id,
        "state": "succeeded",
    }
    fact |= {"occurred_at": 0.0, "updated_at": 0.0}
    first = file_id * 10**6
    with desk.ledger._db.write() as connection:
        connection.execute(insert(documents), [row | {"id": first + n, "number": n} for n in numbers])
        of = [fact | {"document_id": first + n, "purchase_order_number": f"P{n:09}"} for n in numbers]
        connection.execute(insert(events), of)
    return file_id


def test_the_memory_that_a_report_takes_does_not_grow_with_its_lines(desk: Desk) -> None:
    peaks = []
    for count in (1000, 1000, 10_000):  # the first warms up
        report = status_report(desk.ledger, desk.ledger.file(of_size(desk, count)))
        tracemalloc.start()
        size = sum(map(len, as_json(report)))
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert size > 300 * count
    assert peaks[2] < 1.5 * peaks[1]
    assert json.loads(b"".join(as_json(report)))["lines"][-1]["purchase_order_number"] == "P000010000"
