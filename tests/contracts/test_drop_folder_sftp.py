"""What only a server can do to a drop folder: faults of the line, of the disk, of the server."""

from __future__ import annotations

import os
import random
import socket
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from bridge.dropfolder.port import Content, RemoteFile
from bridge.dropfolder.sftp import SftpDropFolder
from bridge.dropfolder.wire import BLOCK, READS_IN_FLIGHT
from bridge.errors import DropFolderUnavailable, RemoteFileError
from simulator.sftp_server import StandInSftp
from tests.contracts.drop_folder_fixtures import sshd_settings, stand_in_settings
from tests.contracts.sshd import Sshd

LARGE = random.Random(11).randbytes(2_000_000)  # noqa: S311 - any bytes will do


@pytest.fixture
def root(stand_in: StandInSftp) -> Path:
    return stand_in.users["acme"].root


@pytest.fixture
def folder(stand_in: StandInSftp) -> Iterator[SftpDropFolder]:
    with closing(SftpDropFolder(stand_in_settings(stand_in))) as folder:
        yield folder


def delivered(root: Path) -> list[str]:
    return [str(path.relative_to(root / "outbox")) for path in (root / "outbox").rglob("*") if path.is_file()]


def put(root: Path, name: str, data: bytes) -> RemoteFile:
    path = root / "inbox" / name
    path.write_bytes(data)
    os.utime(path, (1_700_000_000, 1_700_000_000))
    return RemoteFile(name, len(data), 1_700_000_000.0)


def test_one_connection_serves_many_calls(stand_in: StandInSftp, folder: SftpDropFolder) -> None:
    for _ in range(3):
        folder.list_files()
        folder.deliver("labels", "x.png", Content.of(b"png"))
    assert stand_in.connections == 1


def test_a_kept_connection_that_died_is_opened_anew_unseen(
    stand_in: StandInSftp, root: Path, folder: SftpDropFolder
) -> None:
    seen = put(root, "x.edi", b"data")
    folder.list_files()
    stand_in.cut_connections()
    assert folder.list_files() == [seen]
    stand_in.cut_connections()
    assert b"".join(folder.read(seen)) == b"data"
    stand_in.cut_connections()
    folder.archive("x.edi", "kept.edi", seen)
    stand_in.cut_connections()
    folder.deliver("labels", "x.png", Content.of(b"png"))
    assert stand_in.connections == 5
    assert delivered(root) == ["labels/x.png"]


def test_a_kept_connection_that_dies_with_the_first_request_is_opened_anew_once(
    stand_in: StandInSftp, root: Path, folder: SftpDropFolder
) -> None:
    seen = put(root, "x.edi", b"data")
    folder.list_files()
    stand_in.faults.cut_read_after = 0
    assert b"".join(folder.read(seen)) == b"data"
    assert stand_in.connections == 2
    folder.close()
    stand_in.faults.cut_read_after = 0
    with pytest.raises(DropFolderUnavailable):
        list(folder.read(seen))  # a fresh connection: the server is in trouble, not our memory of it
    assert stand_in.connections == 3


def test_a_cut_in_the_middle_of_a_read_is_transient_and_the_next_read_is_whole(
    stand_in: StandInSftp, root: Path, folder: SftpDropFolder
) -> None:
    seen = put(root, "x.edi", LARGE)
    stand_in.faults.cut_read_after = 1_000_000
    with pytest.raises(DropFolderUnavailable) as caught:
        list(folder.read(seen))
    assert not caught.value.permanent
    assert b"".join(folder.read(seen)) == LARGE


def test_a_cut_in_the_middle_of_a_delivery_leaves_no_visible_file(
    stand_in: StandInSftp, root: Path, folder: SftpDropFolder
) -> None:
    stand_in.faults.cut_write_after = 1_000_000
    with pytest.raises(DropFolderUnavailable):
        folder.deliver("labels", "x.png", Content.of(LARGE))
    assert all(name.startswith("labels/.") for name in delivered(root))
    folder.deliver("labels", "x.png", Content.of(LARGE))
    assert delivered(root) == ["labels/x.png"]
    assert (root / "outbox/labels/x.png").read_bytes() == LARGE


