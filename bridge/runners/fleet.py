"""All partners of a configuration, by account, with what they share."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass, field

from bridge.ledger.store import Ledger
from bridge.pipeline.partner import Partner
from bridge.spapi.client import AmazonClient


@dataclass(slots=True)
class Fleet:
    """What a runner drives. `stop` is set when the process is to end: jobs finish what is under way."""

    ledger: Ledger
    partners: list[Partner]
    clients: list[AmazonClient] = field(default_factory=list)
    stop: threading.Event = field(default_factory=threading.Event)

    def accounts(self, vendors: Iterable[str] | None = None) -> dict[str, list[Partner]]:
        """Group the partners by account; with `vendors`, only theirs."""
        chosen = None if vendors is None else set(vendors)
        groups: dict[str, list[Partner]] = {}
        for partner in self.partners:
            if chosen is None or partner.vendor in chosen:
                groups.setdefault(partner.account, []).append(partner)
        return groups

    def close(self) -> None:
        """Close the folders and connections; the ledger stays open."""
        for partner in self.partners:
            partner.folder.close()
        for client in self.clients:
            client.close()
