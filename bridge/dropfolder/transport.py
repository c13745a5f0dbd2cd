"""paramiko's transport with bounds on what a server may send, and without weak algorithms unless asked.

paramiko itself takes a packet of 4 GiB, a greeting without end, more data than its window allows, and
lists whose count is larger than their message; and it waits for a slow peer without a limit.
"""

from __future__ import annotations

import math
import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, ClassVar

import paramiko
from paramiko.common import MSG_CHANNEL_DATA, MSG_CHANNEL_EXTENDED_DATA
from paramiko.message import Message
from paramiko.packet import Packetizer

WINDOW = 10 << 20
"""More than all reads in flight, so that a reader never waits for the SSH window."""
LARGEST_PACKET = 256 * 1024 + 1024  # OpenSSH's own limit
_LONGEST_GREETING = 64 * 1024
_PADDED_FIELDS = 64
_TICK = 0.5

WEAK = {
    "ciphers": ("aes128-cbc", "aes192-cbc", "aes256-cbc", "3des-cbc"),
    "macs": ("hmac-sha1", "hmac-sha1-96", "hmac-md5", "hmac-md5-96"),
}
"""Algorithms that are off unless a partner's server has no other."""


class _BoundedMessage(Message):
    """A message that ends. paramiko pads what is missing with zeros, however often it is asked."""

    padded = 0

    def get_bytes(self, n: int) -> bytes:
        """Return the next bytes, padded as paramiko does, but not without end."""
        before = self.packet.tell()
        data: bytes = super().get_bytes(n)
        if n and self.packet.tell() == before:
            self.padded += 1
            if self.padded > _PADDED_FIELDS:
                raise paramiko.SSHException("the server sent a list that is longer than its message")
        return data


class _BoundedPacketizer(Packetizer):
    """Reads no more than a packet may have."""

    _greeting = 0

    def read_all(self, n: int, check_rekey: bool = False) -> bytes:
        """Read exactly `n` bytes; see paramiko."""
        if n > LARGEST_PACKET:
            raise paramiko.SSHException(f"the server announced a packet of {n} bytes")
        data: bytes = super().read_all(n, check_rekey)
        return data

    def read_message(self) -> tuple[int, Message]:
        """Read one packet; see paramiko."""
        kind, message = super().read_message()
        bounded = _BoundedMessage(message.asbytes())
        bounded.seqno = message.seqno
        return kind, bounded

    def _read_timeout(self, timeout: float) -> bytes:
        data: bytes = super()._read_timeout(timeout)  # type: ignore[misc]
        self._greeting += len(data)
        if self._greeting > _LONGEST_GREETING:
            raise paramiko.SSHException(f"the server's greeting is longer than {_LONGEST_GREETING} bytes")
        return data


def _feed(channel: Any, message: Message) -> None:  # noqa: ANN401 - paramiko's internals
    if len(channel.in_buffer) > WINDOW + LARGEST_PACKET:
        raise paramiko.SSHException("the server sends more than its window allows")
    channel._feed(message)  # noqa: SLF001 - paramiko's own handler


def _drop(_channel: object, _message: Message) -> None:
    """Drop what comes on standard error: SFTP has nothing there."""


class BoundedTransport(paramiko.Transport):
    """A transport to a server that is not trusted with our memory."""

    _channel_handler_table: ClassVar[dict[int, Any]] = {
        **paramiko.Transport._channel_handler_table,  # type: ignore[attr-defined] # noqa: SLF001
        MSG_CHANNEL_DATA: _feed,
        MSG_CHANNEL_EXTENDED_DATA: _drop,
    }

    def __init__(self, sock: socket.socket, legacy: Sequence[str]) -> None:
        disabled = {kind: [name for name in names if name not in legacy] for kind, names in WEAK.items()}
        super().__init__(
            sock,
            default_window_size=WINDOW,
            disabled_algorithms=disabled,
            packetizer_class=_BoundedPacketizer,
        )


class Watchdog:
    """Ends a connection on which a step is not done `within` its seconds, whatever comes meanwhile.

    One thread a connection, which checks twice a second; `stop` ends it.
    """

    def __init__(self, end: Callable[[], None]) -> None:
        self.expired = False
        self._end = end
        self._until = math.inf
        self._over = threading.Event()
        threading.Thread(target=self._run, name="sftp-watchdog", daemon=True).start()

    @contextmanager
    def within(self, seconds: float) -> Iterator[None]:
        """Run a step that has so many seconds; one that stands in another has the shorter time of both."""
        outer = self._until
        self._until = min(outer, time.monotonic() + seconds)
        try:
            yield
        finally:
            self._until = outer

    def stop(self) -> None:
        """Watch no longer."""
        self._over.set()

    def _run(self) -> None:
        while not self._over.wait(_TICK):
            if time.monotonic() >= self._until:
                self.expired = True
                self._end()
                return


def shown(text: object, limit: int = 200) -> str:
    """Return text of a server's as it may stand in a message: printable, and cut."""
    whole = str(text)
    cut = whole[:limit] + "..." * (len(whole) > limit)
    return "".join(one if one.isprintable() else "?" for one in cut)
