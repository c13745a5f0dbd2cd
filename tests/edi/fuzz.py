"""Spoils good files in every way, and holds the reader to what it promises of any bytes.

    python -m tests.edi.fuzz [--cases 50000] [--seed 1] [--jobs N] [--only CASE]

Of each spoiled file: nothing raises; the spans of the events tile it; each document is accepted, or
rejected with a reason and a place; some are read again in small pieces, which must make no difference,
and some are acknowledged, which our own reader must accept. A case is made of its number and the seed
alone, so that `--only` shows one again.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from random import Random

from bridge.edi.answers import acknowledge
from bridge.edi.grammar import Grammar, load_grammar
from bridge.edi.model import Document, DocumentRead, ReaderEvent
from bridge.edi.reader import read
from bridge.edi.verdicts import Verdicts

ROOT = Path(__file__).parents[2]
FOLDERS = (ROOT / "samples", ROOT.parent / "shared" / "samples")
NOW = datetime(2024, 1, 2, 3, 4, tzinfo=UTC)
BATCH = 250
PIECES = (
    *(b"~", b"'", b"*", b"+", b":", b">", b"?", b"?'", b"^", b"\r\n", b"\n", b" ", b"\x00", b"\x1a", b"\xff"),
    *(
        b"\xef\xbb\xbf",
        b"\xc3\xa4",
        b"ISA*00*",
        b"GS*",
        b"ST*214*0001~",
        b"SE*1*0001~",
        b"GE*1*1~",
        b"IEA*1*1~",
    ),
    *(b"UNA:+.? '", b"UNB+UNOC:3+", b"UNH+1+DESADV:D:96A:UN'", b"UNT+1+1'", b"UNZ+1+1'", b"TA1*", b"LX*1~"),
    *(b"HL*1*1*I~", b"AT7*", b"99999999999999999999", b"20240230", b"-", b"1E3", b"\xe4", b"A" * 300),
)


class Failure(Exception):
    """Something that the reader promises and did not keep."""


@cache
def corpus() -> tuple[bytes, ...]:
    """Return the files to spoil, the same in every process."""
    return tuple(path.read_bytes() for folder in FOLDERS for path in sorted(folder.glob("*/*.edi")))


@cache
def grammar() -> Grammar:
    return load_grammar(ROOT / "mappings")


def flip(data: bytes, chance: Random) -> bytes:
    place = chance.randrange(len(data))
    return data[:place] + bytes([chance.randrange(256)]) + data[place + 1 :]


def delete(data: bytes, chance: Random) -> bytes:
    place = chance.randrange(len(data))
    return data[:place] + data[place + chance.choice((1, 1, 2, 5, 40, 400)) :]


def insert(data: bytes, chance: Random) -> bytes:
    place = chance.randrange(len(data) + 1)
    return data[:place] + chance.choice((*PIECES, chance.randbytes(3))) + data[place:]


def truncate(data: bytes, chance: Random) -> bytes:
    return data[: chance.randrange(1, len(data) + 1)]


def join(data: bytes, chance: Random) -> bytes:
    other = chance.choice(corpus())
    return data + chance.choice((b"", b"\r\n", b"x")) + (other if chance.random() < 0.8 else data)


def swap(data: bytes, chance: Random) -> bytes:
    parts, ending = segments_of(data)
    one, other = chance.randrange(len(parts)), chance.randrange(len(parts))
    parts[one], parts[other] = parts[other], parts[one]
    return ending.join(parts)


def repeat(data: bytes, chance: Random) -> bytes:
    parts, ending = segments_of(data)
    place = chance.randrange(len(parts))
    parts[place:place] = [parts[chance.randrange(len(parts))]] * chance.choice((1, 1, 2, 20))
    return ending.join(parts)


def drop(data: bytes, chance: Random) -> bytes:
    parts, ending = segments_of(data)
    del parts[chance.randrange(len(parts))]
    return ending.join(parts)


def value(data: bytes, chance: Random) -> bytes:
    """Replace an element of a segment."""
    parts, ending = segments_of(data)
    place = chance.randrange(len(parts))
    separator = max((b"*", b"+", b"|"), key=parts[place].count)
    elements = parts[place].split(separator)
    elements[chance.randrange(len(elements))] = chance.choice((*PIECES, b"", b"0", b"X"))
    parts[place] = separator.join(elements)
    return ending.join(parts)


def segments_of(data: bytes) -> tuple[list[bytes], bytes]:
    ending = max((b"~", b"'", b"\n", b"$"), key=data.count)
    return data.split(ending), ending


MUTATIONS: tuple[Callable[[bytes, Random], bytes], ...] = (
    *(flip, flip, delete, insert, insert, truncate, join, swap, swap, repeat, drop, value, value),
)


def make(case: int, seed: int) -> tuple[bytes, Random]:
    """Make the bytes of a case; the chances left over are for how it is read."""
    chance = Random(seed * 1_000_003 + case)  # noqa: S311
    data = chance.choice(corpus())
    for _ in range(chance.choice((1, 1, 2, 3, 6))):
        data = chance.choice(MUTATIONS)(data, chance) or b"~"
    return data, chance


def check(case: int, seed: int) -> Counter[str]:
    """Check one case and count its documents; raises Failure, or whatever the reader raises."""
    data, chance = make(case, seed)
    events = list(read([data], grammar()))
    tile(events, len(data))
    documents = [event.document for event in events if isinstance(event, DocumentRead)]
    for document in documents:
        judge(document)
    if chance.random() < 0.1:
        sizes = [chance.choice((1, 1, 2, 7, 100, 5000)) for _ in range(10)]
        if facts(read(chunks(data, sizes), grammar())) != facts(events):
            raise Failure("the borders of chunks make a difference")
    if chance.random() < 0.1:
        answer_all(events)
    accepted = sum(document.accepted for document in documents)
    return Counter(accepted=accepted, rejected=len(documents) - accepted)


def tile(events: Iterable[ReaderEvent], size: int) -> None:
    place = 0
    for event in events:
        if event.offset != place or event.length < 0:
            raise Failure(f"an event begins at {event.offset}, the one before ended at {place}")
        place += event.length
    if place != size:
        raise Failure(f"the events end at {place} of {size} bytes")


def judge(document: Document) -> None:
    """Hold a document to its promises: numbers, and a reason with a place if it is rejected."""
    if document.segment < 1 or document.number < 1:
        raise Failure("a document without its number")
    for error in document.errors:
        if not error.message or "cannot be checked" in error.message:
            raise Failure(f"an error that says nothing: {error.message!r}")
        placed = error.position >= 1 or error.level in ("interchange", "group") or not error.fatal
        if not placed or error.position > len(document.segments) + 100_000:
            raise Failure(f"an error without a place: {error.code} {error.message}")


def facts(events: Iterable[ReaderEvent]) -> list[tuple[object, ...]]:
    return [
        (
            type(event).__name__,
            event.offset,
            event.length,
            *((event.document.segment, event.document.errors) if isinstance(event, DocumentRead) else ()),
        )
        for event in events
    ]


def chunks(data: bytes, sizes: Sequence[int]) -> Iterable[bytes]:
    place = turn = 0
    while place < len(data):
        size = sizes[turn % len(sizes)]
        yield data[place : place + size]
        place, turn = place + size, turn + 1


class Numbers:
    """Control numbers of answers."""

    def __init__(self) -> None:
        self.last = 0

    def next(self, kind: str) -> int:
        del kind
        self.last += 1
        return self.last


def answer_all(events: Iterable[ReaderEvent]) -> None:
    verdicts = Verdicts()
    for event in events:
        result = verdicts.add(event)
        answer = acknowledge(result, Numbers(), NOW) if result is not None else None
        if answer is None:
            continue
        for told in read(answer.data, grammar()):
            if isinstance(told, DocumentRead) and not told.document.accepted:
                raise Failure(f"our own answer is not accepted: {told.document.errors[0]}")


def run(cases: range, seed: int) -> tuple[Counter[str], list[str]]:
    """Check a run of cases; give the counts and what failed."""
    counts: Counter[str] = Counter()
    failures = []
    for case in cases:
        counts["cases"] += 1
        try:
            counts += check(case, seed)
        except Exception as error:  # noqa: BLE001  # whatever comes is what is looked for
            place = traceback.extract_tb(error.__traceback__)[-1]
            where = f"{Path(place.filename).name}:{place.lineno}"
            failures.append(f"case {case} of seed {seed}: {type(error).__name__}: {error} ({where})")
    return counts, failures


def main() -> int:
    """Run all cases in parallel, print the failures and one line that sums up."""
    parser = argparse.ArgumentParser(prog="python -m tests.edi.fuzz")
    parser.add_argument("--cases", type=int, default=50_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--only", type=int, help="show one case: its bytes, and what it raises")
    options = parser.parse_args()
    if options.only is not None:
        sys.stdout.buffer.write(make(options.only, options.seed)[0] + b"\n")
        check(options.only, options.seed)
        return 0
    start = time.monotonic()
    batches = [range(first, min(first + BATCH, options.cases)) for first in range(0, options.cases, BATCH)]
    counts: Counter[str] = Counter()
    failures: list[str] = []
    with ProcessPoolExecutor(options.jobs) as pool:
        for found, failed in pool.map(run, batches, [options.seed] * len(batches)):
            counts += found
            failures += failed
    for failure in failures[:50]:
        print(failure)  # noqa: T201
    print(  # noqa: T201
        f"fuzz: {counts['cases']} spoiled files of {len(corpus())}, {counts['accepted']} documents accepted,"
        f" {counts['rejected']} rejected, {len(failures)} failures, {time.monotonic() - start:.0f} s"
    )
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
