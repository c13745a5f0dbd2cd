from __future__ import annotations

import sqlite3
from datetime import datetime, timedelta
from pathlib import Path

from alembic import command

from bridge.ledger.database import Database
from bridge.ledger.migrate import configuration
from bridge.ledger.new_rows import NewOutbound
from bridge.ledger.read_models import Purged
from bridge.ledger.store import Ledger
from tests.ledger.desk import T0, Desk, confirmation, document_row, later, status

LONG = T0 + timedelta(days=90)
PERSON = "Jane Doe"


def done(desk: Desk, *orders: str, body: bytes = b"{}") -> int:
    made = [confirmation(order, body=body) for order in orders]
    file_id = desk.take(*made, packages=[(o, f"1Z{o}") for o in orders])
    desk.plan()
    for due in desk.due():
        desk.send(due.id)
        desk.verdict(due.id)
    desk.report(file_id)
    return file_id


def blank(desk: Desk, before: datetime = LONG, vendor: str = "acme") -> Purged:
    found = [desk.ledger.purge(batch.id, LONG) for batch in desk.ledger.purgeable(vendor, before)]
    return sum((one for one in found if one is not None), Purged())


def everything(desk: Desk) -> str:
    """All that the ledger holds, as text."""
    with desk.ledger._db.read() as connection:
        tables = [
            row[0]
            for row in connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'table'")
        ]
        return "\n".join(str(list(connection.exec_driver_sql(f"SELECT * FROM {table}"))) for table in tables)


def test_a_purge_leaves_no_personal_datum_and_all_numbers_and_verdicts(desk: Desk) -> None:
    error = {"code": "BAD_ADDRESS", "message": f"no such person: {PERSON}", "segment": "N1"}
    kept = desk.keep()
    with desk.ledger.translating(desk.fence, kept.file_id, T0) as writer:
        good = writer.document(document_row(1))
        writer.event(good, confirmation("P1", body=f'{{"name":"{PERSON}"}}'.encode()))
        bad = writer.document(document_row(2, accepted=False, state="rejected", errors=(error,)))
        writer.event(bad, confirmation("P2", state="refused", reason=error["message"], errors=(error,)))
        writer.outbound(NewOutbound(kind="label", folder="labels", name="P1.png", data=PERSON.encode()))
        writer.finish()
    desk.put_away()
    desk.plan()
    (due,) = desk.due()
    desk.send(due.id, "refused", reason=PERSON, errors=[error])
    desk.report(kept.file_id)
    (label,) = desk.ledger.outbound_due("acme", T0)
    desk.ledger.outbound_delivered(desk.fence, label.id, T0)
    assert PERSON in everything(desk)

    assert blank(desk) == Purged(files=1, documents=2, events=2, outbound=1)
    assert PERSON not in everything(desk)
    detail = desk.ledger.batch(kept.file_id)
    assert detail.batch.state == "purged"
    assert (detail.batch.name, detail.batch.documents, detail.batch.rejected) == ("in-1.edi", 2, 1)
    assert [(row.type, row.reference, row.state) for row in detail.documents] == [
        ("856", "0001", "translated"),
        ("856", "0002", "rejected"),
    ]
    assert [(row.purchase_order_number, row.state, row.body) for row in detail.events] == [
        ("P1", "failed", None),
        ("P2", "refused", None),
    ]
    assert detail.events[1].errors == [{"code": "BAD_ADDRESS", "segment": "N1"}]
    (submission,) = detail.submissions
    assert (submission.state, submission.request_id) == ("refused", detail.attempts[0].request_id)
    assert submission.errors == [{"code": "BAD_ADDRESS"}]  # of what Amazon says only the code stays
    (file,) = detail.outbound
    assert (file.name, file.size, file.sha256, file.state) == ("P1.png", 8, label.sha256, "delivered")


def test_what_is_young_open_held_or_another_vendors_stays(desk: Desk) -> None:
    done(desk, "A")
    assert desk.ledger.purgeable("acme", T0) == []
    desk.take(status("9Z"))
    held = desk.take(confirmation("H", state="held"))
    desk.report(held)
    assert blank(desk, vendor="other").files == 0
    assert blank(desk).files == 1
    assert [view.state for view in desk.ledger.batches()] == ["attention", "waiting", "purged"]


def test_looking_at_what_a_purge_would_take_changes_nothing(desk: Desk) -> None:
    done(desk, "A", "B")
    before = everything(desk)
    (batch,) = desk.ledger.purgeable("acme", LONG)
    assert (batch.name, batch.events, batch.outbound) == ("in-1.edi", 2, 0)
    assert desk.ledger.loose_outbound("acme", LONG) == 0
    assert everything(desk) == before


def test_a_batch_that_was_opened_again_meanwhile_is_left_alone(desk: Desk) -> None:
    file_id = done(desk, "A")
    (found,) = desk.ledger.purgeable("acme", LONG)
    with desk.ledger.translating(desk.fence, file_id, T0, rerun=True) as writer:
        writer.finish()
    assert desk.ledger.purge(found.id, LONG) is None


