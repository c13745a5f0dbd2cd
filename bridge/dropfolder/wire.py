"""paramiko's SFTP client, with what this bridge asks beyond it.

- A server's refusal is a `Refusal` with its code; every other error is the connection's. (paramiko
  raises a bare OSError both for SFTP_FAILURE and for a closed socket.)
- Names are bytes: paramiko's own listing fails as a whole on one name that is not UTF-8.
- No answer is larger, later or longer than a server may make it: see `Limits` and `fields`.
- Reads and writes keep many requests in flight and check every single answer. paramiko's prefetch
  leaves a thread spinning when the connection dies; its `putfo` drops the answers to its writes.

The overridden internals (`_request`, `_async_request`, `_read_response`, `_convert_status`) are those
of paramiko 5; the contract suite runs through each of them.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import msgspec
import paramiko
from paramiko.message import Message
from paramiko.sftp import (
    CMD_ATTRS,
    CMD_CLOSE,
    CMD_DATA,
    CMD_EXTENDED,
    CMD_HANDLE,
    CMD_LSTAT,
    CMD_MKDIR,
    CMD_NAME,
    CMD_OPEN,
    CMD_OPENDIR,
    CMD_READ,
    CMD_READDIR,
    CMD_REMOVE,
    CMD_RENAME,
    CMD_STAT,
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

from bridge.dropfolder.fields import Attributes, Entry, Fields
from bridge.dropfolder.transport import LARGEST_PACKET, Watchdog, shown

# Servers take packets of 34,000 bytes at least; 32 KiB is what all clients ask for.
BLOCK = 32768
# 256 reads of 32 KiB: 169 MB/s on loopback; 64 give 58, and no more than 8 MiB wait in memory.
READS_IN_FLIGHT = 256
# Writes carry their data, so 2 MiB (the usual SSH window) in flight are all that the other side takes.
WRITES_IN_FLIGHT = 64
_LONGEST_NAME = 1024  # file systems have 255
_LONGEST_HANDLE = 256  # the protocol's own limit
_ANSWERED_BY_STATUS = frozenset({CMD_CLOSE, CMD_MKDIR, CMD_REMOVE, CMD_RENAME, CMD_EXTENDED, CMD_WRITE})


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """What a server may take of our time and memory.

    Seconds for one answer, and for a whole listing; entries of a listing that are read, and its bytes;
    seconds for a file, and bytes a second that it must come with beyond those.
    """

    answer: float = 60.0
    listing: float = 300.0
    entries: int = 100_000
    listing_bytes: int = 32 << 20
    file: float = 300.0
    file_rate: float = 8192.0


class Refusal(OSError):
    """The server answered a request with an SFTP status other than OK; `code` is SSH_FX_..."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(text or f"SFTP status {code}")
        self.code = code


class _Answers:
    """Collects the answers to requests in flight; paramiko hands them over by number."""

    def __init__(self) -> None:
        self.arrived: dict[int, tuple[int, Message]] = {}

    def _async_response(self, kind: int, message: Message, number: int) -> None:
        if kind == CMD_DATA and len(message.asbytes()) > BLOCK + 64:
            raise paramiko.SFTPError("the server sent more bytes of a file than were asked for")
        self.arrived[number] = (kind, message)


