"""The vendors of the crash tests: two on one account, one on its own, each with its folders and habits."""

from __future__ import annotations

from dataclasses import dataclass

CONVENTIONS = ("rename", "done-file", "settled")
FOLDERS = ("inbox", "archive", "quarantine", "outbox")
PASSWORD = "made-up"
PASSWORD_VARIABLE = "SFTP_PASSWORD"
_BRIDGE = """\
[bridge]
ledger = "var/ledger.sqlite"
spool = "var/spool"
"""
_ACCOUNT = """
[accounts.{name}]
region = "na"
requests_per_second = 1000
endpoint = "{url}"
auth_endpoint = "{url}"
client_id = "{client_id}"
client_secret = "env:SECRET_OF_{name}"
refresh_token = "env:TOKEN_OF_{name}"
"""
_VENDOR = """
[vendors.{name}]
account = "{account}"
selling_party = "{code}"
warehouses = ["{warehouse}"]
carrier = {{ scac = "UPSN", ship_method = "UPS_GR_RES" }}
timezone = "America/Chicago"
oldest_date_days = 0
batch_size = 3
status_files = ["json", "824", "aperak"]
fetch = {{ labels = true, packing_slips = true, invoices = true, hours = "" }}
pickup = {{ convention = "{convention}", interval = "0.2s" }}
schedule = {{ poll = "1s" }}

[vendors.{name}.location]
name = "Acme Fulfilment"
address_line1 = "100 Example Road"
country_code = "US"
"""
_SFTP = """
[vendors.{name}.sftp]
host = "{host}"
port = {port}
username = "{name}"
password = "env:{variable}"
host_key = "{fingerprint}"
"""
_LOCAL = """
[vendors.{name}.local]
root = "{root}"
"""


@dataclass(frozen=True, slots=True)
class Vendor:
    """One vendor; `code` and `warehouse` are Amazon's for it, each of four letters."""

    name: str
    account: str
    code: str
    warehouse: str
    convention: str
    local: bool
    """Whether its folders are on this machine rather than at the SFTP server."""
    first: int
    """The number that its orders begin with, so that no two vendors share one."""


def vendors(turn: int) -> tuple[Vendor, ...]:
    """Return the three; `turn` says who of them drops files by which convention."""
    told = [CONVENTIONS[(turn + place) % len(CONVENTIONS)] for place in range(3)]
    return (
        Vendor("acme", "shared", "ACME", "ABCD", told[0], local=False, first=0),
        Vendor("twin", "shared", "TWIN", "TWCD", told[1], local=True, first=1_000_000),
        Vendor("solo", "alone", "SOLO", "SOCD", told[2], local=False, first=2_000_000),
    )


def account_table(name: str, url: str, client_id: str) -> str:
    """Write an account's table."""
    return _ACCOUNT.format(name=name, url=url, client_id=client_id)


def vendor_table(vendor: Vendor, root: str, server: tuple[str, int, str]) -> str:
    """Write a vendor's tables; `server` is host, port and fingerprint of the SFTP server."""
    fields = {name: getattr(vendor, name) for name in ("name", "account", "code", "warehouse", "convention")}
    text = _VENDOR.format(**fields)
    if vendor.local:
        return text + _LOCAL.format(name=vendor.name, root=root)
    host, port, fingerprint = server
    return text + _SFTP.format(
        name=vendor.name, host=host, port=port, fingerprint=fingerprint, variable=PASSWORD_VARIABLE
    )


def bridge_table() -> str:
    """Write the table of the installation itself."""
    return _BRIDGE
