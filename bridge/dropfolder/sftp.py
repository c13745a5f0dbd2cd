"""A vendor's drop folder on an SFTP server."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

import paramiko
import stamina
from paramiko.sftp import (
    SFTP_CONNECTION_LOST,
    SFTP_FAILURE,
    SFTP_NO_CONNECTION,
    SFTP_NO_SUCH_FILE,
    SFTP_PERMISSION_DENIED,
)

from bridge.dropfolder.fields import Attributes
from bridge.dropfolder.names import decode_name, encode_name, is_hidden, temporary_name
from bridge.dropfolder.port import Content, Listing, Place, RemoteFile
from bridge.dropfolder.session import Session, open_session
from bridge.dropfolder.settings import SftpSettings
from bridge.dropfolder.steps import confirm_size, discard, make_folder, regular_files, rename, status, write
from bridge.dropfolder.wire import Refusal, WireClient
from bridge.errors import DropFolderError, DropFolderUnavailable, RemoteFileError
from bridge.faultpoints import reached

T = TypeVar("T")

_CONNECTION_ERRORS = (paramiko.SSHException, paramiko.SFTPError, OSError, EOFError)


class _StaleConnection(Exception):
    """A connection that was kept from an earlier call turned out dead; asked again on a new one."""


class SftpDropFolder:
    """The port over SFTP; for one thread. Connects with the first call, and anew after every fault."""

    def __init__(self, settings: SftpSettings) -> None:
        self._settings = settings
        self._session: Session | None = None

    def list_files(self) -> Listing:
        """List the regular files of the inbox, oldest first."""
        inbox = self._folder(self._settings.inbox)
        try:
            files, cut = self._ask(lambda client: regular_files(client, inbox))
        except Refusal as refusal:
            raise DropFolderUnavailable(
                f"{self._place(inbox)}: the inbox cannot be listed ({refusal}); it must exist and be "
                f"readable for user {self._settings.username!r}"
            ) from refusal
        found = [file for entry in files if (file := self._remote_file(*entry)) is not None]
        return Listing(found, cut)

    def read(self, remote: RemoteFile) -> Iterator[bytes]:
        """Read exactly the bytes that were listed, streaming; see the port."""
        path = self._path(self._settings.inbox, remote.name)
        got = 0
        with self._reported(path, "read"):
            first, rest, session = self._ask(lambda client: self._begin(client, path, remote.size))
            got += len(first)
            yield first
            with self._connected(session):
                for chunk in rest:
                    got += len(chunk)
                    yield chunk
            attributes = self._ask(lambda client: client.lstat(path))
        self._refuse_changed(path, remote, attributes)
        if got != remote.size:
            raise RemoteFileError(f"{self._place(path)}: only {got} of {remote.size} bytes could be read")

    def archive(self, name: str, archived_name: str, expected: RemoteFile | None = None) -> None:
        """Move a file of the inbox to the archive; see the port."""
        self._move(name, self._settings.archive, archived_name, expected)

    def quarantine(
        self, name: str, quarantined_name: str, reason: str, expected: RemoteFile | None = None
    ) -> None:
        """Move a file of the inbox aside, its reason beside it; see the port."""
        folder = self._settings.quarantine
        source = self._path(self._settings.inbox, name)
        target = self._path(folder, quarantined_name)
        note = self._path(folder, f"{quarantined_name}.reason.txt")

        def explain(client: WireClient) -> None:
            # The reason first: a crash in between leaves the file in the inbox, where it is seen again.
            if status(client, target) is None:
                standing = client.lstat(source)
                if expected is not None:
                    self._refuse_changed(source, expected, standing)
                write(client, note, Content.of(reason.encode()))
                reached("put_away.explained")

        with self._reported(source, f"move to {folder}", writing=True):
            self._ask(explain)
        self._move(name, folder, quarantined_name, expected)

    def remove(self, name: str) -> None:
        """Remove a file of the inbox; gone already is fine."""
        path = self._path(self._settings.inbox, name)
        with self._reported(path, "remove"):
            try:
                self._ask(lambda client: client.remove(path))
            except Refusal as refusal:
                if refusal.code != SFTP_NO_SUCH_FILE:
                    raise

    def deliver(self, folder: str, name: str, content: Content) -> None:
        """Write `outbox/folder/name`, whole or not at all; see the port."""
        target_folder = self._folder(self._settings.outbox)
        for part_of_path in folder.split("/"):
            target_folder = posixpath.join(target_folder, self._encoded(part_of_path))
        target = posixpath.join(target_folder, self._encoded(name))
        part_name = temporary_name(self._settings.temporary_name, name, content.sha256)
        part = posixpath.join(target_folder, self._encoded(part_name))
        with self._reported(target, "write", writing=True):
            self._ask(lambda client: self._put(client, part, target, content))

    def names(self, place: Place) -> list[str]:
        """List names in the archive or a folder of the outbox; see the port."""
        if place == "archive":
            path = self._folder(self._settings.archive)
        else:
            path = self._path(self._settings.outbox, place)
        try:
            files, _cut = self._ask(lambda client: regular_files(client, path))
        except Refusal:
            return []
        return [file.name for entry in files if (file := self._remote_file(*entry)) is not None]

    def close(self) -> None:
        """End the connection; the next call opens a new one."""
        session, self._session = self._session, None
        if session is not None:
            session.close()

    # --- single steps ---

    def _begin(self, client: WireClient, path: bytes, size: int) -> tuple[bytes, Iterator[bytes], Session]:
        chunks = client.read_exactly(path, size)
        session = self._session
        if session is None:  # pragma: no cover - _ask has just opened it
            raise EOFError
        return next(chunks, b""), chunks, session

    def _move(self, name: str, folder: str, new_name: str, expected: RemoteFile | None) -> None:
        source, target = self._path(self._settings.inbox, name), self._path(folder, new_name)

        def move(client: WireClient) -> None:
            if status(client, target) is not None:
                if status(client, source) is None:
                    return
                raise RemoteFileError(f"{self._place(target)}: a file stands there; it is left as it is")
            if expected is not None:
                self._refuse_changed(source, expected, client.lstat(source))
            try:
                rename(client, source, target)
            except Refusal:
                client.lstat(source)  # says so when it is the source that is missing
                make_folder(client, posixpath.dirname(target))
                rename(client, source, target)

        with self._reported(source, f"move to {folder}"):
            self._ask(move)

    def _put(self, client: WireClient, part: bytes, target: bytes, content: Content) -> None:
        standing = status(client, target)
        if standing is not None:
            same_size = standing.st_size == content.size
            if not (same_size and content.is_in(client.read_exactly(target, content.size))):
                raise RemoteFileError(
                    f"{self._place(target)}: another content stands there; it is left as it is"
                )
            discard(client, part)
            return
        try:
            write(client, part, content)
            reached("deliver.uploaded")
            confirm_size(client, part, content.size)
            rename(client, part, target)
        except Refusal:
            discard(client, part)
            raise

    def _refuse_changed(self, path: bytes, remote: RemoteFile, attributes: Attributes) -> None:
        if (attributes.st_size, float(attributes.st_mtime or 0)) != (remote.size, remote.mtime):
            raise RemoteFileError(
                f"{self._place(path)}: changed since it was listed ({remote.size} bytes then, "
                f"{attributes.st_size} now); it will be read when it stands still"
            )

    def _remote_file(self, raw: bytes, attributes: Attributes) -> RemoteFile | None:
        name = decode_name(raw, self._settings.encoding)
        if is_hidden(name) or attributes.st_size is None:
            return None
        return RemoteFile(name, attributes.st_size, float(attributes.st_mtime or 0))

    # --- connection ---

    def _ask(self, question: Callable[[WireClient], T]) -> T:
        """Run a question that may be repeated; once more when a kept connection turns out dead.

        `Refusal`s pass through: they are the server's answer.
        """
        for attempt in stamina.retry_context(
            on=_StaleConnection, attempts=2, timeout=None, wait_initial=0, wait_max=0, wait_jitter=0
        ):
            with attempt:
                kept = self._session is not None and self._session.is_alive()
                session = self._opened()
                try:
                    with self._connected(session):
                        return question(session.client)
                except DropFolderUnavailable as error:
                    if kept and attempt.num == 1:
                        raise _StaleConnection from error
                    raise
        raise AssertionError("unreachable: the last attempt returns or raises")  # pragma: no cover

    def _opened(self) -> Session:
        if self._session is None or not self._session.is_alive():
            self.close()
            self._session = open_session(self._settings)
        return self._session

    @contextmanager
    def _connected(self, session: Session) -> Iterator[None]:
        """Close the session when its connection fails, and say so in the port's words."""
        try:
            yield
        except (DropFolderError, Refusal):
            raise
        except _CONNECTION_ERRORS as error:
            session.close()
            raise DropFolderUnavailable(
                f"{self._settings.address}: the connection ended or stalled "
                f"({session.why(error)}); it will be opened anew"
            ) from error

    @contextmanager
    def _reported(self, path: bytes, verb: str, *, writing: bool = False) -> Iterator[None]:
        """Turn a refusal into the port's error, with place and what to do."""
        try:
            yield
        except Refusal as refusal:
            text = f"{self._place(path)}: cannot {verb}: "
            if refusal.code in {SFTP_NO_CONNECTION, SFTP_CONNECTION_LOST}:
                raise DropFolderUnavailable(f"{text}the server lost its own connection") from refusal
            if writing and refusal.code == SFTP_FAILURE:
                raise DropFolderUnavailable(
                    f"{text}{refusal}; the partner's disk or quota may be full"
                ) from refusal
            raise RemoteFileError(text + _advice(refusal, self._settings.username)) from refusal

    # --- names ---

    def _encoded(self, name: str) -> bytes:
        return encode_name(name, self._settings.encoding)

    def _folder(self, folder: str) -> bytes:
        return folder.encode(self._settings.encoding)

    def _path(self, folder: str, name: str) -> bytes:
        return posixpath.join(self._folder(folder), self._encoded(name))

    def _place(self, path: bytes) -> str:
        text = decode_name(path, self._settings.encoding)
        return f"{self._settings.address}/{text.lstrip('/')}"


def _advice(refusal: Refusal, username: str) -> str:
    if refusal.code == SFTP_NO_SUCH_FILE:
        return "it is not there (any more)"
    if refusal.code == SFTP_PERMISSION_DENIED:
        return f"permission denied; the partner must allow it to user {username!r}"
    return f"the server says {str(refusal)!r}"
