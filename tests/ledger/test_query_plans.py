"""What the daemon repeats must not grow slower as the tables grow: no statement of its scans a table."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import msgspec
import pytest
from sqlalchemy import Index, event
from sqlalchemy.dialects import sqlite as sqlite_dialect

from bridge.domain.labels import LabelPackage
from bridge.ledger import follow_ups, functions, sqlite
from bridge.ledger.columns import metadata
from bridge.ledger.new_rows import LabelAnswer, NewInterchange, NewLabels, NewOutbound
from bridge.ledger.store import Ledger
from bridge.programs.event_types import LabelPolicy
from bridge.programs.follow_ups import Look, NewsFile, Start
from bridge.programs.vendor_direct_fulfillment.events import Container, PartyIdentification, ShipmentConfirmed
from tests.contracts.programs.small_orders import ORDERS, PLACE
from tests.contracts.small import order_placed, small_program
from tests.ledger.desk import CONFIRM, STATUS, T0, Desk, confirmation, document_row, later, status

GROWING = ("labels", "order_labels", "label_packages", "files", "arrivals", "interchanges", "documents",
           "events", "packages", "submissions",
           "follow_ups", "submission_events", "attempts", "outbound_files", "outbound_parts")  # fmt: skip


@pytest.fixture
def statements(ledger: Ledger) -> Iterator[dict[str, Any]]:
    seen: dict[str, Any] = {}

    def note(_c: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, many: bool) -> None:
        if re.match(r"SELECT|UPDATE|DELETE|INSERT", statement):
            seen[statement] = parameters[0] if many else parameters

    engines = (ledger._db.reading, ledger._db.writing)
    for engine in engines:
        event.listen(engine, "before_cursor_execute", note)
    yield seen
    for engine in engines:
        event.remove(engine, "before_cursor_execute", note)


ROUNDS = (
    ("in_doubt", ""),
    ("too_large", ""),
    ("refused", ""),
    ("unauthorized", ""),
    ("not_taken", ""),
    ("in_doubt", ""),
    ("submitted", "Processing"),
    ("submitted", "Failure"),
    ("submitted", "Success"),
    ("submitted", "Success"),
)


def daily_round(desk: Desk) -> None:
    """Do all that the daemon does to a vendor's files, good and bad."""
    file_id = taken_in(desk)
    for turn, (kind, word) in enumerate(ROUNDS):
        sent_and_settled(desk, kind, word, later(600 * turn))
    told(desk, file_id, later(6000))


def taken_in(desk: Desk) -> int:
    ledger, fence = desk.ledger, desk.fence
    kept = desk.keep()
    desk.keep("again")
    desk.keep("again")
    ledger.files_to_translate("acme")
    with ledger.translating(fence, kept.file_id, T0) as writer:
        writer.interchange(
            NewInterchange(
                number=1, standard="x12", sender="S", receiver="R", control_number="7", sha256="aa"
            )
        )
        writer.earlier_interchanges("S", "7")
        writer.hold_duplicates()
        writer.next_control_number("acme", "interchange")
        unsent: dict[str, Any] = {"function": "cancel", "state": "not_sent", "body": None}
        others = [
            confirmation("P8", **unsent),
            confirmation("P8"),
            confirmation("P9", function="replace"),
            confirmation("P9", function="resend"),
            status("1Z9", subject="D1/NS"),
            status("1Z9", subject="D1/NS", **unsent),
        ]
        writer.is_known("submitShippingLabelRequest", "P1")
        for number, facts in enumerate([*(confirmation(f"P{n}") for n in range(6)), status("1Z0"), *others]):
            handle = writer.event(writer.document(document_row(number)), facts)
            writer.package(f"1Z{number}")
            if facts.operation == CONFIRM:
                writer.announce(handle, f"1Z{number}", facts.purchase_order_number, "WH1")
        writer.outbound(NewOutbound(kind="997", folder="acknowledgements", name="a", data=b"x"))
        writer.finish()
    desk.put_away()
    return kept.file_id


def sent_and_settled(desk: Desk, kind: str, word: str, now: datetime) -> None:
    ledger, fence = desk.ledger, desk.fence
    ledger.waiting(["acme", "other"], STATUS, now, 100)
    ledger.queued("acme", STATUS, 100)
    desk.plan(now=now)
    desk.plan(STATUS, now=now)
    for due in desk.due(now, limit=1):
        desk.send(due.id, kind, now, policy="verify")
    for poll in ledger.to_poll("acme", now=later(10**5)):
        if word:
            desk.verdict(poll.id, word, now)
    for doubt in ledger.due_for_verification("acme", later(10**5)):
        if len(doubt.event_ids) > 1:
            ledger.record_verification(fence, doubt.id, doubt.event_ids[:1], now, now)
        ledger.record_verification(fence, doubt.id, doubt.event_ids[1:], now, None)
    ledger.in_doubt("acme")
    ledger.pause("main", now)


