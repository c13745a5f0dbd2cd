"""The figures of a run, as its lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

_MOST = 50


def told(counts: Mapping[str, object]) -> str:
    """Write counts in one line, by name."""
    return ", ".join(f"{name} {count}" for name, count in sorted(counts.items()))


def lines_of(figures: Mapping[str, object], problems: Sequence[str]) -> list[str]:
    """Write figures, a line each, and the first problems."""
    return [
        *(f"{name}: {value}" for name, value in figures.items()),
        *(f"  {problem}" for problem in problems[:_MOST]),
    ]
