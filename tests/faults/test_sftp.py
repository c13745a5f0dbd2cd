"""Faults of a vendor's SFTP server: each stops that vendor's files at most, and for as long as it lasts."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from bridge.pipeline.collect import FILES_A_PASS
from simulator.sftp_server import SftpUser, make_key
from tests.faults.site import PASSWORD, Site, notices


@contextmanager
def refused(site: Site) -> Iterator[None]:
    site.sftp.stop()
    yield
    site.sftp.faults.stopping.clear()
    site.sftp.start()


@contextmanager
def hung_up(site: Site) -> Iterator[None]:
    site.sftp.faults.refuse_connections = True
    yield
    site.sftp.faults.refuse_connections = False


@contextmanager
def login_refused(site: Site) -> Iterator[None]:
    site.sftp.users["acme"] = SftpUser(site.home, password="another")
    yield
    site.sftp.users["acme"] = SftpUser(site.home, password=PASSWORD)


@contextmanager
def another_host_key(site: Site) -> Iterator[None]:
    before = site.sftp._host_key
    site.sftp._host_key = make_key()
    yield
    site.sftp._host_key = before


@contextmanager
def cut_in_a_read(site: Site) -> Iterator[None]:
    site.sftp.faults.cut_read_after = 100
    yield


@contextmanager
def cut_in_a_write(site: Site) -> Iterator[None]:
    site.sftp.faults.cut_write_after = 100
    yield


@contextmanager
def disk_full(site: Site) -> Iterator[None]:
    site.sftp.faults.disk_full_after = 100
    yield
    site.sftp.faults.disk_full_after = None


def denied(name: str) -> Callable[[Site], AbstractContextManager[None]]:
    @contextmanager
    def fault(site: Site) -> Iterator[None]:
        site.sftp.faults.denied = frozenset({name})
        yield
        site.sftp.faults.denied = frozenset()

    return fault


def renames(*, plain: bool, posix: bool) -> Callable[[Site], AbstractContextManager[None]]:
    @contextmanager
    def fault(site: Site) -> Iterator[None]:
        site.sftp.plain_rename, site.sftp.posix_rename = plain, posix
        yield
        site.sftp.plain_rename = site.sftp.posix_rename = True

    return fault


def away(name: str) -> Callable[[Site], AbstractContextManager[None]]:
    """Take a folder away, and put it back."""

    @contextmanager
    def fault(site: Site) -> Iterator[None]:
        folder, aside = site.home / name, site.folder / f"{name or 'acme'}.away"
        folder.rename(aside)
        yield
        if folder.exists():
            for path in folder.rglob("*"):  # made anew meanwhile
                if path.is_file():
                    target = aside / path.relative_to(folder)
                    target.parent.mkdir(parents=True, exist_ok=True)
                    path.rename(target)
            shutil.rmtree(folder)
        aside.rename(folder)

    return fault


@dataclass(frozen=True)
class Cell:
    """What goes wrong; the alert that an operator gets of it, with words that say whose fault it is."""

    name: str
    fault: Callable[[Site], AbstractContextManager[None]]
    alert: str = ""
    words: tuple[str, ...] = ()
    also: str = ""
    """A second alert: one of the file, where the folder has another."""
    reaches_amazon: bool = True
    """Whether the documents get to Amazon all the same."""


CELLS = [
    Cell("refused", refused, "drop_folder", ("cannot be reached", "fault: vendor"), reaches_amazon=False),
    Cell("hung-up", hung_up, "drop_folder", ("fault: vendor",), reaches_amazon=False),
    Cell("login", login_refused, "drop_folder", ("refuse", "fault: operator"), reaches_amazon=False),
    Cell("host-key", another_host_key, "drop_folder", ("host key", "fault: operator"), reaches_amazon=False),
    Cell("cut-in-read", cut_in_a_read),
    Cell("cut-in-write", cut_in_a_write),
    Cell("disk-full", disk_full, "drop_folder", ("disk or quota may be full", "fault: vendor")),
    Cell("inbox-denied", denied("inbox"), "drop_folder", ("cannot be listed",), reaches_amazon=False),
    Cell("file-denied", denied("856.edi"), "file", ("permission denied",), reaches_amazon=False),
    Cell("archive-denied", denied("archive"), "file", ("permission denied",)),
    Cell("outbox-denied", denied("statuses"), "outbox", ("permission denied",)),
    Cell("no-posix-rename", renames(plain=True, posix=False)),
    Cell("only-posix-rename", renames(plain=False, posix=True)),
    Cell("no-rename-at-all", renames(plain=False, posix=False), "drop_folder", ("cannot write",), "file"),
    Cell("inbox-vanishes", away("inbox"), "drop_folder", ("it must exist",), reaches_amazon=False),
    Cell("archive-vanishes", away("archive")),
    Cell("outbox-vanishes", away("outbox")),
    Cell("home-vanishes", away(""), "drop_folder", ("it must exist",), reaches_amazon=False),
]


@pytest.mark.parametrize("cell", CELLS, ids=lambda cell: cell.name)
def test_sftp(site: Site, cell: Cell) -> None:
    site.drop_notices()
    with cell.fault(site):
        site.until_quiet()

        site.assert_untouched("twin", "other")
        alerts = site.alerts()
        assert set(alerts) == {kind for kind in (cell.alert, cell.also) if kind}
        assert all(word in alerts[cell.alert] for word in cell.words)
        assert bool(site.amazon.accepted and site.taken(1)) is cell.reaches_amazon
    site.until_quiet()
    site.assert_untouched("acme", "twin", "other")
    assert not site.errors


def test_sftp_login_is_not_hammered(site: Site) -> None:
    """A server that refuses our login is asked a few times an hour: it does not lock us out."""
    site.drop_notices()
    site.until_quiet()
    site.sftp.cut_connections()
    with login_refused(site):
        before = len(site.sftp.attempts)
        site.drop("acme", "more.edi", notices(3))
        site.until_quiet(hours=1)
        assert len(site.sftp.attempts) - before <= 13


def test_sftp_alert_follows_the_fault(site: Site) -> None:
    """An alert says what is wrong now, not what was wrong first."""
    site.drop_notices()
    with refused(site):
        site.until_quiet()
        assert "cannot be reached" in site.alerts()["drop_folder"]
    with login_refused(site):
        site.until_quiet()
        assert "fault: operator" in site.alerts()["drop_folder"]
    site.until_quiet()
    site.assert_through()


def test_sftp_a_single_run_tells(site: Site) -> None:
    """The command that works once ends with a problem for each thing that kept it from working."""
    site.drop_notices()
    with denied("856.edi")(site):
        assert any("856.edi cannot be read" in problem for problem in site.run_once())
    with disk_full(site):
        assert any("disk or quota" in problem for problem in site.run_once())


def test_sftp_half_uploaded(site: Site) -> None:
    """A file that grows between two polls is left alone until it stands still."""
    whole = notices(1, 2)
    half = site.home / "inbox" / "856.edi"
    half.write_bytes(whole[: len(whole) // 2])
    sizes = iter((3 * len(whole) // 4, len(whole)))

    def grow() -> None:
        half.write_bytes(whole[: next(sizes, len(whole))])

    site.clock.waiting = grow
    site.until_quiet()
    site.clock.waiting = lambda: None
    site.dropped["acme"]["856.edi"] = whole
    site.until_quiet()
    site.assert_through()
    assert len(site.details()) == 1


def test_sftp_replaced_while_read(site: Site) -> None:
    """What is put in a file's place while it is read is never taken for it: nothing is mixed or skipped."""
    site.drop_notices()
    read = site.partner.folder.read

    def replaced_meanwhile(remote: object) -> Iterator[bytes]:
        chunks = read(remote)  # type: ignore[arg-type]
        first = next(chunks)
        site.drop("acme", "856.edi", notices(3, 4, 5))
        site.partner.folder.read = read  # type: ignore[method-assign]
        yield first
        yield from chunks

    site.partner.folder.read = replaced_meanwhile  # type: ignore[method-assign]
    site.until_quiet()
    site.until_quiet()
    site.assert_untouched("acme", "twin", "other")
    assert [site.taken(number) for number in (1, 2, 3, 4, 5)] == [0, 0, 1, 1, 1]


