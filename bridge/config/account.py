"""Settings of the bridge as a whole and of an account: one authorization at Amazon."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from bridge.config.secret import Secret, TextOrSecret
from bridge.settings.kinds import (
    ApiVersion,
    ApplicationId,
    Days,
    Endpoint,
    Flag,
    Folders,
    Ledger,
    LocalPath,
    RedirectUri,
    Size,
    Zone,
)
from bridge.settings.table import Table
from bridge.spapi.consent import COUNTRIES


def _country(value: str) -> str:
    if value not in COUNTRIES:
        raise ValueError(f"must be one of {', '.join(COUNTRIES)}")
    return value


CountryCode = Annotated[str, AfterValidator(_country)]


class BridgeSettings(Table):
    """`[bridge]`: what all vendors share. Relative paths are meant from the folder of the file."""

    ledger: Ledger = "var/ledger.sqlite"
    """The ledger: a file, or the URL of a database without a password."""
    spool: LocalPath = Path("var/spool")
    """Folder for the raw bytes of every file that was collected."""
    mappings: Folders = ()
    """Folders with your own mappings and status tables; they override the shipped ones."""
    timezone: Zone = "UTC"
    """Time zone of vendors that name none; used for times that come without a zone."""
    retention_days: Days = 30
    """Days after which what is done is purged: raw files, files for vendors, contents of documents."""
    log_format: Literal["json", "text"] = "json"
    """Format of the log lines on standard error: one JSON object a line, or key=value."""

    min_free_disk: Size | None = None
    """While less than this is free on the disks of ledger and spool, nothing more is collected; not set: a
    fiftieth of the disk, 1 GiB at most."""
    allow_loose_permissions: Flag = False
    """Whether secret files that others can read are used all the same: for containers, whose mounted secrets
    have a mode that cannot be set."""


class Account(Table):
    """`[accounts.A]`: an application's authorization for a selling partner at Amazon."""

    region: Literal["na", "eu", "fe"]
    """Amazon's region: na (Americas), eu (Europe, India, Middle East) or fe (Japan, Australia, Singapore)."""
    sandbox: Flag = False
    """Whether to talk to Amazon's sandbox, which answers but ships nothing."""
    endpoint: Endpoint | None = None
    """Replaces Amazon's host, for the simulator."""
    auth_endpoint: Endpoint | None = None
    """Replaces Amazon's host for access tokens, for the simulator."""
    client_id: TextOrSecret
    """The application's LWA client id, as text or as a reference env:NAME or file:PATH."""
    client_secret: Secret
    """The application's LWA client secret: env:NAME or file:PATH."""
    refresh_token: Secret
    """The selling partner's refresh token: env:NAME or file:PATH."""
    authorized_on: date | None = None
    """The day on which the selling partner authorized the application, where that was not done by `edibridge
    authorize`: the authorization ends 365 days later, which is told in time."""
    secret_made_on: date | None = None
    """The day on which the client secret was made: it ends 180 days later, which is told in time."""
    application_id: ApplicationId | None = None
    """The application's id (amzn1.sp.solution...), not its client id: for `edibridge authorize`."""
    application_draft: Flag = False
    """Whether the application is a draft at Amazon, not published: for `edibridge authorize`."""
    redirect_uri: RedirectUri | None = None
    """An OAuth redirect URI of the application as registered at Amazon: for `edibridge authorize`."""
    country: CountryCode | None = None
    """The country in whose Vendor Central or Seller Central consent is given: for `edibridge authorize`."""
    central: Endpoint | None = None
    """Replaces the address of the country's Vendor Central or Seller Central, for the simulator too."""
    api_version: ApiVersion = "v1"
    """Version of Amazon's direct fulfilment API: v1 (accounts that have it), 2021-12-28 (new ones)."""
    requests_per_second: float = Field(default=10.0, gt=0, le=1000)
    """Amazon's rate for each operation of this account; 10 unless Amazon granted another."""
