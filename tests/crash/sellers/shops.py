"""Two sellers on one account, one on this machine and one by SFTP, at a stand-in whose clock passes fast."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from simulator.amazon import StandInAmazon
from simulator.sftp_server import SftpUser, StandInSftp
from tests.crash.installation import Installation
from tests.crash.sellers.orders import File
from tests.crash.vendors import FOLDERS, PASSWORD
from tests.fast_clock import FastClock
from tests.forkserver import ForkServer

SELLERS = ("shop", "store")
SPEED = 600.0
"""Seconds that pass for bridge and stand-in in a second."""
STEP = 3600.0
"""Seconds after which an order goes on at Amazon: each is looked at between two of its shipments."""
RATE = 1000.0
"""Requests a second that Amazon allows for each operation; it would be 2."""
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
tracking = ["csv"]
pickup = {{ convention = "rename", interval = "0.2s" }}
schedule = {{ poll = "1s" }}
"""
_FOLDERS = {
    "shop": """\
[sellers.shop.local]
root = "{root}"
""",
    "store": """\
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
     + (SELECT count(*) FROM events WHERE state IN ('waiting', 'ready', 'grouped'))
     + (SELECT count(*) FROM submissions
         WHERE state IN ('ready', 'sending', 'in_doubt', 'submitted', 'overdue'))
     + (SELECT count(*) FROM follow_ups WHERE ended_at IS NULL)
     + (SELECT count(*) FROM outbound_files WHERE delivered_at IS NULL) AS open
"""


class Shops(Installation):
    """The installation and its sellers' homes."""

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


@contextmanager
def shops(folder: Path, speed: float = SPEED) -> Iterator[Shops]:
    """Set the installation up in an empty folder, and take it down."""
    bridge = folder / "bridge"
    bridge.mkdir(parents=True)
    for seller in SELLERS:
        for name in FOLDERS:
            (folder / "sellers" / seller / name).mkdir(parents=True)
    # A second create of an order that Amazon has is taken, so that none passes unnoticed.
    amazon = StandInAmazon(
        outbound_rate=RATE,
        outbound_burst=1000,
        repeated_order=200,
        order_received_after=STEP / 2,
        order_step=STEP,
        order_courses="mixed",
        clock_speed=speed,
    )
    users = {"store": SftpUser(folder / "sellers" / "store", password=PASSWORD)}
    with amazon, StandInSftp(users) as sftp, ForkServer(clock=FastClock(amazon.began, speed)) as server:
        credentials = amazon.credentials
        facts = {"host": sftp.host, "port": sftp.port, "fingerprint": sftp.fingerprint}
        text = _CONFIG.format(url=amazon.url, client_id=credentials.client_id)
        for seller in SELLERS:
            text += _SELLER.format(name=seller)
            text += _FOLDERS[seller].format(root=folder / "sellers" / seller, **facts)
        environment = {
            "SHOP_SECRET": credentials.client_secret,
            "SHOP_TOKEN": credentials.refresh_token,
            "SHOP_PASSWORD": PASSWORD,
        }
        (bridge / "config.toml").write_text(text)
        yield Shops(bridge, amazon, server, SELLERS, environment)
