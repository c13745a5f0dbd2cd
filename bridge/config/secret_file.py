"""Replacing the file of a `file:` secret: whole at any moment, for its owner alone, the old one kept."""

from __future__ import annotations

import os
import pwd
import tempfile
from pathlib import Path

from bridge.durable import sync_folder

KEPT = ".previous"
"""Ends the name under which the old file is kept."""


def why_not_replaceable(path: Path) -> str:
    """Return why a secret's file cannot be replaced; empty where it can. Leaves nothing behind."""
    path = path.resolve()
    if not path.parent.is_dir():
        return f"there is no folder {path.parent}; make it: mkdir -m 700 {path.parent}"
    if path.exists() and not path.is_file():
        return f"{path} is no file"
    owner = _owner(path)
    if os.geteuid() not in {0, owner[0]}:
        return f"{path} belongs to {_name_of(owner[0])}: run this command as that user"
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        os.close(handle)
        Path(name).unlink()
    except OSError as error:
        return f"{path.parent} cannot be written to: {error.strerror}"
    return ""


def replace_secret(path: Path, secret: str) -> Path | None:
    """Write a secret's file anew (mode 0600, synced), and return where the old one is kept; None for a first.

    Where the path is a link, what it leads to is replaced. Whoever owned the old file (or the folder) owns
    the new one, so that root does not lock the bridge out. Raises OSError, and the old file then stands.
    """
    path = path.resolve()
    owner, kept = _owner(path), None
    if path.exists():
        kept = path.with_name(path.name + KEPT)
        _put(kept, path.read_bytes(), owner)
    _put(path, f"{secret}\n".encode(), owner)
    return kept


def _put(path: Path, data: bytes, owner: tuple[int, int]) -> None:
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # of mode 0600
    try:
        with os.fdopen(handle, "wb") as file:
            if os.geteuid() == 0:
                os.fchown(file.fileno(), *owner)
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def _owner(path: Path) -> tuple[int, int]:
    found = (path if path.exists() else path.parent).stat()
    return found.st_uid, found.st_gid


def _name_of(user: int) -> str:
    try:
        return pwd.getpwuid(user).pw_name
    except KeyError:
        return f"user {user}"
