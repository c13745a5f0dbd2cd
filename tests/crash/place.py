"""One installation of vendors under test: its configuration, the stand-ins, and the vendors' homes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from simulator.amazon import StandInAmazon
from simulator.sftp_server import SftpUser, StandInSftp
from tests.crash.installation import Installation
from tests.crash.trade import Drop
from tests.crash.vendors import (
    FOLDERS,
    PASSWORD,
    PASSWORD_VARIABLE,
    Vendor,
    account_table,
    bridge_table,
    vendor_table,
)
from tests.forkserver import ForkServer

PORTION = 2
"""Documents that are committed at once where the installation is portioned."""
REFUSED_BY_AMAZON = ("INVALID_ORDER_ID", "is unknown")


class Place(Installation):
    """A folder with a configuration, the stand-ins that it names, and the vendors' homes."""

    def __init__(
        self,
        folder: Path,
        served: tuple[StandInAmazon, StandInSftp],
        server: ForkServer,
        vendors: tuple[Vendor, ...],
        *,
        portioned: bool = False,
    ) -> None:
        amazon, sftp = served
        environment = {PASSWORD_VARIABLE: PASSWORD}
        text = bridge_table()
        for account in dict.fromkeys(vendor.account for vendor in vendors):
            credentials = amazon.open_account(account)
            environment[f"SECRET_OF_{account}"] = credentials.client_secret
            environment[f"TOKEN_OF_{account}"] = credentials.refresh_token
            text += account_table(account, amazon.url, credentials.client_id)
        super().__init__(folder, amazon, server, [vendor.name for vendor in vendors], environment)
        self.portioned = portioned
        self.vendors = vendors
        self._doomed: dict[str, str] = {}
        """Orders that Amazon refuses now, and whose they are."""
        for vendor in vendors:
            address = (sftp.host, sftp.port, sftp.fingerprint)
            text += vendor_table(vendor, str(self.home(vendor)), address)
        self.config.write_text(text)

    def home(self, vendor: Vendor) -> Path:
        """Return the folder that holds a vendor's inbox, archive, quarantine and outbox."""
        return _home(self.folder, vendor)

    def drop(self, drop: Drop) -> None:
        """Put a file into its inbox, whole at once, with its marker where the vendor has agreed on one."""
        for order in drop.doomed:
            self.amazon.fail_orders[order] = REFUSED_BY_AMAZON
            self._doomed[order] = drop.vendor.name
        home = self.home(drop.vendor)
        hidden = home / f".{drop.name}.part"
        hidden.write_bytes(drop.data)
        hidden.rename(home / "inbox" / drop.name)
        if drop.vendor.convention == "done-file":
            (home / "inbox" / f"{drop.name}.done").touch()

    def correct(self, order: str) -> None:
        """Have Amazon take an order that it refused."""
        self.amazon.fail_orders.pop(order, None)
        self._doomed.pop(order, None)

    def is_failing(self, vendor: Vendor) -> bool:
        """Return whether anything of a vendor's failed, or may fail yet."""
        failed = "SELECT 1 FROM events WHERE vendor = :vendor AND state = 'failed' LIMIT 1"
        return vendor.name in self._doomed.values() or bool(self.rows(failed, {"vendor": vendor.name}))


@contextmanager
def place(folder: Path, vendors: Iterable[Vendor], *, portioned: bool = False) -> Iterator[Place]:
    """Set an installation up in an empty folder, and take it down.

    Where it is `portioned`, files of a few documents are committed as very large ones are.
    """
    all_of_them = tuple(vendors)
    bridge = folder / "bridge"
    bridge.mkdir(parents=True)
    users = {}
    for vendor in all_of_them:
        home = _home(bridge, vendor)
        for name in FOLDERS:
            (home / name).mkdir(parents=True)
        if not vendor.local:
            users[vendor.name] = SftpUser(home, password=PASSWORD)
    with (
        ForkServer(PORTION if portioned else 0) as server,
        StandInAmazon(
            rate=None, rdt_rate=200.0, rdt_burst=200, label_format="ZPL", packing_slips=True, invoices=True
        ) as amazon,
        StandInSftp(users) as sftp,
    ):
        yield Place(bridge, (amazon, sftp), server, all_of_them, portioned=portioned)


def _home(folder: Path, vendor: Vendor) -> Path:
    return folder.parent / "vendors" / vendor.name
