from __future__ import annotations

import msgspec
import pytest

from bridge.errors import LedgerError
from bridge.ledger.new_rows import NewOutbound
from bridge.ledger.writer import FileWriter
from bridge.programs.vendor_direct_fulfillment.events import ShipmentStatusChanged
from tests.ledger.desk import T0, Desk, confirmation, document_row, interchange, later, status


def test_documents_and_events_come_back_as_they_were_given(desk: Desk) -> None:
    kept = desk.keep()
    rejected = document_row(2, accepted=False, state="rejected", errors=({"code": "5", "message": "no"},))
    with desk.ledger.translating(desk.fence, kept.file_id, later(3)) as writer:
        handle = writer.document(document_row(1, sender="S", receiver="R", group_control_number="9"))
        writer.event(handle, confirmation("A", occurred_at=later(-5), errors=({"code": "X"},), ordinal=4))
        writer.document(rejected)
        writer.finish()
    detail = desk.ledger.batch(kept.file_id)
    one, two = detail.documents
    assert (one.sender, one.receiver, one.group_control_number, one.offset) == ("S", "R", "9", 100)
    assert (two.accepted, two.errors, two.state) == (False, [{"code": "5", "message": "no"}], "rejected")
    (event,) = detail.events
    assert (event.document_id, event.document_number, event.ordinal) == (one.id, 1, 4)
    assert (event.body, event.occurred_at, event.errors) == (b'{"order":"A"}', later(-5), [{"code": "X"}])
    assert (detail.batch.documents, detail.batch.accepted, detail.batch.rejected) == (2, 1, 1)


def test_an_exception_leaves_nothing_of_the_file_behind(desk: Desk) -> None:
    kept = desk.keep()

    def fail_on_the_way() -> None:
        with desk.ledger.translating(desk.fence, kept.file_id, T0) as writer:
            writer.event(writer.document(document_row(1)), confirmation("A"))
            writer.outbound(NewOutbound(kind="997", folder="acknowledgements", name="a", data=b"x"))
            writer.next_control_number("acme", "interchange")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_on_the_way()
    assert [row.id for row in desk.ledger.files_to_translate("acme")] == [kept.file_id]
    assert desk.ledger.batch(kept.file_id).documents == []
    assert desk.ledger.outbound_due("acme", T0) == []
    with desk.ledger.translating(desk.fence, kept.file_id, T0) as writer:
        assert writer.next_control_number("acme", "interchange") == 1
        writer.finish()


def test_a_document_that_fails_leaves_nothing_of_itself_behind(desk: Desk) -> None:
    def fail(writer: FileWriter) -> None:
        with writer.whole():
            event = writer.event(writer.document(document_row(2)), status("1Z2"))
            writer.announce(event, "1Z1", "B", "F")
            writer.announce(event, "1Z2", "B", "F")
            raise RuntimeError

    kept = desk.keep()
    with desk.ledger.translating(desk.fence, kept.file_id, T0) as writer:
        with writer.whole():
            event = writer.event(writer.document(document_row(1)), confirmation("A"))
            writer.announce(event, "1Z1", "A", "F")
        with pytest.raises(RuntimeError):
            fail(writer)
        assert writer.package("1Z2") is None
        package = writer.package("1Z1")
        assert package is not None
        assert (package.purchase_order_number, package.ambiguous) == ("A", False)
        writer.document(document_row(3))
        writer.finish()
    detail = desk.ledger.batch(kept.file_id)
    assert [row.number for row in detail.documents] == [1, 3]
    assert [row.purchase_order_number for row in detail.events] == ["A"]


def test_texts_that_no_database_holds_are_kept_readable(desk: Desk) -> None:
    kept = desk.keep()
    long = "9" * 5000
    with desk.ledger.translating(desk.fence, kept.file_id, T0) as writer:
        handle = writer.document(document_row(1, reference="a\0b", sender="\ud800"))
        event = writer.event(
            handle, confirmation("A", reason="\udfff\N{GRINNING FACE}", tracking_number=long)
        )
        writer.announce(event, long, "A", "F")
        assert writer.package(long) is not None
        writer.finish("translated", "\0")
    detail = desk.ledger.batch(kept.file_id)
    assert (detail.documents[0].reference, detail.documents[0].sender) == ("a\ufffdb", "\ufffd")
    assert detail.events[0].reason == "\ufffd\N{GRINNING FACE}"
    assert len(detail.events[0].tracking_number) == 200


