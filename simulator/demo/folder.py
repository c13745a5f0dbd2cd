"""The demo's folder: what the vendor sees, what Amazon got, and the bridge's own files."""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bridge.errors import ConfigurationError, Problem
from simulator.amazon import StandInAmazon
from simulator.operations import Version
from simulator.records import Accepted
from simulator.sftp_server import StandInSftp

USER, PASSWORD = "acme", "made-up-for-the-demo"
INBOX, ARCHIVE, QUARANTINE = "1-vendor-drops-here", "2-taken-and-archived", "3-unreadable"
OUTBOX, RECEIVED, OWN = "4-answers-to-the-vendor", "5-amazon-received", "bridge"
SELLER = "shop"
SELLER_FOLDER = "seller"
SELLER_INBOX = f"{SELLER_FOLDER}/1-seller-drops-here"
SELLER_ARCHIVE = f"{SELLER_FOLDER}/2-taken-and-archived"
SELLER_QUARANTINE = f"{SELLER_FOLDER}/3-unreadable"
SELLER_OUTBOX = f"{SELLER_FOLDER}/4-answers-to-the-seller"

SHOWN_ORDER = "1001"
_MARKER = ".edibridge-demo"
_CONFIG = """\
# Written by `edibridge demo`. The servers it names were stand-ins on this machine, and are gone by now.
[bridge]
ledger = "ledger.sqlite"
spool = "spool"
# Times without a zone are read in this one; the results beside the samples are for it.
timezone = "UTC"

[accounts.demo]
region = "na"
api_version = "{api_version}"
endpoint = "{amazon}"
auth_endpoint = "{auth}"
client_id = "file:secrets/client-id"
client_secret = "file:secrets/client-secret"
refresh_token = "file:secrets/refresh-token"

[vendors.acme]
account = "demo"
selling_party = "{selling_party}"
warehouses = {warehouses}
carrier = "UPSN"
location = {{ country_code = "US" }}
oldest_date_days = 0  # the samples are of a fixed day
labels = "{labels}"

[vendors.acme.label_requests]
from_acknowledgements = true

[vendors.acme.fetch]
labels = true
packing_slips = true
invoices = true

[sellers.{seller}]
account = "demo"
marketplace = "US"
comment = "Thank you for your order."
speed = "Standard"
shipment_files = ["csv", "945"]
tracking = ["csv", "214"]
inventory = ["csv", "846"]
edi = {{ sender_id = "EDIBRIDGE", receiver_id = "SHOP" }}
"""
_CONFIG_SFTP = """
[{table}.sftp]
host = "{host}"
port = {port}
username = "{user}"
password = "file:secrets/sftp-password"
host_key = "{fingerprint}"
inbox = "{inbox}"
archive = "{archive}"
quarantine = "{quarantine}"
outbox = "{outbox}"

[{table}.pickup]
interval = "0.2s"
"""
_READ_ME = """\
What `edibridge demo` did here, over real sockets, with stand-ins for the
vendor's SFTP server and for Amazon:

{inbox}/      files were dropped here; it is empty, since all of
                          them were taken
{archive}/     the files that could be read, as they came
{quarantine}/             the file in which nothing can be read, with the
                          reason beside it
{outbox}/  what the vendor got:
    acknowledgements/     997 and CONTRL: whether each file could be read
    statuses/             what became of each event
    labels/               shipping labels, with an index (CSV) to pick them up
    container-labels/     labels of pallets (API version 2021-12-28 only)
    packing-slips/        of gift orders
    invoices/

{seller}/                   what a seller sees, whose orders Amazon ships; its
                          folders are named likewise. Beside the statuses:
    shipments/            what has shipped of each order, with tracking
                          numbers, and what never will (CSV, 945)
    tracking/             what happened to packages on their way (CSV, 214)
    inventory/            the stock at Amazon (CSV, 846)

{received}/        every item that Amazon's stand-in accepted, as it was
                          sent
{own}/                   config.toml, the ledger, the raw bytes (spool) and
                          the log

Run it again and all of this is made afresh. Look round, for example:
  edibridge --config {folder}/{own}/config.toml batches
  edibridge --config {folder}/{own}/config.toml trace DQ7T4M2ZP
  edibridge --config {folder}/{own}/config.toml trace {order}
"""


