"""A stand-in Amazon and, with a folder, a stand-in SFTP server, and how a bridge reaches them.

All credentials are made up and the same at every start, so that a configuration keeps working.
"""

from __future__ import annotations

import io
import signal
import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self, TextIO

import msgspec
import paramiko

from simulator.access import Credentials
from simulator.amazon import StandInAmazon
from simulator.consent import APPLICATION_ID, REDIRECT_URI
from simulator.sftp_server import SftpUser, StandInSftp, private_key_text

CREDENTIALS = Credentials(
    client_id="amzn1.application-oa2-client.stand-in",
    client_secret="stand-in-client-secret",  # noqa: S106 - opens nothing but the stand-in
    refresh_token="Atzr|stand-in-refresh-token",  # noqa: S106
)
VENDOR, SELLER = "acme", "shop"
SFTP_PASSWORD = "stand-in-password"  # noqa: S105
FOLDERS = ("inbox", "archive", "quarantine", "outbox")
HOST_KEY = ".stand-in-host-key"
_LONGEST_WAIT = 0.5  # seconds

_CONFIG = """\
[bridge]
ledger = "var/ledger.sqlite"
spool = "var/spool"

[accounts.rehearsal]
region = "na"
# The newer version, which makes container labels, too: api_version = "2021-12-28"
endpoint = "{url}"
auth_endpoint = "{auth_url}"
client_id = "{client_id}"
client_secret = "env:STAND_IN_CLIENT_SECRET"
refresh_token = "env:STAND_IN_REFRESH_TOKEN"
# `edibridge authorize rehearsal` wants a file: refresh_token = "file:secrets/refresh-token"
application_id = "{application_id}"
redirect_uri = "{redirect_uri}"
central = "{url}"

[vendors.{vendor}]
account = "rehearsal"
selling_party = "ACMEV"
warehouses = ["ACM1", "ACM2"]
carrier = "UPSN"
timezone = "America/Chicago"
oldest_date_days = 0  # files to rehearse with may be of any year

[vendors.{vendor}.location]
name = "Acme Fulfilment"
address_line1 = "100 Example Road"
country_code = "US"
"""
_CONFIG_DOCUMENTS = """
[vendors.{vendor}.label_requests]
from_acknowledgements = true

[vendors.{vendor}.fetch]
labels = true
packing_slips = {packing_slips}
invoices = {invoices}
every = "1m"
"""
_CONFIG_SELLER = """
[sellers.{seller}]
account = "rehearsal"
marketplace = "US"
comment = "Thank you for your order."
speed = "Standard"
timezone = "America/Chicago"
tracking = ["csv"]
# Amazon ships what a 940 or ORDERS says from its stock; to buy shipping for it instead name "x12-940-package"
# and "edifact-orders-package".
mapping = ["x12-940", "edifact-orders"]

# Shipping for packages of the seller's own: the money is the stand-in's.
[sellers.{seller}.buy_shipping]
purchase = "buy"
max_price = "25.00 USD"
daily_cap = "100.00 USD"

[sellers.{seller}.buy_shipping.warehouses.MAIN]
name = "Shop Warehouse"
address_line1 = "100 Example Road"
city = "Springfield"
state_or_province_code = "IL"
postal_code = "62701"
country_code = "US"
email = "shipping@example.com"
phone = "5550100"
"""
_ORDER_TO_SHIP = (
    '[{"account": "rehearsal", "order_id": "903-5563053-5647845", '
    '"items": [{"order_item_id": "1", "sku": "MUG", "quantity": 1}]}]'
)
_CONFIG_SFTP = """
[{partner}.sftp]
host = "{host}"
port = {port}
username = "{username}"
password = "env:STAND_IN_SFTP_PASSWORD"
host_key = "{fingerprint}"

[{partner}.pickup]
interval = "1s"

[{partner}.schedule]
poll = "5s"
"""
_CONFIG_LOCAL = """
[{partner}.local]
root = "drop/{username}"
"""


