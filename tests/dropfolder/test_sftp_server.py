"""The stand-in server itself, as any client meets it."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import paramiko
import pytest

from simulator.sftp_server import SftpUser, StandInSftp


@contextmanager
def client(server: StandInSftp, username: str, password: str) -> Iterator[paramiko.SFTPClient]:
    transport = paramiko.Transport((server.host, server.port))
    try:
        transport.connect(username=username, password=password)
        sftp = paramiko.SFTPClient.from_transport(transport)
        assert sftp is not None
        yield sftp
    finally:
        transport.close()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[StandInSftp]:
    users = {}
    for name in ("acme", "acme2"):  # one root's name begins like the other's
        (tmp_path / name).mkdir()
        (tmp_path / name / "mine.txt").write_text(name)
        users[name] = SftpUser(tmp_path / name, password=f"{name}-pass")
    (tmp_path / "secret").write_text("secret")
    with StandInSftp(users) as running:
        yield running


def test_every_user_sees_a_root_of_its_own(server: StandInSftp) -> None:
    for name in ("acme", "acme2"):
        with client(server, name, f"{name}-pass") as sftp:
            assert sftp.listdir("/") == ["mine.txt"]
            assert sftp.open("mine.txt").read().decode() == name
            assert sftp.normalize(".") == "/"


@pytest.mark.parametrize("path", ["../secret", "/../secret", "x/../../secret", "../acme2/mine.txt"])
def test_no_path_leaves_the_root(server: StandInSftp, tmp_path: Path, path: str) -> None:
    with client(server, "acme", "acme-pass") as sftp:
        with pytest.raises(FileNotFoundError):
            sftp.open(path)
        with pytest.raises(FileNotFoundError):
            sftp.remove(path)
    assert (tmp_path / "secret").exists()


@pytest.mark.parametrize("target", ["secret", "acme2"])
def test_no_link_leaves_the_root(server: StandInSftp, tmp_path: Path, target: str) -> None:
    (tmp_path / "acme/link").symlink_to(tmp_path / target)
    with client(server, "acme", "acme-pass") as sftp:
        attempts: list[Callable[[], object]] = [
            lambda: sftp.open("link"),
            lambda: sftp.open("link", "w"),
            lambda: sftp.open("link/mine.txt"),
            lambda: sftp.stat("link"),
            lambda: sftp.listdir("link"),
            lambda: sftp.rename("mine.txt", "link/stolen.txt"),
            lambda: sftp.symlink("/etc/passwd", "other"),
        ]
        for attempt in attempts:
            with pytest.raises(PermissionError):
                attempt()
    assert (tmp_path / "secret").read_text() == "secret"


def test_a_wrong_password_and_a_shell_are_refused(server: StandInSftp) -> None:
    with pytest.raises(paramiko.AuthenticationException), client(server, "acme", "acme2-pass"):
        pass
    transport = paramiko.Transport((server.host, server.port))
    transport.connect(username="acme", password="acme-pass")
    with pytest.raises(paramiko.SSHException):
        transport.open_session().exec_command("id")
    transport.close()


def test_a_plain_rename_never_writes_over_and_the_extension_does(server: StandInSftp) -> None:
    with client(server, "acme", "acme-pass") as sftp:
        for name in ("a", "b"):
            with sftp.open(name, "w") as file:
                file.write(name)
        with pytest.raises(OSError, match="Failure"):
            sftp.rename("a", "b")
        sftp.posix_rename("a", "b")
        assert sftp.open("b").read() == b"a"
        server.posix_rename = False
        with pytest.raises(OSError, match="unsupported"):
            sftp.posix_rename("b", "c")


def test_times_and_folders_can_be_set(server: StandInSftp, tmp_path: Path) -> None:
    with client(server, "acme", "acme-pass") as sftp:
        sftp.mkdir("inbox")
        with sftp.open("inbox/x", "w") as file:
            file.write(b"data")
        sftp.utime("inbox/x", (1, 1_700_000_000))
        assert sftp.stat("inbox/x").st_mtime == 1_700_000_000
        sftp.remove("inbox/x")
        sftp.rmdir("inbox")
    assert [path.name for path in (tmp_path / "acme").iterdir()] == ["mine.txt"]


def test_the_key_it_shows_is_the_one_it_names(server: StandInSftp) -> None:
    name, kind, blob = server.host_key_line.split()
    assert name == f"[127.0.0.1]:{server.port}"
    transport = paramiko.Transport((server.host, server.port))
    transport.start_client(timeout=10)
    key = transport.get_remote_server_key()
    transport.close()
    assert (key.get_name(), key.get_base64(), key.fingerprint) == (kind, blob, server.fingerprint)


def test_after_stopping_nobody_listens_and_connections_are_cut(server: StandInSftp) -> None:
    with client(server, "acme", "acme-pass") as sftp:
        server.stop()
        with pytest.raises((OSError, EOFError, paramiko.SSHException)):
            sftp.listdir(".")
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((server.host, server.port), timeout=5)
