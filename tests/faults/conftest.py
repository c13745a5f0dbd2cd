from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import stamina

from simulator.amazon import StandInAmazon
from simulator.sftp_server import SftpUser, StandInSftp

pytest.register_assert_rewrite("tests.faults.site", "tests.faults.watch")

from tests.faults.site import PASSWORD, Site  # noqa: E402


@pytest.fixture
def settings() -> dict[str, Any]:
    """What of a site is other than usual; a module has its own."""
    return {}


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: dict[str, Any]) -> Iterator[Site]:
    users = {"acme": SftpUser(tmp_path / "acme", password=PASSWORD)}
    with (
        StandInAmazon(rate=None, rdt_rate=None, verdict_polls=1) as amazon,
        StandInAmazon(rate=None, rdt_rate=None, verdict_polls=1) as quiet_amazon,
        StandInSftp(users) as sftp,
        stamina.set_testing(True, attempts=2, cap=True),  # no waits between the tries of a read
    ):
        environment = {"SFTP_PASSWORD": PASSWORD}
        for name, one in (("main", amazon), ("quiet", quiet_amazon)):
            environment[f"SECRET_OF_{name}"] = one.credentials.client_secret
            environment[f"TOKEN_OF_{name}"] = one.credentials.refresh_token
        for name, secret in environment.items():
            monkeypatch.setenv(name, secret)
        site = Site(tmp_path, amazon, quiet_amazon, sftp, environment, **settings)
        try:
            yield site
        finally:
            site.stop()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave the long ones to `make faults`, which asks for them with `-m`."""
    if not config.option.markexpr:
        for item in items:
            if "tests/faults" in item.nodeid and item.get_closest_marker("slow"):
                item.add_marker(pytest.mark.skip(reason="left to make faults"))
