"""A bridge as it stands at a vendor: the real command, a stand-in Amazon, a stand-in SFTP server."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bridge.faultpoints import VARIABLE
from simulator.amazon import StandInAmazon
from simulator.rehearsal import Addresses, Rehearsal
from tests.forkserver import fork_server


@dataclass(slots=True)
class Site:
    """One installation: its folder, the vendor's SFTP home, and the stand-ins."""

    folder: Path
    home: Path
    rehearsal: Rehearsal
    addresses: Addresses

    @property
    def amazon(self) -> StandInAmazon:
        return self.rehearsal.amazon

    @property
    def config(self) -> Path:
        return self.folder / "config.toml"

    def configure(self, setting: str) -> None:
        """Add a setting to the vendor's table."""
        self.config.write_text(self.config.read_text().replace("carrier = {", f"{setting}\ncarrier = {{"))

    def drop(self, name: str, data: bytes) -> None:
        """Put a file into the vendor's inbox, whole at once."""
        hidden = self.home / f".{name}.part"
        hidden.write_bytes(data)
        hidden.rename(self.home / "inbox" / name)

    def outbox(self, folder: str) -> list[Path]:
        """List what lies in a folder of the vendor's outbox, by name."""
        return sorted((self.home / "outbox" / folder).glob("*"))

    def environment(self, kill_at: str = "") -> dict[str, str]:
        """Return that of a process, which dies at a named point if it gets there."""
        return {**os.environ, **self.addresses.environment, VARIABLE: kill_at}

    def arguments(self, *arguments: str) -> list[str]:
        return ["--config", str(self.config), *arguments]

    def edibridge(self, *arguments: str, kill_at: str = "") -> subprocess.CompletedProcess[str]:
        """Run a verb to its end as a process of its own."""
        return fork_server().run(
            self.arguments(*arguments), environment=self.environment(kill_at), folder=self.folder
        )

    @property
    def log(self) -> str:
        """Return what the processes that `start` started have logged."""
        return (self.folder / "log").read_text()

    def start(self, *arguments: str, kill_at: str = "") -> subprocess.Popen[bytes]:
        """Start a verb as a process of its own, and from scratch."""
        with (self.folder / "log").open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "bridge", *self.arguments(*arguments)],
                cwd=self.folder,
                env=self.environment(kill_at),
                stdout=log,
                stderr=log,
            )

    def json(self, *arguments: str) -> Any:
        """Run a verb with --json and give what it printed."""
        done = self.edibridge(*arguments, "--json")
        assert done.returncode in {0, 1}, done.stderr
        return json.loads(done.stdout)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with Rehearsal(sftp_root=tmp_path / "sftp", rate=None, told_rate=50.0, verdict_polls=0) as rehearsal:
        addresses = rehearsal.addresses()
        folder = tmp_path / "bridge"
        folder.mkdir()
        config = addresses.config.replace('warehouses = ["ACM1", "ACM2"]', 'warehouses = ["ABCD"]')
        config = config.replace('selling_party = "ACMEV"', 'selling_party = "ACME"')
        config = config.replace('carrier = "UPSN"', 'carrier = { scac = "UPSN", ship_method = "UPS_GR_RES" }')
        config = config.replace('interval = "1s"', 'interval = "0.1s"')
        config = config.replace('poll = "5s"', 'poll = "1s"')
        (folder / "config.toml").write_text(config)
        yield Site(folder, Path(addresses.sftp_root), rehearsal, addresses)


SELLER = """\
[sellers.acme]
account = "rehearsal"
marketplace = "US"
comment = "Thank you."
speed = "Standard"
"""


@pytest.fixture
def shop(site: Site) -> Site:
    """Make the vendor a seller, on the same folder."""
    text = site.config.read_text()
    start, end = text.index("[vendors.acme]"), text.index("[vendors.acme.sftp]")
    kept = "".join(f"[{one}" for one in text[end:].split("[")[1:] if one.startswith("vendors.acme."))
    kept = "".join(
        f"[{one}"
        for one in kept.split("[")[1:]
        if one.split("]")[0].rsplit(".", 1)[1] in {"sftp", "local", "pickup", "schedule"}
    )
    site.config.write_text(text[:start] + SELLER + "\n" + kept.replace("vendors.acme", "sellers.acme"))
    return site
