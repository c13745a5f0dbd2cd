"""The loaded structures of both standards, from the folder of mappings."""

from __future__ import annotations

from pathlib import Path

from bridge.edi.edifact.grammar import EdifactGrammar
from bridge.edi.edifact.structures import load_structures
from bridge.edi.model import Document, EdiError
from bridge.edi.x12.grammar import X12Grammar


class Grammar:
    """Checks documents of either standard; holds no state of any of them."""

    def __init__(self, x12: X12Grammar, edifact: EdifactGrammar) -> None:
        self.x12 = x12
        self.edifact = edifact

    def load_all(self) -> None:
        """Load what is loaded when first needed otherwise; raises ConfigurationError.

        For a process that runs for weeks: an upgrade in the meantime changes files under it.
        """
        self.x12.maps.load_all()

    def check(self, document: Document, *, strict: bool = False) -> list[EdiError]:
        """Return what is wrong with a document's body."""
        checker = self.x12 if document.standard == "x12" else self.edifact
        return checker.check(document, strict=strict)


def load_grammar(folder: Path) -> Grammar:
    """Load `x12` and `edifact` from the folder of mappings; maps of X12 when they are first needed.

    Raises ConfigurationError, naming every file that cannot be used.
    """
    return Grammar(X12Grammar(folder / "x12"), EdifactGrammar(load_structures(folder / "edifact")))
