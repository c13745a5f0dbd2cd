"""The file system of the stand-in SFTP server: one user's folder, which no path leaves."""

from __future__ import annotations

import errno
import os
import posixpath
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar, cast

import paramiko
from paramiko.sftp import SFTP_FAILURE, SFTP_OK, SFTP_OP_UNSUPPORTED, SFTP_PERMISSION_DENIED
from paramiko.sftp_attr import SFTPAttributes

from simulator.sftp_faults import SftpFaults

F = TypeVar("F", bound=Callable[..., Any])


def _answering(method: F) -> F:
    """Turn the operating system's errors into SFTP's, and apply the faults of all requests."""

    @wraps(method)
    def answer(self: Any, *args: Any) -> Any:  # noqa: ANN401 - paramiko's interface is untyped
        self.faults.hold_up()
        try:
            return method(self, *args)
        except OSError as error:
            return paramiko.SFTPServer.convert_errno(error.errno or errno.EIO)

    return cast("F", answer)


class Folder(paramiko.SFTPServerInterface):
    """Requests of one session against one user's root."""

    def __init__(
        self,
        server: paramiko.ServerInterface,
        root: Callable[[], Path],
        faults: SftpFaults,
        cut: Callable[[], None],
        renames: Callable[[], tuple[bool, bool]],
    ) -> None:
        super().__init__(server)
        self.faults = faults
        self._root = Path(os.path.realpath(root()))
        self._cut = cut
        self._renames = renames  # whether the plain one works, and whether OpenSSH's

    def _real(self, path: str, *, follow: bool = False) -> Path:
        """Place on disk of a path. Raises PermissionError where a link or a fault forbids it."""
        inside = posixpath.normpath(posixpath.join("/", path)).lstrip("/")
        place = self._root / inside
        resolved = Path(os.path.realpath(place if follow else place.parent))
        if not resolved.is_relative_to(self._root) and place != self._root:
            raise PermissionError(errno.EACCES, "outside of the root")
        if self.faults.denied.intersection(Path(inside).parts):
            raise PermissionError(errno.EACCES, "denied by a fault")
        return place

    def canonicalize(self, path: str) -> str:
        """Absolute path as the client sees it."""
        return posixpath.normpath(posixpath.join("/", path))

    @_answering
    def list_folder(self, path: str) -> list[SFTPAttributes] | int:
        """List a folder; names leave as the bytes that they are on disk."""
        listing = []
        with os.scandir(self._real(path, follow=True)) as entries:
            for entry in entries:
                attributes = SFTPAttributes.from_stat(entry.stat(follow_symlinks=False))
                attributes.filename = os.fsencode(entry.name)  # type: ignore[assignment]
                listing.append(attributes)
        return listing

    @_answering
    def stat(self, path: str) -> SFTPAttributes | int:
        """Attributes, links followed."""
        return SFTPAttributes.from_stat(self._real(path, follow=True).stat())

    @_answering
    def lstat(self, path: str) -> SFTPAttributes | int:
        """Attributes of the link itself."""
        return SFTPAttributes.from_stat(self._real(path).lstat())

    @_answering
    def open(self, path: str, flags: int, attr: SFTPAttributes) -> paramiko.SFTPHandle | int:  # noqa: ARG002
        """Open a file below the root."""
        descriptor = os.open(self._real(path, follow=True), flags, 0o666)
        return _OpenFile(flags, descriptor, self.faults, self._cut)

    @_answering
    def remove(self, path: str) -> int:
        """Remove a file."""
        self._real(path).unlink()
        return SFTP_OK

    @_answering
    def rename(self, oldpath: str, newpath: str) -> int:
        """Rename to a name that is free, as SFTP version 3 has it."""
        old, new = self._real(oldpath), self._real(newpath)
        if not self._renames()[0] or os.path.lexists(new):
            return SFTP_FAILURE
        old.rename(new)
        return SFTP_OK

    @_answering
    def posix_rename(self, oldpath: str, newpath: str) -> int:
        """OpenSSH's extension: writes over what stands there."""
        if not self._renames()[1]:
            return SFTP_OP_UNSUPPORTED
        self._real(oldpath).rename(self._real(newpath))
        return SFTP_OK

    @_answering
    def mkdir(self, path: str, attr: SFTPAttributes) -> int:  # noqa: ARG002
        """Make one folder."""
        self._real(path).mkdir()
        return SFTP_OK

    @_answering
    def rmdir(self, path: str) -> int:
        """Remove an empty folder."""
        self._real(path).rmdir()
        return SFTP_OK

    @_answering
    def chattr(self, path: str, attr: SFTPAttributes) -> int:
        """Set modes and times."""
        paramiko.SFTPServer.set_file_attr(str(self._real(path, follow=True)), attr)
        return SFTP_OK

    def symlink(self, target_path: str, path: str) -> int:  # noqa: ARG002
        """Links are not made here: they could lead out of the root."""
        return SFTP_PERMISSION_DENIED


class _OpenFile(paramiko.SFTPHandle):
    """An open file; content passes through here, and with it the faults that count bytes."""

    def __init__(self, flags: int, descriptor: int, faults: SftpFaults, cut: Callable[[], None]) -> None:
        super().__init__(flags)
        self.faults = faults
        self._descriptor = descriptor
        self._cut = cut

    def close(self) -> None:
        """Close the file; twice is fine."""
        descriptor, self._descriptor = self._descriptor, -1
        if descriptor >= 0:
            os.close(descriptor)

    @_answering
    def stat(self) -> SFTPAttributes | int:
        """Attributes of the open file."""
        return SFTPAttributes.from_stat(os.fstat(self._descriptor))

    @_answering
    def chattr(self, attr: SFTPAttributes) -> int:
        """Set the times of the open file."""
        if attr.st_mtime is not None:
            os.utime(self._descriptor, (attr.st_atime or attr.st_mtime, attr.st_mtime))
        return SFTP_OK

    @_answering
    def read(self, offset: int, length: int) -> bytes | int:
        """Read; empty at the end."""
        data = os.pread(self._descriptor, min(length, self.faults.read_limit or length), offset)
        if self.faults.cuts_read(len(data)):
            self._cut()
            return SFTP_FAILURE
        return data

    @_answering
    def write(self, offset: int, data: Any) -> int:  # noqa: ANN401 - bytes or a buffer
        """Write all of `data`."""
        data = bytes(data)
        if self.faults.cuts_write(len(data)):
            self._cut()
            return SFTP_FAILURE
        if self.faults.refuses_write(len(data)):
            return SFTP_FAILURE
        if self.faults.loses_write(len(data)):
            return SFTP_OK
        while data:
            count = os.pwrite(self._descriptor, data, offset)
            data, offset = data[count:], offset + count
        return SFTP_OK
