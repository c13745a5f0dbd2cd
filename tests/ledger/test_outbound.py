from __future__ import annotations

from bridge.ledger.new_rows import NewOutbound
from tests.ledger.desk import T0, Desk, confirmation, document_row, later


def label(name: str, data: bytes = b"png") -> NewOutbound:
    return NewOutbound(kind="label", folder="labels", name=name, data=data)


def test_a_file_is_due_until_it_is_delivered(desk: Desk) -> None:
    (added,) = desk.ledger.add_outbound(desk.fence, "acme", [label("P1.png")], T0)
    assert added.new
    (due,) = desk.ledger.outbound_due("acme", T0)
    assert (due.id, due.folder, due.name, due.kind) == (added.id, "labels", "P1.png", "label")
    assert list(desk.ledger.outbound_bytes(due)) == [b"png"]
    assert desk.ledger.unfinished("acme", later(9000))
    desk.ledger.outbound_delivered(desk.fence, due.id, later(1))
    assert desk.ledger.outbound_due("acme", later(10**6)) == []
    assert not desk.ledger.unfinished("acme", later(9000))


def test_a_file_that_failed_is_due_again_at_its_time_or_given_up(desk: Desk) -> None:
    (added,) = desk.ledger.add_outbound(desk.fence, "acme", [label("P1.png")], T0)
    desk.ledger.outbound_failed(desk.fence, added.id, "disk full", later(30))
    assert desk.ledger.outbound_due("acme", later(29)) == []
    assert desk.ledger.next_due("acme", T0) == later(30)
    assert [due.attempts for due in desk.ledger.outbound_due("acme", later(30))] == [1]
    desk.ledger.outbound_failed(desk.fence, added.id, "name refused", None)
    assert desk.ledger.outbound_due("acme", later(10**6)) == []
    assert desk.ledger.counts()["acme"]["outbound"] == {"failed": 1}


def test_the_same_label_again_is_not_delivered_twice(desk: Desk) -> None:
    (first,) = desk.ledger.add_outbound(desk.fence, "acme", [label("P1.png")], T0)
    desk.ledger.outbound_delivered(desk.fence, first.id, T0)
    (again,) = desk.ledger.add_outbound(desk.fence, "acme", [label("P1.png")], later(1))
    assert (again.id, again.new) == (first.id, False)
    assert desk.ledger.outbound_due("acme", later(1)) == []


def test_another_content_under_a_taken_name_gets_the_next_name(desk: Desk) -> None:
    names = [
        desk.ledger.add_outbound(desk.fence, "acme", [label("P1.png", data)], T0)[0].name
        for data in (b"1", b"2", b"3", b"2")
    ]
    assert names == ["P1.png", "P1-2.png", "P1-3.png", "P1-2.png"]


def test_a_cursor_moves_with_what_was_found(desk: Desk) -> None:
    assert desk.ledger.cursor("acme", "labels") is None
    for value in ("2026-03-01", "2026-03-02"):
        desk.ledger.add_outbound(desk.fence, "acme", [label(value)], T0, cursor=("labels", value))
        assert desk.ledger.cursor("acme", "labels") == value
    assert desk.ledger.cursor("acme", "invoices") is None
    assert desk.ledger.cursor("other", "labels") is None


def test_an_acknowledgement_belongs_to_its_batch(desk: Desk) -> None:
    kept = desk.keep()
    with desk.ledger.translating(desk.fence, kept.file_id, T0) as writer:
        writer.event(writer.document(document_row(1)), confirmation("A"))
        writer.outbound(NewOutbound(kind="997", folder="acknowledgements", name="a.edi", data=b"ISA"))
        writer.finish()
    (due,) = desk.ledger.outbound_due("acme", T0)
    assert due.file_id == kept.file_id
    detail = desk.ledger.batch(kept.file_id)
    assert [(row.name, row.size, row.state) for row in detail.outbound] == [("a.edi", 3, "pending")]
    assert detail.batch.outbound == {"pending": 1}