def test_sftp_replaced_after_it_was_read(site: Site) -> None:
    """The first file is kept already, the one in its place is collected in its turn: both get through."""
    site.drop("acme", "856.edi", notices(1, 2))

    def replace(vendor: str, job: str, _done: int) -> None:
        if (vendor, job) == ("acme", "collect"):
            site.progress = lambda _vendor, _job, _done: None
            (site.home / "inbox" / "856.edi").write_bytes(notices(3, 4, 5))

    site.progress = replace
    site.until_quiet()
    site.dropped["acme"]["second"] = notices(3, 4, 5)
    site.until_quiet()
    assert [site.taken(number) for number in (1, 2, 3, 4, 5)] == [1] * 5
    assert not list((site.home / "inbox").iterdir())


NAMES = [
    b"spaces and (brackets).edi",
    "Lieferschein_Köln.edi".encode(),
    "Lieferschein_K\xf6ln.edi".encode("latin-1"),
    "出荷.edi".encode(),
    b"x" * 200 + b".edi",
    b"-rf.edi",
    b"%s{name}.edi",
]


def test_sftp_odd_names(site: Site) -> None:
    """A name in whatever encoding is carried; its file is archived under it."""
    inbox = bytes(site.home / "inbox")
    for number, name in enumerate(NAMES, 1):
        Path(inbox.decode(), name.decode("utf-8", "surrogateescape")).write_bytes(notices(number))
        site.dropped["acme"][name.decode("utf-8", "surrogateescape")] = notices(number)
    site.until_quiet()
    site.assert_through()
    assert all(site.taken(number) == 1 for number in range(1, len(NAMES) + 1))


def test_sftp_unusable_name(site: Site) -> None:
    """A name that no folder may be asked for is left where it is, and an operator is told."""
    site.drop_notices()
    (site.home / "inbox" / "two\nlines.edi").write_bytes(notices(7))
    site.until_quiet()
    assert "control characters" in site.alerts()["file"]
    assert site.taken(1) == 1
    (site.home / "inbox" / "two\nlines.edi").rename(site.home / "inbox" / "lines.edi")
    site.dropped["acme"]["lines.edi"] = notices(7)
    site.until_quiet()
    site.assert_through()


@pytest.mark.parametrize(
    "files", [150, pytest.param(10_000, marks=[pytest.mark.slow, pytest.mark.timeout(1200)])]
)
def test_sftp_many_files(site: Site, files: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """A flooded inbox is emptied, pass by pass; the files of others go through meanwhile."""
    monkeypatch.setattr("bridge.pipeline.collect.FILES_A_PASS", min(files // 3, FILES_A_PASS))
    inbox = site.home / "inbox"
    for number in range(files):
        (inbox / f"{number:05}.txt").write_bytes(b"%d" % number)
    site.drop_notices()
    site.until_quiet(checked=False)
    site.assert_untouched("twin", "other")
    assert not list(inbox.iterdir())
    assert len(list((site.home / "quarantine").iterdir())) == 2 * files  # the file and the reason
    assert site.taken(1) == 1
