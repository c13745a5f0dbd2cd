"""rerun and resolve: what operators do about a batch."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

import typer

from bridge.cli.context import AsJson, known_batch, settings_of
from bridge.cli.inspect import BatchId
from bridge.cli.lines import Line
from bridge.cli.output import emit, plain, say, tell_lines
from bridge.cli.said import (
    AFTERWARDS,
    Said,
    adopt_shipment,
    drop_document,
    reason_of,
    settle_event,
    settle_submission,
    transaction_of,
)
from bridge.cli.words import state_words
from bridge.errors import LedgerError
from bridge.faultpoints import reached


def rerun(
    context: typer.Context,
    batch: BatchId,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would be done.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Send again what succeeded, too.")] = False,
    as_json: AsJson = False,
) -> None:
    """Read a batch again, and send what has not succeeded.

    What Amazon rejected, what is invalid and what is held is read again with the present mappings and
    settings. What Amazon has is not sent again without --force.
    """
    with settings_of(context).bridge() as bridge:
        known_batch(bridge.ledger, batch)
        try:
            decisions = [plain(decision) for decision in bridge.rerun(batch, dry_run=dry_run, force=force)]
        except FileNotFoundError as error:
            message = (
                f"the raw bytes of batch {batch} are not in the spool any more: let the partner send it again"
            )
            raise LedgerError(message) from error
    if as_json:
        emit({"batch": batch, "dry_run": dry_run, "decisions": decisions})
    elif decisions:
        tell_lines(_decision_lines(decisions))
        say()
        if dry_run:
            say(f"Nothing was changed; `edibridge rerun {batch}` does it.")
        else:
            say("Read again; the daemon sends what is ready, or `edibridge run`.")
    else:
        say("There is nothing to do again.")


_ACTIONS = {"again": "read again", "keep": "kept", "send twice": "sent twice"}


def _decision_lines(decisions: list[dict[str, Any]]) -> Iterator[Line]:
    """Render what a rerun does with each event, and why."""
    for decision in decisions:
        again = decision["action"] != "keep"
        head = f"{_ACTIONS[decision['action']]}: {decision['summary'] or 'event'}"
        style = "note" if again else ""
        yield Line(head, first=f"{decision['event_id']:>6}  ", rest=" " * 8, style=style)
        state = f"it is {state_words(decision['state'], 'events')}: " if decision["action"] == "again" else ""
        yield Line(f"{state}{decision['reason']}", first=" " * 10, rest=" " * 10)


def resolve(  # noqa: PLR0917 - the options are parameters
    context: typer.Context,
    number: Annotated[int, typer.Argument(metavar="ID", min=1, help="The submission's (or event's) number.")],
    sent: Annotated[
        str | None,
        typer.Option(metavar="TXID", help="Amazon took the submission: its transaction id; Amazon is asked."),
    ] = None,
    not_sent: Annotated[
        bool, typer.Option("--not-sent", help="Amazon never got the submission: send it again.")
    ] = False,
    taken: Annotated[
        bool, typer.Option("--taken", help="Amazon took the submission, by an unknown id.")
    ] = False,
    shipment: Annotated[
        str | None,
        typer.Option(metavar="ID", help="A label to buy: Amazon's shipment that it is; Amazon is asked."),
    ] = None,
    take_back: Annotated[
        str | None,
        typer.Option("--take-back", metavar="REASON", help="An earlier word, on which it ended, was wrong."),
    ] = None,
    unchecked: Annotated[
        bool, typer.Option("--unchecked", help="With --sent: believe the id without asking Amazon.")
    ] = False,
    event: Annotated[bool, typer.Option("--event", help="ID is that of a held event.")] = False,
    document: Annotated[
        bool, typer.Option("--document", help="ID is that of a document that waits to be written.")
    ] = False,
    send: Annotated[bool, typer.Option("--send", help="With --event: release the event.")] = False,
    drop: Annotated[
        str | None, typer.Option(metavar="REASON", help="With --event or --document: never send it.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Settle what is in doubt or held.

    A submission in doubt or overdue: --sent TXID, --not-sent or --taken, a label to buy also --shipment ID. A
    held event: --event with --send or
    --drop REASON. A document for a partner that cannot be written: --document with --drop REASON.
    """
    chosen = [sent is not None, not_sent, taken, shipment is not None, send, drop is not None]
    of_held = send or drop is not None
    beside = take_back is not None or unchecked
    if (
        sum(chosen) != 1
        or event + document != of_held
        or (document and send)
        or (beside and (of_held or shipment is not None))
        or (unchecked and sent is None)
    ):
        message = (
            "say --sent TXID, --not-sent, --taken or --shipment ID; or --event with --send or --drop REASON; "
            "or --document with --drop REASON"
        )
        raise typer.BadParameter(message)
    said = Said(
        number,
        transaction=transaction_of(sent) if sent is not None else None,
        taken=taken,
        take_back=reason_of(take_back, "--take-back") if take_back is not None else "",
        unchecked=unchecked,
    )
    with settings_of(context).bridge() as bridge:
        reached("resolve.begun")
        if document:
            told = drop_document(bridge, number, reason_of(drop or "", "--drop"))
        elif event:
            told = settle_event(bridge, number, reason_of(drop, "--drop") if drop is not None else None)
        elif shipment is not None:
            told = adopt_shipment(bridge, number, shipment)
        else:
            told = settle_submission(bridge, said)
        reached("resolve.committed")
    kind = "document" if document else "event" if event else "submission"
    if as_json:
        emit({"id": number, "kind": kind, "resolved": told})
    else:
        say(f"{kind.capitalize()} {number}: {told.replace('_', ' ')}.")
        say("It is never sent." if document else AFTERWARDS[told])
