"""Control numbers of what we send to one partner, counted by the ledger and never repeated."""

from __future__ import annotations

from bridge.edi.model import Interchange
from bridge.ledger.writer import FileWriter


class LedgerNumbers:
    """Numbers our answers to the sender of one interchange; they are taken when the writer commits."""

    def __init__(self, writer: FileWriter, answered: Interchange) -> None:
        self._writer = writer
        # By vendor too: two vendors' partners must not wait for each other's numbers.
        self._scope = f"{writer.file.vendor}:{answered.standard}:{answered.receiver.id}:{answered.sender.id}"

    def next(self, kind: str) -> int:
        """Give the next number of its kind: interchange, group or document."""
        return self._writer.next_control_number(self._scope, kind)
