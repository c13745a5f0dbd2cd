"""One installation under test: stand-ins in this process, the bridge in processes that can be killed."""

from __future__ import annotations

import logging
import os
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path

from bridge.faultpoints import VARIABLE
from bridge.ledger.store import Ledger
from simulator.amazon import StandInAmazon
from simulator.records import Accepted
from simulator.sftp_server import SftpUser, StandInSftp
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
from tests.forkserver import Forked, ForkServer

# A request whose sender was killed is no error of the stand-in's.
logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)

PORTION = 2
"""Documents that are committed at once where the installation is portioned."""
REFUSED_BY_AMAZON = ("INVALID_ORDER_ID", "is unknown")
_OPEN = {
    "files": ("collected",),
    "submissions": ("in_doubt", "ready", "sending"),
    "events": ("waiting", "ready", "grouped", "held", "failed"),
    "outbound": ("pending",),
}


class Place:
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
        self.folder = folder
        self.portioned = portioned
        self._doomed: dict[str, str] = {}
        """Orders that Amazon refuses now, and whose they are."""
        self.amazon, sftp = served
        self.vendors = vendors
        self._server = server
        self._environment = {PASSWORD_VARIABLE: PASSWORD}
        text = bridge_table()
        for account in dict.fromkeys(vendor.account for vendor in vendors):
            credentials = self.amazon.open_account(account)
            self._environment[f"SECRET_OF_{account}"] = credentials.client_secret
            self._environment[f"TOKEN_OF_{account}"] = credentials.refresh_token
            text += account_table(account, self.amazon.url, credentials.client_id)
        for vendor in vendors:
            address = (sftp.host, sftp.port, sftp.fingerprint)
            text += vendor_table(vendor, str(self.home(vendor)), address)
        self.config = folder / "config.toml"
        self.config.write_text(text)

    @property
    def ledger(self) -> Path:
        return self.folder / "var" / "ledger.sqlite"

    @property
    def spool(self) -> Path:
        return self.folder / "var" / "spool"

    @property
    def log(self) -> str:
        return (self.folder / "log").read_text(errors="replace")

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

    def start(self, *arguments: str, kill_at: str = "", scratch: bool = False) -> Forked:
        """Start a verb, which dies at a named point if it gets there."""
        return self._server.start(
            ["--config", str(self.config), *arguments],
            environment={**os.environ, **self._environment, VARIABLE: kill_at},
            folder=self.folder,
            scratch=scratch,
        )

    def verb(self, *arguments: str) -> int:
        """Run a verb to its end and give its exit code."""
        child = self.start(*arguments)
        status = child.wait(300.0)
        if status is None:
            child.kill()
            raise TimeoutError(f"{arguments} did not end; {self.log[-2000:]}")
        return status

    def accepted(self, operation: str = "") -> list[Accepted]:
        """List what Amazon took, of one operation if one is named."""
        return [one for one in self.amazon.accepted if operation in {"", one.operation}]

    def is_drained_by(self, pid: int) -> bool:
        """Return whether this process holds the lock that lets one drain at a time."""
        lock = self.ledger.with_name(self.ledger.name + ".lock")
        return lock.exists() and lock.read_text().strip() == str(pid)

    def is_through(self) -> bool:
        """Return whether nothing waits any more: for bridge, Amazon, operator or outbox."""
        if not self.ledger.exists():
            return False
        with self.opened() as ledger:
            counts = ledger.counts()
        return not any(
            counts.get(vendor.name, {}).get(table, {}).get(state, 0)
            for vendor in self.vendors
            for table, states in _OPEN.items()
            for state in states
        )

    @contextmanager
    def opened(self) -> Iterator[Ledger]:
        """Open the ledger as the bridge's own verbs do."""
        ledger = Ledger.open(self.ledger)
        try:
            yield ledger
        finally:
            ledger.close()

    def rows(self, query: str, values: Mapping[str, object] | None = None) -> list[sqlite3.Row]:
        """Ask the ledger's file itself; nothing where the bridge has not made it yet."""
        if not self.ledger.exists():
            return []
        with closing(sqlite3.connect(self.ledger)) as connection:
            connection.row_factory = sqlite3.Row
            return list(connection.execute(query, values or {}))


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