def test_a_file_that_was_not_finished_is_not_committed(desk: Desk) -> None:
    kept = desk.keep()
    with (
        pytest.raises(LedgerError, match="not finished"),
        desk.ledger.translating(desk.fence, kept.file_id, T0) as writer,
    ):
        writer.document(document_row(1))
    assert desk.ledger.file(kept.file_id).state == "collected"


def test_a_translated_file_is_not_translated_again(desk: Desk) -> None:
    file_id = desk.take(confirmation("A"))
    with (
        pytest.raises(LedgerError, match="translated already"),
        desk.ledger.translating(desk.fence, file_id, T0),
    ):
        pass


def test_control_numbers_run_without_gaps_or_repeats_for_each_scope_and_kind(desk: Desk) -> None:
    numbers = []
    for _ in range(3):
        kept = desk.keep()
        with desk.ledger.translating(desk.fence, kept.file_id, T0) as writer:
            numbers += [writer.next_control_number("acme", "interchange") for _ in range(2)]
            assert writer.next_control_number("acme", "group") == len(numbers) // 2
            writer.finish()
    assert numbers == [1, 2, 3, 4, 5, 6]


def test_a_control_number_taken_meanwhile_is_never_given_twice(desk: Desk) -> None:
    first, second = desk.keep(), desk.keep()

    def take_one_beside_another() -> None:
        with desk.ledger.translating(desk.fence, first.file_id, T0) as slow:
            slow.next_control_number("acme", "interchange")
            with desk.ledger.translating(desk.fence, second.file_id, T0) as fast:
                assert fast.next_control_number("acme", "interchange") == 1
                fast.finish()
            slow.finish()

    with pytest.raises(LedgerError, match="control numbers"):
        take_one_beside_another()
    assert desk.ledger.file(first.file_id).state == "collected"


def test_a_package_is_known_from_this_file_and_from_earlier_ones(desk: Desk) -> None:
    desk.take(confirmation("A"), packages=[("A", "1Z")])
    kept = desk.keep()
    with desk.ledger.translating(desk.fence, kept.file_id, T0) as writer:
        earlier = writer.package("1Z")
        assert earlier is not None
        assert (earlier.purchase_order_number, earlier.ship_from_party, earlier.confirmed) == (
            "A",
            "WH1",
            False,
        )
        assert writer.package("2Z") is None
        event = writer.event(writer.document(document_row(1)), confirmation("B"))
        for _ in range(2):  # in two containers
            writer.announce(event, "2Z", "B", "WH2")
        own = writer.package("2Z")
        assert own is not None
        assert (own.purchase_order_number, own.ambiguous) == ("B", False)
        writer.announce(event, "1Z", "B", "WH2")
        both = writer.package("1Z")
        assert both is not None
        assert both.ambiguous
        writer.finish()


def test_a_corrected_confirmation_is_the_one_that_counts(desk: Desk) -> None:
    for order in ("TYPO", "A"):
        desk.take(confirmation(order), packages=[(order, "1Z")])
    found = desk.ledger.package("acme", "1Z")
    assert found is not None
    assert found.ambiguous
    desk.plan(batch_size=1)
    wrong, right = sorted(desk.due(), key=lambda due: due.purchase_order_numbers != ("TYPO",))
    for due, word in ((wrong, "Failure"), (right, "Success")):
        desk.send(due.id)
        desk.verdict(due.id, word)
    found = desk.ledger.package("acme", "1Z")
    assert found is not None
    assert (found.purchase_order_number, found.confirmed, found.ambiguous) == ("A", True, False)


def test_a_status_update_after_its_confirmation_succeeded_goes_at_once_and_is_completed(desk: Desk) -> None:
    desk.take(confirmation("A"), packages=[("A", "1Z")])
    desk.plan()
    desk.send(desk.due()[0].id)
    (sent,) = desk.ledger.to_poll("acme", later(60))
    desk.verdict(sent.id)
    file_id = desk.take(status("1Z"))
    (event,) = desk.ledger.batch(file_id).events
    assert (event.state, event.purchase_order_number) == ("ready", "A")
    completed = msgspec.json.decode(event.body or b"", type=ShipmentStatusChanged)
    assert (completed.purchase_order_number, completed.ship_from_party.party_id) == ("A", "WH1")


