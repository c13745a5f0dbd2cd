"""A stand-in SFTP server for the demo, the tests and users' rehearsals. Loopback only, never for production.

with StandInSftp({"acme": SftpUser(root, password="secret")}) as server:
    ... server.host, server.port, server.host_key_line ...
"""

from __future__ import annotations

import hmac
import io
import logging
import os
import socket
import threading
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec
import paramiko
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from paramiko.common import (
    AUTH_FAILED,
    AUTH_SUCCESSFUL,
    OPEN_FAILED_ADMINISTRATIVELY_PROHIBITED,
    OPEN_SUCCEEDED,
)

from simulator.sftp_faults import SftpFaults
from simulator.sftp_folder import Folder

_LOG = "simulator.sftp"
# Clients that come and go are no errors here; set this logger's level to see them.
logging.getLogger(_LOG).setLevel(logging.CRITICAL)


class SftpUser(msgspec.Struct, frozen=True):
    """A user with a root of its own. `public_keys` are lines as in authorized_keys ("ssh-ed25519 AAAA")."""

    root: Path
    password: str = ""
    public_keys: tuple[str, ...] = ()


class StandInSftp:
    """An SFTP server in threads of this process, on 127.0.0.1 and a free port, with a fresh host key.

    `faults` may be changed while it runs, `posix_rename` switched off for servers that lack the
    extension, `plain_rename` for those on file systems without hard links. `connections` counts what was
    accepted; `attempts` holds the user name of every try to log in, `logins` of those that got in.
    """

    def __init__(
        self, users: Mapping[str, SftpUser], *, port: int = 0, host_key: paramiko.PKey | None = None
    ) -> None:
        self.users = dict(users)
        self.host = "127.0.0.1"
        self.port = port
        self.faults = SftpFaults()
        self.plain_rename = True
        self.posix_rename = True
        self.connections = 0
        self.attempts: list[str] = []
        self.logins: list[str] = []
        self._host_key = host_key or make_key()
        self._listener: socket.socket | None = None
        self._thread: threading.Thread | None = None
        self._transports: list[paramiko.Transport] = []
        self._lock = threading.Lock()

    @property
    def host_key_line(self) -> str:
        """The server's line of known_hosts."""
        name = self.host if self.port == 22 else f"[{self.host}]:{self.port}"
        return f"{name} {self._host_key.get_name()} {self._host_key.get_base64()}"

    @property
    def fingerprint(self) -> str:
        """The server's fingerprint, "SHA256:..."."""
        return self._host_key.fingerprint

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Listen; returns when connections are taken."""
        self._listener = socket.create_server((self.host, self.port), backlog=64)
        self.port = self._listener.getsockname()[1]
        self._thread = threading.Thread(
            target=self._accept, args=(self._listener,), name="stand-in-sftp", daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        """End the listener and all connections, and wait for their threads."""
        self.faults.stopping.set()
        listener, self._listener = self._listener, None
        if listener is not None:
            listener.shutdown(socket.SHUT_RDWR)  # wakes accept
            listener.close()
        if self._thread is not None:
            self._thread.join()
        self.cut_connections()

    def cut_connections(self) -> None:
        """Cut every open connection, as a restart of the server does."""
        with self._lock:
            transports, self._transports = self._transports, []
        for transport in transports:
            _cut(transport)
            transport.join(5)

    def _accept(self, listener: socket.socket) -> None:
        while not self.faults.stopping.is_set():
            try:
                connection, _ = listener.accept()
            except OSError:
                return  # the listener was closed: the server stops
            self.connections += 1
            if self.faults.refuse_connections:
                connection.close()
            else:
                self._serve(connection)

    def _serve(self, connection: socket.socket) -> None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        transport = paramiko.Transport(connection)
        transport.set_log_channel(_LOG)
        transport.add_server_key(self._host_key)
        login = _Login(self, transport)
        transport.set_subsystem_handler(
            "sftp",
            _Sftp,
            Folder,
            root=lambda: self.users[transport.get_username() or ""].root,
            faults=self.faults,
            cut=lambda: _cut(transport),
            renames=lambda: (self.plain_rename, self.posix_rename),
        )
        with self._lock:
            self._transports = [kept for kept in self._transports if kept.is_alive()] + [transport]
        transport.start_server(event=threading.Event(), server=login)


class _Sftp(paramiko.SFTPServer):
    """paramiko's server, which of itself takes no request about a name that is not UTF-8."""

    def _process(self, kind: int, number: int, message: paramiko.Message) -> None:
        message.get_text = lambda: os.fsdecode(message.get_string())  # type: ignore[method-assign]
        super()._process(kind, number, message)  # type: ignore[misc]


class _Login(paramiko.ServerInterface):
    """Who may come in, and that they may do SFTP and nothing else."""

    def __init__(self, server: StandInSftp, transport: paramiko.Transport) -> None:
        self._server = server
        self._transport = transport

    def get_allowed_auths(self, username: str) -> str:
        user = self._server.users.get(username)
        if user is None:
            return "publickey,password"
        return ",".join(["publickey"] * bool(user.public_keys) + ["password"] * bool(user.password))

    def check_auth_password(self, username: str, password: str) -> int:
        user = self._server.users.get(username)
        known = user is not None and bool(user.password)
        fits = known and user is not None and hmac.compare_digest(user.password.encode(), password.encode())
        return self._verdict(username, fits=fits)

    def check_auth_publickey(self, username: str, key: paramiko.PKey) -> int:
        user = self._server.users.get(username)
        shown = (key.get_name(), key.get_base64())
        lines = user.public_keys if user else ()
        return self._verdict(username, fits=any(tuple(line.split()[:2]) == shown for line in lines))

    def _verdict(self, username: str, *, fits: bool) -> int:
        self._server.attempts.append(username)
        if self._server.faults.silent_logins:
            self._server.faults.stopping.wait()
        if self._server.faults.cut_logins:
            _cut(self._transport)
        if fits:
            self._server.logins.append(username)
        return AUTH_SUCCESSFUL if fits else AUTH_FAILED

    def check_channel_request(self, kind: str, chanid: int) -> int:  # noqa: ARG002
        return OPEN_SUCCEEDED if kind == "session" else OPEN_FAILED_ADMINISTRATIVELY_PROHIBITED

    def check_channel_subsystem_request(self, channel: paramiko.Channel, name: str) -> bool:
        self._server.faults.hold_up()
        return super().check_channel_subsystem_request(channel, name)


def make_key() -> paramiko.PKey:
    """Make a fresh Ed25519 key, for a server or for a user."""
    return paramiko.Ed25519Key.from_private_key(io.StringIO(private_key_text()))


def private_key_text() -> str:
    """Text of a fresh Ed25519 private key in OpenSSH's format."""
    raw = Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.OpenSSH, serialization.NoEncryption()
    )
    return raw.decode()


def _cut(transport: paramiko.Transport) -> None:
    """Cut the line below SSH: no goodbye, as when a router or a server dies."""
    try:
        transport.sock.shutdown(socket.SHUT_RDWR)
    except OSError:
        return  # the other side was faster
