"""The loaded structures of both standards, from the folders of mappings."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from bridge.edi.edifact.grammar import EdifactGrammar
from bridge.edi.edifact.structures import Structures
from bridge.edi.edifact.tables import load_structures
from bridge.edi.model import Document, EdiError
from bridge.edi.x12.grammar import X12Grammar
from bridge.errors import ConfigurationError, Problem


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


def load_grammar(*folders: Path) -> Grammar:
    """Load `x12` and `edifact` from the folders of mappings that have them; later ones override earlier ones.

    The first folder holds the shipped grammars: its maps of X12 are loaded when they are first needed.
    Raises ConfigurationError with every mistake of every file and its line.
    """
    problems: list[Problem] = []
    x12: X12Grammar | None = None
    structures: Structures | None = None
    try:
        x12 = X12Grammar(*_present(folders, "x12"))
    except ConfigurationError as error:
        problems += error.problems
    try:
        structures = load_structures(*_present(folders, "edifact"))
    except ConfigurationError as error:
        problems += error.problems
    if x12 is None or structures is None:
        raise ConfigurationError("grammars", problems)
    return Grammar(x12, EdifactGrammar(structures))


def _present(folders: Sequence[Path], name: str) -> list[Path]:
    return [folder / name for folder in folders if folder == folders[0] or (folder / name).is_dir()]
