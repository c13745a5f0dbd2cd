"""costs: what calls that spend money have cost, by carrier and service."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated

import msgspec
import typer

from bridge.cli.context import AsJson, OfVendor, known_vendor, settings_of
from bridge.cli.output import emit, say, table
from bridge.outside_text import csv_rows

_DAYS = timedelta(days=30)
_COLUMNS = ("VENDOR", "CARRIER", "SERVICE", "CURRENCY", "BOUGHT", "SPENT", "RESERVED")


def costs(
    context: typer.Context,
    vendor: OfVendor = None,
    since: Annotated[
        datetime | None,
        typer.Option(metavar="DAY", formats=["%Y-%m-%d"], help="The first day; else 30 days ago."),
    ] = None,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV.")] = False,
    as_json: AsJson = False,
) -> None:
    """Sum what was bought and what it cost, by carrier and service.

    Days are the partner's. What is reserved is under way or in doubt; refunds do not lessen what was spent.
    """
    day = (since or datetime.now(UTC) - _DAYS).date()
    settings = settings_of(context)
    known_vendor(settings.config(), vendor)
    with settings.ledger() as ledger:
        found = ledger.costs(vendor, day)
    rows = [[str(value) for value in msgspec.structs.astuple(one)] for one in found]
    if as_json:
        emit({"since": day.isoformat(), "costs": found})
    elif as_csv:
        names = [name.lower() for name in _COLUMNS]
        typer.echo(csv_rows([names, *rows]), nl=False)
    elif rows:
        table(_COLUMNS, rows)
    else:
        say(f"Nothing was bought since {day.isoformat()}.")
