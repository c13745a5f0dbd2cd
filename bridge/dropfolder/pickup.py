"""Decides which files of an inbox are whole, by the convention agreed with the vendor. Pure.

`settled`    size and mtime stood still over listings at least `interval` seconds apart; needs nothing of
             the vendor, and is the default
`rename`     the vendor writes under an unfinished name (`x.edi.tmp`) and renames when whole
`done-file`  the vendor writes `x.edi`, then a marker `x.edi.done`
"""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatchcase
from typing import Literal

import msgspec

from bridge.dropfolder.port import RemoteFile

Convention = Literal["settled", "rename", "done-file"]

# What common clients call a file they still write: WinSCP .filepart, browsers and scripts the others.
UNFINISHED = ("*.tmp", "*.part", "*.partial", "*.filepart")


class _Standing(msgspec.Struct, frozen=True):
    """A file and since when it is unchanged."""

    file: RemoteFile
    since: float


class PickupPolicy:
    """Decides which files of an inbox may be taken. `now` is seconds of a clock that never runs backwards."""

    def __init__(
        self,
        convention: Convention = "settled",
        *,
        interval: float = 10.0,
        unfinished: Sequence[str] = UNFINISHED,
        marker: str = "{name}.done",
    ) -> None:
        if marker.count("{name}") + marker.count("{stem}") != 1 or marker in {"{name}", "{stem}"}:
            raise ValueError(f"marker {marker!r}: needs {{name}} or {{stem}} once and something beside it")
        self.convention = convention
        self._interval = interval
        self._unfinished = tuple(pattern.casefold() for pattern in unfinished)
        self._marker = marker
        self._standing: dict[str, _Standing] = {}

    def ready(self, listed: Sequence[RemoteFile], now: float) -> list[RemoteFile]:
        """Return the listed files that may be taken, in order. A file that is not listed is forgotten."""
        candidates = [
            file
            for file in listed
            if not any(fnmatchcase(file.name.casefold(), pattern) for pattern in self._unfinished)
        ]
        if self.convention == "rename":
            return candidates
        if self.convention == "done-file":
            return self._marked(candidates)
        return self._settled(candidates, now)

    def marker_of(self, name: str) -> str | None:
        """Name of the marker to remove once `name` was taken; None where the convention has none."""
        if self.convention != "done-file":
            return None
        stem = name.rpartition(".")[0] or name
        return self._marker.replace("{name}", name).replace("{stem}", stem)

    def _marked(self, candidates: Sequence[RemoteFile]) -> list[RemoteFile]:
        names = {file.name for file in candidates}
        markers = {self.marker_of(name) for name in names} & names
        return [
            file for file in candidates if file.name not in markers and self.marker_of(file.name) in names
        ]

    def _settled(self, candidates: Sequence[RemoteFile], now: float) -> list[RemoteFile]:
        before, self._standing = self._standing, {}
        for file in candidates:
            known = before.get(file.name)
            self._standing[file.name] = known if known and known.file == file else _Standing(file, now)
        return [
            file
            for file in candidates
            if file.name in before and now - self._standing[file.name].since >= self._interval
        ]
