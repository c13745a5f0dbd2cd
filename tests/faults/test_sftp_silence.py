"""Servers that take a connection and go silent, or are very slow: nobody else waits for them."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta

import msgspec
import pytest

from bridge.dropfolder.sftp import SftpDropFolder
from bridge.pipeline.drain import drain
from tests.faults.site import Site, notices
from tests.system.traffic import order

ContextOf = Callable[[Site], AbstractContextManager[None]]


def patience(site: Site, seconds: float) -> None:
    """Wait for each answer of the vendor's server so long."""
    folder = site.partner.folder
    assert isinstance(folder, SftpDropFolder)
    folder._settings = msgspec.structs.replace(
        folder._settings, banner_timeout=seconds, auth_timeout=seconds, read_timeout=seconds
    )


@contextmanager
def at_connect(site: Site) -> Iterator[None]:
    """Listen at the server's place, take connections, and say nothing."""
    site.sftp.stop()
    with socket.create_server((site.sftp.host, site.sftp.port)) as listener:
        yield
        listener.close()
    site.sftp.faults.stopping.clear()
    site.sftp.start()


@contextmanager
def at_login(site: Site) -> Iterator[None]:
    site.sftp.faults.silent_logins = True
    yield
    site.sftp.faults.silent_logins = False


@contextmanager
def in_a_listing(site: Site) -> Iterator[None]:
    site.sftp.faults.silent.set()
    yield
    site.sftp.faults.silent.clear()


def in_the_middle_of(what: str) -> ContextOf:
    """Go silent when the content of a file begins to be read or written."""

    @contextmanager
    def fault(site: Site) -> Iterator[None]:
        faults = site.sftp.faults
        usual = getattr(faults, what)

        def fall_silent(count: int) -> bool:
            faults.silent.set()
            faults.hold_up()
            return bool(usual(count))

        setattr(faults, what, fall_silent)
        yield
        setattr(faults, what, usual)
        faults.silent.clear()

    return fault


SILENT: dict[str, tuple[ContextOf, bool]] = {
    "at-connect": (at_connect, False),
    "at-login": (at_login, False),
    "in-a-listing": (in_a_listing, False),
    "in-a-read": (in_the_middle_of("cuts_read"), False),
    "in-a-write": (in_the_middle_of("cuts_write"), True),
}
"""Where the server falls silent, and whether the documents get to Amazon all the same."""


@pytest.mark.parametrize("where", SILENT)
def test_sftp_silent(site: Site, where: str) -> None:
    """A server that stops to answer is given up in bounded time, as the vendor's fault, and tried again."""
    strike, reaches_amazon = SILENT[where]
    patience(site, 0.8)
    site.amazon.options.verdict_polls = site.quiet_amazon.options.verdict_polls = 0
    site.drop_notices()
    with strike(site):
        for _ in range(2):
            site.drain()
            site.check()
            site.clock.now += timedelta(seconds=30)
        alerts = site.alerts()
        assert set(alerts) == {"drop_folder"}
        assert "fault: vendor" in alerts["drop_folder"]
        site.assert_untouched("twin", "other")
        assert site.taken(1) == reaches_amazon
    patience(site, 30.0)
    site.until_quiet()
    site.assert_untouched("acme", "twin", "other")
    assert not site.errors


def test_sftp_silent_holds_up_nobody(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """While one server is waited for, new files of who shares its account go all the way."""
    monkeypatch.setattr("bridge.pipeline.drain.PULSE", 0.02)
    patience(site, 60.0)
    site.drop_notices()
    partners = site.fleet.accounts()["main"]
    with in_a_listing(site):
        waiting = threading.Thread(target=lambda: drain(partners, wait=site.clock.wait))
        waiting.start()
        try:
            assert comes_true(site, lambda: site.states("twin") == {"succeeded": 2})
            site.drop("twin", "more.edi", notices(103))
            partners[1].state.listing_requested.set()  # as its schedule says
            assert comes_true(site, lambda: site.states("twin") == {"succeeded": 3})
            assert waiting.is_alive()
            assert site.taken(1) == 0
        finally:
            site.sftp.faults.silent.clear()
            waiting.join()
    site.until_quiet()
    site.assert_untouched("acme", "twin", "other")


def comes_true(site: Site, condition: Callable[[], bool]) -> bool:
    """Advance the clock until something holds; False where it does not within some of its minutes."""
    for _ in range(300):
        if condition():
            return True
        site.amazon.wait_until(condition, timeout=0.25)
        site.clock.now += timedelta(seconds=1)
    return False


def test_sftp_slow(site: Site) -> None:
    """A server that takes its time with each answer is used all the same, and told to nobody."""
    site.sftp.faults.delay = 0.01
    for number in range(3, 6):
        site.drop("acme", f"{number}.edi", notices(number))
    site.drop_notices()
    site.until_quiet()
    site.assert_untouched("acme", "twin", "other")
    assert [site.taken(number) for number in (1, 5)] == [1, 1]
    assert order(5) in "".join(site.outbox("statuses"))
