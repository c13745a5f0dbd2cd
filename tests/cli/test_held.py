"""What can be done about held events: never a way to send what has nothing to send."""

from __future__ import annotations

from pathlib import Path

import pytest

from bridge.ledger.news import hold_documents
from bridge.ledger.store import Ledger
from bridge.programs.follow_ups import NewsDocument
from tests.cli.support import in_process, installation
from tests.ledger.desk import T0, Desk, confirmation


@pytest.mark.parametrize(("bodies", "send"), [([None], False), ([None, b"{}"], True), ([b"{}"], True)])
def test_sending_is_offered_only_where_there_is_something_to_send(
    tmp_path: Path, bodies: list[bytes | None], send: bool
) -> None:
    installation(tmp_path)
    ledger = Ledger.open(tmp_path / "ledger.sqlite")
    desk = Desk(ledger)
    events = [
        confirmation(f"P{number}", state="held", body=body, reason="no mapping")
        for number, body in enumerate(bodies)
    ]
    batch = desk.take(*events)
    ledger.raise_alert("held", "acme", "", "events wait for an operator", T0)
    sendable = [event.id for event in ledger.batch(batch).events if event.body is not None]
    ledger.close()
    for verb in (("status",), ("show", str(batch))):
        told = " ".join(in_process(*verb, folder=tmp_path).out.split())
        assert ("--send" in told) == send
        assert "--drop REASON" in told
        if sendable:
            assert f"resolve {sendable[0]} --event --send" in told
    held = in_process("status", "--json", folder=tmp_path).json["vendors"]["acme"]["held"]
    assert (held["count"], held["sendable"], held["batch"]) == (len(bodies), len(sendable), batch)


def test_a_document_that_cannot_be_written_is_dropped_by_an_operators_word(tmp_path: Path) -> None:
    installation(tmp_path)
    ledger = Ledger.open(tmp_path / "ledger.sqlite")
    news = NewsDocument(document="945", notice="shipment", values={}, folder="shipments", name="1.945.edi")
    with ledger._db.write() as connection:
        hold_documents(connection, "acme", None, [(news, "W0602: too long")], T0)
    ledger.raise_alert("held_document", "acme", "1", "945 1.945.edi is not sent", T0)
    ledger.close()
    done = in_process("resolve", "1", "--document", "--drop", "told by mail", folder=tmp_path)
    assert (done.code, done.out) == (0, "Document 1: dropped.\nIt is never sent.\n")
    again = in_process("resolve", "1", "--document", "--drop", "told by mail", folder=tmp_path)
    assert "no document waits under 1" in again.err
    assert in_process("status", "--json", folder=tmp_path).json["alerts"] == []
    for wrong in (["--document"], ["--document", "--send"], ["--event", "--document", "--drop", "x"]):
        assert in_process("resolve", "1", *wrong, folder=tmp_path).code == 2
