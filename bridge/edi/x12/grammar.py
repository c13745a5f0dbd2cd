"""The grammar of X12 transaction sets."""

from __future__ import annotations

from typing import Protocol

from bridge.edi.model import Document, EdiError


class DocumentChecker(Protocol):
    """Anything that checks a document against the standard."""

    def check(self, document: Document, *, strict: bool = False) -> list[EdiError]:
        """Give what is wrong with the document's body."""
        ...
