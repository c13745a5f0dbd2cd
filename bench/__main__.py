"""`python -m bench`: prints every figure as a ratio to a named peer, or to a smaller run of our own.

One stands for itself: how many documents a second go the whole way, since it is a promise.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from bench.ceiling import ceilings
from bench.making import write
from bench.measure import Measure
from bench.measuring import machine, passage, run, side_by_side
from bench.through import Passage, Task

_LONG = {"x12": 1_000_000, "edifact": 930_000}
"""Documents in some 250 MB."""


def main() -> None:
    """Run all benchmarks."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--long", action="store_true", help="also 250 MB and a million documents: minutes")
    parser.add_argument("--times", type=int, default=3, help="runs of each side, of which the best counts")
    parser.add_argument("--folder", type=Path, help="where to keep the files (default: a temporary folder)")
    options = parser.parse_args()
    _say(f"{machine()}; best of {options.times}")
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.folder or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        _against_pyx12(folder, options.times)
        _against_pydifact(folder, options.times)
        _growth("x12", folder, options.times, long=options.long)
        _growth("edifact", folder, options.times, long=options.long)
    _through(options.times)
    _one_file(options.times, long=options.long)
    _past(options.times, long=options.long)
    ceilings(_say)


def _against_pyx12(folder: Path, times: int) -> None:
    _say("\nX12 214, read + validate (+ map), times as fast as pyx12.x12n_document (reads and validates)")
    for count in (100, 1_000, 10_000):
        found = side_by_side(["checked", "mapped", "pyx12"], write("x12", count, folder), times)
        _ratios(count, found, "pyx12")


def _against_pydifact(folder: Path, times: int) -> None:
    _say("\nEDIFACT IFTSTA, read + validate (+ map), times as fast as pydifact.Interchange.from_str (parses)")
    for count in (100, 1_000, 10_000):
        found = side_by_side(["checked", "mapped", "pydifact"], write("edifact", count, folder), times)
        _ratios(count, found, "pydifact")


def _ratios(count: int, found: dict[str, Measure], peer: str) -> None:
    theirs = found[peer]
    parts = [f"{name} {theirs.seconds / found[name].seconds:6.1f}x" for name in ("checked", "mapped")]
    each = ", ".join(f"{name} {measure.seconds / count * 1e6:.0f}" for name, measure in found.items())
    memory = theirs.peak / found["mapped"].peak
    _say(f"{count:>9,} documents: {'  '.join(parts)}   memory of {peer} {memory:.1f}x   (us each: {each})")
    _prove(count, found["mapped"])


def _growth(kind: str, folder: Path, times: int, *, long: bool) -> None:
    _say(f"\n{kind}, read + validate + map: time a document and peak memory, against 10,000 documents")
    base = side_by_side(["mapped"], write(kind, 10_000, folder), times)["mapped"]
    for count in (1_000, 10_000, 100_000, *([_LONG[kind]] if long else ())):
        path = write(kind, count, folder)
        found = base if count == 10_000 else run("mapped", path)
        _prove(count, found)
        pace = (found.seconds / count) / (base.seconds / base.documents)
        _say(
            f"{count:>9,} documents, {path.stat().st_size / 1e6:6.1f} MB: time each {pace:.2f}x, "
            f"memory {found.peak / base.peak:.2f}x = {found.peak:.0f} MB, "
            f"with the acknowledgement written {found.answered:.0f} MB"
        )


def _through(times: int) -> None:
    _say("\nFrom SFTP file to verdict: 20,000 856s and 20,000 214s in 40 files, one vendor, a new ledger")
    task = Task(notices=20_000, statuses=20_000, files=20)
    found = passage(task, times)
    _say(
        f"{task.documents / found.seconds:,.0f} documents/s, start and end of the process included; "
        f"{_each(task, found):.0f} us of processor each, {found.peak:.0f} MB"
    )


def _one_file(times: int, *, long: bool) -> None:
    _say("\nOne file from SFTP to verdict: processor time a 214 and peak memory, against a file of 10,000")
    base_task = Task(statuses=10_000)
    base = passage(base_task, times)
    for count in (10_000, 100_000, *([1_000_000] if long else ())):
        task = Task(statuses=count)
        found = base if count == 10_000 else passage(task, 1)
        _say(
            f"{count:>9,} documents: time each {_each(task, found) / _each(base_task, base):.2f}x, "
            f"memory {found.peak / base.peak:.2f}x = {found.peak:.0f} MB; "
            f"{count / found.seconds:,.0f} documents/s"
        )


def _past(times: int, *, long: bool) -> None:
    _say("\nA ledger with a past: processor time a document (5,000 856s, 5,000 214s), against an empty one")
    base_task = Task(notices=5_000, statuses=5_000, files=10)
    base = passage(base_task, times)
    for rows in (1_000_000, *([10_000_000] if long else ())):
        task = Task(notices=5_000, statuses=5_000, files=10, rows=rows)
        found = passage(task, times)
        _say(
            f"{rows:>10,} rows: time each {_each(task, found) / _each(base_task, base):.2f}x, "
            f"memory {found.peak / base.peak:.2f}x = {found.peak:.0f} MB"
        )


def _each(task: Task, found: Passage) -> float:
    """Return microseconds of processor a document."""
    return found.processor / task.documents * 1e6


def _prove(count: int, found: Measure) -> None:
    """Stop if the work was not done: then the figures mean nothing."""
    if (found.documents, found.accepted, found.events) != (count, count, count):
        sys.exit(f"of {count} documents, {found.accepted} were accepted, and {found.events} events made")


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
