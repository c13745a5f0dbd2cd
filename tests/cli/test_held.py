"""What can be done about held events: never a way to send what has nothing to send."""

from __future__ import annotations

from pathlib import Path

import pytest

from bridge.ledger.store import Ledger
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
