"""SFTP servers that want all memory or all time: each is given up within its bound, and others go on."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta

import msgspec
import pytest

from bridge.dropfolder.sftp import SftpDropFolder
from tests.faults.hostile_sftp import GREETINGS, HOST_KEY, MEMORY, PASSWORD, TIME, greeting, hostile, serving
from tests.faults.measured import measured
from tests.faults.site import Site, notices

MOST_MEGABYTES = 300
PATIENCE = 0.8
MOST_SECONDS = 100.0
"""For three drains that would else never end."""
TABLE = """
[vendors.{name}]
account = "main"
selling_party = "{code}"
warehouses = ["{code}"]

[vendors.{name}.pickup]
interval = "0.1s"

[vendors.{name}.sftp]
host = "127.0.0.1"
port = {port}
username = "acme"
password = "env:SFTP_PASSWORD"
host_key = "{pin}"
"""


@dataclass(frozen=True)
class Hostile:
    """The tables of vendors whose servers are hostile, by the names of what these do."""

    ports: dict[str, int]

    @property
    def tables(self) -> str:
        return "".join(
            TABLE.format(name=name, code=f"H{at}", port=port, pin=HOST_KEY.fingerprint)
            for at, (name, port) in enumerate(self.ports.items())
        )


@pytest.fixture
def servers() -> Iterator[Hostile]:
    with ExitStack() as stack:
        ports = {name: stack.enter_context(hostile(script)) for name, script in MEMORY.items()}
        ports["banners"] = stack.enter_context(hostile({}, banners=True))
        for name, what in GREETINGS.items():
            ports[name] = stack.enter_context(serving(greeting(*what)))
        yield Hostile(ports)


def test_hostile_sftp_takes_no_memory(site: Site, servers: Hostile) -> None:
    """One run against all of them: little memory, each told, and what the others dropped gets to Amazon."""
    site.stop()
    for amazon in (site.amazon, site.quiet_amazon):
        amazon.options.verdict_polls = 0
    site.drop("twin", "856.edi", notices(101))
    site.drop("other", "856.edi", notices(201))
    (site.folder / "config.toml").write_text(site.config + servers.tables)
    environment = os.environ | site.environment
    done, megabytes = measured(site.folder, environment, "run", "--json")
    assert done.returncode == 1, done.stderr
    assert "Traceback" not in done.stderr
    assert megabytes < MOST_MEGABYTES
    problems = "\n".join(json.loads(done.stdout)["problems"])
    told = {name for name in servers.ports if f"{name}: " in problems}
    assert set(servers.ports) - told == {"standard-error"}  # which does no harm
    site.start()
    assert [len(amazon.accepted) for amazon in (site.amazon, site.quiet_amazon)] == [1, 1]


def aim(site: Site, port: int) -> None:
    """Replace the vendor's server by another one, which is waited for no longer than a test may."""
    folder = site.partner.folder
    assert isinstance(folder, SftpDropFolder)
    folder.close()
    folder._settings = msgspec.structs.replace(
        folder._settings,
        port=port,
        password=PASSWORD,
        host_key=HOST_KEY.fingerprint,
        read_timeout=PATIENCE,
        listing_timeout=PATIENCE,
        file_timeout=PATIENCE,
    )


@pytest.mark.parametrize("what", TIME)
def test_hostile_sftp_in_time(site: Site, what: str) -> None:
    """A server that keeps on sending is given up like one that is silent; its vendor alone waits."""
    site.amazon.options.verdict_polls = 0
    site.drop("twin", "856.edi", notices(101))
    with hostile(TIME[what]) as port:
        aim(site, port)
        begun = time.monotonic()
        for _ in range(3):
            site.drain()
            site.clock.now += timedelta(seconds=70)
        assert time.monotonic() - begun < MOST_SECONDS
        told = site.alerts()
        assert told, "nobody is told"
        assert set(told) <= {"drop_folder", "inbox", "file"}
    assert site.states("twin") == {"succeeded": 1}
    assert not site.errors
