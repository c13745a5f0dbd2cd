"""SFTP servers that want the bridge's memory or time: each goes wrong in one way, without end."""

from __future__ import annotations

import logging
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import paramiko
from paramiko.common import (
    AUTH_SUCCESSFUL,
    OPEN_SUCCEEDED,
    cMSG_CHANNEL_DATA,
    cMSG_CHANNEL_EXTENDED_DATA,
    cMSG_IGNORE,
    cMSG_USERAUTH_BANNER,
)
from paramiko.sftp import (
    CMD_ATTRS,
    CMD_CLOSE,
    CMD_DATA,
    CMD_HANDLE,
    CMD_INIT,
    CMD_LSTAT,
    CMD_NAME,
    CMD_OPEN,
    CMD_OPENDIR,
    CMD_READ,
    CMD_READDIR,
    CMD_STAT,
    CMD_STATUS,
    CMD_VERSION,
)

from simulator.sftp_server import make_key

PASSWORD = "made-up"
_LOG = "tests.hostile"
logging.getLogger(_LOG).setLevel(logging.CRITICAL)  # clients that have had enough are what is wanted
HOST_KEY = make_key()
MTIME = 1_700_000_000


def number(value: int) -> bytes:
    return struct.pack(">I", value)


def text(value: bytes) -> bytes:
    return number(len(value)) + value


def attributes(size: int) -> bytes:
    return number(0x1 | 0x4 | 0x8) + struct.pack(">Q", size) + number(0o100644) + number(MTIME) * 2


def entry(name: bytes, size: int = 10, longname: bytes = b"-rw-r--r--") -> bytes:
    return text(name) + text(longname) + attributes(size)


class Wire:
    """The server's end of one session: answers the way its script has it."""

    def __init__(self, channel: paramiko.Channel, script: dict[int, Answer], stop: threading.Event) -> None:
        self.channel = channel
        self.stop = stop
        self.request = 0
        self.listed = False
        self._script = script

    def serve(self) -> None:
        while not self.stop.is_set():
            kind, rest = self._receive()
            self.request = 0 if kind == CMD_INIT else struct.unpack(">I", rest[:4])[0]
            answer = self._script.get(kind) or USUAL.get(kind, done)
            answer(self)

    def _receive(self) -> tuple[int, bytes]:
        size = struct.unpack(">I", self._exactly(4))[0]
        packet = self._exactly(size)
        return packet[0], packet[1:]

    def _exactly(self, size: int) -> bytes:
        got = b""
        while len(got) < size:
            more = self.channel.recv(size - len(got))
            if not more:
                raise EOFError
            got += more
        return got

    def answer(self, kind: int, rest: bytes, request: int | None = None) -> None:
        body = bytes([kind]) + number(self.request if request is None else request) + rest
        self.send(text(body))

    def send(self, raw: bytes) -> None:
        self.channel.sendall(raw)

    def flood(self, raw: bytes) -> None:
        """Send for as long as the line stands."""
        while not self.stop.is_set():
            self.send(raw)

    def message(self, kind: bytes, *parts: bytes | int) -> None:
        """Send an SSH message past the window and all else."""
        message = paramiko.Message()
        message.add_byte(kind)
        for part in parts:
            if isinstance(part, int):
                message.add_int(part)
            else:
                message.add_string(part)
        self.channel.transport._send_message(message)  # type: ignore[union-attr]


Answer = Callable[[Wire], None]


def done(wire: Wire) -> None:
    wire.answer(CMD_STATUS, number(0) + text(b"") + text(b""))


def ended(wire: Wire) -> None:
    wire.answer(CMD_STATUS, number(1) + text(b"") + text(b""))


def missing(wire: Wire) -> None:
    wire.answer(CMD_STATUS, number(2) + text(b"no such file") + text(b""))


def one_file(wire: Wire, size: int = 10) -> None:
    """List one file, and end the listing."""
    wire.listed = not wire.listed
    if wire.listed:
        wire.answer(CMD_NAME, number(1) + entry(b"a.edi", size))
    else:
        ended(wire)


