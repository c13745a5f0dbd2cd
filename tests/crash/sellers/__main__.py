"""`python -m tests.crash.sellers`: 5,000 orders, 200 kills of the daemon, and an account of every order."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from tests.crash.sellers.rounds import run_orders


def main() -> int:
    """Run it and print its figures; 1 where anything is not as it should be."""
    parser = argparse.ArgumentParser(prog="python -m tests.crash.sellers", description=__doc__)
    parser.add_argument("--orders", type=int, default=5000)
    parser.add_argument("--files", type=int, default=50)
    parser.add_argument("--damaged", type=int, default=100)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, help="folder to leave the installation in")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="edibridge-orders-") as scrap:
        folder = given.keep.resolve() if given.keep else Path(scrap)
        figures = run_orders(
            given.seed,
            folder,
            orders=given.orders,
            files=given.files,
            damaged=given.damaged,
            kills=given.kills,
        )
    sys.stdout.write("\n".join(figures.lines()) + "\n")
    return 1 if figures.account.problems else 0


if __name__ == "__main__":
    sys.exit(main())
