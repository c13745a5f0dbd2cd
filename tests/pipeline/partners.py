"""A partner as the wiring makes it, with a local drop folder and stand-ins for what a test does not need."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, Literal

import pytest

from bridge.config import parse_config
from bridge.ledger.store import Ledger
from bridge.pipeline.partner import Partner
from bridge.spapi.pacing import Pacer
from bridge.wiring import fleet_of

_CONFIG = """\
[bridge]
ledger = "ledger.sqlite"
spool = "spool"

[accounts.main]
region = "na"
endpoint = "http://127.0.0.1:9"
auth_endpoint = "http://127.0.0.1:9"
client_id = "made-up"
client_secret = "env:MADE_UP"
refresh_token = "env:MADE_UP"

{partner}
[{table}.acme.local]
root = "drop"

[{table}.acme.pickup]
convention = "rename"
"""
PARTNERS = {
    "vendors": """\
[vendors.acme]
account = "main"
selling_party = "ACME"
warehouses = ["ABCD"]
timezone = "America/New_York"
fetch = { labels = true, packing_slips = true }
label_requests = { when = "shipping_day" }
""",
    "sellers": """\
[sellers.acme]
account = "main"
marketplace = "US"
comment = "Thank you."
speed = "Standard"
timezone = "America/New_York"
""",
}


def config_of(table: Literal["vendors", "sellers"]) -> str:
    """Return a configuration with one partner, named acme."""
    return _CONFIG.replace("{partner}", PARTNERS[table].rstrip()).replace("{table}", table)


CONFIG = config_of("vendors")


class Hurried:
    """A clock for Amazon's rates: what is waited for has passed at once."""

    def __init__(self) -> None:
        self._waited = 0.0

    def clock(self) -> float:
        """Return seconds that only grow."""
        return time.monotonic() + self._waited

    def wait(self, _condition: threading.Condition, seconds: float) -> None:
        """Let so many seconds pass. Called with the lock of the pacer, whose clock it is."""
        self._waited += seconds


def partner_in(
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    *,
    endpoint: str = "http://127.0.0.1:9",
    api_version: str = "v1",
    table: Literal["vendors", "sellers"] = "vendors",
    settings: str = "",
) -> Partner:
    """Make the one partner of a configuration, with its account claimed; `settings` are further tables.

    It waits for no rate of Amazon's.
    """
    hurried = Hurried()
    monkeypatch.setattr("bridge.spapi.client.Pacer", partial(Pacer, clock=hurried.clock, wait=hurried.wait))
    monkeypatch.setenv("MADE_UP", "made-up")
    ledger = Ledger.open(folder / "ledger.sqlite")
    for name in ("inbox", "archive", "quarantine", "outbox"):
        (folder / "drop" / name).mkdir(parents=True)
    config = config_of(table).replace("http://127.0.0.1:9", endpoint) + settings
    if (folder / "mappings").is_dir():
        config = config.replace("[bridge]", '[bridge]\nmappings = ["mappings"]')
    config = config.replace('region = "na"', f'region = "na"\napi_version = "{api_version}"')
    partner = fleet_of(parse_config(config, folder / "config.toml"), ledger).partners[0]
    partner.claim.fence = ledger.claim(partner.account, partner.clock())
    return partner


def with_policies(partner: Partner, **policies: Any) -> Partner:
    """Return the partner with some of its policies changed; its state stays."""
    return replace(partner, policies=replace(partner.policies, **policies))
