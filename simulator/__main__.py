"""`python -m simulator`: the stand-ins as a process of their own.

Prints one line of JSON with the addresses when they answer; ends on SIGINT or SIGTERM.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from simulator.serve import serve


def main() -> None:
    """Read the command line and serve."""
    parser = argparse.ArgumentParser(prog="python -m simulator", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--sftp-root", type=Path, help="folder for an SFTP server; without it there is none")
    parser.add_argument("--sftp-port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--journal", type=Path, help="file for every accepted item, a line of JSON each")
    parser.add_argument("--rate", type=float, default=10.0, help="requests a second; 0 for no limit")
    parser.add_argument("--burst", type=int, default=10)
    parser.add_argument("--verdict-delay", type=float, default=0.0, help="seconds of Processing")
    parser.add_argument("--verdict-polls", type=int, default=0, help="polls that are told Processing")
    parser.add_argument("--keep", choices=("items", "keys", "counts"), default="items")
    parser.add_argument("--label-format", choices=("PNG", "ZPL"), default="PNG")
    parser.add_argument("--packing-slips", action="store_true", help="a slip for every label requested")
    parser.add_argument("--invoices", action="store_true", help="an invoice for every label requested")
    given = parser.parse_args()
    serve(
        given.host,
        given.port,
        given.sftp_root,
        sftp_port=given.sftp_port,
        journal=given.journal,
        as_json=True,
        rate=given.rate or None,
        burst=given.burst,
        verdict_delay=given.verdict_delay,
        verdict_polls=given.verdict_polls,
        keep=given.keep,
        label_format=given.label_format,
        packing_slips=given.packing_slips,
        invoices=given.invoices,
    )


if __name__ == "__main__":
    main()
