"""What operators look at stays small where batches are large."""

from __future__ import annotations

import pytest

from bridge.errors import LedgerError
from bridge.ledger import batch_queries
from bridge.ledger.new_rows import NewOutbound
from tests.ledger.desk import T0, Desk, confirmation, document_row, later


def test_batches_are_looked_up_by_their_ids_oldest_first(desk: Desk) -> None:
    ids = [desk.take(confirmation(f"P{n}")) for n in range(3)]
    assert [view.id for view in desk.ledger.batches_of([ids[2], ids[0], 999])] == [ids[0], ids[2]]


def test_a_part_of_a_batch_has_what_is_wrong_before_the_rest(desk: Desk) -> None:
    states = ["held" if n == 8 else "ready" for n in range(10)]
    file_id = desk.take(*(confirmation(f"P{n}", state=state) for n, state in enumerate(states)))
    desk.plan()
    part, whole = desk.ledger.batch(file_id, limit=3), desk.ledger.batch(file_id)
    assert [event.purchase_order_number for event in part.events] == ["P0", "P1", "P8"]
    assert len(part.documents) == 3
    assert (part.batch, part.submissions) == (whole.batch, whole.submissions)
    assert [event.id for event in whole.events] == sorted(event.id for event in whole.events)
    assert len(whole.events) == 10


def test_batches_with_something_rejected_or_refused_are_found_for_a_while(desk: Desk) -> None:
    good, refused = desk.take(confirmation("A")), desk.take(confirmation("B", state="refused"))
    kept = desk.keep()
    with desk.ledger.translating(desk.fence, kept.file_id, T0) as writer:
        writer.document(document_row(1, accepted=False))
        writer.finish()
    found = [view.id for view in desk.ledger.troubled_since("acme", later(-60))]
    assert found == [kept.file_id, refused]
    assert good not in found
    assert desk.ledger.troubled_since("acme", later(3600)) == []
    assert desk.ledger.troubled_since("other", later(-60)) == []


@pytest.mark.parametrize("page", [1, 3, 500])
def test_a_whole_batch_read_page_by_page_is_the_batch(
    desk: Desk, page: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batch_queries, "PAGE", page)
    desk.keep("the same file")
    kept = desk.keep("the same file", name="again.edi")
    with desk.ledger.translating(desk.fence, kept.file_id, T0) as writer:
        for number in (-1, *range(7, 0, -1)):
            document = writer.document(document_row(number, accepted=number > 0))
            assert document is not None
            for part in range(number % 3):
                writer.event(document, confirmation(f"P{number}{part}"))
            writer.outbound(NewOutbound(kind="997", folder="acknowledgements", name=f"{number}", data=b"x"))
        writer.finish()
    desk.plan(batch_size=2)
    for due in desk.due()[:3]:
        desk.send(due.id)
        desk.verdict(due.id, "Failure")
    desk.plan(batch_size=2)
    read, told = desk.ledger.batch(kept.file_id), desk.ledger.whole_batch(kept.file_id)
    assert len(read.arrivals) == 2
    assert len(read.submissions) > 3
    for name in read.__struct_fields__:
        found = getattr(told, name)
        assert getattr(read, name) == (found if name == "batch" else list(found)), name


def test_a_batch_that_is_not_there_is_told_at_once(desk: Desk) -> None:
    with pytest.raises(LedgerError, match="no batch 7"):
        desk.ledger.whole_batch(7)
