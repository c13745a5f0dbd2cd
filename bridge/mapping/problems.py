"""What a mapping finds wrong with a document: rule errors with the place they point to."""

from __future__ import annotations

from collections.abc import Iterable

from bridge.domain.events import RuleError
from bridge.mapping.lookup import Place
from bridge.outside_text import clipped_message


def error_at(place: Place | None, code: str, message: str) -> RuleError:
    """Return a rule error that points at `place`, or at the document as a whole; long values are cut."""
    message = clipped_message(message)
    if place is None:
        return RuleError(code=code, message=message)
    return RuleError(
        code=code,
        message=message,
        segment=place.segment.tag,
        position=place.segment.number,
        element=place.element,
        component=place.component if place.component > 1 else 0,
    )


class Findings:
    """Collects the errors and holds of one result while it is being mapped.

    `undecided`: one of the holds leaves open what the result is, so that there is no event to release.
    """

    __slots__ = ("conflicts", "errors", "holds", "undecided")

    def __init__(self) -> None:
        self.errors: list[RuleError] = []
        self.holds: list[str] = []
        self.conflicts: set[tuple[int, int, int]] = set()
        self.undecided = False

    def error(self, place: Place | None, code: str, message: str) -> None:
        """Record an error, each once."""
        found = error_at(place, code, message)
        if found not in self.errors:
            self.errors.append(found)

    def hold(self, reason: str) -> None:
        """Record a reason to hold, each once; long values are cut."""
        reason = clipped_message(reason)
        if reason not in self.holds:
            self.holds.append(reason)

    def conflict(self, reason: str, places: Iterable[Place]) -> None:
        """Record that several values stand where one is meant, the same values once for all fields."""
        found = {(place.segment.number, place.element, place.component) for place in places}
        self.undecided = True
        if not found or not found <= self.conflicts:
            self.conflicts |= found
            self.hold(reason)
