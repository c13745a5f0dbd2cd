"""What must hold of a site at every moment, what can be seen of it, and how all of it ends well."""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from contextlib import suppress
from pathlib import Path

from bridge.dropfolder.names import encode_name
from bridge.ledger.read_models import BatchDetail
from bridge.ledger.store import Ledger
from simulator.amazon import StandInAmazon
from tests.system.traffic import order

CONFIRM = "submitShipmentConfirmations"


class Watch:
    """The part of a site that looks and judges, and changes nothing."""

    folder: Path
    ledger: Ledger
    amazon: StandInAmazon
    quiet_amazon: StandInAmazon
    dropped: dict[str, dict[str, bytes]]
    spool_folder: str

    # --- what must hold at every moment ---

    def check(self) -> None:
        """Nothing is lost, and nothing is told done that is not."""
        for vendor, files in self.dropped.items():
            for name, data in files.items():
                self._check_kept(vendor, name, data)
            for detail in self.details(vendor):
                self._check_truth(vendor, detail)

    def _check_kept(self, vendor: str, name: str, data: bytes) -> None:
        # A vendor's folder that is away takes what lies in it along; back again, it is there.
        places = [self.folder / vendor / "inbox" / name, self.folder / f"{vendor}.away" / "inbox" / name]
        places.append(self.folder / "inbox.away" / name)
        sha256 = hashlib.sha256(data).hexdigest()
        kept = self.folder / self.spool_folder / sha256[:2] / sha256
        in_inbox = False
        for place in places:
            with suppress(FileNotFoundError):
                in_inbox = in_inbox or place.read_bytes() == data
        rows = [view for view in self.ledger.batches(vendor=vendor, limit=10**6) if view.sha256 == sha256]
        assert in_inbox or (rows and kept.read_bytes() == data), f"{vendor}'s {name} is lost"

    def _check_truth(self, vendor: str, detail: BatchDetail) -> None:
        done = self.done_at_amazon(vendor)
        for event in detail.events:
            if event.state == "succeeded":
                assert done[event.operation, event.purchase_order_number], f"{event} has not succeeded"
        for outbound in detail.outbound:
            if outbound.state == "delivered":
                lying = self.folder / vendor / "outbox" / outbound.folder / outbound.name
                if not lying.parent.parent.exists():
                    continue  # the folder is away
                assert hashlib.sha256(lying.read_bytes()).hexdigest() == outbound.sha256
        for arrival in detail.arrivals:
            if arrival.moved_to:
                places = [
                    self.folder / vendor / place / os.fsdecode(encode_name(arrival.moved_to))
                    for place in ("archive", "quarantine")
                ]
                assert any(place.exists() for place in places) or not places[0].parent.exists()

    # --- looking ---

    def details(self, vendor: str = "acme") -> list[BatchDetail]:
        return [self.ledger.batch(view.id) for view in self.ledger.batches(vendor=vendor, limit=50)]

    def _amazon_of(self, vendor: str) -> StandInAmazon:
        return self.quiet_amazon if vendor == "other" else self.amazon

    def done_at_amazon(self, vendor: str = "acme") -> Counter[tuple[str, str]]:
        """Count by operation and order what Amazon took and processed with success."""
        amazon = self._amazon_of(vendor)
        verdicts = amazon.verdicts
        return Counter(
            (taken.operation, taken.item["purchaseOrderNumber"])
            for taken in amazon.accepted
            if verdicts[taken.transaction_id] == "Success"
        )

    def taken(self, number: int, operation: str = CONFIRM) -> int:
        """Count how often Amazon took an order's document."""
        return sum(
            one.operation == operation and one.item["purchaseOrderNumber"] == order(number)
            for one in self.amazon.accepted
        )

    def states(self, vendor: str = "acme") -> Counter[str]:
        """Count a vendor's events by their states."""
        return Counter(event.state for detail in self.details(vendor) for event in detail.events)

    def submissions(self, vendor: str = "acme") -> list[str]:
        return [sent.state for detail in self.details(vendor) for sent in detail.submissions]

    def alerts(self, vendor: str = "acme") -> dict[str, str]:
        """Return the open alerts: kind to message."""
        return {alert.kind: alert.message for alert in self.ledger.alerts(vendor)}

    def outbox(self, folder: str, vendor: str = "acme") -> list[str]:
        """Read what lies in a folder of the outbox."""
        return [path.read_text() for path in sorted((self.folder / vendor / "outbox" / folder).glob("[!.]*"))]

    # --- outcomes ---

    def assert_untouched(self, *vendors: str) -> None:
        """The vendors that met no fault are through."""
        for vendor in vendors:
            self.assert_through(vendor)

    def assert_through(self, vendor: str = "acme", *, sent: int = 1) -> None:
        """All that was dropped is at Amazon (each fact `sent` times), answered, archived; nobody is told."""
        assert self.alerts(vendor) == {}
        states = self.states(vendor)
        assert set(states) == {"succeeded"}, states
        for detail in self.details(vendor):
            assert {outbound.folder for outbound in detail.outbound} >= {"acknowledgements", "statuses"}
            assert {outbound.state for outbound in detail.outbound} == {"delivered"}
            for event in detail.events:
                assert self.done_at_amazon(vendor)[event.operation, event.purchase_order_number] == sent
        assert len(self.details(vendor)) == len(self.dropped[vendor])
        assert not list((self.folder / vendor / "inbox").iterdir())
        assert len(list((self.folder / vendor / "archive").iterdir())) == len(self.dropped[vendor])
