"""What one vendor may take of the installation: the size of its files, the disk of all, a listing, a pass."""

from __future__ import annotations

import dataclasses
import shutil
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bridge.dropfolder.local import LocalDropFolder
from bridge.pipeline.partner import Partner
from bridge.pipeline.spool import DiskSpace
from tests.faults.site import Site, notices


def limit_files(site: Site, size: int) -> None:
    site.change(policies=dataclasses.replace(site.partner.policies, max_file_size=size))


def test_file_too_large(site: Site) -> None:
    """A file beyond `max_file_size` stays where it is and is told; all others go, and it goes when it may."""
    limit = len(notices(1, 2))
    site.drop_notices()
    large = notices(*range(300, 330))
    site.drop("acme", "large.edi", large)
    limit_files(site, limit)
    site.until_quiet()
    assert site.states() == {"succeeded": 2}
    assert [path.name for path in (site.home / "inbox").iterdir()] == ["large.edi"]
    told = site.alerts()
    assert set(told) == {"file"}
    assert f"{len(large):,} bytes are more than max_file_size ({limit:,})" in told["file"]
    site.assert_untouched("twin", "other")
    limit_files(site, 1 << 30)
    site.partner.state.listing_requested.set()
    site.until_quiet()
    site.assert_untouched("acme", "twin", "other")
    assert site.states() == {"succeeded": 32}


def test_file_too_large_for_a_run(site: Site) -> None:
    site.drop("acme", "large.edi", notices(*range(300, 330)))
    site.pickup_settings = "max_file_size = 4000\n"
    assert any("large.edi is too large" in problem for problem in site.run_once())
    assert (site.home / "inbox" / "large.edi").exists()


def fill(partners: list[Partner], floor: int | None) -> None:
    partners[:] = [
        dataclasses.replace(partner, disk_space=DiskSpace([partner.spool.folder], floor))
        for partner in partners
    ]


def test_disk_floor(site: Site) -> None:
    """With less than `min_free_disk` nothing more is collected and that is told; what is owed goes on."""
    site.drop_notices()
    site.drain()
    assert site.submissions() == ["submitted"]  # its verdict is still to come
    fill(site.fleet.partners, 1 << 60)
    site.drop("acme", "more.edi", notices(3))
    site.until_quiet()
    assert site.states() == {"succeeded": 2}
    assert (site.home / "inbox" / "more.edi").exists()
    told = site.alerts()["spool"]
    assert "min_free_disk" in told
    assert "make room" in told
    site.assert_untouched("twin", "other")
    fill(site.fleet.partners, None)
    site.partner.state.listing_requested.set()
    site.until_quiet()
    site.assert_untouched("acme", "twin", "other")
    assert site.states() == {"succeeded": 3}


def test_disk_floor_of_a_run(site: Site) -> None:
    site.drop("acme", "more.edi", notices(3))
    site.bridge_settings = 'min_free_disk = "1000TiB"\n'
    assert any("min_free_disk" in problem for problem in site.run_once())
    assert (site.home / "inbox" / "more.edi").exists()
    assert not site.amazon.accepted


def test_disk_floor_counts_what_is_coming(site: Site) -> None:
    """Files that come side by side are not each given the same room."""
    place = site.partner.spool.folder
    with DiskSpace([place], 0).reserve(1) as lack:
        assert not lack
    space = DiskSpace([place], 0)
    with space.reserve(1 << 62) as lack:
        assert "min_free_disk" in lack
    free = DiskSpace([place])
    with free.reserve(0) as lack:
        assert not lack
    half = shutil.disk_usage(place).free * 2 // 3
    with space.reserve(half) as first, space.reserve(half) as second:
        assert (first, bool(second)) == ("", True)
    with space.reserve(half) as third:
        assert third == ""


def test_inbox_too_full(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """An inbox that cannot be listed whole is worked on piece by piece; that it is so is told meanwhile."""
    monkeypatch.setattr("bridge.dropfolder.local._ENTRIES", 3)
    names = [f"{number}.edi" for number in range(101, 109)]
    for number, name in enumerate(names, 101):
        site.drop("twin", name, notices(number))
    with capture_logs() as logs:
        site.until_quiet()
    assert "it lists 3 entries and more" in {line.get("reason") for line in logs}
    site.assert_untouched("twin")
    assert site.states("twin") == {"succeeded": 8}
    assert "inbox" not in site.alerts("twin")


def test_moved_files_that_stay(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that says that it moved a file and did not: left alone and told, not answered without end."""

    def copy(folder: LocalDropFolder, name: str, target: Path, new_name: str) -> None:
        target.mkdir(exist_ok=True)
        shutil.copy2(folder._settings.inbox / name, target / new_name)

    monkeypatch.setattr(LocalDropFolder, "_move", copy)
    site.drop("twin", "856.edi", notices(101))
    for _ in range(6):
        site.fleet.partners[1].state.listing_requested.set()
        site.until_quiet(checked=False)
    assert "is there again" in site.alerts("twin")["file"]
    assert len(site.outbox("acknowledgements", "twin")) <= 3
    assert site.states("twin") == {"succeeded": 1}
    monkeypatch.undo()
    (site.folder / "twin/inbox/856.edi").unlink()
    site.fleet.partners[1].state.listing_requested.set()
    site.until_quiet(checked=False)
    assert site.alerts("twin") == {}


def test_unreadable_files_hold_up_no_other(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """As many files as a pass takes cannot be read: those behind them are taken all the same."""
    monkeypatch.setattr("bridge.pipeline.collect.FILES_A_PASS", 2)
    names = [f"{number}.edi" for number in range(1, 7)]
    for number, name in enumerate(names, 1):
        site.drop("acme", name, notices(number))
    site.sftp.faults.denied = frozenset(names[:4])
    for _ in range(4):
        site.partner.state.listing_requested.set()
        site.until_quiet()
    assert site.states() == {"succeeded": 2}
    site.sftp.faults.denied = frozenset()
    for _ in range(4):
        site.partner.state.listing_requested.set()
        site.until_quiet()
    site.assert_untouched("acme")
    assert site.states() == {"succeeded": 6}