class Addresses(msgspec.Struct, frozen=True, kw_only=True):
    """All that a bridge needs: addresses, secrets by the name of their variable, a config.toml.

    The SFTP fields are those of the vendor, and empty where there is no such server; a seller, if there is
    one, has the same server and password, and its home beside the vendor's.
    """

    url: str
    auth_url: str
    credentials: Credentials
    environment: dict[str, str]
    config: str
    sftp_host: str = ""
    sftp_port: int = 0
    sftp_username: str = ""
    sftp_password: str = ""
    sftp_known_hosts: str = ""
    sftp_fingerprint: str = ""
    sftp_root: str = ""


class Rehearsal:
    """Runs the stand-ins; a context manager. The SFTP users' folders are made below `sftp_root`.

    With a `seller` there are folders and a configuration for one, too, beside the vendor.
    """

    def __init__(
        self,
        *,
        port: int = 0,
        sftp_root: Path | None = None,
        sftp_port: int = 0,
        journal: Path | None = None,
        seller: bool = False,
        **options: object,
    ) -> None:
        self._partners = {f"vendors.{VENDOR}": VENDOR} | ({f"sellers.{SELLER}": SELLER} if seller else {})
        self.amazon = StandInAmazon(port, journal=journal, **options)
        self.amazon.admit("rehearsal", CREDENTIALS)
        self.amazon.consent.account = "rehearsal"
        names = list(self._partners.values())
        self.sftp = _sftp(sftp_root, sftp_port, names) if sftp_root is not None else None
        self._running = ExitStack()

    def __enter__(self) -> Self:
        with ExitStack() as starting:
            starting.enter_context(self.amazon)
            if self.sftp is not None:
                starting.enter_context(self.sftp)
            self._running = starting.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._running.close()

    def addresses(self, *, documents: bool = False) -> Addresses:
        """Return how a bridge reaches the running stand-ins.

        `documents` makes the configuration ask for labels and fetch them, with what else the stand-in makes.
        """
        secrets = {
            "STAND_IN_CLIENT_SECRET": CREDENTIALS.client_secret,
            "STAND_IN_REFRESH_TOKEN": CREDENTIALS.refresh_token,
        }
        config = _CONFIG.format(
            url=self.amazon.url,
            auth_url=self.amazon.auth_url,
            client_id=CREDENTIALS.client_id,
            application_id=APPLICATION_ID,
            redirect_uri=REDIRECT_URI,
            vendor=VENDOR,
        )
        if documents:
            options = self.amazon.options
            slips, invoices = _toml(options.packing_slips), _toml(options.invoices)
            config += _CONFIG_DOCUMENTS.format(vendor=VENDOR, packing_slips=slips, invoices=invoices)
        reached = Addresses(
            url=self.amazon.url,
            auth_url=self.amazon.auth_url,
            credentials=CREDENTIALS,
            environment=secrets,
            config=config + self._folders(),
        )
        return reached if self.sftp is None else _with_sftp(reached, self.sftp)

    def _folders(self) -> str:
        """Write the tables of the seller, if there is one, and of all partners' folders."""
        text = ""
        for partner, name in self._partners.items():
            text += _CONFIG_SELLER.format(seller=name) if name == SELLER else ""
            facts: dict[str, object] = {"partner": partner, "username": name}
            if self.sftp is None:
                text += _CONFIG_LOCAL.format(**facts)
            else:
                sftp = self.sftp
                facts |= {"host": sftp.host, "port": sftp.port, "fingerprint": sftp.fingerprint}
                text += _CONFIG_SFTP.format(**facts)
        return text


def _toml(yes: bool) -> str:
    return "true" if yes else "false"


