"""rerun and resolve: what people do about a batch."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from bridge.cli.context import AsJson, known_batch, settings_of
from bridge.cli.lines import Line, folded
from bridge.cli.look import BatchId
from bridge.cli.output import emit, line_width, plain, say, tell_lines
from bridge.errors import LedgerError
from bridge.faultpoints import reached


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
        known_batch(bridge.ledger, batch)
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
        tell_lines(_decision_lines(decisions, line_width()))
        say()
        if dry_run:
            say(f"Nothing was changed; `edibridge rerun {batch}` does it.")
        else:
            say("Queued; the daemon goes on with it, or `edibridge run`.")
    else:
        say("There is nothing to do again.")


_ACTIONS = {"again": "made anew", "keep": "kept", "send twice": "sent twice"}


def _decision_lines(decisions: list[dict[str, Any]], width: int) -> Iterator[Line]:
    """Tell for each event what a rerun does with it, and why."""
    for decision in decisions:
        again = decision["action"] != "keep"
        head = f"{_ACTIONS[decision['action']]}: {decision['summary'] or 'event'}"
        look = "note" if again else ""
        yield from folded(head, width, first=f"{decision['event_id']:>6}  ", rest=" " * 8, look=look)
        yield from folded(decision["reason"], width, first=" " * 10, rest=" " * 10)


def resolve(  # noqa: PLR0917 - the options are parameters
    context: typer.Context,
    number: Annotated[int, typer.Argument(metavar="ID", min=1, help="The submission's (or event's) number.")],
    sent: Annotated[
        str | None, typer.Option(metavar="TXID", help="Amazon took the submission: its transaction id.")
    ] = None,
    not_sent: Annotated[
        bool, typer.Option("--not-sent", help="Amazon never got the submission: send it again.")
    ] = False,
    event: Annotated[bool, typer.Option("--event", help="ID is that of a held event.")] = False,
    send: Annotated[bool, typer.Option("--send", help="With --event: let the event go.")] = False,
    drop: Annotated[
        str | None, typer.Option(metavar="REASON", help="With --event: never send the event.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Settle what is in doubt or held.

    A submission in doubt: --sent TXID or --not-sent. A held event: --event with --send or --drop REASON.
    """
    now = datetime.now(UTC)
    chosen = [sent is not None, not_sent, send, drop is not None]
    if sum(chosen) != 1 or event != (send or drop is not None):
        raise typer.BadParameter("say --sent TXID or --not-sent; or --event with --send or --drop REASON")
    settings = settings_of(context)
    with settings.ledger() as ledger:
        reached("resolve.begun")
        if send:
            vendors = settings.config().vendors.items()
            elsewhere = [name for name, vendor in vendors if vendor.confirmations == "elsewhere"]
            ledger.release_event(number, now, elsewhere=elsewhere)
            told = "released"
        elif drop is not None:
            ledger.refuse_event(number, drop, now)
            told = "dropped"
        else:
            ledger.resolve(number, sent, now)
            told = "sent" if sent else "not_sent"
        reached("resolve.committed")
    if as_json:
        emit({"id": number, "kind": "event" if event else "submission", "resolved": told})
    else:
        say(f"{'Event' if event else 'Submission'} {number}: {told.replace('_', ' ')}.")
        if told in {"released", "not_sent"}:
            say("The daemon sends it, or `edibridge run`.")
        elif told == "sent":
            say("The daemon asks Amazon for the verdict, or `edibridge run --settle`.")
