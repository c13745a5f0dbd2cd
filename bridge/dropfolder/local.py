"""A drop folder on this machine or a mounted one. Nothing follows a symbolic link out of a folder."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from itertools import islice
from pathlib import Path

from bridge.dropfolder.names import decode_name, encode_name, is_hidden, temporary_name
from bridge.dropfolder.port import Content, Listing, Place, RemoteFile
from bridge.dropfolder.settings import LocalSettings
from bridge.durable import sync_folder
from bridge.errors import DropFolderUnavailable, RemoteFileError

_CHUNK = 1 << 20
_ENTRIES = 100_000
"""Entries of an inbox that are listed at once; the next ones follow when those are taken."""
# What `link` answers on file systems without hard links (FAT, some network mounts).
_NO_LINKS = frozenset({errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK})
# Nothing wrong with the one file: the disk or the mount is.
_UNAVAILABLE = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.ESTALE, errno.EROFS, errno.EMFILE})


class LocalDropFolder:
    """The port over local folders. Archive, quarantine and outbox are made when first needed."""

    def __init__(self, settings: LocalSettings) -> None:
        self._settings = settings

    def list_files(self) -> Listing:
        """List the regular files of the inbox, oldest first."""
        inbox = self._settings.inbox
        _refuse_link(inbox)
        try:
            with os.scandir(os.fsencode(inbox)) as entries:
                found = [file for entry in islice(entries, _ENTRIES) if (file := _remote_file(entry))]
                more = next(entries, None) is not None
        except OSError as error:
            raise DropFolderUnavailable(
                f"{inbox}: the inbox cannot be listed ({error.strerror}); it must exist and be readable"
            ) from error
        return Listing(found, f"it lists {_ENTRIES} entries and more" if more else "")

    def read(self, remote: RemoteFile) -> Iterator[bytes]:
        """Read exactly the bytes that were listed; see the port."""
        inbox = self._settings.inbox
        _refuse_link(inbox)
        with _reported(inbox, remote.name, "read"):
            descriptor = os.open(_path(inbox, remote.name), os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        with os.fdopen(descriptor, "rb", buffering=0) as file:
            _refuse_changed(inbox, remote, os.fstat(file.fileno()))
            left = remote.size
            while left:
                with _reported(inbox, remote.name, "read"):
                    chunk = file.read(min(left, _CHUNK))
                if not chunk:
                    raise RemoteFileError(f"{inbox / remote.name}: became shorter while it was read")
                left -= len(chunk)
                yield chunk
        with _reported(inbox, remote.name, "read"):
            _refuse_changed(inbox, remote, _path(inbox, remote.name).lstat())

    def archive(self, name: str, archived_name: str, expected: RemoteFile | None = None) -> None:
        """Move a file of the inbox to the archive; see the port."""
        source = _path(self._settings.inbox, name)
        _refuse_link(self._settings.inbox)
        if expected is not None and os.path.lexists(source):
            with _reported(self._settings.inbox, name, "check it"):
                _refuse_changed(self._settings.inbox, expected, source.lstat())
        self._move(name, self._settings.archive, archived_name)

    def quarantine(
        self, name: str, quarantined_name: str, reason: str, expected: RemoteFile | None = None
    ) -> None:
        """Move a file of the inbox aside, its reason beside it; see the port."""
        folder, inbox = self._settings.quarantine, self._settings.inbox
        source, target = _path(inbox, name), _path(folder, quarantined_name)
        _refuse_link(inbox)
        self._make(folder)
        with _reported(inbox, name, f"move to {folder}"):
            # The reason first: a crash in between leaves the file in the inbox, where it is seen again.
            if not os.path.lexists(target):
                standing = source.lstat()
                if expected is not None:
                    _refuse_changed(inbox, expected, standing)
                part = _path(folder, f".{quarantined_name}.reason.part")
                _write(part, [reason.encode()], self._settings.file_mode)
                part.replace(_path(folder, f"{quarantined_name}.reason.txt"))
        self._move(name, folder, quarantined_name)

    def remove(self, name: str) -> None:
        """Remove a file of the inbox; gone already is fine."""
        inbox = self._settings.inbox
        _refuse_link(inbox)
        with _reported(inbox, name, "remove"):
            try:
                _path(inbox, name).unlink()
            except FileNotFoundError:
                return
            sync_folder(inbox)

    def deliver(self, folder: str, name: str, content: Content) -> None:
        """Write `outbox/folder/name`, whole or not at all; see the port."""
        target_folder = self._settings.outbox
        self._make(target_folder)
        outbox = target_folder.resolve()
        for part_of_path in folder.split("/"):
            target_folder = _path(target_folder, part_of_path)
            if not target_folder.resolve().is_relative_to(outbox):
                raise RemoteFileError(
                    f"{target_folder}: a link that leads out of the outbox; nothing was written"
                )
            self._make(target_folder, linked=True)
        target = _path(target_folder, name)
        part = _path(target_folder, temporary_name(self._settings.temporary_name, name, content.sha256))
        with _reported(target_folder, name, "write"):
            if not os.path.lexists(target):
                _write(part, content.chunks(), self._settings.file_mode)
                _rename_to_free(part, target)
                sync_folder(target_folder)
                return
            if not _holds(target, content):
                raise RemoteFileError(f"{target}: another content stands there; it is left as it is")
            part.unlink(missing_ok=True)  # a crash between link and unlink left it

    def names(self, place: Place) -> list[str]:
        """List names in the archive or a folder of the outbox; see the port."""
        settings = self._settings
        folder = settings.archive if place == "archive" else settings.outbox / place
        try:
            with os.scandir(os.fsencode(folder)) as entries:
                found = [file for entry in islice(entries, _ENTRIES) if (file := _remote_file(entry))]
        except OSError:
            return []
        return [file.name for file in found]

    def close(self) -> None:
        """Nothing is held open."""

    def _make(self, folder: Path, *, linked: bool = False) -> None:
        """Make a folder where it is missing, with the mode that is set; a link in its place is refused."""
        if not linked:
            _refuse_link(folder)
        if folder.is_dir():
            return
        try:
            folder.mkdir(parents=True, exist_ok=True)
            if self._settings.file_mode is not None:
                mode = self._settings.file_mode  # who may read the files may go in
                folder.chmod(mode | (mode & 0o444) >> 2 | 0o300)
        except OSError as error:
            raise DropFolderUnavailable(
                f"{folder}: the folder is missing and cannot be made ({error.strerror})"
            ) from error

    def _move(self, name: str, folder: Path, new_name: str) -> None:
        inbox = self._settings.inbox
        source, target = _path(inbox, name), _path(folder, new_name)
        _refuse_link(inbox)
        self._make(folder)
        with _reported(inbox, name, f"move to {folder}"):
            if not os.path.lexists(source) and os.path.lexists(target):
                return
            if not stat.S_ISREG(source.lstat().st_mode):
                raise RemoteFileError(f"{inbox / name}: not a regular file; it is left as it is")
            if os.path.lexists(target) and source.samefile(target):
                source.unlink()  # a crash between link and unlink left both names
            else:
                _rename_to_free(source, target)
            sync_folder(folder)
            sync_folder(inbox)


def _path(folder: Path, name: str) -> Path:
    return folder / os.fsdecode(encode_name(name))


def _remote_file(entry: os.DirEntry[bytes]) -> RemoteFile | None:
    name = decode_name(entry.name)
    try:
        status = entry.stat(follow_symlinks=False)
    except FileNotFoundError:
        return None  # gone since the listing
    if is_hidden(name) or not stat.S_ISREG(status.st_mode):
        return None
    return RemoteFile(name, status.st_size, status.st_mtime)


def _refuse_changed(inbox: Path, remote: RemoteFile, status: os.stat_result) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise RemoteFileError(f"{inbox / remote.name}: no regular file any more")
    if (status.st_size, status.st_mtime) != (remote.size, remote.mtime):
        raise RemoteFileError(
            f"{inbox / remote.name}: changed since it was listed ({remote.size} bytes then, "
            f"{status.st_size} now); it will be read when it stands still"
        )


@contextmanager
def _reported(folder: Path, name: str, verb: str) -> Iterator[None]:
    """Turn the operating system's errors into the port's, with place and party."""
    try:
        yield
    except OSError as error:
        text = f"{folder / name}: cannot {verb}: {error.strerror or error}"
        kind = DropFolderUnavailable if error.errno in _UNAVAILABLE else RemoteFileError
        raise kind(text) from error


def _refuse_link(folder: Path) -> None:
    """Raise where a folder has become a symbolic link: it would lead out of what the partner may touch."""
    if folder.is_symlink():
        raise DropFolderUnavailable(
            f"{folder}: is a symbolic link, which is not followed; put a folder in its place, or set "
            "the folder that it leads to in the partner's [...local] table"
        )


def _write(path: Path, chunks: Iterable[bytes], mode: int | None) -> None:
    """Write and sync a new file; a leftover of that name goes first, so that no link is followed.

    With `mode` it has that, whatever the process's umask is.
    """
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o666)
    with os.fdopen(descriptor, "wb") as file:
        if mode is not None:
            os.fchmod(descriptor, mode)
        for chunk in chunks:
            file.write(chunk)
        file.flush()
        os.fsync(file.fileno())


def _rename_to_free(source: Path, target: Path) -> None:
    """Rename without ever writing over `target`: `link` refuses a name that is taken, `rename` does not."""
    try:
        os.link(source, target, follow_symlinks=False)
    except OSError as error:
        if error.errno not in _NO_LINKS | {errno.EXDEV}:
            raise
        if os.path.lexists(target):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST)) from error
        if error.errno == errno.EXDEV:
            _copy(source, target)
        else:
            source.rename(target)
            return
    source.unlink()


def _copy(source: Path, target: Path) -> None:
    """Carry a file to another file system, keeping its mtime; `target` appears when it is whole."""
    part = target.with_name(f".{target.name}.part")
    part.unlink(missing_ok=True)
    with source.open("rb") as reader:
        status = os.fstat(reader.fileno())
        with os.fdopen(
            os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o666), "wb"
        ) as writer:
            while chunk := reader.read(_CHUNK):
                writer.write(chunk)
            writer.flush()
            os.utime(part, ns=(status.st_atime_ns, status.st_mtime_ns))
            os.fsync(writer.fileno())
    part.rename(target)


def _holds(path: Path, content: Content) -> bool:
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    with os.fdopen(descriptor, "rb") as file:
        same_size = os.fstat(file.fileno()).st_size == content.size
        return same_size and content.is_in(iter(partial(file.read, _CHUNK), b""))
