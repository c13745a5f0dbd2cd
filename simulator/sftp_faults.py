"""Faults that a test or a rehearsal injects into the stand-in SFTP server."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field


@dataclass
class SftpFaults:
    """What goes wrong from now on. Set and unset at will; read with every request.

    `cut_read_after`, `cut_write_after`: bytes of file content that still pass before the connection is
    cut; a cut happens once. `cut_logins`, `silent_logins`: a cut or nothing instead of the answer to a
    login. `disk_full_after`: bytes that the disk still takes. `refused_write`: the nth write from now (0 is
    the next) is refused, once. `lost_after`: bytes after which writes are answered and not kept. `denied`:
    names of files and folders that may not be touched, nor what is in them. `delay`: seconds before each
    answer. `silent`: no answers while set. `read_limit`: most bytes of one answer to a read.
    """

    cut_read_after: int | None = None
    cut_write_after: int | None = None
    cut_logins: bool = False
    silent_logins: bool = False
    disk_full_after: int | None = None
    refused_write: int | None = None
    lost_after: int | None = None
    denied: frozenset[str] = frozenset()
    refuse_connections: bool = False
    delay: float = 0.0
    read_limit: int | None = None
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
        return self._is_used_up("cut_read_after", count, once=True)

    def cuts_write(self, count: int) -> bool:
        """Count bytes that arrive; true when the connection is to be cut before they are kept."""
        return self._is_used_up("cut_write_after", count, once=True)

    def refuses_write(self, count: int) -> bool:
        """Count a write and its bytes; true when it is to be refused."""
        refused = self._is_used_up("refused_write", 1, once=True)
        return self._is_used_up("disk_full_after", count, once=False) or refused

    def loses_write(self, count: int) -> bool:
        """Count bytes that arrive; true when they are to be lost unseen."""
        return self._is_used_up("lost_after", count, once=False)

    def _is_used_up(self, allowance: str, count: int, *, once: bool) -> bool:
        """Take `count` from an allowance; true from when it does not suffice (once: that time only)."""
        with self.lock:
            left: int | None = getattr(self, allowance)
            if left is None:
                return False
            left -= count
            setattr(self, allowance, None if once and left < 0 else max(left, -1))
            return left < 0
