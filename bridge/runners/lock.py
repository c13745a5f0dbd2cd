"""One process drains a ledger at a time; the system lets go of the lock when the process dies."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bridge.errors import BridgeError, Fault


class AlreadyDraining(BridgeError):
    """Another process drains this ledger."""

    fault = Fault.OPERATOR
    permanent = False


@contextmanager
def draining(ledger: Path | None) -> Iterator[None]:
    """Hold the lock beside a ledger file. Raises `AlreadyDraining`; does nothing without a file."""
    if ledger is None:
        yield
        return
    path = ledger.with_name(ledger.name + ".lock")
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            holder = os.pread(descriptor, 32, 0).decode("ascii", "replace").strip() or "unknown"
            raise AlreadyDraining(
                f"process {holder} drains {ledger} already; stop it, or let it do the work"
            ) from error
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, str(os.getpid()).encode("ascii"), 0)
        yield
    finally:
        os.close(descriptor)
