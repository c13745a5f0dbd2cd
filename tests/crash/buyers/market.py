"""Two sellers who buy shipping on one account, one by SFTP, at a stand-in whose clock passes fast."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from simulator.amazon import StandInAmazon
from simulator.merchant.seller_orders import SellerOrder
from simulator.sftp_server import SftpUser, StandInSftp
from tests.crash.buyers.packages import WAREHOUSE, File
from tests.crash.installation import Installation
from tests.crash.vendors import FOLDERS, PASSWORD
from tests.fast_clock import FastClock
from tests.forkserver import ForkServer

SELLERS = ("shop", "store")
SPEED = 120.0
"""Seconds that pass for bridge and stand-in in a second: an offer is good for five."""
RATE = 500.0
"""Requests a second that Amazon tells of each operation."""
ZONE = "America/New_York"
"""The sellers' time zone, whose days the cap counts."""
MAX_PRICE = "12.00"
"""The most that a label may cost (dollars)."""
_DAY = 86400.0
_CONFIG = """\
[bridge]
ledger = "var/ledger.sqlite"
spool = "var/spool"

[accounts.main]
region = "na"
endpoint = "{url}"
auth_endpoint = "{url}"
client_id = "{client_id}"
client_secret = "env:SHOP_SECRET"
refresh_token = "env:SHOP_TOKEN"
"""
_SELLER = """
[sellers.{name}]
account = "main"
marketplace = "US"
order_prefix = "{name}-"
comment = "Thank you."
speed = "Standard"
timezone = "{zone}"
mapping = "x12-856-packages"
pickup = {{ convention = "rename", interval = "0.2s" }}
schedule = {{ poll = "1s" }}

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
_FOLDERS = {
    "shop": """
[sellers.shop.local]
root = "{root}"
""",
    "store": """
[sellers.store.sftp]
host = "{host}"
port = {port}
username = "store"
password = "env:SHOP_PASSWORD"
host_key = "{fingerprint}"
""",
}
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


class Market(Installation):
    """The installation and its sellers' homes."""

    def passes_a_day(self) -> None:
        """Let a day pass at once, for Amazon and for the processes that are started from now on."""
        self.amazon.options.change({"clock_offset": self.amazon.options.clock_offset + _DAY})
        self._server.__exit__()
        self._server = ForkServer(clock=clock_of(self.amazon))

    def close(self) -> None:
        """End all processes."""
        self._server.__exit__()

    def home(self, seller: str) -> Path:
        """Return the folder that holds a seller's inbox, archive, quarantine and outbox."""
        return self.folder.parent / "sellers" / seller

    def drop(self, file: File) -> None:
        """Put a file into its seller's inbox, whole at once."""
        hidden = self.home(file.seller) / f".{file.name}.part"
        hidden.write_bytes(file.data)
        hidden.rename(self.home(file.seller) / "inbox" / file.name)

    def is_over(self, files: int) -> bool:
        """Return whether so many files came, and nothing of them goes on but what an operator decides."""
        return any(row["came"] == files and not row["open"] for row in self.rows(_OPEN))


def clock_of(amazon: StandInAmazon) -> FastClock:
    """Return a clock that goes as the stand-in's does."""
    speed = amazon.options.clock_speed
    return FastClock(amazon.began - amazon.options.clock_offset / (speed - 1), speed)


@contextmanager
def market(folder: Path, orders: Sequence[SellerOrder], cap: str, speed: float = SPEED) -> Iterator[Market]:
    """Set the installation up in an empty folder, and take it down; Amazon knows the orders."""
    bridge = folder / "bridge"
    bridge.mkdir(parents=True)
    for seller in SELLERS:
        for name in FOLDERS:
            (folder / "sellers" / seller / name).mkdir(parents=True)
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
    users = {"store": SftpUser(folder / "sellers" / "store", password=PASSWORD)}
    with amazon, StandInSftp(users) as sftp:
        server = ForkServer(clock=clock_of(amazon))
        credentials = amazon.credentials
        facts = {"host": sftp.host, "port": sftp.port, "fingerprint": sftp.fingerprint}
        text = _CONFIG.format(url=amazon.url, client_id=credentials.client_id)
        for seller in SELLERS:
            text += _SELLER.format(
                name=seller, zone=ZONE, most=MAX_PRICE, cap=cap, formats=_FORMATS[seller], warehouse=WAREHOUSE
            )
            text += _FOLDERS[seller].format(root=folder / "sellers" / seller, **facts)
        environment = {
            "SHOP_SECRET": credentials.client_secret,
            "SHOP_TOKEN": credentials.refresh_token,
            "SHOP_PASSWORD": PASSWORD,
        }
        (bridge / "config.toml").write_text(text)
        site = Market(bridge, amazon, server, SELLERS, environment)
        try:
            yield site
        finally:
            site.close()