def test_earlier_interchanges_of_a_control_number_are_told_with_their_hash(desk: Desk) -> None:
    found = []
    for sha256, control_number in (("aa", "7"), ("aa", "7"), ("bb", "7"), ("aa", "8")):
        given = interchange(control_number, sha256)
        kept = desk.keep()
        with desk.ledger.translating(desk.fence, kept.file_id, T0) as writer:
            earlier = writer.earlier_interchanges(given.sender, given.control_number)
            found.append([one.sha256 for one in earlier])
            writer.interchange(given)
            writer.finish()
    assert found == [[], ["aa"], ["aa", "aa"], []]


def test_what_an_earlier_event_says_word_for_word_is_held_if_asked_to(desk: Desk) -> None:
    desk.take(confirmation("A"))
    kept = desk.keep()
    with desk.ledger.translating(desk.fence, kept.file_id, T0) as writer:
        writer.hold_duplicates()
        for number, given in enumerate([confirmation("A"), confirmation("B"), confirmation("B")], 1):
            writer.event(writer.document(document_row(number)), given)
        writer.finish()
    events = desk.ledger.batch(kept.file_id).events
    assert [event.state for event in events] == ["held", "ready", "held"]
    assert events[2].reason == f"it says the same as event {events[1].id}"


def test_a_rerun_renews_documents_and_replaces_what_it_is_told_to(desk: Desk) -> None:
    file_id = desk.take(confirmation("A", state="held", body=None), confirmation("B"))
    with desk.ledger.translating(desk.fence, file_id, later(9), rerun=True) as writer:
        (held,) = writer.existing(1)
        assert held.state == "held"
        writer.replace(held.id)
        writer.event(writer.document(document_row(1, type="945")), confirmation("A"))
        writer.document(document_row(2))
        writer.event(writer.document(document_row(3)), confirmation("C"))
        writer.finish()
    detail = desk.ledger.batch(file_id)
    assert [(d.number, d.type) for d in detail.documents] == [(1, "945"), (2, "856"), (3, "856")]
    assert [(e.purchase_order_number, e.state) for e in detail.events] == [
        ("A", "replaced"), ("A", "ready"), ("B", "ready"), ("C", "ready"),
    ]  # fmt: skip
    assert len({event.document_id for event in detail.events[:2]}) == 1


def test_what_is_under_way_cannot_be_replaced(desk: Desk) -> None:
    file_id = desk.take(confirmation("A"))
    desk.plan()
    (event,) = desk.ledger.batch(file_id).events

    def rerun() -> None:
        with desk.ledger.translating(desk.fence, file_id, T0, rerun=True) as writer:
            writer.replace(event.id)
            writer.finish()

    with pytest.raises(LedgerError, match="is grouped since the rerun began"):
        rerun()
    assert desk.states(file_id) == {"A": "grouped"}


def test_what_succeeds_while_a_rerun_reads_its_file_is_not_sent_again(desk: Desk) -> None:
    file_id = desk.take(confirmation("A"))

    def rerun() -> None:
        with desk.ledger.translating(desk.fence, file_id, T0, rerun=True) as writer:
            (ready,) = writer.existing(1)
            writer.replace(ready.id)
            writer.event(writer.document(document_row(1)), confirmation("A"))
            writer.finish()
            desk.plan()
            (due,) = desk.due()
            desk.send(due.id)
            desk.verdict(due.id)

    with pytest.raises(LedgerError, match="is succeeded since the rerun began"):
        rerun()
    assert desk.states(file_id) == {"A": "succeeded"}


def test_a_writer_is_of_no_use_outside_of_its_block(desk: Desk) -> None:
    kept = desk.keep()
    with desk.ledger.translating(desk.fence, kept.file_id, T0) as writer:
        writer.finish()
    with pytest.raises(LedgerError, match="outside of its block"):
        writer.package("1Z")
