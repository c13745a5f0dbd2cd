"""Settings of a vendor's drop folder: where it is and how files are picked up."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from bridge.config.secret import Secret
from bridge.settings.kinds import (
    Count,
    Cron,
    Duration,
    FileMode,
    HostKey,
    LocalPath,
    RemoteFolder,
    Size,
    Text,
)
from bridge.settings.table import Table

WeakAlgorithm = Literal[
    "3des-cbc",
    "aes128-cbc",
    "aes192-cbc",
    "aes256-cbc",
    "hmac-md5",
    "hmac-md5-96",
    "hmac-sha1",
    "hmac-sha1-96",
]


class Sftp(Table):
    """`[vendors.V.sftp]`: the SFTP server and the folders on it."""

    host: Text
    """Name or address of the SFTP server."""
    port: Annotated[Count, Field(ge=1, le=65535)] = 22
    """Its port."""
    username: Text
    """User name there."""
    private_key: Secret | None = None
    """Private key to log in with, env:NAME or file:PATH; this or `password`."""
    passphrase: Secret | None = None
    """Opens the private key, env:NAME or file:PATH; only where the key has one."""
    password: Secret | None = None
    """Password to log in with, env:NAME or file:PATH; this or `private_key`."""
    known_hosts: LocalPath | None = None
    """File with the server's host key, as ssh-keyscan writes it; this or `host_key`."""
    host_key: HostKey | None = None
    """The server's host key (ssh-ed25519 AAAA...) or its fingerprint (SHA256:...); this or `known_hosts`."""
    legacy_algorithms: tuple[WeakAlgorithm, ...] = ()
    """Weak ciphers and MACs that are taken all the same, where the server has no others."""
    inbox: RemoteFolder = "inbox"
    """Folder on the server that the vendor drops files into."""
    archive: RemoteFolder = "archive"
    """Folder on the server that taken files are moved to."""
    quarantine: RemoteFolder = "quarantine"
    """Folder on the server for files that nothing can be read from, each with its reason beside it."""
    outbox: RemoteFolder = "outbox"
    """Folder on the server where shipping documents, acknowledgements and statuses are put."""


class Local(Table):
    """`[vendors.V.local]`: drop folders on this machine, or on one that is mounted here."""

    root: LocalPath | None = None
    """Folder that holds the four folders below, where they are not set themselves."""
    inbox: LocalPath | None = None
    """Folder that the vendor drops files into."""
    archive: LocalPath | None = None
    """Folder that taken files are moved to."""
    quarantine: LocalPath | None = None
    """Folder for files that nothing can be read from, each with its reason beside it."""
    outbox: LocalPath | None = None
    """Folder where shipping documents, acknowledgements and statuses are put."""
    file_mode: FileMode | None = None
    """Mode of the files that are put there, such as "0640", whatever the umask is; not set: as the umask
    says."""

    def folder(self, name: Literal["inbox", "archive", "quarantine", "outbox"]) -> Path:
        """Return one of the four folders, under `root` unless it is set itself."""
        own: Path | None = getattr(self, name)
        if own is not None:
            return own
        if self.root is None:
            # load_config has refused this already; a model made by hand can get here.
            raise ValueError(f"neither root nor {name} is set")
        return self.root / name


class Pickup(Table):
    """`[vendors.V.pickup]`: when a file in the inbox is whole."""

    convention: Literal["settled", "rename", "done-file"] = "settled"
    """settled: two listings show the same size and time; rename: the vendor uploads under a temporary name;
    done-file: the vendor puts an empty marker beside the file."""
    interval: Duration = timedelta(seconds=10)
    """Time between the two listings of `settled`."""
    temporary: Text = "*.part"
    """Pattern of names that are never taken: uploads that are under way."""
    max_file_size: Annotated[Size, Field(gt=0)] = 1 << 30
    """Size of the largest file that is taken, such as 500MB or 1GiB; larger ones stay where they are, with an
    alert."""
    done_suffix: Annotated[str, StringConstraints(pattern=r"^\.[A-Za-z0-9_.-]+$")] = ".done"
    """Ending of the marker of `done-file`: orders.edi is whole once orders.edi.done is there."""


class Schedule(Table):
    """`[vendors.V.schedule]`: when the daemon lists the inbox."""

    poll: Duration | None = None
    """Time between two listings: 30s, 5m, 1h. 60s where neither this nor `cron` is set."""
    cron: Cron | None = None
    """Or five fields, minute hour day month weekday (weekdays by name), in the vendor's time zone."""

    @property
    def interval(self) -> timedelta | None:
        """Return the time between two listings, None where `cron` rules."""
        return self.poll or (None if self.cron else timedelta(seconds=60))
