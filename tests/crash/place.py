"""One installation under test: stand-ins in this process, the bridge in processes that can be killed."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bridge.faultpoints import VARIABLE
from bridge.ledger.rows import DueSubmission
from bridge.ledger.store import Ledger
from bridge.simulator.rehearsal import VENDOR, Rehearsal
from tests.crash.nursery import Child, Nursery
from tests.crash.trade import UPDATE, Drop

# A request whose sender was killed is no error of the stand-in's.
logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)

_SETTINGS = {
    'warehouses = ["ACMW1"]': 'warehouses = ["ABCD"]\nbatch_size = 3\nfetch = { labels = true, hours = "" }',
    'selling_party = "ACMEV"': 'selling_party = "ACME"',
    'carrier = "UPSN"': 'carrier = { scac = "UPSN", ship_method = "UPS_GR_RES" }',
    'region = "na"': 'region = "na"\nrequests_per_second = 1000',
    'poll = "5s"': 'poll = "1s"',
}


class Place:
    """A folder with a configuration, the stand-ins that it names, and the vendor's home on the server."""

    def __init__(self, folder: Path, rehearsal: Rehearsal, nursery: Nursery, convention: str) -> None:
        self.folder = folder
        self.amazon = rehearsal.amazon
        self.convention = convention
        self._nursery = nursery
        addresses = rehearsal.addresses()
        self.home = Path(addresses.sftp_root)
        self._environment = addresses.environment
        text = addresses.config.replace('interval = "1s"', f'convention = "{convention}"')
        for old, new in _SETTINGS.items():
            text = text.replace(old, new)
        self.config = folder / "config.toml"
        self.config.write_text(text)

    @property
    def ledger(self) -> Path:
        return self.folder / "var" / "ledger.sqlite"

    @property
    def log(self) -> str:
        return (self.folder / "log").read_text(errors="replace")

    def drop(self, drop: Drop) -> None:
        """Put a file into the inbox, whole at once, with its marker where the vendor has agreed on one."""
        hidden = self.home / f".{drop.name}.part"
        hidden.write_bytes(drop.data)
        hidden.rename(self.home / "inbox" / drop.name)
        if self.convention == "done-file":
            (self.home / "inbox" / f"{drop.name}.done").touch()

    def start(self, *arguments: str, kill_at: str = "", scratch: bool = False) -> Child:
        """Start a verb, which dies at a named point if it gets there."""
        return self._nursery.start(
            ["--config", str(self.config), *arguments],
            environment={**self._environment, VARIABLE: kill_at},
            folder=self.folder,
            scratch=scratch,
        )

    def verb(self, *arguments: str) -> int:
        """Run a verb to its end and give its exit code."""
        child = self.start(*arguments)
        status = child.wait(100.0)
        if status is None:
            child.kill()
            raise TimeoutError(f"{arguments} did not end; {self.log[-2000:]}")
        return status

    def settle_doubts(self) -> dict[str, int]:
        """Do as a person does about each doubt: look what Amazon has, and tell the bridge.

        Gives how many were told as sent and not sent. Status updates need no person: they are sent again.
        """
        with self._opened() as ledger:
            doubts = [one for one in ledger.in_doubt(VENDOR, 10_000) if one.operation != UPDATE]
        if doubts:
            time.sleep(0.3)  # a request that was cut may still be on its way through the stand-in
        told = {"sent": 0, "not_sent": 0}
        for doubt in doubts:
            transactions = self._transactions_of(doubt)
            if transactions == {None}:
                assert self.verb("resolve", str(doubt.id), "--not-sent") == 0, self.log[-2000:]
                told["not_sent"] += 1
                continue
            assert len(transactions) == 1, f"submission {doubt.id} stands in parts at Amazon: {transactions}"
            assert self.verb("resolve", str(doubt.id), "--sent", str(*transactions)) == 0, self.log[-2000:]
            told["sent"] += 1
        return told

    def _transactions_of(self, doubt: DueSubmission) -> set[str | None]:
        """Find the transactions in which Amazon took the orders of a doubt; None for one it never took."""
        taken = {
            one.item["purchaseOrderNumber"]: one.transaction_id
            for one in self.amazon.accepted
            if one.operation == doubt.operation
        }
        return {taken.get(order) for order in doubt.purchase_order_numbers}

    def is_through(self) -> bool:
        """Tell whether nothing is in doubt and nothing waits any more."""
        with self._opened() as ledger:
            counts = ledger.counts_of(VENDOR)
        left = sum(counts.get("submissions", {}).get(state, 0) for state in ("in_doubt", "ready", "sending"))
        left += sum(counts.get("events", {}).get(state, 0) for state in ("waiting", "ready", "grouped"))
        return not left

    @contextmanager
    def _opened(self) -> Iterator[Ledger]:
        ledger = Ledger.open(self.ledger)
        try:
            yield ledger
        finally:
            ledger.close()


@contextmanager
def place(folder: Path, convention: str) -> Iterator[Place]:
    """Set an installation up in an empty folder, and take it down."""
    bridge = folder / "bridge"
    bridge.mkdir(parents=True)
    with (
        Nursery() as nursery,
        Rehearsal(sftp_root=folder / "sftp", rate=None, rdt_rate=None, label_format="ZPL") as rehearsal,
    ):
        yield Place(bridge, rehearsal, nursery, convention)
