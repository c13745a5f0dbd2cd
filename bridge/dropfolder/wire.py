"""paramiko's SFTP client, with what this bridge asks beyond it.

- A server's refusal is a `Refusal` with its code; every other error is the connection's. (paramiko
  raises a bare OSError both for SFTP_FAILURE and for a closed socket.)
- Names are bytes: paramiko's own listing fails as a whole on one name that is not UTF-8.
- Reads and writes keep many requests in flight and check every single answer. paramiko's prefetch
  leaves a thread spinning when the connection dies; its `putfo` drops the answers to its writes.

The overridden internals (`_request`, `_async_request`, `_read_response`, `_convert_status`) are those
of paramiko 5; the contract suite runs through each of them.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

import paramiko
from paramiko.message import Message
from paramiko.sftp import (
    CMD_CLOSE,
    CMD_DATA,
    CMD_HANDLE,
    CMD_NAME,
    CMD_OPEN,
    CMD_OPENDIR,
    CMD_READ,
    CMD_READDIR,
    CMD_STATUS,
    CMD_WRITE,
    SFTP_EOF,
    SFTP_FLAG_CREATE,
    SFTP_FLAG_READ,
    SFTP_FLAG_TRUNC,
    SFTP_FLAG_WRITE,
    SFTP_OK,
    int64,
)
from paramiko.sftp_attr import SFTPAttributes

# Servers take packets of 34,000 bytes at least; 32 KiB is what all clients ask for.
BLOCK = 32768
# 256 reads of 32 KiB: 169 MB/s on loopback; 64 give 58, and no more than 8 MiB wait in memory.
READS_IN_FLIGHT = 256
# Writes carry their data, so 2 MiB (the usual SSH window) in flight are all that the other side takes.
WRITES_IN_FLIGHT = 64


class Refusal(OSError):
    """The server answered a request with an SFTP status other than OK; `code` is SSH_FX_..."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(text or f"SFTP status {code}")
        self.code = code


class Entry(NamedTuple):
    """One line of a listing."""

    name: bytes
    longname: bytes
    attributes: SFTPAttributes


class _Answers:
    """Collects the answers to requests in flight; paramiko hands them over by number."""

    def __init__(self) -> None:
        self.arrived: dict[int, tuple[int, Message]] = {}

    def _async_response(self, kind: int, message: Message, number: int) -> None:
        self.arrived[number] = (kind, message)


class WireClient(paramiko.SFTPClient):
    """One SFTP session over an authenticated transport; for one thread."""

    if TYPE_CHECKING:  # internals of paramiko that its stubs leave out

        def _request(self, kind: int, *args: object) -> tuple[int, Message]: ...
        def _async_request(self, answers: object, kind: int, *args: object) -> int: ...
        def _read_response(self, waitfor: int | None = None) -> tuple[int | None, Message | None]: ...

    def _convert_status(self, message: Message) -> None:
        code = message.get_int()
        if code != SFTP_OK:
            raise Refusal(code, message.get_string().decode("utf-8", "replace"))

    def list_entries(self, folder: bytes) -> list[Entry]:
        """List a folder without "." and ".."; names as the server sent them."""
        handle = self._handle(self._request(CMD_OPENDIR, folder))
        entries: list[Entry] = []
        try:
            while True:
                _, message = self._expect(CMD_NAME, self._request(CMD_READDIR, handle))
                entries += [_entry(message) for _ in range(message.get_int())]
        except Refusal as refusal:
            if refusal.code != SFTP_EOF:
                raise
        self._request(CMD_CLOSE, handle)
        return [entry for entry in entries if entry.name not in {b".", b".."}]

    def read_exactly(self, path: bytes, size: int) -> Iterator[bytes]:
        """Yield the first `size` bytes of a file in order; ends early where the file does."""
        with self._opened(path, SFTP_FLAG_READ) as handle:
            answers = _Answers()
            asked: deque[tuple[int, int, int]] = deque()  # request number, offset, length
            position, whole = 0, True
            while whole and (position < size or asked):
                while position < size and len(asked) < READS_IN_FLIGHT:
                    length = min(BLOCK, size - position)
                    number = self._async_request(answers, CMD_READ, handle, int64(position), length)
                    asked.append((number, position, length))
                    position += length
                number, offset, length = asked.popleft()
                data = self._data(self._answer(answers, number))
                if 0 < len(data) < length:
                    data += self._rest(handle, offset + len(data), length - len(data))
                whole = len(data) == length
                yield data

    def write_all(self, path: bytes, chunks: Iterable[bytes]) -> None:
        """Write a file anew (an older one is cut to nothing first); every block is confirmed."""
        flags = SFTP_FLAG_WRITE | SFTP_FLAG_CREATE | SFTP_FLAG_TRUNC
        with self._opened(path, flags) as handle:
            answers = _Answers()
            asked: deque[int] = deque()
            offset = 0
            for block in _blocks(chunks):
                asked.append(self._async_request(answers, CMD_WRITE, handle, int64(offset), block))
                offset += len(block)
                if len(asked) >= WRITES_IN_FLIGHT:
                    self._expect(CMD_STATUS, self._answer(answers, asked.popleft()))
            while asked:
                self._expect(CMD_STATUS, self._answer(answers, asked.popleft()))

    @contextmanager
    def _opened(self, path: bytes, flags: int) -> Iterator[bytes]:
        """Open a file and close it. Where all went well the answer to the close counts too.

        (Servers over network storage report a full disk there.) After an error or a reader that walked
        away nobody waits for it.
        """
        handle = self._handle(self._request(CMD_OPEN, path, flags, SFTPAttributes()))
        whole = False
        try:
            yield handle
            whole = True
        finally:
            if whole:
                self._request(CMD_CLOSE, handle)
            elif not self.sock.closed:
                self._async_request(type(None), CMD_CLOSE, handle)

    def _rest(self, handle: bytes, offset: int, length: int) -> bytes:
        """Read what is missing of a block: a server may send less than asked before the end of a file."""
        data = b""
        while len(data) < length:
            number = self._async_request(
                answers := _Answers(), CMD_READ, handle, int64(offset + len(data)), length - len(data)
            )
            more = self._data(self._answer(answers, number))
            if not more:
                break
            data += more
        return data

    def _answer(self, answers: _Answers, number: int) -> tuple[int, Message]:
        while number not in answers.arrived:
            self._read_response()
        return answers.arrived.pop(number)

    def _data(self, answer: tuple[int, Message]) -> bytes:
        """Bytes of an answer to a read; none at the end of the file."""
        try:
            return self._expect(CMD_DATA, answer)[1].get_binary()
        except Refusal as refusal:
            if refusal.code == SFTP_EOF:
                return b""
            raise

    def _handle(self, answer: tuple[int, Message]) -> bytes:
        return self._expect(CMD_HANDLE, answer)[1].get_binary()

    def _expect(self, kind: int, answer: tuple[int, Message]) -> tuple[int, Message]:
        if answer[0] == CMD_STATUS:
            self._convert_status(answer[1])
        if answer[0] != kind:
            raise paramiko.SFTPError(f"the server sent packet {answer[0]} where {kind} belongs")
        return answer


def _blocks(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Cut chunks of any size into blocks that a server takes."""
    for chunk in chunks:
        for begin in range(0, len(chunk), BLOCK):
            yield chunk[begin : begin + BLOCK]


def _entry(message: Message) -> Entry:
    name, longname = message.get_string(), message.get_string()
    attributes: SFTPAttributes = SFTPAttributes._from_msg(message)  # type: ignore[attr-defined] # noqa: SLF001
    return Entry(name, longname, attributes)
