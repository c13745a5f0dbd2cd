"""What an adapter must know of a vendor's folder. Secrets come resolved and never show in a repr."""

from __future__ import annotations

from pathlib import Path

import msgspec

TEMPORARY_NAME = ".{name}.{token}.part"


class SftpSettings(msgspec.Struct, frozen=True, kw_only=True):
    """One vendor's SFTP account.

    `private_key` is the key's own text (OpenSSH or PEM) or the absolute path of its file, `passphrase`
    opens it. The server is pinned by `known_hosts` (a path, OpenSSH's format) or `host_key`
    ("ssh-ed25519 AAAA..." or "SHA256:..."); one of them is needed. Folders are absolute or relative to
    the login folder. Times are seconds: connect and banner for reaching the server, auth for logging in,
    `read_timeout` for each whole answer after that, `listing_timeout` for a listing, `file_timeout` for a
    file beside the time that its bytes take. `legacy_algorithms` are weak ones (`transport.WEAK`) that are
    taken all the same.
    """

    host: str
    username: str
    port: int = 22
    password: str = ""
    private_key: str = ""
    passphrase: str = ""
    known_hosts: str = ""
    host_key: str = ""
    inbox: str = "inbox"
    archive: str = "archive"
    quarantine: str = "quarantine"
    outbox: str = "outbox"
    temporary_name: str = TEMPORARY_NAME
    encoding: str = "utf-8"
    connect_timeout: float = 15.0
    banner_timeout: float = 15.0
    auth_timeout: float = 30.0
    read_timeout: float = 60.0
    listing_timeout: float = 300.0
    file_timeout: float = 300.0
    legacy_algorithms: tuple[str, ...] = ()
    keepalive: int = 30

    def __repr__(self) -> str:
        return f"SftpSettings({self.username}@{self.host}:{self.port}, inbox={self.inbox!r})"

    @property
    def address(self) -> str:
        """Where the server is, for messages."""
        return f"sftp://{self.host}:{self.port}"


class LocalSettings(msgspec.Struct, frozen=True, kw_only=True):
    """A vendor whose folders are on this machine or mounted here.

    `file_mode` is that of files (and, with the right to enter, of folders) that are made for the vendor;
    without it the process's umask decides.
    """

    inbox: Path
    archive: Path
    quarantine: Path
    outbox: Path
    temporary_name: str = TEMPORARY_NAME
    file_mode: int | None = None
