from __future__ import annotations

from bridge.ledger.new_rows import NewOutbound
from bridge.ledger.read_models import Trace
from bridge.ledger.store import Ledger
from tests.ledger.desk import T0, Desk, confirmation, document_row, later, status


def words(desk: Desk) -> dict[int, str]:
    return {view.id: view.state for view in desk.ledger.batches("acme")}


def test_a_batch_has_one_word_for_how_it_stands(desk: Desk) -> None:
    collected = desk.keep().file_id
    working = desk.take(confirmation("A"))
    waiting = desk.take(status("1Z"))
    attention = desk.take(confirmation("B", state="held"))
    empty = desk.take()
    assert words(desk) == {
        collected: "collected", working: "working", waiting: "waiting", attention: "attention", empty: "done",
    }  # fmt: skip
    desk.plan()
    (due,) = desk.due()
    desk.send(due.id, "in_doubt")
    assert words(desk)[working] == "attention"
    desk.ledger.resolve(due.id, "T", T0)
    assert words(desk)[working] == "working"
    desk.verdict(due.id)
    assert words(desk)[working] == "succeeded"


def test_a_rejected_document_asks_for_attention(desk: Desk) -> None:
    kept = desk.keep()
    with desk.ledger.translating(desk.fence, kept.file_id, T0) as writer:
        writer.document(document_row(1, accepted=False))
        writer.finish()
    assert words(desk) == {kept.file_id: "attention"}


def test_batches_are_listed_newest_first_page_by_page_and_by_state(desk: Desk) -> None:
    ids = [desk.take(confirmation(f"P{n}", state="held" if n % 2 else "ready")) for n in range(6)]
    first = desk.ledger.batches("acme", limit=4)
    assert [view.id for view in first] == ids[:1:-1]
    assert [view.id for view in desk.ledger.batches("acme", limit=4, before=first[-1].id)] == ids[1::-1]
    assert [view.id for view in desk.ledger.batches(state="attention")] == ids[5::-2]
    assert desk.ledger.batches("other") == []


def test_a_batch_counts_what_came_of_it(desk: Desk) -> None:
    file_id = desk.take(confirmation("A"), confirmation("B"), confirmation("C", state="held"))
    desk.plan()
    view = desk.ledger.batch(file_id).batch
    assert (view.arrivals, view.documents, view.accepted, view.rejected) == (1, 3, 3, 0)
    assert view.events == {"grouped": 2, "held": 1}
    assert view.submissions == {"ready": 1}


def test_every_number_leads_to_everything(desk: Desk) -> None:
    file_id = desk.take(confirmation("A"), packages=[("A", "1Z")])
    updates = desk.take(status("1Z"))
    desk.plan()
    (due,) = desk.due()
    desk.send(due.id, amazon_transaction_id="T-77", request_id="R-77")
    desk.verdict(due.id)

    def found(text: str) -> tuple[list[int], int, int, int]:
        trace: Trace = desk.ledger.trace(text)
        return ([v.id for v in trace.files], len(trace.documents), len(trace.events), len(trace.submissions))

    assert found("A") == ([file_id, updates], 2, 2, 1)
    assert found(" T-77 ") == found("R-77") == ([file_id], 1, 1, 1)
    assert found("1Z") == ([updates], 1, 1, 0)
    assert found("000000007") == ([file_id, updates], 2, 2, 1)
    assert found("in-1.edi") == ([file_id], 0, 0, 0)
    assert found("nothing") == ([], 0, 0, 0)


def test_an_outbound_file_is_found_by_its_name(desk: Desk) -> None:
    desk.ledger.add_outbound(
        desk.fence, "acme", [NewOutbound(kind="label", folder="labels", name="A.png", data=b"1")], T0
    )
    assert [row.name for row in desk.ledger.trace("A.png").outbound] == ["A.png"]


def test_open_work_is_counted_by_vendor(ledger: Ledger) -> None:
    desk, other = Desk(ledger), Desk(ledger, vendor="other", account="second")
    desk.take(confirmation("A"), confirmation("B", state="held"), status("1Z"))
    desk.plan()
    other.keep()
    assert ledger.counts() == {
        "acme": {"events": {"grouped": 1, "held": 1, "waiting": 1}, "submissions": {"ready": 1}},
        "other": {"files": {"collected": 1}},
    }


def test_an_alert_is_open_once_and_can_come_back(ledger: Ledger) -> None:
    assert ledger.raise_alert("sftp", "acme", "", "no answer", T0, account="main")
    assert not ledger.raise_alert("sftp", "acme", "", "no answer at all", later(1))
    assert ledger.raise_alert("sftp", "other", "", "no answer", T0)
    (alert,) = ledger.alerts("acme")
    assert (alert.message, alert.raised_at, alert.cleared_at, alert.account) == (
        "no answer at all",  # what is wrong now, since when something is
        T0,
        None,
        "main",
    )
    assert ledger.clear_alert("sftp", "acme", "", later(2))
    assert not ledger.clear_alert("sftp", "acme", "", later(3))
    assert ledger.alerts("acme") == []
    assert ledger.raise_alert("sftp", "acme", "", "again", later(4))
    assert [a.message for a in ledger.alerts("acme", open_only=False)] == ["again", "no answer at all"]


def test_nothing_is_due_where_nothing_waits(desk: Desk) -> None:
    assert desk.ledger.next_due("acme", T0) is None
    assert not desk.ledger.unfinished("acme", later(9000))
    desk.keep()
    assert desk.ledger.unfinished("acme", later(9000))
