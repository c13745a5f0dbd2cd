"""Two sellers who buy shipping on one account, one by SFTP, at a stand-in whose clock passes fast."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from simulator.amazon import StandInAmazon
from simulator.merchant.seller_orders import SellerOrder
from tests.crash.buyers.packages import WAREHOUSE
from tests.crash.two_sellers import SELLERS, TwoSellers, configure, make_folders, sftp_in
from tests.fast_clock import FastClock
from tests.forkserver import ForkServer

SPEED = 120.0
"""Seconds that pass for bridge and stand-in in a second: an offer is good for five."""
RATE = 500.0
"""Requests a second that Amazon tells of each operation."""
ZONE = "America/New_York"
"""The sellers' time zone, whose days the cap counts."""
MAX_PRICE = "12.00"
"""The most that a label may cost (dollars)."""
_DAY = 86400.0
_KEYS = """\
timezone = "{zone}"
mapping = "x12-856-packages"
"""
_TABLES = """
[sellers.{name}.buy_shipping]
purchase = "buy"
max_price = "{most} USD"
daily_cap = "{cap} USD"
label_format = {formats}
orders = "none"

[sellers.{name}.buy_shipping.warehouses.{warehouse}]
name = "Example Warehouse"
address_line1 = "1 Example Road"
city = "Springfield"
state_or_province_code = "IL"
postal_code = "62701"
country_code = "US"
email = "shipping@example.com"
phone = "5550100"
"""
_FORMATS = {"shop": '["ZPL203", "PNG"]', "store": '["PDF"]'}
_OPEN = """
SELECT (SELECT count(*) FROM files) AS came,
       (SELECT count(*) FROM files WHERE state = 'collected')
     + (SELECT count(*) FROM arrivals WHERE moved_at IS NULL)
     + (SELECT count(*) FROM events AS e WHERE e.state IN ('waiting', 'ready', 'grouped')
         AND NOT EXISTS (SELECT 1 FROM submissions AS s JOIN events AS of ON of.submission_id = s.id
                          WHERE s.state = 'in_doubt' AND s.policy = 'hold'
                            AND of.ordering_key = e.ordering_key))
     + (SELECT count(*) FROM submissions
         WHERE state IN ('ready', 'sending', 'submitted', 'overdue')
            OR (state = 'in_doubt' AND policy IS NOT 'hold'))
     + (SELECT count(*) FROM follow_ups WHERE ended_at IS NULL)
     + (SELECT count(*) FROM outbound_files WHERE delivered_at IS NULL) AS open
"""


class Market(TwoSellers):
    """The installation and its sellers' homes."""

    OPEN = _OPEN

    def passes_a_day(self) -> None:
        """Let a day pass at once, for Amazon and for the processes that are started from now on."""
        self.amazon.options.change({"clock_offset": self.amazon.options.clock_offset + _DAY})
        self._server.__exit__()
        self._server = ForkServer(clock=clock_of(self.amazon))

    def close(self) -> None:
        """End all processes."""
        self._server.__exit__()


def clock_of(amazon: StandInAmazon) -> FastClock:
    """Return a clock that goes as the stand-in's does."""
    speed = amazon.options.clock_speed
    return FastClock(amazon.began - amazon.options.clock_offset / (speed - 1), speed)


@contextmanager
def market(folder: Path, orders: Sequence[SellerOrder], cap: str, speed: float = SPEED) -> Iterator[Market]:
    """Set the installation up in an empty folder, and take it down; Amazon knows the orders."""
    bridge = make_folders(folder)
    amazon = StandInAmazon(
        rate=None,
        told_rate=RATE,
        rdt_rate=200.0,
        rdt_burst=200,
        clock_speed=speed,
        merchant={"rates": False, "price_step": "1.00"},
    )
    for order in orders:
        amazon.merchant.orders.add(order)
    tables = {
        seller: _TABLES.format(
            name=seller, most=MAX_PRICE, cap=cap, formats=_FORMATS[seller], warehouse=WAREHOUSE
        )
        for seller in SELLERS
    }
    with amazon, sftp_in(folder) as sftp:
        keys = dict.fromkeys(SELLERS, _KEYS.format(zone=ZONE))
        environment = configure(folder, amazon, sftp, keys, tables)
        site = Market(bridge, amazon, ForkServer(clock=clock_of(amazon)), SELLERS, environment)
        try:
            yield site
        finally:
            site.close()
