"""Three vendors and two Amazons: one vendor meets the faults, the others must not notice.

`acme` is at a stand-in SFTP server and at the stand-in Amazon that goes wrong. `twin` shares its account,
with folders of its own; `other` has an account at an Amazon that always works. All goes over real
sockets and through a real ledger; only the clock is the test's, so that hours pass in no time.
"""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Lock
from typing import Any

import httpx

from bridge.config import parse_config
from bridge.errors import BridgeError
from bridge.ledger.store import Ledger
from bridge.pipeline.drain import drain
from bridge.pipeline.partner import Partner
from bridge.runners.fleet import Fleet
from bridge.runners.once import run
from bridge.spapi.auth import Credentials
from bridge.spapi.client import AmazonClient, Timeouts, user_agent
from bridge.spapi.pacing import Pacer
from bridge.wiring import fleet_of
from simulator.amazon import StandInAmazon
from simulator.sftp_server import StandInSftp
from tests.faults.texts import ACCOUNT, CONFIG, FETCH, LOCAL, SFTP, VENDOR
from tests.faults.watch import Watch
from tests.system.traffic import carrier_status, order, ship_notice, x12

FOLDERS = ("inbox", "archive", "quarantine", "outbox")
UPDATE = "submitShipmentStatusUpdates"
LABEL = "submitShippingLabelRequest"
VERDICT = "getTransactionStatus"
PASSWORD = "made-up"
TIMEOUTS = Timeouts(connect=5.0, read=10.0, write=10.0, pool=10.0, body=10.0)
AFTER_AN_ERROR = timedelta(seconds=30)


