"""Writing what a file holds: gathered without a lock, committed in one transaction at the end."""

from __future__ import annotations

from bridge.ledger.rows import (
    EarlierInterchange,
    EventRow,
    NewDocument,
    NewEvent,
    NewInterchange,
    NewOutbound,
    Package,
)


class FileWriter:
    """Takes a file's documents, events and outbound files. Belongs to one thread and one block."""

    def interchange(self, facts: NewInterchange) -> list[EarlierInterchange]:
        """Note an interchange; give those of earlier files with its control number or its bytes."""
        raise NotImplementedError

    def document(self, facts: NewDocument) -> int:
        """Add a document; give a handle for `event`. In a rerun the document of that number is renewed."""
        raise NotImplementedError

    def event(self, document: int, facts: NewEvent) -> int:
        """Add an event of a document; give a handle for `announce`."""
        raise NotImplementedError

    def package(self, tracking_number: str) -> Package | None:
        """Tell what confirmations, this file's too, say of a tracking number."""
        raise NotImplementedError

    def announce(self, event: int, tracking_number: str, purchase_order_number: str, ship_from: str) -> None:
        """Note that a confirmation (its handle) names a tracking number."""
        raise NotImplementedError

    def outbound(self, facts: NewOutbound) -> None:
        """Queue a file for the vendor's outbox."""
        raise NotImplementedError

    def next_control_number(self, scope: str, kind: str) -> int:
        """Give the next number, from 1, without gaps: it is taken when the file is committed."""
        raise NotImplementedError

    def existing(self, document_number: int) -> list[EventRow]:
        """List the events that an earlier translation of this file made of a document (for a rerun)."""
        raise NotImplementedError

    def replace(self, event_id: int) -> None:
        """Set an event of an earlier translation aside (→ replaced); a grouped or succeeded one cannot be."""
        raise NotImplementedError

    def finish(self, state: str = "translated", reason: str = "") -> None:
        """Say how the file ended: `translated`, or `quarantined` with the reason."""
        raise NotImplementedError