class WireClient(paramiko.SFTPClient):
    """One SFTP session over an authenticated transport; for one thread."""

    def __init__(self, channel: paramiko.Channel, watchdog: Watchdog, limits: Limits) -> None:
        self._watchdog = watchdog
        self._limits = limits
        super().__init__(channel)

    if TYPE_CHECKING:  # internals of paramiko that its stubs leave out

        def _async_request(self, answers: object, kind: int, *args: object) -> int: ...
        def _read_response(self, waitfor: int | None = None) -> tuple[int, Message]: ...

    def stat(self, path: bytes) -> Attributes:  # type: ignore[override] # those of a strict reader
        """Return the attributes of what stands at `path`, links followed."""
        return self._attributes(self._request(CMD_STAT, path))

    def lstat(self, path: bytes) -> Attributes:  # type: ignore[override]
        """Return the attributes of what stands at `path`, a link itself."""
        return self._attributes(self._request(CMD_LSTAT, path))

    def answers(self, folder: bytes) -> Generator[tuple[int, list[Entry]]]:
        """List a folder, the server's answers with their sizes one after the other; names as it sent them."""
        handle = self._handle(self._request(CMD_OPENDIR, folder))
        ended = False
        try:
            while True:
                answer = self._expect(CMD_NAME, self._request(CMD_READDIR, handle))
                fields = _fields(answer[1])
                yield fields.left, fields.entries()
        except Refusal as refusal:
            if refusal.code != SFTP_EOF:
                raise
            ended = True
        finally:
            if not ended and not self.sock.closed:
                self._async_request(type(None), CMD_CLOSE, handle)
        self._request(CMD_CLOSE, handle)

    def listing(self, folder: bytes) -> Listing:
        """Begin a listing that ends by itself at the limits."""
        return Listing(self.answers(folder), self._limits)

    def read_exactly(self, path: bytes, size: int) -> Iterator[bytes]:
        """Yield the first `size` bytes of a file in order; ends early where the file does."""
        with self._opened(path, SFTP_FLAG_READ) as handle:
            answers = _Answers()
            asked: deque[tuple[int, int, int]] = deque()  # request number, offset, length
            position, whole = 0, True
            deadline = self._deadline(size)
            while whole and (position < size or asked):
                while position < size and len(asked) < READS_IN_FLIGHT:
                    length = min(BLOCK, size - position)
                    number = self._async_request(answers, CMD_READ, handle, int64(position), length)
                    asked.append((number, position, length))
                    position += length
                number, offset, length = asked.popleft()
                data = self._data(self._answer(answers, number), length)
                if 0 < len(data) < length:
                    data += self._rest(handle, offset + len(data), length - len(data), deadline)
                whole = len(data) == length
                _in_time(deadline)
                yield data

    def write_all(self, path: bytes, chunks: Iterable[bytes]) -> None:
        """Write a file anew (an older one is cut to nothing first); every block is confirmed."""
        flags = SFTP_FLAG_WRITE | SFTP_FLAG_CREATE | SFTP_FLAG_TRUNC
        with self._opened(path, flags) as handle:
            answers = _Answers()
            asked: deque[int] = deque()
            offset = 0
            begun = self._deadline(0)
            for block in _blocks(chunks):
                asked.append(self._async_request(answers, CMD_WRITE, handle, int64(offset), block))
                offset += len(block)
                _in_time(begun + offset / self._limits.file_rate)
                if len(asked) >= WRITES_IN_FLIGHT:
                    self._expect(CMD_STATUS, self._answer(answers, asked.popleft()))
            while asked:
                self._expect(CMD_STATUS, self._answer(answers, asked.popleft()))

    @contextmanager
    def _opened(self, path: bytes, flags: int) -> Iterator[bytes]:
        """Open a file and close it. Where all went well the answer to the close counts too.

        (Servers over network storage report a full disk there.) After an error or a reader that walked
        away it is not waited for.
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

    def _rest(self, handle: bytes, offset: int, length: int, deadline: float) -> bytes:
        """Read what is missing of a block: a server may send less than asked before the end of a file."""
        data = b""
        while len(data) < length:
            _in_time(deadline)
            number = self._async_request(
                answers := _Answers(), CMD_READ, handle, int64(offset + len(data)), length - len(data)
            )
            more = self._data(self._answer(answers, number), length - len(data))
            if not more:
                break
            data += more
        return data

    def _deadline(self, size: int) -> float:
        """Return when a file of so many bytes must be through, by the steady clock."""
        return time.monotonic() + self._limits.file + size / self._limits.file_rate

    def _answer(self, answers: _Answers, number: int) -> tuple[int, Message]:
        with self._watchdog.within(self._limits.answer):
            while number not in answers.arrived:
                self._read_response()
        return answers.arrived.pop(number)

    def _request(self, kind: int, *args: object) -> tuple[int, Message]:
        with self._watchdog.within(self._limits.answer):
            answer: tuple[int, Message] = super()._request(kind, *args)  # type: ignore[misc]
        return self._expect(CMD_STATUS, answer) if kind in _ANSWERED_BY_STATUS else answer

    def _data(self, answer: tuple[int, Message], asked: int) -> bytes:
        """Bytes of an answer to a read; none at the end of the file."""
        try:
            data = _fields(self._expect(CMD_DATA, answer)[1]).text()
        except Refusal as refusal:
            if refusal.code == SFTP_EOF:
                return b""
            raise
        if len(data) > asked:
            raise paramiko.SFTPError(
                f"the server sent {len(data)} bytes of a file where {asked} were asked for"
            )
        return data

    def _handle(self, answer: tuple[int, Message]) -> bytes:
        handle = _fields(self._expect(CMD_HANDLE, answer)[1]).text()
        if len(handle) > _LONGEST_HANDLE:
            raise paramiko.SFTPError(f"the server's handle of a file has {len(handle)} bytes")
        return handle

    def _attributes(self, answer: tuple[int, Message]) -> Attributes:
        return _fields(self._expect(CMD_ATTRS, answer)[1]).attributes()

    def _convert_status(self, message: Message) -> None:
        fields = _fields(message)
        code = fields.number()
        if code != SFTP_OK:
            text = fields.text() if fields.left else b""  # old servers leave it out
            raise Refusal(code, shown(text.decode("utf-8", "replace")))

    # --- packets ---

    def _send_packet(self, kind: int, packet: Message) -> None:
        with self._watchdog.within(self._limits.answer):
            super()._send_packet(kind, packet)  # type: ignore[misc]

    def _read_packet(self) -> tuple[int, bytes]:
        with self._watchdog.within(self._limits.answer):
            size = int.from_bytes(self._read_all(4), "big")
            if not 5 <= size <= LARGEST_PACKET:
                raise paramiko.SFTPError(f"the server announced an answer of {size} bytes")
            data = self._read_all(size)
        return data[0], data[1:]

    def _read_all(self, size: int) -> bytes:
        data = bytearray()
        while len(data) < size:
            if self._watchdog.expired:  # a closed channel hands over all that it has kept, in minutes
                raise EOFError
            more = self.sock.recv(size - len(data))
            if not more:
                raise EOFError
            data += more
        return bytes(data)

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


class Listing:
    """The entries of a folder without "." and "..", up to the limits; `cut` then says why not all."""

    def __init__(self, answers: Generator[tuple[int, list[Entry]]], limits: Limits) -> None:
        self.cut = ""
        self._answers = answers
        self._limits = limits
        self._deadline = time.monotonic() + limits.listing

    def __iter__(self) -> Iterator[Entry]:
        count, size = 0, 0
        for length, answer in self._answers:
            yield from (entry for entry in answer if self._is_kept(entry.name))
            count += len(answer)
            size += length
            if count >= self._limits.entries or size >= self._limits.listing_bytes:
                self.cut = f"it lists {count} entries in {size:,} bytes, and more"
            elif not self.is_late():
                continue
            self._answers.close()  # closes the handle
            return

    def is_late(self) -> bool:
        """Check whether the time of the listing is over, and note it."""
        if time.monotonic() <= self._deadline:
            return False
        self.cut = self.cut or f"its listing has not ended in {self._limits.listing:g} seconds"
        return True

    def _is_kept(self, name: bytes) -> bool:
        if len(name) > _LONGEST_NAME:
            self.cut = f"it lists a name of {len(name):,} bytes, which no file has"
            return False
        return name not in {b".", b".."}


def _in_time(deadline: float) -> None:
    if time.monotonic() > deadline:
        raise paramiko.SFTPError("the file comes or goes too slowly")


def _fields(message: Message) -> Fields:
    return Fields(message.get_remainder())
