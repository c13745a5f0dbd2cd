"""Opens an SFTP session: socket, pinned host key, then (and only then) user name and key or password.

No agent, no keys and no known_hosts of the user who runs the bridge: only what the settings name.
"""

from __future__ import annotations

import logging
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import paramiko
from paramiko.ssh_exception import BadAuthenticationType, IncompatiblePeer

from bridge.dropfolder.hostkeys import Pin, fingerprint, load_pin
from bridge.dropfolder.privatekeys import load_private_key
from bridge.dropfolder.settings import SftpSettings
from bridge.dropfolder.transport import WEAK, WINDOW, BoundedTransport, Watchdog, shown
from bridge.dropfolder.wire import Limits, WireClient
from bridge.errors import AuthenticationRefused, DropFolderUnavailable, HostKeyRefused

LOG = "bridge.ssh"
"""What paramiko logs of its own; `bridge.logs` lets it through for --log-level debug only."""
# Its errors are raised here: their tracebacks would only repeat them.
logging.getLogger(LOG).setLevel(logging.CRITICAL)

_LONGEST_PATH = 1024


class Session(msgspec.Struct, frozen=True):
    """An open session; `close` ends it and never fails."""

    transport: paramiko.Transport
    client: WireClient
    watchdog: Watchdog

    def is_alive(self) -> bool:
        """Return whether the connection stands, as far as this side knows."""
        return self.transport.is_active() and not self.client.sock.closed

    def close(self) -> None:
        """End the connection; the transport's thread ends with it."""
        self.watchdog.stop()
        self.transport.close()

    def why(self, error: BaseException) -> str:
        """Return why the connection ended."""
        if self.watchdog.expired:
            return "no whole answer came in time"
        return shown(error) or type(error).__name__


def open_session(settings: SftpSettings) -> Session:
    """Connect, verify the host key, log in and start SFTP.

    Raises `HostKeyRefused`, `AuthenticationRefused` or `DropFolderUnavailable`, each with the address
    and what to do.
    """
    pin = load_pin(settings.host, settings.port, known_hosts=settings.known_hosts, host_key=settings.host_key)
    key = _private_key(settings)
    transport = _verified(settings, pin)
    try:
        _log_in(transport, settings, key)
        return _start_sftp(transport, settings)
    except BaseException:
        transport.close()
        raise


def _verified(settings: SftpSettings, pin: Pin) -> paramiko.Transport:
    """Return a transport whose server has proven that it holds the pinned key."""
    seen: list[str] = []
    for algorithms in pin.algorithms():
        transport = _transport(settings)
        try:
            blob = _exchange_keys(transport, settings, algorithms)
            if blob is not None and pin.accepts(blob):
                return transport
        except BaseException:
            transport.close()
            raise
        transport.close()
        if blob is not None:
            seen.append(fingerprint(blob))
    shown = ", ".join(seen) or "none of the pinned type"
    raise HostKeyRefused(
        f"{settings.address}: the server's host key is not the pinned one ({pin.source}); it shows {shown}. "
        "Nothing was sent. Either the partner has changed the key, then let them confirm the fingerprint and "
        "pin it anew, or another machine answers in its place"
    )


def _transport(settings: SftpSettings) -> paramiko.Transport:
    try:
        sock = socket.create_connection((settings.host, settings.port), timeout=settings.connect_timeout)
    except OSError as error:
        raise DropFolderUnavailable(
            f"{settings.address}: cannot be reached ({error.strerror or error}); check host, port and "
            "firewall, or wait for the partner's server"
        ) from error
    # Nagle's algorithm and delayed acknowledgements together stall each small request for 40 ms.
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if hasattr(socket, "TCP_USER_TIMEOUT"):  # a peer that vanished is noticed with the next keepalive
        limit = int(settings.read_timeout * 1000)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, limit)
    with _spoken(settings, "greet"):
        transport = BoundedTransport(sock, settings.legacy_algorithms)
    transport.set_log_channel(LOG)
    transport.banner_timeout = settings.banner_timeout
    transport.handshake_timeout = settings.connect_timeout + settings.banner_timeout
    transport.auth_timeout = settings.auth_timeout
    return transport