def _with_sftp(reached: Addresses, sftp: StandInSftp) -> Addresses:
    return msgspec.structs.replace(
        reached,
        environment={**reached.environment, "STAND_IN_SFTP_PASSWORD": SFTP_PASSWORD},
        sftp_host=sftp.host,
        sftp_port=sftp.port,
        sftp_username=VENDOR,
        sftp_password=SFTP_PASSWORD,
        sftp_known_hosts=sftp.host_key_line,
        sftp_fingerprint=sftp.fingerprint,
        sftp_root=str(sftp.users[VENDOR].root),
    )


def _sftp(root: Path, port: int, names: Sequence[str]) -> StandInSftp:
    """Make the SFTP server over a folder in `root` for each partner; its host key outlives restarts."""
    for name in names:
        for folder in FOLDERS:
            (root / name / folder).mkdir(parents=True, exist_ok=True)
    key_file = root / HOST_KEY
    if not key_file.exists():
        key_file.touch(mode=0o600)
        key_file.write_text(private_key_text(), encoding="ascii")
    key = paramiko.Ed25519Key.from_private_key(io.StringIO(key_file.read_text(encoding="ascii")))
    users = {name: SftpUser(root / name, password=SFTP_PASSWORD) for name in names}
    return StandInSftp(users, port=port, host_key=key)


def serve(  # noqa: PLR0913 - each is an option of the command line
    *,
    port: int,
    sftp_root: Path | None,
    sftp_port: int,
    journal: Path | None,
    as_json: bool,
    out: TextIO,
    **options: object,
) -> None:
    """Print how to reach the stand-ins, and serve until SIGINT or SIGTERM. For the main thread.

    As JSON it is one line, an `Addresses`, written when requests can be answered. Raises OSError where
    a port is taken.
    """
    stand_ins = Rehearsal(
        port=port, sftp_root=sftp_root, sftp_port=sftp_port, journal=journal, seller=True, **options
    )
    with _asked_to_stop() as stop, stand_ins as rehearsal:
        addresses = rehearsal.addresses(documents=True)
        text = msgspec.json.encode(addresses).decode() if as_json else _as_text(addresses)
        out.write(text + "\n")
        out.flush()
        while not stop.wait(_LONGEST_WAIT):
            pass  # a handler runs only once this thread gets on, and another one may have taken the signal


@contextmanager
def _asked_to_stop() -> Iterator[threading.Event]:
    """Return an event that SIGINT and SIGTERM set; their handlers are restored afterwards."""
    stop = threading.Event()
    wanted = (signal.SIGINT, signal.SIGTERM)
    before = {number: signal.signal(number, lambda *_: stop.set()) for number in wanted}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _as_text(addresses: Addresses) -> str:
    """Write what an operator needs to point a bridge at the stand-ins."""
    lines = [f"A stand-in Amazon answers at {addresses.url}"]
    if addresses.sftp_root:
        lines += [
            f"A stand-in SFTP server answers at {addresses.sftp_host}:{addresses.sftp_port}",
            f"  drop a vendor's files into {addresses.sftp_root}/inbox",
            f"  and a seller's orders into {Path(addresses.sftp_root).with_name(SELLER)}/inbox",
        ]
    lines += ["", "Set these variables, which are made up for the stand-ins:", ""]
    lines += [f"export {name}='{value}'" for name, value in addresses.environment.items()]
    lines += ["", "and save this as config.toml:", "", addresses.config]
    lines += [
        f"How a seller's orders stand: curl '{addresses.url}/_stand-in/orders?account=rehearsal'",
        "Let Amazon have an order that the seller ships himself and buys shipping for:",
        f"  curl --json '{_ORDER_TO_SHIP}' {addresses.url}/_stand-in/merchant/orders",
        f"What shipping was bought: curl '{addresses.url}/_stand-in/merchant/wallet?account=rehearsal'",
        f"What was taken, and how often: curl {addresses.url}/_stand-in/state",
        "Make the next request fail:",
        f"  curl --json '{{\"status\": 503}}' {addresses.url}/_stand-in/faults",
        "Stop with Ctrl+C.",
    ]
    return "\n".join(lines)
