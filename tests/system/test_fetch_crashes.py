"""Two thousand labels, and a crash in the middle of fetching them, again and again."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bridge.config import parse_config
from bridge.ledger.store import Ledger
from bridge.pipeline.deliver import deliver
from bridge.pipeline.fetch import fetch
from bridge.pipeline.partner import Partner
from bridge.wiring import fleet_of
from simulator.rehearsal import Rehearsal

LABELS = 2_000
DAYS = 20
WAREHOUSES = ("ABCD", "EFGH", "IJKL")
CRASHES = 30
STEPS = frozenset(
    {"read_page", "add_outbound", "deliver", "outbound_delivered", "cursor", "outbound_due", "want"}
)


class PowerCut(BaseException):
    """No handler of the bridge's may catch this, as none could catch the real thing."""


class Steps:
    """Counts the steps of a partner's adapters, and cuts the power before or after one of them."""

    def __init__(self) -> None:
        self.left = 10**9

    def around(self, adapter: Any) -> Any:
        steps = self

        class Counted:
            def __getattr__(self, name: str) -> Any:
                found = getattr(adapter, name)
                return steps.counted(found) if name in STEPS else found

        return Counted()

    def counted(self, function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **more: Any) -> Any:
            self.left -= 1
            if self.left == 0:
                raise PowerCut
            done = function(*arguments, **more)
            self.left -= 1
            if self.left == 0:
                raise PowerCut
            return done

        return call


def partner_of(ledger: Ledger, config: str, folder: Path, steps: Steps) -> Partner:
    """Make the partner as a fresh process would."""
    fleet = fleet_of(parse_config(config, folder / "config.toml"), ledger)
    made = fleet.partners[0]
    partner = replace(
        made, amazon=steps.around(made.amazon), folder=steps.around(made.folder), ledger=steps.around(ledger)
    )
    partner.claim.fence = ledger.claim(partner.account, partner.clock())
    return partner


def until_nothing_is_due(partner: Partner) -> None:
    while fetch(partner) + deliver(partner):
        pass


def test_every_label_is_delivered_once_whatever_step_the_power_is_cut_after(
    tmp_path: Path, monkeypatch: Any
) -> None:
    chance = random.Random(20261122)  # noqa: S311 - the same crashes in every run
    steps = Steps()
    with Rehearsal(rate=None, rdt_rate=1000.0, label_format="ZPL") as rehearsal:
        addresses = rehearsal.addresses()
        for name, value in addresses.environment.items():
            monkeypatch.setenv(name, value)
        now = datetime.now(UTC) - timedelta(minutes=1)
        for number in range(LABELS):
            rehearsal.amazon.add_label(
                f"PO{number:06}",
                now - timedelta(days=DAYS) * (number / LABELS),
                chance.choice(WAREHOUSES),
                selling_party="ACME",
                account="rehearsal",
            )
        config = addresses.config.replace('["ACM1", "ACM2"]', str(list(WAREHOUSES)).replace("'", '"'))
        config = config.replace('region = "na"', 'region = "na"\nrequests_per_second = 1000')
        config = config.replace('"ACMEV"', '"ACME"').replace(
            'carrier = "UPSN"', 'carrier = "UPSN"\nfetch = { labels = true, since = "21d", index = "none" }'
        )
        ledger = Ledger.open(tmp_path / "ledger.sqlite")
        crashes = 0
        while crashes < CRASHES:
            steps.left = chance.randint(1, 120)
            partner = partner_of(ledger, config, tmp_path, steps)
            try:
                until_nothing_is_due(partner)
            except PowerCut:
                crashes += 1
        steps.left = 10**9
        until_nothing_is_due(partner_of(ledger, config, tmp_path, steps))
        asked = rehearsal.amazon.delivered("getShippingLabels")
    outbox = tmp_path / "drop" / "acme" / "outbox"
    files = [path for path in (outbox / "labels").rglob("*") if path.is_file()]
    assert len(files) == LABELS
    assert {path.parent.name for path in files} == {f"PO{number:06}" for number in range(LABELS)}
    assert sum(asked.values()) > LABELS  # windows were read again, and nothing came twice of it
    ledger.close()
