"""What only a local folder can meet: links, other file systems, file systems without hard links."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from bridge.dropfolder.local import LocalDropFolder
from bridge.dropfolder.names import temporary_name
from bridge.dropfolder.port import Content, RemoteFile
from bridge.dropfolder.settings import TEMPORARY_NAME, LocalSettings
from bridge.errors import DropFolderUnavailable, RemoteFileError
from tests.contracts.drop_folder_fixtures import local_settings


@pytest.fixture
def folder(tmp_path: Path) -> LocalDropFolder:
    (tmp_path / "inbox").mkdir()
    return LocalDropFolder(local_settings(tmp_path))


def files(root: Path) -> dict[str, bytes]:
    return {str(p.relative_to(root)): p.read_bytes() for p in sorted(root.rglob("*")) if p.is_file()}


def test_a_link_in_the_inbox_is_neither_read_nor_moved(folder: LocalDropFolder, tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b"secret")
    (tmp_path / "inbox/x.edi").symlink_to(tmp_path / "secret")
    assert folder.list_files() == []
    with pytest.raises(RemoteFileError):
        list(folder.read(RemoteFile("x.edi", 6, (tmp_path / "secret").stat().st_mtime)))
    with pytest.raises(RemoteFileError):
        folder.archive("x.edi", "kept.edi")


def test_a_pipe_in_the_inbox_hangs_nobody(folder: LocalDropFolder, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "inbox/x.edi")
    assert folder.list_files() == []
    with pytest.raises(RemoteFileError):
        list(folder.read(RemoteFile("x.edi", 0, 0.0)))


def test_a_link_in_the_outbox_leads_no_delivery_out(folder: LocalDropFolder, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "outbox").mkdir()
    (tmp_path / "outbox/labels").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(RemoteFileError, match="link"):
        folder.deliver("labels", "x.png", Content.of(b"png"))
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_a_planted_link_under_the_temporary_name_is_not_written_through(
    folder: LocalDropFolder, tmp_path: Path
) -> None:
    (tmp_path / "secret").write_bytes(b"secret")
    (tmp_path / "outbox/labels").mkdir(parents=True)
    part = temporary_name(TEMPORARY_NAME, "x.png", Content.of(b"png").sha256)
    (tmp_path / "outbox/labels" / part).symlink_to(tmp_path / "secret")
    folder.deliver("labels", "x.png", Content.of(b"png"))
    assert files(tmp_path) == {"outbox/labels/x.png": b"png", "secret": b"secret"}


def test_a_crash_between_link_and_unlink_is_finished(folder: LocalDropFolder, tmp_path: Path) -> None:
    (tmp_path / "inbox/x.edi").write_bytes(b"data")
    (tmp_path / "archive").mkdir()
    (tmp_path / "archive/kept.edi").hardlink_to(tmp_path / "inbox/x.edi")
    folder.archive("x.edi", "kept.edi")
    assert files(tmp_path) == {"archive/kept.edi": b"data"}
    folder.deliver("labels", "x.png", Content.of(b"png"))
    part = temporary_name(TEMPORARY_NAME, "x.png", Content.of(b"png").sha256)
    (tmp_path / "outbox/labels" / part).hardlink_to(tmp_path / "outbox/labels/x.png")
    folder.deliver("labels", "x.png", Content.of(b"png"))
    assert files(tmp_path / "outbox") == {"labels/x.png": b"png"}


@pytest.mark.parametrize("code", [errno.EXDEV, errno.EPERM], ids=["another file system", "no hard links"])
def test_where_links_cannot_be_made_files_move_all_the_same(
    folder: LocalDropFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, "link", refuse)
    (tmp_path / "inbox/x.edi").write_bytes(b"data")
    os.utime(tmp_path / "inbox/x.edi", (1, 1_700_000_000))
    folder.archive("x.edi", "kept.edi")
    folder.deliver("labels", "x.png", Content.of(b"png"))
    assert files(tmp_path) == {"archive/kept.edi": b"data", "outbox/labels/x.png": b"png"}
    assert (tmp_path / "archive/kept.edi").stat().st_mtime == 1_700_000_000
    (tmp_path / "inbox/x.edi").write_bytes(b"other")
    with pytest.raises(RemoteFileError):
        folder.archive("x.edi", "kept.edi")
    assert files(tmp_path / "archive") == {"kept.edi": b"data"}


def test_a_full_disk_is_transient_and_leaves_no_visible_file(
    folder: LocalDropFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        with pytest.raises(DropFolderUnavailable) as caught:
            folder.deliver("labels", "x.png", Content.of(b"png"))
    assert not caught.value.permanent
    assert not (tmp_path / "outbox/labels/x.png").exists()
    folder.deliver("labels", "x.png", Content.of(b"png"))
    assert files(tmp_path / "outbox") == {"labels/x.png": b"png"}


def test_a_folder_that_cannot_be_made_is_reported(folder: LocalDropFolder, tmp_path: Path) -> None:
    (tmp_path / "outbox").write_bytes(b"a file where the folder belongs")
    with pytest.raises(DropFolderUnavailable, match="outbox"):
        folder.deliver("labels", "x.png", Content.of(b"png"))


@pytest.mark.parametrize("name", ["inbox", "archive", "quarantine", "outbox"])
def test_a_folder_that_became_a_link_is_not_followed(
    folder: LocalDropFolder, tmp_path: Path, name: str
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "x.edi").write_bytes(b"theirs")
    for one in ("inbox", "archive", "quarantine", "outbox"):
        (tmp_path / one).mkdir(exist_ok=True)
    (tmp_path / "inbox/a.edi").write_bytes(b"data")
    steps: dict[str, list[Callable[[], object]]] = {
        "inbox": [
            folder.list_files,
            lambda: list(folder.read(RemoteFile("x.edi", 6, (elsewhere / "x.edi").stat().st_mtime))),
            lambda: folder.remove("x.edi"),
            lambda: folder.archive("x.edi", "x.edi"),
            lambda: folder.quarantine("x.edi", "x.edi", "no"),
        ],
        "archive": [lambda: folder.archive("a.edi", "a.edi")],
        "quarantine": [lambda: folder.quarantine("a.edi", "a.edi", "no")],
        "outbox": [lambda: folder.deliver("labels", "x.png", Content.of(b"png"))],
    }
    moved = tmp_path / f"{name}.before"
    (tmp_path / name).rename(moved)
    (tmp_path / name).symlink_to(elsewhere)
    for step in steps[name]:
        with pytest.raises(DropFolderUnavailable, match="symbolic link"):
            step()
    assert files(elsewhere) == {"x.edi": b"theirs"}


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077, 0o777 & ~0o700])
def test_files_for_a_vendor_have_the_mode_that_is_set_whatever_the_umask(tmp_path: Path, umask: int) -> None:
    settings = LocalSettings(
        inbox=tmp_path / "inbox",
        archive=tmp_path / "archive",
        quarantine=tmp_path / "quarantine",
        outbox=tmp_path / "outbox",
        file_mode=0o640,
    )
    folder = LocalDropFolder(settings)
    (tmp_path / "inbox").mkdir()
    (tmp_path / "inbox/bad.edi").write_bytes(b"bad")
    before = os.umask(umask)
    try:
        folder.deliver("labels/PO1", "x.png", Content.of(b"png"))
        folder.quarantine("bad.edi", "bad.edi", "no reason")
    finally:
        os.umask(before)
    made = [tmp_path / "outbox/labels/PO1/x.png", tmp_path / "quarantine/bad.edi.reason.txt"]
    assert {path.stat().st_mode & 0o777 for path in made} == {0o640}
    folders = [path.parent for path in made] + [tmp_path / "outbox", tmp_path / "outbox/labels"]
    assert {path.stat().st_mode & 0o777 for path in folders} == {0o750}