def _exchange_keys(
    transport: paramiko.Transport, settings: SftpSettings, algorithms: tuple[str, ...]
) -> bytes | None:
    """Public key that the server has signed with; None when it has none of these algorithms."""
    transport.get_security_options().key_types = algorithms
    with _spoken(settings, "exchange keys"):
        try:
            transport.start_client(timeout=settings.connect_timeout + settings.banner_timeout)
        except IncompatiblePeer as error:
            if "host key" in str(error):
                return None
            raise
        # start_client returns silently when its time is over; then this raises.
        return transport.get_remote_server_key().asbytes()


def _log_in(transport: paramiko.Transport, settings: SftpSettings, key: paramiko.PKey | None) -> None:
    """Log in by key, by password, or by both where the server asks for both."""
    means = "private_key" if key else "password"
    refused = (
        f"{settings.address}: the server refused user {settings.username!r} with this {means}; check "
        f"username and {means}, and that the partner has the account open"
    )
    with _spoken(settings, "log in"):
        try:
            missing = transport.auth_publickey(settings.username, key) if key else ["password"]
            if missing and settings.password:
                missing = transport.auth_password(settings.username, settings.password)
        except BadAuthenticationType as error:
            raise AuthenticationRefused(
                f"{refused} (the server takes {shown(', '.join(error.allowed_types))})"
            ) from error
        except paramiko.AuthenticationException as error:
            # paramiko raises the same for a cut and for silence; then nothing was refused.
            if not transport.is_active() or "timeout" in str(error):
                raise
            raise AuthenticationRefused(refused) from error
    if missing:
        raise AuthenticationRefused(f"{refused} (the server asks for {shown(', '.join(missing))} too)")


def _start_sftp(transport: paramiko.Transport, settings: SftpSettings) -> Session:
    watchdog = Watchdog(transport.close)
    limits = Limits(
        answer=settings.read_timeout, listing=settings.listing_timeout, file=settings.file_timeout
    )
    try:
        # paramiko waits for the start of a subsystem without a limit.
        with _spoken(settings, "start SFTP"), watchdog.within(settings.read_timeout):
            transport.set_keepalive(settings.keepalive)
            channel = transport.open_session(window_size=WINDOW, timeout=settings.read_timeout)
            channel.settimeout(settings.read_timeout)
            channel.invoke_subsystem("sftp")
            return Session(transport, WireClient(channel, watchdog, limits), watchdog)
    except BaseException:
        watchdog.stop()
        raise


@contextmanager
def _spoken(settings: SftpSettings, step: str) -> Iterator[None]:
    """Turn whatever ends a connection into `DropFolderUnavailable`."""
    try:
        yield
    except (paramiko.SSHException, paramiko.SFTPError, OSError, EOFError) as error:
        raise DropFolderUnavailable(
            f"{settings.address}: the connection ended while trying to {step} "
            f"({shown(error) or type(error).__name__}){_hint(error)}; it will be tried again"
        ) from error


def _hint(error: BaseException) -> str:
    """Return what to do where a server has weak algorithms only."""
    kind = next((kind for kind in WEAK if f"no acceptable {kind}" in str(error)), "")
    if not kind:
        return ""
    weak = ", ".join(WEAK[kind])
    return f": its {kind} are weak; the partner should add others, or set legacy_algorithms to one of {weak}"


def _private_key(settings: SftpSettings) -> paramiko.PKey | None:
    """Load the private key from its text or its file; nothing of the text shows in a message."""
    if not settings.private_key:
        if not settings.password:
            raise AuthenticationRefused(f"{settings.address}: neither private_key nor password is set")
        return None
    path = _path_of(settings.private_key)
    if path is None:
        return load_private_key(settings.private_key, settings.passphrase)
    return load_private_key(_read_key(path), settings.passphrase, f"private_key {path}")


def _path_of(text: str) -> Path | None:
    """Return the file that a text names; None for what is no path of a file that exists: it may be a key."""
    if not text.startswith(("/", "~/")) or "\n" in text or len(text) > _LONGEST_PATH:
        return None
    path = Path(text).expanduser()
    return path if path.is_file() else None


def _read_key(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise AuthenticationRefused(f"private_key {path}: cannot be read ({error.strerror})") from error
    except UnicodeDecodeError:
        reason = f"private_key {path}: cannot be read (no text)"
    raise AuthenticationRefused(reason)  # not chained: that error holds the bytes
