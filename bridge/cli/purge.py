"""purge: contents that are no longer needed go, and a tombstone of each batch stays."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from bridge.cli.context import AsJson, OfVendor, known_vendor, settings_of
from bridge.cli.lines import Line
from bridge.cli.output import cell, emit, say, tell_lines

if TYPE_CHECKING:
    from bridge.config import Config
    from bridge.ledger.read_models import Purgeable
    from bridge.ledger.store import Ledger

CONFIRMED_LATELY = timedelta(hours=1)
"""So long after Amazon confirmed the time the clock is taken as it is."""


def purge(
    context: typer.Context,
    older_than: Annotated[
        str | None,
        typer.Option(metavar="DURATION", help="Received before that: 90d, 720h; else retention_days."),
    ] = None,
    vendor: OfVendor = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would go.")] = False,
    as_json: AsJson = False,
) -> None:
    """Remove the contents of old batches that are done.

    Raw files, files for vendors and the contents of documents go; names, numbers and verdicts stay. What
    is open, held, in doubt or not delivered is left alone. The daemon does it once a day.
    """
    from bridge.ledger.read_models import Purged
    from bridge.pipeline.retention import purge as purge_vendor
    from bridge.pipeline.spool import Spool

    settings = settings_of(context)
    config = settings.config()
    known_vendor(config, vendor)
    age = None if older_than is None else _age(older_than)
    now = datetime.now(UTC)
    with settings.ledger() as ledger:
        names = [vendor] if vendor else ledger.vendors()
        limits = {
            name: _present(config, ledger, name, now) - (age or _retention(config, name)) for name in names
        }
        if dry_run:
            _tell(ledger, limits, as_json=as_json)
            return
        spool = Spool(config.bridge.spool)
        purged = sum((purge_vendor(ledger, spool, name, at, now) for name, at in limits.items()), Purged())
    if as_json:
        emit({"dry_run": False, "before": limits, "removed": purged})
    elif purged == Purged():
        say("Nothing is old enough and done.")
    else:
        say(f"Purged {purged.files} batches with {purged.documents} documents and {purged.events} events,")
        say(f"and {purged.outbound} files for partners. Names, numbers and verdicts stay.")


def _tell(ledger: Ledger, limits: dict[str, datetime], *, as_json: bool) -> None:
    """Render what a purge would remove, and change nothing."""
    batches = [
        batch for name, before in limits.items() for batch in ledger.purgeable(name, before, limit=1_000_000)
    ]
    loose = sum(ledger.loose_outbound(name, before) for name, before in limits.items())
    if as_json:
        emit({"dry_run": True, "before": limits, "batches": batches, "outbound_of_no_batch": loose})
        return
    tell_lines(_lines(batches))
    say(f"{len(batches)} batches would be purged, and {loose} shipping documents and lists of them.")
    say("Nothing was changed.")


def _lines(batches: list[Purgeable]) -> Iterator[Line]:
    for batch in batches:
        text = (
            f"{batch.name} of {batch.vendor}, {cell(batch.received_at)}, {batch.size} bytes, "
            f"{batch.events} events, {batch.outbound} files for the partner"
        )
        yield Line(text, first=f"{batch.id:>6}  ", rest=" " * 8)


def _present(config: Config, ledger: Ledger, vendor: str, now: datetime) -> datetime:
    """Return the latest time that Amazon confirmed, so that a clock that is ahead purges nothing that is new.

    Of what was never sent to Amazon, or before that was kept, the clock alone tells.
    """
    known = config.partners.get(vendor)
    confirmed = ledger.confirmed_at(known.account) if known else None
    return now if confirmed is None or now - confirmed <= CONFIRMED_LATELY else min(now, confirmed)


def _retention(config: Config, vendor: str) -> timedelta:
    known = config.partners.get(vendor)
    return timedelta(days=known.retention_days if known else config.bridge.retention_days)


def _age(text: str) -> timedelta:
    from bridge.settings.kinds import duration_of

    try:
        return duration_of(text)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--older-than") from error
