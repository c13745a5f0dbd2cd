"""One installation under test: its folder, the stand-in Amazon, and the processes that can be killed."""

from __future__ import annotations

import logging
import os
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from bridge.faultpoints import VARIABLE
from bridge.ledger.store import Ledger
from simulator.amazon import StandInAmazon
from simulator.records import Accepted
from tests.forkserver import Forked, ForkServer

# A request whose sender was killed is no error of the stand-in's.
logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)

_OPEN = {
    "files": ("collected",),
    "submissions": ("in_doubt", "ready", "sending"),
    "events": ("waiting", "ready", "grouped", "held", "failed"),
    "outbound": ("pending",),
}


class Installation:
    """A configuration in a folder, the partners that it names, and the processes that work by it."""

    def __init__(
        self,
        folder: Path,
        amazon: StandInAmazon,
        server: ForkServer,
        names: Sequence[str],
        environment: Mapping[str, str],
    ) -> None:
        self.folder = folder
        self.amazon = amazon
        self.names = tuple(names)
        self._server = server
        self._environment = dict(environment)

    @property
    def config(self) -> Path:
        return self.folder / "config.toml"

    @property
    def ledger(self) -> Path:
        return self.folder / "var" / "ledger.sqlite"

    @property
    def spool(self) -> Path:
        return self.folder / "var" / "spool"

    @property
    def log(self) -> str:
        return (self.folder / "log").read_text(errors="replace")

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
            counts.get(name, {}).get(table, {}).get(state, 0)
            for name in self.names
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
