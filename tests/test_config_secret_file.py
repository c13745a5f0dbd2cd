"""A secret's file is replaced whole, for its owner alone, and the old one is kept."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from bridge.config.secret_file import replace_secret, why_not_replaceable


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_first_secret_is_for_its_owner_alone(tmp_path: Path) -> None:
    assert replace_secret(tmp_path / "token", "new") is None
    assert ((tmp_path / "token").read_text(), mode(tmp_path / "token")) == ("new\n", 0o600)


def test_the_old_secret_is_kept_beside_the_new_one(tmp_path: Path) -> None:
    path = tmp_path / "token"
    path.write_text("first")
    path.chmod(0o644)
    kept = replace_secret(path, "second")
    assert kept == tmp_path / "token.previous"
    assert (path.read_text(), kept.read_text()) == ("second\n", "first")
    assert (mode(path), mode(kept)) == (0o600, 0o600)
    replace_secret(path, "third")
    assert (path.read_text(), kept.read_text()) == ("third\n", "second\n")
    assert sorted(one.name for one in tmp_path.iterdir()) == ["token", "token.previous"]


def test_a_link_stays_and_what_it_leads_to_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    (tmp_path / "there" / "token").write_text("old")
    (tmp_path / "token").symlink_to("there/token")
    replace_secret(tmp_path / "token", "new")
    assert (tmp_path / "token").is_symlink()
    assert (tmp_path / "there" / "token").read_text() == "new\n"


def test_a_failing_replacement_leaves_the_old_secret_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "token"
    path.write_text("old")

    def fails(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fails)
    with pytest.raises(OSError, match="No space"):
        replace_secret(path, "new")
    assert path.read_text() == "old"
    assert [one.name for one in tmp_path.iterdir()] == ["token"]


def test_what_cannot_be_replaced_is_told_beforehand(tmp_path: Path) -> None:
    assert "there is no folder" in why_not_replaceable(tmp_path / "nowhere" / "token")
    assert "is no file" in why_not_replaceable(tmp_path)
    assert why_not_replaceable(tmp_path / "token") == ""
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written_to_is_told_beforehand(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    assert "cannot be written to" in why_not_replaceable(tmp_path / "token")
    tmp_path.chmod(0o700)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give files away")
def test_root_leaves_a_secret_to_whom_it_belongs(tmp_path: Path) -> None:
    path = tmp_path / "token"
    path.write_text("old")
    os.chown(path, 4711, 4712)
    kept = replace_secret(path, "new")
    assert kept is not None
    assert {(one.stat().st_uid, one.stat().st_gid) for one in (path, kept)} == {(4711, 4712)}


def test_the_file_of_another_user_is_told_beforehand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
    assert "run this command as that user" in why_not_replaceable(tmp_path / "token")