def test_a_batch_whose_answer_is_not_delivered_stays(desk: Desk) -> None:
    file_id = done(desk, "A")
    pending = NewOutbound(kind="status", folder="statuses", name="a", data=b"x")
    desk.report(file_id, pending)
    assert blank(desk).files == 0


def test_texts_of_a_shared_submission_stay_until_its_last_batch_is_purged(desk: Desk) -> None:
    first, second = desk.take(confirmation("A")), desk.take(confirmation("B"))
    desk.plan()
    (due,) = desk.due()
    desk.send(due.id, "refused", reason=PERSON, named_orders=["A", "B"])
    desk.report(first)
    assert blank(desk).files == 1
    assert [row.reason for row in desk.ledger.batch(second).submissions] == [PERSON]
    desk.report(second)
    assert blank(desk).files == 1
    assert PERSON not in everything(desk)


def test_packages_outlive_the_contents_of_their_batch(desk: Desk) -> None:
    done(desk, "A")
    blank(desk)
    package = desk.ledger.package("acme", "1ZA")
    assert package is not None
    assert package.confirmed
    updates = desk.take(status("1ZA"))
    assert desk.states(updates) == {"1ZA": "ready"}


def test_old_labels_that_were_delivered_are_blanked_and_still_known(desk: Desk) -> None:
    files = [NewOutbound(kind="label", folder="labels", name=name, data=b"x") for name in "ab"]
    delivered, _ = desk.ledger.add_outbound(desk.fence, "acme", files, T0)
    desk.ledger.outbound_delivered(desk.fence, delivered.id, later(1))
    assert desk.ledger.loose_outbound("acme", LONG) == 1
    assert desk.ledger.purge_loose("acme", LONG, LONG) == 1
    assert desk.ledger.purge_loose("acme", LONG, LONG) == 0
    assert [row.name for row in desk.ledger.outbound_due("acme", T0)] == ["b"]
    again, _ = desk.ledger.add_outbound(desk.fence, "acme", files, LONG)
    assert not again.new


def test_bytes_that_two_vendors_sent_go_with_the_last_batch_that_needs_them(
    desk: Desk, ledger: Ledger
) -> None:
    other = Desk(ledger, vendor="other", account="second")
    for one in (desk, other):
        one.files = 6  # so that both send the same bytes
    first, second = done(desk, "A"), done(other, "B")
    gone: list[str] = []
    blank(desk)
    ledger.forget_bytes(first, gone.append)
    assert (gone, ledger.file(first).spool_name) == ([], "")
    blank(other, vendor="other")
    assert ledger.bytes_to_remove("other", LONG) == [second]
    ledger.forget_bytes(second, gone.append)
    assert gone == ["file 7"]
    assert ledger.bytes_to_remove("other", LONG) == []


def test_a_file_that_comes_again_after_its_purge_is_known_and_its_bytes_go_in_their_turn(desk: Desk) -> None:
    file_id = done(desk, "A")
    blank(desk)
    desk.ledger.forget_bytes(file_id, lambda _name: None)
    soon, much_later = LONG + timedelta(hours=1), LONG + timedelta(days=40)
    again = desk.keep("file 1", name="again.edi", now=soon)
    assert (again.file_id, again.new) == (file_id, False)
    assert desk.ledger.file(file_id).spool_name == "file 1"
    assert desk.ledger.bytes_to_remove("acme", much_later) == []  # it still lies in the inbox
    desk.put_away(soon)
    assert desk.ledger.bytes_to_remove("acme", LONG) == []
    assert desk.ledger.bytes_to_remove("acme", much_later) == [file_id]


def test_a_ledger_of_before_the_tombstones_is_brought_up_to_date(place: Path) -> None:
    place.parent.mkdir()
    old = Database.open(place)
    with old.write() as connection:
        config = configuration()
        config.attributes["connection"] = connection
        command.upgrade(config, "0002")
    old.close()
    raw = sqlite3.connect(place)
    raw.execute(
        "INSERT INTO files (vendor, sha256, name, spool_name, state, received_at, touched_at)"
        " VALUES ('acme', 'aa', 'old.edi', 'aa', 'quarantined', 1.0, 1.0)"
    )
    raw.commit()
    raw.close()
    ledger = Ledger.open(place)
    (batch,) = ledger.purgeable("acme", T0)
    assert ledger.purge(batch.id, T0) is not None
    assert [view.state for view in ledger.batches()] == ["purged"]
    ledger.close()


def test_what_was_purged_stands_nowhere_in_the_ledgers_file(place: Path) -> None:
    ledger = Ledger.open(place)
    desk = Desk(ledger)
    done(desk, "A", "B", body=f'{{"name":"{PERSON}","much":"{"x" * 20_000}"}}'.encode())
    assert PERSON in everything(desk)
    blank(desk)
    ledger.close()
    assert PERSON.encode() not in b"".join(path.read_bytes() for path in place.parent.iterdir())
