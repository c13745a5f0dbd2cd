"""`python -m tests.crash`: kill the bridge a thousand times, and take stock."""

from __future__ import annotations

import argparse
import multiprocessing
import os
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path
from typing import TextIO

from tests.crash.rounds import Figures, run_round


def main() -> int:
    """Run the rounds side by side and print their figures; 1 where anything is not as it should be."""
    parser = argparse.ArgumentParser(prog="python -m tests.crash", description=__doc__)
    parser.add_argument("--kills", type=int, default=1000)
    parser.add_argument("--round", type=int, default=50, help="kills of one installation")
    parser.add_argument("--seed", type=int, default=1, help="of the first round; each has the next")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 2)
    parser.add_argument("--keep", type=Path, help="folder to leave the installations in")
    given = parser.parse_args()
    begun, total = time.monotonic(), Figures()
    sizes = [given.round] * (given.kills // given.round)
    sizes += [given.kills % given.round] if given.kills % given.round else []
    with tempfile.TemporaryDirectory(prefix="edibridge-crash-") as scrap:
        folder = str(given.keep.resolve()) if given.keep else scrap
        # Spawned, since a fork would carry the threads of the stand-ins along.
        spawning = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(given.jobs, mp_context=spawning) as pool:
            rounds = [
                pool.submit(run_round, seed, size, Path(folder) / str(seed))
                for seed, size in enumerate(sizes, given.seed)
            ]
            for ended in as_completed(rounds):
                total.add(ended.result())
                _say(f"... {total.total} kills, {len(total.account.problems)} problems", sys.stderr)
    total.seconds = time.monotonic() - begun
    _say("\n".join(total.lines()), sys.stdout)
    return 1 if total.account.problems else 0


def _say(text: str, where: TextIO) -> None:
    print(text, file=where, flush=True)


if __name__ == "__main__":
    sys.exit(main())
