"""A scripted HTTP server on a real socket: it answers, cuts, stalls and lies as it is told."""

from __future__ import annotations

import json
import socket
import socketserver
import struct
import threading
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

TOKEN_PATH = "/auth/o2/token"
RESTRICTED_PATH = "/tokens/2021-03-01/restrictedDataToken"


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Answer:
    """`cut` closes the connection at that point, `stall` keeps it open without a word more."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    cut: str = ""  # "unread", "read", "in body", "after"
    stall: str = ""  # "before", "in body", "drip": a byte now and then,
    # "early": answer before the body is read, then close


def json_answer(status: int, content: object, **headers: str) -> Answer:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(status, json.dumps(content).encode(), {"content-type": "application/json", **named})


def grant(token: str, expires_in: float = 3600) -> Answer:
    return json_answer(200, {"access_token": token, "token_type": "bearer", "expires_in": expires_in})


def restricted_grant(token: str, expires_in: float = 3600) -> Answer:
    return json_answer(200, {"restrictedDataToken": token, "expiresIn": expires_in})


TAKEN = json_answer(202, {"payload": {"transactionId": "T-1"}})


class ScriptedServer:
    """`answers` are given in turn to the API's requests, `grants` to those for a token.

    `restricted_grants` are given to those for a restricted data token.
    """

    def __init__(self) -> None:
        self.answers: deque[Answer] = deque()
        self.grants: deque[Answer] = deque()
        self.restricted_grants: deque[Answer] = deque()
        self.requests: list[Request] = []
        self.token_requests: list[Request] = []
        self.restricted_requests: list[Request] = []
        self.released = threading.Event()
        self.hung_up = threading.Event()
        self._lock = threading.Lock()
        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.released.set()
        self._server.shutdown()
        self._server.server_close()

    def next_answer(self, request: Request) -> Answer:
        with self._lock:
            if request.path == TOKEN_PATH:
                self.token_requests.append(request)
                return self.grants.popleft() if self.grants else grant(f"token-{len(self.token_requests)}")
            if request.path == RESTRICTED_PATH:
                self.restricted_requests.append(request)
                if self.restricted_grants:
                    return self.restricted_grants.popleft()
                return restricted_grant(f"restricted-{len(self.restricted_requests)}")
            self.requests.append(request)
            return self.answers.popleft() if self.answers else TAKEN

    def _handler(self) -> type[socketserver.StreamRequestHandler]:
        script = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                while head := _head(self):
                    method, path, headers = head
                    answer = script.next_answer(Request(method, path, headers, b""))
                    if answer.cut == "unread":
                        reset(self.connection)
                        return
                    if answer.stall == "early":
                        script.send(self.connection, answer)
                        return  # closed with bytes unread: the client's writing fails
                    body = self.rfile.read(int(headers.get("content-length", "0")))
                    script.keep_body(path, body)
                    if not script.send(self.connection, answer):
                        return

        return Handler

    def keep_body(self, path: str, body: bytes) -> None:
        with self._lock:
            by_path = {TOKEN_PATH: self.token_requests, RESTRICTED_PATH: self.restricted_requests}
            kept = by_path.get(path, self.requests)
            kept[-1] = Request(kept[-1].method, path, kept[-1].headers, body)

    def send(self, connection: socket.socket, answer: Answer) -> bool:
        if answer.cut == "read":
            reset(connection)
            return False
        if answer.stall == "before":
            self.released.wait(30)
            return False
        names = {"content-length": str(len(answer.body)), **answer.headers}
        head = "".join(f"{name}: {value}\r\n" for name, value in names.items())
        whole = f"HTTP/1.1 {answer.status} X\r\n{head}\r\n".encode() + answer.body
        if answer.cut == "in body" or answer.stall == "in body":
            connection.sendall(whole[:-3])
            if answer.stall:
                self.released.wait(30)
            return False
        if answer.stall == "drip":
            return self._drip(connection, whole)
        connection.sendall(whole)
        if answer.cut == "after":
            connection.shutdown(socket.SHUT_RDWR)
            self.hung_up.set()
            return False
        return True

    def _drip(self, connection: socket.socket, whole: bytes) -> bool:
        head = whole.index(b"\r\n\r\n") + 4
        connection.sendall(whole[:head])
        for byte in whole[head:]:
            if self.released.wait(0.02):
                break
            try:
                connection.sendall(bytes([byte]))
            except OSError:  # the client has had enough
                break
        return False


def reset(connection: socket.socket) -> None:
    """Close at once with a RST, as a crashing peer does."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def _head(handler: socketserver.StreamRequestHandler) -> tuple[str, str, dict[str, str]] | None:
    try:
        line = handler.rfile.readline().decode()
        if not line:
            return None
        headers = {}
        while (header := handler.rfile.readline().decode().strip()) != "":
            name, _, value = header.partition(":")
            headers[name.lower()] = value.strip()
    except OSError:
        return None
    method, path, _ = line.split(" ", 2)
    return method, path, headers
