"""Single steps on an SFTP server that the adapter is made of; each raises `Refusal` when refused."""

from __future__ import annotations

import posixpath
import stat

from paramiko.sftp import SFTP_FAILURE, SFTP_NO_SUCH_FILE, SFTP_OP_UNSUPPORTED

from bridge.dropfolder.fields import Attributes, Entry
from bridge.dropfolder.port import Content
from bridge.dropfolder.wire import Refusal, WireClient


def regular_files(client: WireClient, folder: bytes) -> tuple[list[tuple[bytes, Attributes]], str]:
    """Return names and attributes of the regular files of a folder, and why the listing was cut, if it was.

    Links and folders are left out.
    """
    listing = client.listing(folder)
    found = [(entry.name, entry.attributes) for entry in listing if _is_regular(entry)]
    files: list[tuple[bytes, Attributes]] = []
    for name, known in found:
        if listing.is_late():
            return files, listing.cut
        files.append((name, _complete(client, folder, name, known)))
    return files, listing.cut


def _is_regular(entry: Entry) -> bool:
    mode = entry.attributes.st_mode
    if mode is not None and stat.S_IFMT(mode):
        return stat.S_ISREG(mode)
    # No type in the attributes: the line as `ls -l` prints it is all there is.
    return not entry.longname[:1] or entry.longname[:1] in b"-?"


def _complete(client: WireClient, folder: bytes, name: bytes, known: Attributes) -> Attributes:
    """Attributes with a size; some servers leave it out of listings. A file gone by now keeps none."""
    if known.st_size is not None:
        return known
    return status(client, posixpath.join(folder, name)) or known


def status(client: WireClient, path: bytes) -> Attributes | None:
    """Attributes of what stands at `path`, a link not followed; None where nothing does."""
    try:
        return client.lstat(path)
    except Refusal as refusal:
        if refusal.code == SFTP_NO_SUCH_FILE:
            return None
        raise


def write(client: WireClient, path: bytes, content: Content) -> None:
    """Write a file; makes its folder when that is what was missing."""
    try:
        client.write_all(path, content.chunks())
    except Refusal as refusal:
        if refusal.code != SFTP_NO_SUCH_FILE:
            raise
        make_folder(client, posixpath.dirname(path))
        client.write_all(path, content.chunks())


def confirm_size(client: WireClient, path: bytes, size: int) -> None:
    """Ask what the server has stored; raises `Refusal` when it is less or more than was sent."""
    stored = client.stat(path).st_size
    if stored not in {None, size}:
        raise Refusal(SFTP_FAILURE, f"the server kept {stored} of {size} bytes")


def rename(client: WireClient, source: bytes, target: bytes) -> None:
    """Rename to a name that is free.

    The plain rename comes first: it refuses a name that is taken, where posix-rename writes over it. Some
    servers cannot do it (no hard links below), hence the second try, when nothing stands there.
    """
    try:
        client.rename(source, target)
    except Refusal as refusal:
        if refusal.code not in {SFTP_FAILURE, SFTP_OP_UNSUPPORTED} or status(client, target) is not None:
            raise
        try:
            client.posix_rename(source, target)
        except Refusal as second:
            raise (refusal if second.code == SFTP_OP_UNSUPPORTED else second) from None


def make_folder(client: WireClient, folder: bytes) -> None:
    """Make a folder and those above it, where missing."""
    if not folder:
        return
    if _is_folder(client, folder):
        return
    make_folder(client, posixpath.dirname(folder) if folder.strip(b"/") else b"")
    try:
        client.mkdir(folder)
    except Refusal:
        if not _is_folder(client, folder):  # another process may have been faster
            raise


def _is_folder(client: WireClient, path: bytes) -> bool:
    try:
        return stat.S_ISDIR(client.stat(path).st_mode or stat.S_IFDIR)
    except Refusal as refusal:
        if refusal.code != SFTP_NO_SUCH_FILE:
            raise
        return False


def discard(client: WireClient, part: bytes) -> None:
    """Remove a half-written file; whether that works changes nothing, the next try writes over it."""
    try:
        client.remove(part)
    except Refusal:
        return
