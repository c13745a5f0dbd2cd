"""Room on the disks under ledger and spool: a floor under which nothing more is collected.

One partner's files must not fill the disk of all: what Amazon is owed needs the ledger to be written.
"""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

LARGEST_FLOOR = 1 << 30
PART_OF_DISK = 50


class Room:
    """The disks under some folders; one for all partners of a process, whose files it counts while they come.

    `floor` in bytes; without it a fiftieth of each disk, 1 GiB at most.
    """

    def __init__(self, places: Sequence[Path] = (), floor: int | None = None) -> None:
        self._places = places
        self._floor = floor
        self._coming = 0
        self._lock = threading.Lock()

    @contextmanager
    def holding(self, size: int) -> Iterator[str]:
        """Hold room for a file of so many bytes; gives why it may not come, empty where it may."""
        with self._lock:
            lack = next((lack for place in self._places if (lack := self._lack(place, size))), "")
            taken = 0 if lack else size
            self._coming += taken
        try:
            yield lack
        finally:
            with self._lock:
                self._coming -= taken

    def _lack(self, place: Path, size: int) -> str:
        disk = shutil.disk_usage(place)
        floor = min(LARGEST_FLOOR, disk.total // PART_OF_DISK) if self._floor is None else self._floor
        left = disk.free - self._coming
        if left - size >= floor:
            return ""
        return (
            f"{left:,} bytes are free on the disk of {place}, and {floor:,} must stay free "
            f"([bridge] min_free_disk): a file of {size:,} bytes is not collected; make room"
        )