@dataclass(frozen=True, slots=True)
class DemoFolder:
    """The demo's folder. It is only ever removed where the demo made it."""

    path: Path

    @property
    def config(self) -> Path:
        """The configuration that the demo runs by."""
        return self.path / OWN / "config.toml"

    @property
    def log(self) -> Path:
        """The bridge's log."""
        return self.path / OWN / "log.jsonl"

    def clear(self) -> None:
        """Make the folder afresh. Raises ConfigurationError where it holds anything else."""
        if self.path.exists() and any(self.path.iterdir()) and not (self.path / _MARKER).exists():
            message = "is not empty and was not made by the demo; name another with --folder"
            raise ConfigurationError(str(self.path), [Problem("", message)])
        if (self.path / _MARKER).exists():
            shutil.rmtree(self.path)
        for name in (*_OF_VENDOR.values(), *_OF_SELLER.values(), RECEIVED, f"{OWN}/secrets"):
            (self.path / name).mkdir(parents=True)
        (self.path / _MARKER).write_text(
            "`edibridge demo` made this folder, and removes it when run again.\n"
        )
        facts = {"received": RECEIVED, "own": OWN, "seller": SELLER_FOLDER, "order": SHOWN_ORDER}
        text = _READ_ME.format(folder=self.path, **facts, **_OF_VENDOR)
        (self.path / "READ-ME.txt").write_text(text)

    def configure(
        self,
        amazon: StandInAmazon,
        sftp: StandInSftp,
        selling_party: str,
        warehouses: Sequence[str],
        *,
        api_version: Version,
    ) -> None:
        """Write the configuration and its secrets."""
        secrets = {
            "client-id": amazon.credentials.client_id,
            "client-secret": amazon.credentials.client_secret,
            "refresh-token": amazon.credentials.refresh_token,
            "sftp-password": PASSWORD,
        }
        for name, secret in secrets.items():
            path = self.path / OWN / "secrets" / name
            path.write_text(secret)
            path.chmod(0o600)
        self.config.write_text(
            _CONFIG.format(
                amazon=amazon.url,
                auth=amazon.auth_url,
                api_version=api_version,
                labels="submit" if api_version == "v1" else "create",
                selling_party=selling_party,
                warehouses=json.dumps(list(warehouses)),
                seller=SELLER,
            )
            + _sftp_tables(sftp)
        )

    def drop(self, files: Mapping[str, bytes], inbox: str = INBOX) -> None:
        """Put files into an inbox, the first the oldest, as a vendor would over a minute."""
        now = time.time()
        for age, (name, data) in enumerate(reversed(list(files.items()))):
            path = self.path / inbox / name
            path.write_bytes(data)
            os.utime(path, (now - age, now - age))

    def write_received(self, accepted: Sequence[Accepted]) -> None:
        """Write each item that Amazon accepted to a file of its own."""
        for one in accepted:
            name = "".join(c for c in about(one.item) if c.isalnum())
            path = self.path / RECEIVED / f"{one.index + 1:03}-{one.operation}-{name}.json"
            path.write_text(json.dumps(one.item, indent=2, ensure_ascii=False) + "\n")

    def contents(self) -> Iterator[tuple[str, str]]:
        """Name each folder, and say what lies in it."""
        for name, what in _CONTENTS.items():
            folder = self.path / name
            files = [one for one in folder.rglob("*") if one.is_file()]
            yield f"{folder}/", what.format(count=len(files)) if files else "empty: every file was taken"


def about(item: Mapping[str, Any]) -> str:
    """Return the number that an item is about: an order's, or a container's."""
    keys = ("purchaseOrderNumber", "sellerFulfillmentOrderId", "vendorContainerId")
    return next((str(item[key]) for key in keys if item.get(key)), "")


def _sftp_tables(sftp: StandInSftp) -> str:
    """Write the tables of both partners' folders; a seller's home is its own folder."""
    own = {name: path.partition("/")[2] for name, path in _OF_SELLER.items()}
    partners = ((f"vendors.{USER}", USER, _OF_VENDOR), (f"sellers.{SELLER}", SELLER, own))
    facts: dict[str, Any] = {"host": sftp.host, "port": sftp.port, "fingerprint": sftp.fingerprint}
    return "".join(
        _CONFIG_SFTP.format(table=table, user=user, **names, **facts) for table, user, names in partners
    )


_OF_VENDOR = {"inbox": INBOX, "archive": ARCHIVE, "quarantine": QUARANTINE, "outbox": OUTBOX}
_OF_SELLER = {
    "inbox": SELLER_INBOX,
    "archive": SELLER_ARCHIVE,
    "quarantine": SELLER_QUARANTINE,
    "outbox": SELLER_OUTBOX,
}
_CONTENTS = {
    INBOX: "{count} files that were not taken",
    ARCHIVE: "{count} files that could be read, as they came",
    QUARANTINE: "the file in which nothing can be read, and the reason beside it",
    OUTBOX: "{count} acknowledgements, status files, labels, packing slips and invoices",
    SELLER_FOLDER: "the same for a seller: {count} files, the shipments of its orders among them",
    RECEIVED: "{count} items, each as Amazon's stand-in got it",
    OWN: "config.toml, the ledger, the raw bytes and the log",
}
