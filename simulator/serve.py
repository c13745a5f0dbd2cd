"""The stand-ins in the foreground, for users' rehearsals and for tests that need another process."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

import msgspec

from simulator.rehearsal import Addresses, Rehearsal


def serve(  # noqa: PLR0913 - each is an option of the command line
    *,
    port: int,
    sftp_root: Path | None,
    sftp_port: int,
    journal: Path | None,
    as_json: bool,
    out: TextIO,
    **options: object,
) -> None:
    """Print how to reach the stand-ins, and serve until SIGINT or SIGTERM. For the main thread.

    As JSON it is one line, an `Addresses`, written when requests can be answered. Raises OSError where
    a port is taken.
    """
    stand_ins = Rehearsal(port=port, sftp_root=sftp_root, sftp_port=sftp_port, journal=journal, **options)
    with _asked_to_stop() as stop, stand_ins as rehearsal:
        addresses = rehearsal.addresses(documents=True)
        text = msgspec.json.encode(addresses).decode() if as_json else _as_text(addresses)
        out.write(text + "\n")
        out.flush()
        stop.wait()


@contextmanager
def _asked_to_stop() -> Iterator[threading.Event]:
    """Return an event that SIGINT and SIGTERM set; their handlers are restored afterwards."""
    stop = threading.Event()
    wanted = (signal.SIGINT, signal.SIGTERM)
    before = {number: signal.signal(number, lambda *_: stop.set()) for number in wanted}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _as_text(addresses: Addresses) -> str:
    """Write what an operator needs to point a bridge at the stand-ins."""
    lines = [f"A stand-in Amazon answers at {addresses.url}"]
    if addresses.sftp_root:
        lines += [
            f"A stand-in SFTP server answers at {addresses.sftp_host}:{addresses.sftp_port}",
            f"  drop files into {addresses.sftp_root}/inbox",
        ]
    lines += ["", "Set these, made up for the stand-ins only:", ""]
    lines += [f"export {name}='{value}'" for name, value in addresses.environment.items()]
    lines += ["", "and use this config.toml:", "", addresses.config]
    lines += [
        f"What was taken, and how often: curl {addresses.url}/_stand-in/state",
        "Make the next request fail:",
        f"  curl --json '{{\"status\": 503}}' {addresses.url}/_stand-in/faults",
        "Stop with Ctrl+C.",
    ]
    return "\n".join(lines)
