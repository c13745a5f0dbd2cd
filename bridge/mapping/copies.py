"""Finds copies of shipped mappings in users' folders: what an upgrade corrects would not reach them."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from bridge.errors import Problem

_PATTERNS = ("*.toml", "status/*.toml", "outbound/*.toml")
Leaves = dict[tuple[str, ...], str]


def find_copies(shipped: Path, folders: Sequence[Path]) -> Iterator[Problem]:
    """Yield the files of folders that state half of a shipped file again, or more. They are known to load."""
    originals = [(_subject(path, content), _leaves(content), path) for path, content in _files(shipped)]
    for folder in folders:
        for path, content in _files(folder):
            own = _leaves(content)
            same = [
                (sum(own.get(place) == value for place, value in leaves.items()), len(leaves), original)
                for subject, leaves, original in originals
                if subject == _subject(path, content)
            ]
            count, total, original = max(same, default=(0, 0, path))
            if total and 2 * count >= total:
                name = original.relative_to(shipped).with_suffix("")
                message = (
                    f"repeats {count} of the {total} entries of the shipped {name}: what an upgrade corrects "
                    "there does not reach a copy; keep what differs and delete the rest (a mapping or status "
                    "table extends the shipped one)"
                )
                yield Problem("", message, file=str(path))


def _files(folder: Path) -> Iterator[tuple[Path, dict[str, Any]]]:
    for pattern in _PATTERNS:
        for path in sorted(folder.glob(pattern)):
            yield path, tomllib.loads(path.read_text(encoding="utf-8"))


def _subject(path: Path, content: dict[str, Any]) -> tuple[str, ...]:
    """Return what a file is about: a document read or written, codes of a standard, or what its name says."""
    if "standard" in content:
        read_or_written = str(content.get("writes", ""))
        return str(content["standard"]), str(content.get("document", "status codes")), read_or_written
    return (path.name,)


def _leaves(value: object, place: tuple[str, ...] = ()) -> Leaves:
    """Return the values of a table that are no tables; lists of tables count by their numbers."""
    if isinstance(value, dict):
        inner = [(str(key), entry) for key, entry in value.items()]
    elif isinstance(value, list) and any(isinstance(entry, dict) for entry in value):
        inner = [(str(number), entry) for number, entry in enumerate(value)]
    else:
        return {place: repr(value)}
    return {key: leaf for name, entry in inner for key, leaf in _leaves(entry, (*place, name)).items()}
