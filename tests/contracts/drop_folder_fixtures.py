"""One vendor's folders on disk, and the adapter that reaches them: locally, by the stand-in, by sshd."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import pytest

from bridge.dropfolder.local import LocalDropFolder
from bridge.dropfolder.port import DropFolder
from bridge.dropfolder.settings import LocalSettings, SftpSettings
from bridge.dropfolder.sftp import SftpDropFolder
from simulator.sftp_server import SftpUser, StandInSftp
from tests.contracts.sshd import Sshd, find_sshd


@dataclass(frozen=True)
class Vendor:
    """The vendor's side of the folders; `folder` is the adapter under test."""

    root: Path
    folder: DropFolder
    connect: Callable[[], DropFolder]

    def put(self, name: str | bytes, data: bytes = b"ISA*", mtime: int = 1_700_000_000) -> Path:
        path = self.root / "inbox" / os.fsdecode(name)
        path.write_bytes(data)
        os.utime(path, (mtime, mtime))
        return path

    def files(self, where: str) -> dict[str, bytes]:
        """All files below a folder, hidden ones too, with their content."""
        base = self.root / where
        return {str(p.relative_to(base)): p.read_bytes() for p in sorted(base.rglob("*")) if p.is_file()}


def local_settings(root: Path) -> LocalSettings:
    return LocalSettings(
        inbox=root / "inbox", archive=root / "archive", quarantine=root / "quarantine", outbox=root / "outbox"
    )


def stand_in_settings(server: StandInSftp, username: str = "acme", **changed: object) -> SftpSettings:
    fields: dict[str, object] = {"password": "pass-1", "host_key": server.fingerprint} | changed
    return SftpSettings(host=server.host, port=server.port, username=username, **fields)  # type: ignore[arg-type]


def sshd_settings(sshd: Sshd, root: Path, **changed: object) -> SftpSettings:
    folders = {name: str(root / name) for name in ("inbox", "archive", "quarantine", "outbox")}
    fields: dict[str, object] = {
        "private_key": str(sshd.user_key),
        "known_hosts": str(sshd.known_hosts),
        **folders,
        **changed,
    }
    return SftpSettings(host=sshd.host, port=sshd.port, username=sshd.username, **fields)  # type: ignore[arg-type]


@pytest.fixture(scope="session")
def sshd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sshd]:
    """A real OpenSSH server. Its absence is a failure where EDIBRIDGE_REQUIRE_SERVICES=1 says so."""
    program = find_sshd()
    if program is None:
        _unavailable("no sshd found (Debian: apt-get install openssh-server)")
    with Sshd(program, tmp_path_factory.mktemp("sshd")) as running:
        if refusal := running.refusal():
            _unavailable(f"sshd lets this account not in: {refusal}")
        yield running


def _unavailable(reason: str) -> NoReturn:
    if os.environ.get("EDIBRIDGE_REQUIRE_SERVICES") == "1":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture
def stand_in(tmp_path: Path) -> Iterator[StandInSftp]:
    root = tmp_path / "acme"
    (root / "inbox").mkdir(parents=True)
    with StandInSftp({"acme": SftpUser(root, password="pass-1")}) as server:
        yield server


@contextmanager
def _local(root: Path, _: pytest.FixtureRequest) -> Iterator[Callable[[], DropFolder]]:
    yield lambda: LocalDropFolder(local_settings(root))


@contextmanager
def _stand_in(root: Path, _: pytest.FixtureRequest) -> Iterator[Callable[[], DropFolder]]:
    with StandInSftp({"acme": SftpUser(root, password="pass-1")}) as server:
        yield lambda: SftpDropFolder(stand_in_settings(server))


@contextmanager
def _plain_server(root: Path, _: pytest.FixtureRequest) -> Iterator[Callable[[], DropFolder]]:
    with StandInSftp({"acme": SftpUser(root, password="pass-1")}) as server:
        server.posix_rename = False
        yield lambda: SftpDropFolder(stand_in_settings(server))


@contextmanager
def _posix_server(root: Path, _: pytest.FixtureRequest) -> Iterator[Callable[[], DropFolder]]:
    with StandInSftp({"acme": SftpUser(root, password="pass-1")}) as server:
        server.plain_rename = False
        yield lambda: SftpDropFolder(stand_in_settings(server))


@contextmanager
def _sshd(root: Path, request: pytest.FixtureRequest) -> Iterator[Callable[[], DropFolder]]:
    running: Sshd = request.getfixturevalue("sshd")
    yield lambda: SftpDropFolder(sshd_settings(running, root))


_ADAPTERS = {
    "local": _local,
    "stand-in": _stand_in,
    "no-posix-rename": _plain_server,
    "no-plain-rename": _posix_server,
    "sshd": _sshd,
}


@pytest.fixture(
    params=[
        "local",
        "stand-in",
        "no-posix-rename",
        "no-plain-rename",
        pytest.param("sshd", marks=pytest.mark.sshd),
    ]
)
def vendor(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Vendor]:
    """A vendor with an empty inbox and nothing else; closes every adapter that was made."""
    root = tmp_path / "vendor"
    (root / "inbox").mkdir(parents=True)
    with ExitStack() as stack:
        make = stack.enter_context(_ADAPTERS[request.param](root, request))

        def connect() -> DropFolder:
            folder = make()
            stack.callback(folder.close)
            return folder

        yield Vendor(root, connect(), connect)
