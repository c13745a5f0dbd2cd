"""The one port to a vendor's drop folder: inbox, archive, quarantine and outbox.

Adapters: `sftp.SftpDropFolder` (paramiko) and `local.LocalDropFolder`. Both pass the contract suite in
`tests/contracts`. An adapter belongs to one thread. Names are bare file names, never paths; an adapter
refuses a name that would leave its folder. Every method raises `DropFolderUnavailable` (trying again
may help), `HostKeyRefused` or `AuthenticationRefused` (an operator must act), or `RemoteFileError` (this
one file; the rest goes on).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from typing import Literal, Protocol, Self

import msgspec


class RemoteFile(msgspec.Struct, frozen=True):
    """A file of the inbox as it was listed: size in bytes, mtime in seconds since the epoch."""

    name: str
    size: int
    mtime: float


class Listing(list[RemoteFile]):
    """The regular files of an inbox, oldest first. `cut` says why there may be more, and is empty mostly."""

    def __init__(self, files: Iterable[RemoteFile], cut: str = "") -> None:
        super().__init__(sorted(files, key=lambda file: (file.mtime, file.name)))
        self.cut = cut


class Content(msgspec.Struct, frozen=True):
    """What is to be delivered: its size in bytes, its SHA-256 in hexadecimal, and a way to go through it.

    `chunks` is called anew where a delivery has to begin again.
    """

    size: int
    sha256: str
    chunks: Callable[[], Iterator[bytes]]

    @classmethod
    def of(cls, data: bytes) -> Self:
        """Make a content of bytes that are at hand."""
        return cls(len(data), hashlib.sha256(data).hexdigest(), lambda: iter((data,)))

    def is_in(self, chunks: Iterator[bytes]) -> bool:
        """Return whether these chunks are this content; their size is known to be the same."""
        digest = hashlib.sha256()
        for chunk in chunks:
            digest.update(chunk)
        return digest.hexdigest() == self.sha256


Place = Literal["archive", "statuses", "acknowledgements"]
"""Where names hold the numbers that we gave."""


class DropFolder(Protocol):
    """What the jobs collect and deliver need of a vendor's folders."""

    def list_files(self) -> Listing:
        """List the regular files of the inbox, oldest first; folders and hidden files left out.

        No more than an adapter can hold: `cut` says then why the list is not whole.
        """
        ...

    def read(self, remote: RemoteFile) -> Iterator[bytes]:
        """Read exactly the bytes that were listed, in chunks.

        Raises `RemoteFileError` when the file is gone, shorter, or changed since (size or mtime).
        """
        ...

    def archive(self, name: str, archived_name: str, expected: RemoteFile | None = None) -> None:
        """Move a file of the inbox to the archive. Done already (source gone, target there): fine.

        Never writes over a file. With `expected`, the file as it was listed: raises `RemoteFileError` when
        another file has taken its place since, so that nothing is archived unread.
        """
        ...

    def quarantine(
        self, name: str, quarantined_name: str, reason: str, expected: RemoteFile | None = None
    ) -> None:
        """Move a file of the inbox aside and write `reason` beside it as `<name>.reason.txt`.

        `expected` as in `archive`.
        """
        ...

    def remove(self, name: str) -> None:
        """Remove a file of the inbox (a done-marker whose file was taken). Gone already: fine."""
        ...

    def deliver(self, folder: str, name: str, content: Content) -> None:
        """Write `outbox/folder/name` under a temporary name, then rename it into place.

        `folder` may be a path of bare names (`labels/PO1`), none of them leading upwards.
        Replaces a file of that name with the same content only; raises `RemoteFileError` when another
        content stands there. Makes missing folders.
        """
        ...

    def names(self, place: Place) -> list[str]:
        """List the names of the regular files in the archive, or in a folder of the outbox.

        Empty where there is no such folder or it may not be listed, and no more than an adapter can hold.
        """
        ...

    def close(self) -> None:
        """Close the connection."""
        ...