@pytest.mark.parametrize("taken", [0, 100_000, len(LARGE) - 1])
def test_a_full_disk_is_transient_and_leaves_nothing_behind(
    stand_in: StandInSftp, root: Path, folder: SftpDropFolder, taken: int
) -> None:
    stand_in.faults.disk_full_after = taken
    with pytest.raises(DropFolderUnavailable, match="disk"):
        folder.deliver("labels", "x.png", Content.of(LARGE))
    assert delivered(root) == []
    stand_in.faults.disk_full_after = None
    folder.deliver("labels", "x.png", Content.of(LARGE))
    assert delivered(root) == ["labels/x.png"]


@pytest.mark.parametrize("number", [0, 1, 70, 99])
def test_one_write_refused_among_many_fails_the_delivery(
    stand_in: StandInSftp, root: Path, folder: SftpDropFolder, number: int
) -> None:
    stand_in.faults.refused_write = number
    with pytest.raises(DropFolderUnavailable):
        folder.deliver("labels", "x.png", Content.of(b"x" * (100 * BLOCK)))
    assert delivered(root) == []


def test_a_server_that_loses_what_it_took_is_found_out(
    stand_in: StandInSftp, root: Path, folder: SftpDropFolder
) -> None:
    stand_in.faults.lost_after = 3 * BLOCK
    with pytest.raises(DropFolderUnavailable, match=str(3 * BLOCK)):
        folder.deliver("labels", "x.png", Content.of(LARGE))
    assert delivered(root) == []


def test_a_file_without_permission_fails_alone(
    stand_in: StandInSftp, root: Path, folder: SftpDropFolder
) -> None:
    closed, fine = put(root, "closed.edi", b"1"), put(root, "fine.edi", b"2")
    stand_in.faults.denied = frozenset({"closed.edi"})
    assert folder.list_files() == [closed, fine]
    with pytest.raises(RemoteFileError, match=r"closed\.edi.*permission denied"):
        list(folder.read(closed))
    with pytest.raises(RemoteFileError, match="permission denied"):
        folder.archive("closed.edi", "kept.edi")
    assert b"".join(folder.read(fine)) == b"2"
    assert stand_in.connections == 1


def test_an_inbox_without_permission_is_reported_with_the_user(
    stand_in: StandInSftp, folder: SftpDropFolder
) -> None:
    stand_in.faults.denied = frozenset({"inbox"})
    with pytest.raises(DropFolderUnavailable, match=r"inbox.*acme"):
        folder.list_files()


def test_a_server_that_is_gone_is_transient_and_named(stand_in: StandInSftp, folder: SftpDropFolder) -> None:
    folder.list_files()
    stand_in.stop()
    for _ in range(2):
        with pytest.raises(DropFolderUnavailable, match=f"127.0.0.1:{stand_in.port}"):
            folder.list_files()


def test_a_server_that_hangs_up_is_transient(stand_in: StandInSftp, folder: SftpDropFolder) -> None:
    stand_in.faults.refuse_connections = True
    with pytest.raises(DropFolderUnavailable):
        folder.list_files()
    stand_in.faults.refuse_connections = False
    assert folder.list_files() == []


def test_a_server_that_never_speaks_does_not_hang_the_caller() -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute:
        quiet = StandInSftp({}, port=mute.getsockname()[1])  # only its words, it is never started
        settings = stand_in_settings(quiet, connect_timeout=0.2, banner_timeout=0.2)
        with pytest.raises(DropFolderUnavailable):
            SftpDropFolder(settings).list_files()


