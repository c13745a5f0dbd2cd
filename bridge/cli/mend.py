"""rerun, resolve and purge: what people do about a batch."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from bridge.cli.context import AsJson, OfVendor, known_vendor, settings_of
from bridge.cli.look import BatchId
from bridge.cli.output import emit, plain, say, table
from bridge.errors import LedgerError
from bridge.pipeline.spool import Spool


def rerun(
    context: typer.Context,
    batch: BatchId,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only tell what would be done.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Send again what succeeded, too.")] = False,
    as_json: AsJson = False,
) -> None:
    """Work through a batch again.

    What failed, was refused or is held; never what Amazon has, unless forced.
    """
    with settings_of(context).bridge() as bridge:
        try:
            decisions = [plain(decision) for decision in bridge.rerun(batch, dry_run=dry_run, force=force)]
        except FileNotFoundError as error:
            message = (
                f"the raw bytes of batch {batch} are not in the spool any more: let the vendor send it again"
            )
            raise LedgerError(message) from error
    if as_json:
        emit({"batch": batch, "dry_run": dry_run, "decisions": decisions})
    elif decisions:
        columns = list(dict.fromkeys(key for decision in decisions for key in decision))
        table(columns, [[decision.get(column) for column in columns] for decision in decisions])
        say("Nothing was changed." if dry_run else "Queued; the daemon goes on with it, or `edibridge run`.")
    else:
        say("There is nothing to do again.")


def resolve(  # noqa: PLR0917 - the options are parameters
    context: typer.Context,
    number: Annotated[int, typer.Argument(metavar="ID", min=1, help="The request's (or event's) number.")],
    sent: Annotated[
        str | None, typer.Option(metavar="TXID", help="Amazon took the request: its transaction id.")
    ] = None,
    not_sent: Annotated[
        bool, typer.Option("--not-sent", help="Amazon never got the request: send it again.")
    ] = False,
    event: Annotated[bool, typer.Option("--event", help="ID is that of a held fact.")] = False,
    send: Annotated[bool, typer.Option("--send", help="With --event: let the fact go.")] = False,
    drop: Annotated[
        str | None, typer.Option(metavar="REASON", help="With --event: never send the fact.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Settle what is in doubt or held.

    A request in doubt: --sent TXID or --not-sent. A held fact: --event with --send or --drop REASON.
    """
    now = datetime.now(UTC)
    chosen = [sent is not None, not_sent, send, drop is not None]
    if sum(chosen) != 1 or event != (send or drop is not None):
        raise typer.BadParameter("say --sent TXID or --not-sent; or --event with --send or --drop REASON")
    with settings_of(context).ledger() as ledger:
        if send:
            ledger.release_event(number, now)
            told = "released"
        elif drop is not None:
            ledger.refuse_event(number, drop, now)
            told = "dropped"
        else:
            ledger.resolve(number, sent, now)
            told = "sent" if sent else "not_sent"
    if as_json:
        emit({"id": number, "kind": "event" if event else "request", "resolved": told})
    else:
        say(f"{'Event' if event else 'Request'} {number}: {told.replace('_', ' ')}.")


def purge(
    context: typer.Context,
    older_than: Annotated[
        str, typer.Option(metavar="DURATION", help="Batches received before that: 90d, 720h.")
    ] = "90d",
    vendor: OfVendor = None,
    as_json: AsJson = False,
) -> None:
    """Remove old settled batches.

    Those that are settled, reported and delivered, with their raw files.
    """
    settings = settings_of(context)
    config = settings.config()
    known_vendor(config, vendor)
    before = datetime.now(UTC) - _age(older_than)
    with settings.ledger() as ledger:
        purged = ledger.purge(vendor, before)
        spool = Spool(config.bridge.spool)
        for name in purged.spool_names:
            spool.remove(name)
    if as_json:
        emit({"before": before, "removed": purged})
    else:
        say(f"Removed {purged.files} batches with {purged.documents} documents, {purged.events} facts")
        say(f"and {purged.outbound} outbound files, received before {before:%Y-%m-%d %H:%M}Z.")


def _age(text: str) -> timedelta:
    from bridge.config.kinds import duration_of

    try:
        return duration_of(text)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--older-than") from error
