"""`python -m bench`: prints every figure as a ratio to a named peer, or to a smaller run of our own."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from bench.making import write
from bench.measure import Measure
from bench.measuring import machine, run, side_by_side

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


def _prove(count: int, found: Measure) -> None:
    """Stop if the work was not done: then the figures mean nothing."""
    if (found.documents, found.accepted, found.events) != (count, count, count):
        sys.exit(f"of {count} documents, {found.accepted} were accepted, and {found.events} events made")


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
