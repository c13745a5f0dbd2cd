"""One process drains a ledger at a time; the system lets go of the lock when the process dies."""

from __future__ import annotations

import errno
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bridge.errors import BridgeError, Fault, LedgerError


class AlreadyDraining(BridgeError):
    """Another process drains this ledger."""

    fault = Fault.OPERATOR
    permanent = False


@contextmanager
def draining(ledger: Path | None) -> Iterator[None]:
    """Hold the lock beside a ledger file. Raises `AlreadyDraining`; does nothing without a file.

    The file is where its links lead to, as SQLite has it: two paths of one ledger are one lock.
    """
    if ledger is None:
        yield
        return
    real = ledger.resolve()
    descriptor = _opened(real.with_name(real.name + ".lock"))
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


def _opened(path: Path) -> int:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    except OSError as error:
        reason = "it is a symbolic link" if error.errno == errno.ELOOP else error.strerror
        raise LedgerError(
            f"cannot lock the ledger with {path}: {reason}; remove it, or set its mode"
        ) from error
