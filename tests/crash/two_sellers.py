"""Two sellers on one account, one on this machine and one by SFTP: their folders and their configuration."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar, Protocol

from simulator.amazon import StandInAmazon
from simulator.sftp_server import SftpUser, StandInSftp
from tests.crash.installation import Installation
from tests.crash.vendors import FOLDERS, PASSWORD

SELLERS = ("shop", "store")
_BRIDGE = """\
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
pickup = {{ convention = "rename", interval = "0.2s" }}
schedule = {{ poll = "1s" }}
"""
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


class Dropped(Protocol):
    """A file for a seller's inbox."""

    @property
    def seller(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def data(self) -> bytes: ...


class TwoSellers(Installation):
    """The installation and its sellers' homes. `OPEN` asks how many files came, and what goes on."""

    OPEN: ClassVar[str]

    def home(self, seller: str) -> Path:
        """Return the folder that holds a seller's inbox, archive, quarantine and outbox."""
        return home_in(self.folder.parent, seller)

    def drop(self, file: Dropped) -> None:
        """Put a file into its seller's inbox, whole at once."""
        hidden = self.home(file.seller) / f".{file.name}.part"
        hidden.write_bytes(file.data)
        hidden.rename(self.home(file.seller) / "inbox" / file.name)

    def is_over(self, files: int) -> bool:
        """Return whether so many files came, and nothing of them goes on but what an operator decides."""
        return any(row["came"] == files and not row["open"] for row in self.rows(self.OPEN))


def home_in(folder: Path, seller: str) -> Path:
    """Return a seller's home in the folder of a run."""
    return folder / "sellers" / seller


def make_folders(folder: Path) -> Path:
    """Make the sellers' folders in that of a run, and the bridge's, which is returned."""
    for seller in SELLERS:
        for name in FOLDERS:
            (home_in(folder, seller) / name).mkdir(parents=True)
    bridge = folder / "bridge"
    bridge.mkdir()
    return bridge


def sftp_in(folder: Path) -> StandInSftp:
    """Return the SFTP server of the seller who has one."""
    return StandInSftp({"store": SftpUser(home_in(folder, "store"), password=PASSWORD)})


def configure(
    folder: Path, amazon: StandInAmazon, sftp: StandInSftp, keys: Mapping[str, str], tables: Mapping[str, str]
) -> dict[str, str]:
    """Write the configuration, with further keys and tables of each seller; return the environment."""
    facts = {"host": sftp.host, "port": sftp.port, "fingerprint": sftp.fingerprint}
    text = _BRIDGE.format(url=amazon.url, client_id=amazon.credentials.client_id)
    for seller in SELLERS:
        text += _SELLER.format(name=seller) + keys.get(seller, "") + tables.get(seller, "")
        text += _FOLDERS[seller].format(root=home_in(folder, seller), **facts)
    (folder / "bridge" / "config.toml").write_text(text)
    return {
        "SHOP_SECRET": amazon.credentials.client_secret,
        "SHOP_TOKEN": amazon.credentials.refresh_token,
        "SHOP_PASSWORD": PASSWORD,
    }
