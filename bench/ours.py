"""Our side: `python -m bench.ours TASK FILE`. The time begins once tables and mappings are loaded."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from bench.measure import MAPPINGS, Measure, peak_memory, tell
from bridge.edi.answers import acknowledge
from bridge.edi.grammar import load_grammar
from bridge.edi.model import DocumentRead
from bridge.edi.reader import read
from bridge.edi.verdicts import Verdicts
from bridge.mapping import explain_profile, load_mappings, translate

_PIECE = 64 * 1024


def pieces(path: Path) -> Iterator[bytes]:
    """Read a file as the bridge does."""
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            yield piece


def checked(path: Path) -> Measure:
    """Read and validate."""
    return _read(path, mapped=False)


def mapped(path: Path) -> Measure:
    """Read, validate, map each document to its facts, and collect the verdicts; then acknowledge."""
    return _read(path, mapped=True)


def _read(path: Path, *, mapped: bool) -> Measure:
    grammar, mappings, profile = load_grammar(MAPPINGS), load_mappings([MAPPINGS]), explain_profile()
    verdicts, results = Verdicts(), []
    documents = accepted = events = 0
    start = time.process_time()
    for event in read(pieces(path), grammar):
        result = verdicts.add(event)
        if result is not None:
            results.append(result)
        if isinstance(event, DocumentRead):
            documents += 1
            accepted += event.document.accepted
            if mapped:
                facts = translate(event.document, profile, mappings)
                events += sum(fact.event is not None and not fact.errors for fact in facts)
    seconds, peak = time.process_time() - start, peak_memory()
    for result in results:
        answer = acknowledge(result, _Numbers(), datetime(2026, 1, 1, tzinfo=UTC))
        for _ in answer.data if answer is not None else ():
            pass  # it is written while it is gone through
    return Measure(
        seconds=seconds,
        documents=documents,
        accepted=accepted,
        events=events,
        peak=peak,
        answered=peak_memory(),
    )


class _Numbers:
    def __init__(self) -> None:
        self._last = 0

    def next(self, kind: str) -> int:
        """Return the next number, whatever it is for."""
        del kind
        self._last += 1
        return self._last


if __name__ == "__main__":
    tell({"checked": checked, "mapped": mapped})
