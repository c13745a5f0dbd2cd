"""`python -m tests.crash.buyers`: 2,000 packages, 500 kills of the daemon, and an account of every label."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from tests.crash.buyers.rounds import run_packages


def main() -> int:
    """Run it and print its figures; 1 where anything is not as it should be."""
    parser = argparse.ArgumentParser(prog="python -m tests.crash.buyers", description=__doc__)
    parser.add_argument("--packages", type=int, default=2000)
    parser.add_argument("--orders", type=int, default=1500)
    parser.add_argument("--files", type=int, default=120)
    parser.add_argument("--damaged", type=int, default=100)
    parser.add_argument("--kills", type=int, default=500)
    parser.add_argument("--cap", default="9000.00", help="dollars a day")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, help="folder to leave the installation in")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="edibridge-packages-") as scrap:
        folder = given.keep.resolve() if given.keep else Path(scrap)
        figures = run_packages(
            given.seed,
            folder,
            packages=given.packages,
            orders=given.orders,
            files=given.files,
            damaged=given.damaged,
            kills=given.kills,
            cap=given.cap,
        )
    sys.stdout.write("\n".join(figures.lines()) + "\n")
    return 1 if figures.account.problems else 0


if __name__ == "__main__":
    sys.exit(main())
