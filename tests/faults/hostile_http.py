"""HTTP servers that want the bridge's memory or time: each goes wrong in one way, without end."""

from __future__ import annotations

import json
import re
import socket
import threading
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tests.faults.hostile_sftp import serving

Answer = Callable[[socket.socket, threading.Event], None]
HEAD = b"HTTP/1.1 202 Accepted\r\n"
JSON = HEAD + b"content-type: application/json\r\n"


def flood(first: bytes, more: bytes) -> Answer:
    def answer(connection: socket.socket, stop: threading.Event) -> None:
        connection.sendall(first)
        while not stop.is_set():
            connection.sendall(more)

    return answer


def drip(first: bytes, more: bytes) -> Answer:
    """Send a little, each time long before anybody's patience with silence ends."""

    def answer(connection: socket.socket, stop: threading.Event) -> None:
        connection.sendall(first)
        while not stop.wait(0.02):
            connection.sendall(more)

    return answer


def at_once(body: bytes) -> Answer:
    def answer(connection: socket.socket, _stop: threading.Event) -> None:
        connection.sendall(JSON + b"content-length: %d\r\n\r\n" % len(body) + body)

    return answer


def packed() -> bytes:
    """Return gzip's head and blocks with nothing in them: no byte ever comes out."""
    packer = zlib.compressobj(wbits=31)
    return packer.compress(b"") + b"".join(packer.flush(zlib.Z_FULL_FLUSH) for _ in range(100))


CHUNKED = JSON + b"transfer-encoding: chunked\r\n\r\n"
PACKED = JSON + b"content-encoding: gzip\r\ntransfer-encoding: chunked\r\n\r\n"
BOMB = zlib.compress(bytes(100 << 20), wbits=31)
MEMORY: dict[str, Answer] = {
    "interim-replies": flood(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 1000),
    "header-without-end": flood(HEAD + b"x-a: ", b"b" * 65536),
    "headers-without-end": flood(HEAD, b"x-a: b\r\n" * 8000),
    "status-line-without-end": flood(b"HTTP/1.1 202 ", b"A" * 65536),
    "body-without-end": flood(JSON + b"content-length: 99999999999\r\n\r\n", b"[" * 65536),
    "chunks-without-end": flood(CHUNKED, b"10000\r\n" + b"x" * 65536 + b"\r\n"),
    "chunk-without-end": flood(CHUNKED, b"0" * 65536),
    "trailers-without-end": flood(CHUNKED + b"2\r\n{}\r\n0\r\n", b"x-a: b\r\n" * 8000),
    "gzip-bomb": flood(JSON + b"content-encoding: gzip\r\ncontent-length: %d\r\n\r\n" % len(BOMB), BOMB),
    "many-values": at_once(b"[" + b"[]," * 349_000 + b"0]"),
    "deep-values": at_once(b"[" * 150_000),
    "many-errors": at_once(json.dumps({"errors": [{"code": "x", "message": "y" * 90}] * 8000}).encode()),
}
"""What takes memory where it is believed; each is over at once."""

TIME: dict[str, Answer] = {
    "drip-of-headers": drip(HEAD, b"x-a: b\r\n"),
    "drip-in-a-header": drip(HEAD + b"x-a: ", b"b"),
    "drip-of-interim-replies": drip(b"", b"HTTP/1.1 102 Processing\r\n\r\n"),
    "drip-of-chunks": drip(CHUNKED, b"1\r\nx\r\n"),
    "drip-of-empty-gzip": drip(PACKED, b"1f4\r\n" + packed()[:500].ljust(500, b"\0") + b"\r\n"),
    "drip-of-trailers": drip(CHUNKED + b"2\r\n{}\r\n0\r\n", b"x-a: b\r\n"),
}
"""What keeps on sending, so that no wait on the socket ever ends."""

GRANT = json.dumps({"access_token": "Atza|made-up", "expires_in": 3600}).encode()


@contextmanager
def hostile(answer: Answer, *, of_token: bool = False) -> Iterator[str]:
    """Serve HTTP: tokens are granted (unless they are what goes wrong), all else is answered so."""

    def connected(connection: socket.socket, stop: threading.Event) -> None:
        while not stop.is_set():
            path = _request(connection)
            if path == b"/auth/o2/token" and not of_token:
                head = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n"
                connection.sendall(head % len(GRANT) + GRANT)
            else:
                answer(connection, stop)

    with serving(connected) as port:
        yield f"http://127.0.0.1:{port}"


def _request(connection: socket.socket) -> bytes:
    """Read one request; gives its path."""
    got = b""
    while b"\r\n\r\n" not in got:
        more = connection.recv(65536)
        if not more:
            raise ConnectionError
        got += more
    head, _, body = got.partition(b"\r\n\r\n")
    found = re.search(rb"content-length: *(\d+)", head, re.IGNORECASE)
    length = int(found.group(1)) if found else 0
    while len(body) < length:
        body += connection.recv(65536)
    return head.split(b" ")[1]
