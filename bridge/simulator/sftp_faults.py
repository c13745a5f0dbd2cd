"""Faults that a test or a rehearsal injects into the stand-in SFTP server."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field


@dataclass
class SftpFaults:
    """What goes wrong from now on. Set and unset at will; read with every request.

    `cut_read_after` and `cut_write_after`: bytes of file content that still pass before the connection
    is cut; a cut happens once. `disk_full_after`: bytes that the disk still takes. `denied`: names that
    may not be touched. `delay`: seconds before each answer; `silent`: no answers at all while set.
    """

    cut_read_after: int | None = None
    cut_write_after: int | None = None
    disk_full_after: int | None = None
    denied: frozenset[str] = frozenset()
    refuse_connections: bool = False
    delay: float = 0.0
    silent: threading.Event = field(default_factory=threading.Event)
    stopping: threading.Event = field(default_factory=threading.Event)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def hold_up(self) -> None:
        """Wait as long as an answer is to wait; never beyond the end of the server."""
        if self.delay:
            self.stopping.wait(self.delay)
        while self.silent.is_set() and not self.stopping.is_set():
            self.stopping.wait(0.02)

    def cuts_read(self, count: int) -> bool:
        """Count bytes that leave; true when the connection is to be cut before them."""
        with self.lock:
            if self.cut_read_after is None:
                return False
            self.cut_read_after -= count
            if self.cut_read_after >= 0:
                return False
            self.cut_read_after = None
            return True

    def cuts_write(self, count: int) -> bool:
        """Count bytes that arrive; true when the connection is to be cut before they are kept."""
        with self.lock:
            if self.cut_write_after is None:
                return False
            self.cut_write_after -= count
            if self.cut_write_after >= 0:
                return False
            self.cut_write_after = None
            return True

    def is_full(self, count: int) -> bool:
        """Count bytes that arrive; true when the disk does not take them."""
        with self.lock:
            if self.disk_full_after is None:
                return False
            self.disk_full_after = max(self.disk_full_after - count, -1)
            return self.disk_full_after < 0