USUAL: dict[int, Answer] = {
    CMD_INIT: lambda wire: wire.send(text(bytes([CMD_VERSION]) + number(3))),
    CMD_OPENDIR: lambda wire: wire.answer(CMD_HANDLE, text(b"d")),
    CMD_OPEN: lambda wire: wire.answer(CMD_HANDLE, text(b"f")),
    CMD_READDIR: one_file,
    CMD_READ: lambda wire: wire.answer(CMD_DATA, text(b"0123456789")),
    CMD_LSTAT: lambda wire: wire.answer(CMD_ATTRS, attributes(10)),
    CMD_STAT: lambda wire: wire.answer(CMD_ATTRS, attributes(10)),
    CMD_CLOSE: done,
}
"""What a server answers that is all right."""


def endless_listing(wire: Wire) -> None:
    names = b"".join(entry(b"%012d.edi" % (wire.request * 1000 + at)) for at in range(1000))
    wire.answer(CMD_NAME, number(1000) + names)


def past_the_window(wire: Wire) -> None:
    """Answer requests that nobody has made, more of them than the client has room for."""
    answer = text(bytes([CMD_STATUS]) + number(0x7FFFFFFF) + number(0) + text(b"") + text(b""))
    block = (answer * (32768 // len(answer) + 1))[: 32768 // len(answer) * len(answer)]
    while not wire.stop.is_set():
        wire.message(cMSG_CHANNEL_DATA, wire.channel.remote_chanid, block)


def on_standard_error(wire: Wire) -> None:
    for _ in range(1500):
        wire.message(cMSG_CHANNEL_EXTENDED_DATA, wire.channel.remote_chanid, 1, bytes(32768))
    one_file(wire)


def ignored(wire: Wire) -> None:
    while not wire.stop.is_set():
        wire.message(cMSG_IGNORE, bytes(1000))


def drip(wire: Wire) -> None:
    """Begin an answer and send it byte by byte, each long before anybody's patience with silence ends."""
    wire.send(number(200_000) + bytes([CMD_NAME]) + number(wire.request))
    while not wire.stop.wait(0.02):
        wire.send(b"\0")


def read_drip(wire: Wire) -> None:
    """Return a file a byte at a time, each in a whole answer."""
    wire.stop.wait(0.02)
    wire.answer(CMD_DATA, text(b"x"))


def junk(wire: Wire) -> None:
    """Answer requests that nobody has made."""
    while not wire.stop.is_set():
        wire.answer(CMD_STATUS, number(0) + text(b"") + text(b""), request=0x7FFFFFFF)


MEMORY: dict[str, dict[int, Answer]] = {
    "count-beyond-the-packet": {CMD_READDIR: lambda w: w.answer(CMD_NAME, number(0xFFFFFFFF) + entry(b"a"))},
    "listing-without-end": {CMD_READDIR: endless_listing, CMD_OPEN: missing},
    "huge-packet": {CMD_READDIR: lambda w: w.flood(number(0x00FFFFFF) + bytes(60_000))},
    "huge-names": {
        CMD_READDIR: lambda w: w.answer(CMD_NAME, number(1) + entry(b"%09d" % w.request * 13_000))
    },
    "huge-long-names": {
        CMD_READDIR: lambda w: w.answer(CMD_NAME, number(1) + entry(b"%09d" % w.request, 10, b"-" * 120_000))
    },
    "extended-attributes": {
        CMD_LSTAT: lambda w: w.answer(CMD_ATTRS, number(0x80000000) + number(0xFFFFFFFF)),
        CMD_READDIR: lambda w: w.answer(
            CMD_NAME, number(1) + text(b"a") + text(b"-") + number(0x80000000) + number(0xFFFFFFFF)
        ),
    },
    "huge-handle": {CMD_OPENDIR: lambda w: w.answer(CMD_HANDLE, text(bytes(200_000)))},
    "more-than-asked": {CMD_READ: lambda w: w.answer(CMD_DATA, text(bytes(200_000)))},
    "short-answers": {
        CMD_LSTAT: lambda w: w.answer(CMD_ATTRS, b"\0\0\0"),
        CMD_READ: lambda w: w.answer(CMD_DATA, b""),
    },
    "wrong-answers": {CMD_OPEN: lambda w: w.answer(CMD_NAME, number(0)), CMD_OPENDIR: done},
    "standard-error": {CMD_READDIR: on_standard_error},
}
"""What takes memory where it is believed; each is over at once."""

TIME: dict[str, dict[int, Answer]] = {
    "empty-listing-without-end": {CMD_READDIR: lambda w: w.answer(CMD_NAME, number(0))},
    "drip-in-an-answer": {CMD_READDIR: drip},
    "drip-in-a-file": {CMD_READDIR: lambda w: one_file(w, 1 << 12), CMD_READ: read_drip},
    "answers-to-nobody": {CMD_READDIR: junk},
    "past-the-window": {CMD_READDIR: past_the_window},
    "ignored-messages": {CMD_READDIR: ignored},
}
"""What keeps on sending, so that no wait on the socket ever ends."""


class _Login(paramiko.ServerInterface):
    def __init__(self, banners: Callable[[], None] | None) -> None:
        self._banners = banners

    def check_auth_password(self, _username: str, _password: str) -> int:
        if self._banners:
            self._banners()
        return AUTH_SUCCESSFUL

    def get_allowed_auths(self, _username: str) -> str:
        return "password"

    def check_channel_request(self, _kind: str, _chanid: int) -> int:
        return OPEN_SUCCEEDED


class _Handler(paramiko.SubsystemHandler):
    def __init__(
        self,
        channel: paramiko.Channel,
        name: str,
        server: paramiko.ServerInterface,
        script: dict[int, Answer],
        stop: threading.Event,
    ) -> None:
        super().__init__(channel, name, server)
        self._wire = Wire(channel, script, stop)

    def start_subsystem(self, _name: str, _transport: paramiko.Transport, _channel: paramiko.Channel) -> None:
        try:
            self._wire.serve()
        except (EOFError, OSError, paramiko.SSHException):
            return  # the client has had enough, which is what is wanted


@contextmanager
def serving(connected: Callable[[socket.socket, threading.Event], None]) -> Iterator[int]:
    """Listen and do with each connection, in a thread of its own, as told; gives the port."""
    stop = threading.Event()
    listener = socket.create_server(("127.0.0.1", 0), backlog=64)
    connections: list[socket.socket] = []

    def one(connection: socket.socket) -> None:
        try:
            connected(connection, stop)
        except OSError:
            return  # the client has had enough

    def accept() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            connections.append(connection)
            threading.Thread(target=one, args=(connection,), daemon=True).start()

    accepting = threading.Thread(target=accept, daemon=True)
    accepting.start()
    try:
        yield listener.getsockname()[1]
    finally:
        stop.set()
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        accepting.join()
        for connection in connections:
            connection.close()


@contextmanager
def hostile(
    script: dict[int, Answer],
    *,
    banners: bool = False,
    prepare: Callable[[paramiko.Transport], None] = lambda _transport: None,
) -> Iterator[int]:
    """Serve SFTP by a script; gives the port."""

    def connected(connection: socket.socket, stop: threading.Event) -> None:
        transport = paramiko.Transport(connection)
        transport.set_log_channel(_LOG)
        transport.add_server_key(HOST_KEY)
        prepare(transport)
        transport.set_subsystem_handler("sftp", _Handler, script=script, stop=stop)

        def send_banners() -> None:
            while not stop.is_set() and transport.is_active():
                message = paramiko.Message()
                message.add_byte(cMSG_USERAUTH_BANNER)
                message.add_string(b"x" * 30_000)
                message.add_string(b"")
                transport._send_message(message)  # type: ignore[attr-defined]

        login = _Login(send_banners if banners else None)
        transport.start_server(event=threading.Event(), server=login)

    with serving(connected) as port:
        yield port


def greeting(first: bytes, more: bytes) -> Callable[[socket.socket, threading.Event], None]:
    """Greet, and send the same for as long as the line stands."""

    def connected(connection: socket.socket, stop: threading.Event) -> None:
        connection.sendall(first)
        while more and not stop.is_set():
            connection.sendall(more)
        stop.wait()

    return connected


GREETINGS: dict[str, tuple[bytes, bytes]] = {
    "greeting-without-end": (b"", b"x" * 65536),
    "greeting-of-many-lines": (b"", (b"y" * 5000 + b"\n") * 8),
    "packet-of-four-gigabytes": (b"SSH-2.0-hostile\r\n\xff\xff\xff\xf4", b"z" * 65536),
    "packet-of-nothing": (b"SSH-2.0-hostile\r\n", bytes(65536)),
}
