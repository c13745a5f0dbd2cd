"""The tree of HL segments in an 856: any order of levels, but identifiers that hold together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bridge.edi.model import EdiError, Segment


def check_hierarchy(segments: Sequence[Segment]) -> Iterator[EdiError]:
    """Check that HL01 is unique and that HL02, where it is given, names an earlier HL01.

    A blank HL02 is the root, or a partner who leaves the tree to the order of the levels.
    """
    seen: set[str] = set()
    for segment in segments:
        if segment.tag != "HL":
            continue
        own, parent = segment.value(1), segment.value(2)
        if own and own in seen:
            yield _error(segment, 1, "628", own, "the hierarchical identifier (HL01) occurs twice")
        if parent and parent == own:
            yield _error(segment, 2, "734", parent, "the level is its own parent (HL02)")
        elif parent and parent not in seen:
            yield _error(segment, 2, "734", parent, "the parent (HL02) is no level that came before")
        seen.add(own)


def _error(segment: Segment, element: int, number: str, value: str, message: str) -> EdiError:
    return EdiError(
        level="element",
        code="7",
        message=message,
        segment="HL",
        position=segment.number,
        element=element,
        value=value[:99],
        loop="HL",
        data_element=number,
    )