def test_a_server_that_stops_answering_does_not_hang_the_caller(stand_in: StandInSftp, root: Path) -> None:
    seen = put(root, "x.edi", b"data")
    with closing(SftpDropFolder(stand_in_settings(stand_in, read_timeout=0.3))) as folder:
        folder.list_files()
        stand_in.faults.silent.set()
        with pytest.raises(DropFolderUnavailable):
            list(folder.read(seen))
        before = stand_in.connections
        stand_in.faults.silent.clear()
        assert b"".join(folder.read(seen)) == b"data"
        assert stand_in.connections == before + 1  # no answer of the old one is ever waited for


def test_a_server_that_never_starts_sftp_does_not_hang_the_caller(stand_in: StandInSftp) -> None:
    stand_in.faults.silent.set()
    with (
        closing(SftpDropFolder(stand_in_settings(stand_in, read_timeout=0.3))) as folder,
        pytest.raises(DropFolderUnavailable, match="start SFTP"),
    ):
        folder.list_files()


def test_a_slow_server_is_waited_for(stand_in: StandInSftp, root: Path, folder: SftpDropFolder) -> None:
    seen = put(root, "x.edi", b"data")
    stand_in.faults.delay = 0.02
    assert b"".join(folder.read(seen)) == b"data"


def test_a_large_file_is_never_in_memory_as_a_whole(
    stand_in: StandInSftp, root: Path, folder: SftpDropFolder
) -> None:
    bound = READS_IN_FLIGHT * BLOCK
    seen = put(root, "x.edi", b"x" * (3 * bound))
    stand_in.faults.cut_read_after = 2 * bound
    chunks = folder.read(seen)
    next(chunks)
    folder.list_files()  # answered after everything that was asked for before
    assert stand_in.faults.cut_read_after == bound


def test_a_server_that_answers_in_small_pieces_loses_nothing(
    stand_in: StandInSftp, root: Path, folder: SftpDropFolder
) -> None:
    seen = put(root, "x.edi", LARGE[:100_000])
    stand_in.faults.read_limit = 9_999
    assert b"".join(folder.read(seen)) == LARGE[:100_000]


def test_closing_leaves_no_thread_behind(stand_in: StandInSftp, folder: SftpDropFolder) -> None:
    before = set(threading.enumerate())
    folder.list_files()
    folder.close()
    stand_in.cut_connections()
    for thread in set(threading.enumerate()) - before:
        thread.join(5)
    assert set(threading.enumerate()) <= before


def test_many_folders_are_served_side_by_side(stand_in: StandInSftp, root: Path) -> None:
    failures: list[BaseException] = []

    def deliver(number: int) -> None:
        try:
            with closing(SftpDropFolder(stand_in_settings(stand_in))) as folder:
                folder.deliver("labels", f"{number}.png", Content.of(LARGE[: 1000 * number]))
        except BaseException as error:  # noqa: BLE001 - shown below
            failures.append(error)

    threads = [threading.Thread(target=deliver, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert sorted(delivered(root)) == [f"labels/{number}.png" for number in range(8)]


@pytest.mark.sshd
def test_names_in_the_servers_own_encoding_are_text(sshd: Sshd, tmp_path: Path) -> None:
    (tmp_path / "inbox").mkdir()
    (tmp_path / "inbox" / os.fsdecode(b"Stra\xdfe.edi")).write_bytes(b"data")
    with closing(SftpDropFolder(sshd_settings(sshd, tmp_path, encoding="latin-1"))) as folder:
        [seen] = folder.list_files()
        assert seen.name == "Straße.edi"
        assert b"".join(folder.read(seen)) == b"data"
        folder.deliver("labels", "Größe.png", Content.of(b"png"))
        with pytest.raises(RemoteFileError, match="encoding"):
            folder.deliver("labels", "日本.png", Content.of(b"png"))
    assert (tmp_path / "outbox/labels" / os.fsdecode("Größe.png".encode("latin-1"))).read_bytes() == b"png"