def told(desk: Desk, file_id: int, now: datetime) -> None:
    ledger, fence = desk.ledger, desk.fence
    ledger.package("acme", "1Z0")
    for batch in ledger.batches_to_report("acme"):
        assert list(ledger.reported(batch.file.id))
        ledger.reported_of(batch.file.id, 1)
        desk.report(batch.file.id, now=now)
    for outbound in ledger.outbound_due("acme", now):
        assert b"".join(ledger.outbound_bytes(outbound)) == b"x"
        ledger.outbound_failed(fence, outbound.id, "no", now)
        ledger.outbound_delivered(fence, outbound.id, now)
    ledger.add_outbound(fence, "acme", [], now, cursor=("labels", "1"))
    ledger.cursor("acme", "labels")
    ledger.next_due("acme", now)
    ledger.unfinished("acme", later(9000))
    ledger.moved_since("acme", now)
    ledger.counts()
    ledger.batch(file_id)
    followed(desk, now)
    watched(desk, now)
    confirmed_with_labels(desk, now)
    purged(desk, now)
    ledger.claim("main", now)


def followed(desk: Desk, now: datetime) -> None:
    """Follow two orders of the tests' own program, one to its end."""
    ledger, fence = desk.ledger, desk.fence
    with small_program():
        desk.take(order_placed("F1"), order_placed("F2"), now=now)
        desk.plan(PLACE, now=now)
        for due in ledger.due_submissions("acme", now, operation=PLACE):
            desk.send(due.id, now=now)
            desk.verdict(due.id, now=now)
        first, second = ledger.due_follow_ups("acme", later(10**6))
        ledger.record_look_failed(fence, first, "no", now, all_rest_until=now)
        file = NewsFile(
            kind="shipped", folder="shipped", name="F2", data=lambda number: b"x" * number("", "")
        )
        start = Start(name=ORDERS, subject="F3")
        look = Look(
            kept=b"", status="Done", again=timedelta(hours=1), files=(file,), starts=(start,), over="done"
        )
        assert ledger.record_look(fence, second, look, now, missed=0)
    ledger.record_sweep(
        fence, "acme", ("follow:x", "1"), [one.id for one in ledger.followed("acme", ORDERS)], now
    )
    ledger.follow_up_alerts("acme")
    ledger.follow_up_counts("acme")
    ledger.trace("F1")
    with ledger._db.write(fence) as connection:
        follow_ups.stop_following(connection, [1, 2], now)


def label_of(desk: Desk, number: str, now: datetime, order: str = "P1") -> None:
    label = NewOutbound(kind="labels", folder="labels", name=f"{number}.png", data=number.encode())
    packages = (LabelPackage(package_identifier="001", tracking_number=number),)
    answer = LabelAnswer(purchase_order_number=order, packages=packages, files=(0,))
    noted = NewLabels(kind="labels", orders=[order], made_at=now, answers=[answer], whole=True)
    desk.ledger.add_outbound(desk.fence, "acme", [label], now, labels=noted)


def confirmed_with_labels(desk: Desk, now: datetime) -> None:
    """Add confirmations before and after newer labels of their order."""
    ledger, fence = desk.ledger, desk.fence
    label_of(desk, "1ZA", now, "L1")
    for turn, number in enumerate(("1ZB", "1ZC")):
        facts = confirmation("L1", body=unmarked("L1"), ordering_key=f"po:L1{turn}")
        with ledger.translating(fence, desk.keep(now=now).file_id, now) as writer:
            writer.compare_with_labels(LabelPolicy())
            writer.event(writer.document(document_row(1)), facts)
            writer.finish()
        ledger.plan(fence, "acme", CONFIRM, 1, now, labels=LabelPolicy())
        label_of(desk, number, now, "L1")
        for due in desk.due(now):
            assert not ledger.start_sending(fence, due.id, now)
            ledger.renew_confirmations(fence, due.id, LabelPolicy(), now)
            assert ledger.start_sending(fence, due.id, now)
    ledger.void_confirmed("acme", now)
    ledger.trace("1ZA")


def unmarked(order: str) -> bytes:
    """Write a confirmation whose only package has no tracking number."""
    party = PartyIdentification("ACME")
    event = ShipmentConfirmed(
        purchase_order_number=order,
        selling_party=party,
        ship_from_party=party,
        shipment_status="SHIPPED",
        shipped_date="2026-03-01T10:00:00Z",
        containers=(Container(container_type="carton", container_identifier="C1"),),
    )
    return msgspec.json.encode(event)


