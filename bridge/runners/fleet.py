"""All lanes of a configuration, by account, with what they share."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass, field

from bridge.ledger.store import Ledger
from bridge.pipeline.lane import Lane
from bridge.spapi.client import AmazonClient


@dataclass(slots=True)
class Fleet:
    """What a runner drives. `stop` is set when the process is to end: jobs finish what is under way."""

    ledger: Ledger
    lanes: list[Lane]
    clients: list[AmazonClient] = field(default_factory=list)
    stop: threading.Event = field(default_factory=threading.Event)

    def accounts(self, vendors: Iterable[str] | None = None) -> dict[str, list[Lane]]:
        """Group the lanes by account; with `vendors`, only theirs."""
        chosen = None if vendors is None else set(vendors)
        groups: dict[str, list[Lane]] = {}
        for lane in self.lanes:
            if chosen is None or lane.vendor in chosen:
                groups.setdefault(lane.account, []).append(lane)
        return groups

    def close(self) -> None:
        """Let go of the folders and connections; the ledger stays open."""
        for lane in self.lanes:
            lane.folder.close()
        for client in self.clients:
            client.close()