class Clock:
    """A time of day that moves on only when it is waited for."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 1, 13, 30, tzinfo=UTC)  # soon after what the notices tell was shipped
        self._begin = self.now
        self._lock = Lock()
        self.waiting: Callable[[], None] = lambda: None

    def __call__(self) -> datetime:
        return self.now

    def seconds(self) -> float:
        return (self.now - self._begin).total_seconds()

    def wait(self, seconds: float) -> None:
        with self._lock:
            self.waiting()
            # A time of day has microseconds: less would never pass.
            self.now += timedelta(seconds=max(seconds * 1.01, 0.001))


@dataclass
class Site(Watch):
    """One installation with its vendors' folders below `folder`."""

    folder: Path
    amazon: StandInAmazon
    quiet_amazon: StandInAmazon
    sftp: StandInSftp
    environment: dict[str, str]
    endpoint: str = ""
    auth: str = ""
    fetch_every: str = ""
    """How often `acme` and `other` look for shipping documents; empty: not at all."""
    bridge_settings: str = ""
    """More lines for `[bridge]`."""
    pickup_settings: str = ""
    """More lines for the `pickup` of `acme`."""
    ledger_file: str = "ledger.sqlite"
    spool_folder: str = "spool"
    clock: Clock = field(default_factory=Clock)
    dropped: dict[str, dict[str, bytes]] = field(
        default_factory=lambda: {"acme": {}, "twin": {}, "other": {}}
    )
    errors: list[BridgeError] = field(default_factory=list)
    progress: Callable[[str, str, int], None] = lambda _vendor, _job, _done: None
    _moved: bool = True
    """Whether anything was done since the last check."""

    def __post_init__(self) -> None:
        for vendor in self.dropped:
            for name in FOLDERS:
                (self.folder / vendor / name).mkdir(parents=True)
        self.fingerprint = self.sftp.fingerprint
        self.start()

    # --- the installation ---

    def start(self) -> None:
        """Begin as a fresh process does, with the configuration as it stands now."""
        self.ledger = Ledger.open(self.folder / self.ledger_file)
        self.fleet = self._fleet()

    def stop(self) -> None:
        self.fleet.close()
        self.ledger.close()

    def restart(self) -> None:
        self.stop()
        self.start()

    @property
    def config(self) -> str:
        first, second = self.amazon.credentials, self.quiet_amazon.credentials
        endpoint = self.endpoint or self.amazon.url
        auth = self.auth or self.amazon.auth_url
        text = CONFIG.format(ledger=self.ledger_file, spool=self.spool_folder) + self.bridge_settings
        text += ACCOUNT.format(name="main", endpoint=endpoint, auth=auth, client_id=first.client_id)
        text += ACCOUNT.format(
            name="quiet",
            endpoint=self.quiet_amazon.url,
            auth=self.quiet_amazon.auth_url,
            client_id=second.client_id,
        )
        text += VENDOR.format(name="acme", code="ACME", account="main") + self.pickup_settings
        text += SFTP.format(host=self.sftp.host, port=self.sftp.port, fingerprint=self.fingerprint)
        # Of its own warehouse, since shipping documents of one account are told apart by nothing else.
        own = 'warehouses = ["TWCD"]\nparty_aliases = { ABCD = "TWCD" }'
        twin = VENDOR.format(name="twin", code="TWIN", account="main")
        text += twin.replace('warehouses = ["ABCD"]', own) + LOCAL.format(name="twin")
        text += VENDOR.format(name="other", code="OTHER", account="quiet") + LOCAL.format(name="other")
        fetching = ("acme", "other") if self.fetch_every else ()
        return text + "".join(FETCH.format(name=name, every=self.fetch_every) for name in fetching)

    def _fleet(self) -> Fleet:
        config = parse_config(self.config, self.folder / "config.toml")
        fleet = fleet_of(config, self.ledger)
        for client in fleet.clients:
            client.close()
        clients = {}
        for name, account in config.accounts.items():
            clients[name] = AmazonClient(
                endpoint=str(account.endpoint),
                auth_endpoint=str(account.auth_endpoint),
                credentials=Credentials(
                    account.client_id.reveal(), account.client_secret.reveal(), account.refresh_token.reveal()
                ),
                user_agent=user_agent(),
                rate=1000.0,
                burst=1000,
                timeouts=TIMEOUTS,
                acquire_timeout=0.1,
            )
            clients[name]._tokens._cache._clock = self.clock.seconds
            clients[name]._restricted._clock = self.clock.seconds
            for channel in (clients[name]._channel, clients[name]._token_channel):
                channel._pacer = self._pacer()
        fleet.clients = list(clients.values())
        fleet.partners = [
            dataclasses.replace(
                partner,
                amazon=clients[partner.account],
                clock=self.clock,
                amazon_time=None,
                seconds=self.clock.seconds,
                senders=2,
            )
            for partner in fleet.partners
        ]
        return fleet

    def _pacer(self) -> Pacer:
        return Pacer(
            rate=1000.0,
            burst=1000,
            clock=self.clock.seconds,
            wait=lambda _condition, seconds: self.clock.wait(seconds),
        )

    @property
    def partner(self) -> Partner:
        """The partner of the vendor that meets the faults."""
        return self.fleet.partners[0]

    def change(self, **settings: Any) -> None:
        """Replace settings or adapters of that vendor's partner; its state stays."""
        self.fleet.partners[0] = dataclasses.replace(self.partner, **settings)

    @property
    def home(self) -> Path:
        return self.folder / "acme"

    # --- traffic ---

    def drop(self, vendor: str, name: str, data: bytes) -> None:
        """Put a file into an inbox, whole at once."""
        inbox = self.folder / vendor / "inbox"
        hidden = inbox / ".uploading"
        hidden.write_bytes(data)
        hidden.rename(inbox / name)
        self.dropped[vendor][name] = data

    def drop_notices(self) -> None:
        """Return every vendor a ship notice of two orders."""
        for position, vendor in enumerate(self.dropped):
            self.drop(vendor, "856.edi", notices(100 * position + 1, 100 * position + 2))

    # --- work ---

    def _tell_progress(self, vendor: str, job: str, done: int) -> None:
        self._moved = True
        self.progress(vendor, job, done)  # the one that is set by then

    def drain(self) -> None:
        """Drain all accounts side by side once, as a run does; errors are kept and change nothing else."""
        for amazon in (self.amazon, self.quiet_amazon):
            amazon.options.clock_offset = self.clock.now.timestamp() - time.time()
        accounts = list(self.fleet.accounts().values())
        with ThreadPoolExecutor(max_workers=len(accounts)) as pool:
            running = [
                pool.submit(
                    drain,
                    partners,
                    wait=self.clock.wait,
                    patient=True,
                    progress=self._tell_progress,
                )
                for partners in accounts
            ]
            for drained in running:
                try:
                    drained.result()
                except BridgeError as error:
                    self.errors.append(error)
                    self.clock.now += AFTER_AN_ERROR

    def until_quiet(self, *, hours: float = 0.1, checked: bool = True, step: float = 1.0) -> None:
        """Drain until nothing is due any more, or until so much time has passed.

        `step`: seconds between two drains at least; what is due already comes with the daemon's next pulse.
        """
        end = self.clock.now + timedelta(hours=hours)
        while True:
            self.drain()
            if checked and self._moved:
                self._moved = False
                self.check()
            times = [self._next_due(partner) for partner in self.fleet.partners]
            due = min((time for time in times if time is not None), default=None)
            if due is None or max(due, self.clock.now) >= end:
                self.clock.now = max(self.clock.now, end)
                return
            self.clock.now = max(due, self.clock.now + timedelta(seconds=step))

    def run_once(self) -> tuple[str, ...]:
        """Run as `edibridge run` does, as a fresh process; give the problems that make it exit with 1."""
        self.restart()
        self.fleet.stop.wait = self._wait  # type: ignore[method-assign]
        return run(self.fleet, clock=self.clock).problems

    def _wait(self, timeout: float | None = None) -> bool:
        self.clock.wait(timeout or 0.0)
        return False

    def _next_due(self, partner: Partner) -> datetime | None:
        """Report when the daemon would drain a partner again."""
        rests = partner.folder_rests()
        due = self.ledger.next_due(partner.vendor, self.clock.now, deliveries=not rests)
        waits = [partner.state.folder.rests_until] * rests + [partner.state.fetching.due_at] * bool(
            partner.fetch_plan.kinds
        )
        times = [self.clock.now + timedelta(seconds=wait - self.clock.seconds()) for wait in waits]
        return min([*times, *([due] if due is not None else [])], default=None)

    def hurry(self, seconds: float = 1.0) -> None:
        """Wait for Amazon's answers no longer than a test may, but for a busy machine's; until a restart."""
        self.partner.amazon._http.timeout = httpx.Timeout(5.0, read=seconds, write=seconds)

    def a_person_resolves(self) -> int:
        """Settle what is in doubt as the runbook says: look at Amazon, then tell the bridge."""
        doubts = self.ledger.in_doubt("acme") + self.ledger.in_doubt("twin")
        for doubt in doubts:
            found = [
                one.transaction_id
                for one in self.amazon.accepted
                if one.operation == doubt.operation
                and one.item["purchaseOrderNumber"] in doubt.purchase_order_numbers
            ]
            self.ledger.resolve(doubt.id, found[-1] if found else None, self.clock())
        return len(doubts)


def requests(*numbers: int) -> bytes:
    """Ask for labels of orders, as a CSV file."""
    return b"purchase_order_number,ship_from\n" + b"".join(b"%s,ABCD\n" % order(n).encode() for n in numbers)


def notices(*numbers: int) -> bytes:
    return x12("856", "SH", "004010", numbers[0], [ship_notice(number) for number in numbers])


def statuses(*numbers: int) -> bytes:
    return x12("214", "QM", "004010", 1000 + numbers[0], [carrier_status(number) for number in numbers])