def watched(desk: Desk, now: datetime) -> None:
    ledger = desk.ledger
    ledger.waited_too_long("acme")
    ledger.held("acme")
    ledger.late_events("acme", CONFIRM, now)
    ledger.silent("acme", now)
    label_of(desk, "1Z1", now)
    label_of(desk, "1Z2", now)  # replaces it
    ledger.unshipped_labels(desk.fence, "acme", later(10**6), now)
    ledger.ages("acme")
    desk.take(status("9Z"), now=now)
    assert ledger.hold_waiting(desk.fence, "acme", later(20_000), later(20_000)) == 1


def purged(desk: Desk, now: datetime) -> None:
    ledger = desk.ledger
    desk.report(desk.take(confirmation("PURGED", state="refused"), now=now), now=now)
    for outbound in ledger.outbound_due("acme", later(10**6)):
        ledger.outbound_delivered(desk.fence, outbound.id, now)
    (done,) = [batch for batch in ledger.purgeable("acme", later(10**6)) if batch.events == 1]
    assert ledger.purge(done.id, now) is not None
    ledger.purge_loose("acme", now, now)
    for batch in ledger.bytes_to_remove("acme", later(10**6)):
        ledger.forget_bytes(batch, lambda _name: None)


def test_nothing_that_the_daemon_repeats_scans_a_growing_table(
    desk: Desk, statements: dict[str, Any]
) -> None:
    daily_round(desk)
    assert len(statements) > 60
    partial = {index.name for table in metadata.tables.values() for index in table.indexes if _partial(index)}
    scans = []
    connection = desk.ledger._db.reading.raw_connection()
    for statement, parameters in statements.items():
        for step in sqlite.explain(connection.driver_connection, statement, parameters):
            scanned = re.match(r"SCAN (\w+)(?: USING (?:COVERING )?INDEX (\w+))?", step)
            if scanned and scanned[1] in (*GROWING, "busy", "other") and scanned[2] not in partial:
                scans.append((step, statement))
            searched = re.match(r"SEARCH \w+ USING (?:COVERING )?INDEX (\w+) \(vendor=\?\)", step)
            if searched and searched[1] not in partial:  # all that a vendor ever had: as good as a scan
                scans.append((step, statement))
    connection.close()
    assert scans == []


def _partial(index: Index) -> bool:
    return index.dialect_options["sqlite"]["where"] is not None


def test_a_drain_ends_without_counting_what_is_merely_open(desk: Desk, statements: dict[str, Any]) -> None:
    desk.ledger.held("acme")
    ((statement, parameters),) = statements.items()
    connection = desk.ledger._db.reading.raw_connection()
    steps = sqlite.explain(connection.driver_connection, statement, parameters)
    connection.close()
    assert steps == ["SEARCH events USING COVERING INDEX ix_events_troubled (vendor=? AND state=?)"]


def test_the_check_itself_sees_a_scan(ledger: Ledger) -> None:
    connection = ledger._db.reading.raw_connection()
    steps = sqlite.explain(connection.driver_connection, "SELECT * FROM events WHERE summary = ?", ("x",))
    assert steps == ["SCAN events"]
    connection.close()


def test_open_work_is_found_through_indices_of_open_work_alone(
    desk: Desk, statements: dict[str, Any]
) -> None:
    daily_round(desk)
    statements.clear()
    desk.ledger.batches_to_report("acme")
    desk.due()
    desk.ledger.to_poll("acme", T0)
    desk.ledger.outbound_due("acme", T0)
    connection = desk.ledger._db.reading.raw_connection()
    used = {
        match[1]
        for statement, parameters in statements.items()
        for step in sqlite.explain(connection.driver_connection, statement, parameters)
        if (match := re.search(r"INDEX (\w+)", step))
    }
    connection.close()
    assert {
        "ix_files_unreported", "ix_submissions_ready", "ix_submissions_pollable", "ix_outbound_pending",
    } <= used  # fmt: skip


def test_what_a_portion_overrides_is_looked_for_among_its_own_events(desk: Desk) -> None:
    cancel = msgspec.structs.replace(confirmation("A"), function="cancel", body=None, state="not_sent")
    desk.take(cancel)
    compiled = functions._OVERRIDDEN.params(v="x", file=1, first=1, cancelling=["x"]).compile(
        dialect=sqlite_dialect.dialect(), compile_kwargs={"render_postcompile": True}
    )
    asked, values = f"EXPLAIN QUERY PLAN {compiled}", ("x",) * len(compiled.positiontup or ())
    with desk.ledger._db.read() as connection:
        plan = [row[3] for row in connection.exec_driver_sql(asked, values)]
    assert plan[0] == "SEARCH events USING INTEGER PRIMARY KEY (rowid>?)"
