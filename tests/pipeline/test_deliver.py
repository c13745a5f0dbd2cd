"""Files of any size leave the ledger as fast as the folder takes them, one part at a time."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from bridge.ledger.new_rows import NewOutbound
from bridge.ledger.outbound_buffer import PART
from bridge.pipeline.deliver import deliver
from tests.pipeline.partners import partner_in

COUNT = 24


def parts() -> Iterator[bytes]:
    for number in range(COUNT):
        yield bytes([65 + number]) * PART


def test_files_that_are_due_are_not_in_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    partner = partner_in(tmp_path, monkeypatch)
    for name in ("a", "b"):
        made = NewOutbound(kind="status", folder="statuses", name=name, data=b"".join(parts()))
        partner.ledger.add_outbound(partner.fence, "acme", [made], partner.clock())
    partner.ledger.outbound_due("acme", partner.clock())  # warm
    tracemalloc.start()
    assert deliver(partner) == 2
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    for name in ("a", "b"):
        assert (tmp_path / "drop/outbox/statuses" / name).read_bytes() == b"".join(parts())
    assert peak < COUNT * PART / 4
    assert deliver(partner) == 0


def test_a_stop_leaves_what_is_not_begun_for_the_next_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    partner = partner_in(tmp_path, monkeypatch)
    for name in ("a", "b", "c"):
        made = NewOutbound(kind="status", folder="statuses", name=name, data=b"x")
        partner.ledger.add_outbound(partner.fence, "acme", [made], partner.clock())
    outbox = tmp_path / "drop/outbox/statuses"
    partner = replace(partner, stopping=(outbox / "a").exists)
    assert deliver(partner) == 1
    partner = replace(partner, stopping=bool)
    assert deliver(partner) == 2
    assert sorted(path.name for path in outbox.iterdir()) == ["a", "b", "c"]
