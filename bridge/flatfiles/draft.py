"""A document of a flat file while it is read."""

from __future__ import annotations

import msgspec

from bridge.domain.events import Function, RuleError
from bridge.outside_text import clipped_message

MAX_ERRORS = 50
"""Most errors told of one document: whoever corrects these sends it again anyway."""


class Draft(msgspec.Struct, kw_only=True):
    """One document. `start` and `end` count characters of the file's text, `end` not included.

    `unit` is "row" or "request", `number` its number in the file, counting from 1; `reference` names
    it for operators. `function` is the word by which it says what it is for, `meaning` what that means.
    """

    unit: str
    number: int
    reference: str
    start: int
    end: int
    function: str = ""
    meaning: Function = "original"
    errors: list[RuleError] = []

    @property
    def full(self) -> bool:
        """Check whether no more errors are noted."""
        return len(self.errors) >= MAX_ERRORS

    def error(self, code: str, message: str, number: int = 0, column: int = 0) -> None:
        """Record an error at a row (or request) and a column, each once, up to MAX_ERRORS."""
        if self.full:
            return
        at = number or self.number
        found = RuleError(
            code=code,
            message=clipped_message(f"{self.unit} {at}: {message}"),
            segment=self.unit,
            position=at,
            element=column,
        )
        if found not in self.errors:
            self.errors.append(found)
