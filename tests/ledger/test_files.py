from __future__ import annotations

import pytest

from bridge.errors import LedgerError
from bridge.ledger.store import Ledger
from tests.ledger.desk import Desk, confirmation, later


def test_the_same_bytes_are_one_file_and_each_turning_up_an_arrival(desk: Desk) -> None:
    first = desk.keep("same", "a.edi")
    second = desk.keep("same", "b.edi", mtime=2.0)
    assert (first.new, second.new) == (True, False)
    assert first.file_id == second.file_id
    moving = desk.ledger.arrivals_to_move("acme")
    assert [(arrival.remote_name, arrival.first) for arrival in moving] == [("a.edi", True), ("b.edi", False)]


def test_the_same_bytes_of_another_vendor_are_another_file(ledger: Ledger) -> None:
    assert Desk(ledger).keep("same").file_id != Desk(ledger, vendor="other").keep("same").file_id


def test_a_look_that_was_kept_before_a_crash_is_kept_once(desk: Desk) -> None:
    first = desk.keep("same", "a.edi", mtime=5.0)
    again = desk.keep("same", "a.edi", mtime=5.0)
    assert again.arrival_id == first.arrival_id
    assert not again.new
    assert len(desk.ledger.arrivals_to_move("acme")) == 1


def test_a_file_that_was_moved_and_sent_again_is_a_new_arrival(desk: Desk) -> None:
    first = desk.keep("same", "a.edi", mtime=5.0)
    desk.put_away()
    again = desk.keep("same", "a.edi", mtime=5.0)
    assert again.arrival_id != first.arrival_id
    assert again.file_id == first.file_id


def test_a_name_used_again_for_other_bytes_is_another_file(desk: Desk) -> None:
    assert desk.keep("monday", "daily.edi").file_id != desk.keep("tuesday", "daily.edi").file_id


def test_collected_files_are_translated_oldest_first_and_once(desk: Desk) -> None:
    ids = [desk.keep().file_id for _ in range(3)]
    assert [row.id for row in desk.ledger.files_to_translate("acme")] == ids
    with desk.ledger.translating(desk.fence, ids[0], later(1)) as writer:
        writer.finish("quarantined", "not EDI")
    assert [row.id for row in desk.ledger.files_to_translate("acme")] == ids[1:]
    row = desk.ledger.file(ids[0])
    assert (row.state, row.reason, row.translated_at) == ("quarantined", "not EDI", later(1))
    assert next(arrival.file_state for arrival in desk.ledger.arrivals_to_move("acme")) == "quarantined"


def test_where_an_arrival_went_is_remembered(desk: Desk) -> None:
    file_id = desk.take(confirmation("A"))
    (arrival,) = desk.ledger.batch(file_id).arrivals
    assert arrival.moved_to == f"archive-{arrival.id}"
    assert desk.ledger.arrivals_to_move("acme") == []


def test_a_batch_that_does_not_exist_is_told(ledger: Ledger) -> None:
    for ask in (ledger.file, ledger.batch):
        with pytest.raises(LedgerError, match="no batch 77"):
            ask(77)


def test_a_time_without_its_zone_is_refused(desk: Desk) -> None:
    with pytest.raises(ValueError, match="zone"):
        desk.keep(now=later(0).replace(tzinfo=None))
