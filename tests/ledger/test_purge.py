from __future__ import annotations

from datetime import timedelta

from bridge.ledger.rows import NewOutbound
from tests.ledger.desk import T0, Desk, confirmation, later, status

LONG = timedelta(days=90)


def done(desk: Desk, *orders: str) -> int:
    file_id = desk.take(*(confirmation(order) for order in orders), packages=[(o, f"1Z{o}") for o in orders])
    desk.plan()
    for due in desk.due():
        desk.send(due.id)
        desk.verdict(due.id)
    desk.report(file_id)
    return file_id


def test_what_is_done_goes_with_all_its_rows(desk: Desk) -> None:
    done(desk, "A", "B")
    purged = desk.ledger.purge(None, T0 + LONG)
    assert (purged.files, purged.documents, purged.events) == (1, 2, 2)
    assert purged.spool_names == ["file 1"]
    with desk.ledger._db.read() as connection:
        for table in (
            "files",
            "arrivals",
            "documents",
            "events",
            "submissions",
            "submission_events",
            "attempts",
        ):
            assert connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar() == 0, table


def test_what_is_young_open_or_another_vendors_stays(desk: Desk) -> None:
    young = done(desk, "A")
    assert desk.ledger.purge(None, T0).files == 0
    desk.take(status("9Z"))
    assert desk.ledger.purge("other", T0 + LONG).files == 0
    assert desk.ledger.purge("acme", T0 + LONG).files == 1
    assert young not in {view.id for view in desk.ledger.batches()}
    assert len(desk.ledger.batches()) == 1


def test_a_batch_whose_answer_is_not_delivered_stays(desk: Desk) -> None:
    file_id = done(desk, "A")
    pending = NewOutbound(kind="status", folder="statuses", name="a", data=b"x")
    desk.report(file_id, pending)
    assert desk.ledger.purge(None, T0 + LONG).files == 0


def test_a_submission_goes_with_the_last_of_its_files(desk: Desk) -> None:
    first, second = desk.take(confirmation("A")), desk.take(confirmation("B"))
    desk.plan()
    (due,) = desk.due()
    desk.send(due.id)
    desk.verdict(due.id)
    desk.report(first)
    assert desk.ledger.purge(None, T0 + LONG).files == 1
    assert [row.id for row in desk.ledger.batch(second).submissions] == [due.id]
    desk.report(second)
    assert desk.ledger.purge(None, T0 + LONG).files == 1


def test_packages_outlive_their_batch_and_numbers_are_not_given_again(desk: Desk) -> None:
    file_id = done(desk, "A")
    (event,) = desk.ledger.batch_events(file_id)
    desk.ledger.purge(None, T0 + LONG)
    package = desk.ledger.package("acme", "1ZA")
    assert package is not None
    assert package.confirmed
    again = desk.take(confirmation("B"))
    assert again > file_id
    assert desk.ledger.batch_events(again)[0].id > event.id
    updates = desk.take(status("1ZA"))
    assert desk.states(updates) == {"1ZA": "ready"}


def test_old_labels_that_were_delivered_go(desk: Desk) -> None:
    files = [NewOutbound(kind="label", folder="labels", name=name, data=b"x") for name in "ab"]
    delivered, _ = desk.ledger.add_outbound(desk.fence, "acme", files, T0)
    desk.ledger.outbound_delivered(desk.fence, delivered.id, later(1))
    assert desk.ledger.purge(None, T0 + LONG).outbound == 1
    assert [row.name for row in desk.ledger.outbound_due("acme", T0)] == ["b"]
