"""status, batches, show and trace: what is in the ledger."""

from __future__ import annotations

from typing import Annotated

import typer

from bridge.cli.context import AsJson, OfVendor, known_batch, known_vendor, settings_of
from bridge.cli.daemon import batch_table
from bridge.cli.details import batch_json, batch_lines, trace_lines, whole_json
from bridge.cli.exits import DONE, REJECTED
from bridge.cli.output import complain, emit, emit_parts, say, tell_lines
from bridge.cli.words import STATES_OF_BATCHES

BatchId = Annotated[int, typer.Argument(metavar="BATCH", min=1, help="The batch's number.")]

SHOWN = 50
"""So many documents and events of a batch are printed, unless told otherwise."""


def status(context: typer.Context, vendor: OfVendor = None, as_json: AsJson = False) -> None:
    """Show the status of each vendor and seller.

    One by one: the last file, what waits, and what an operator has to do; then accounts and alerts. Exit code
    1 if manual action is needed.
    """
    from bridge.cli.status import status_lines, status_of

    settings = settings_of(context)
    config = settings.config()
    known_vendor(config, vendor)
    with settings.ledger() as ledger:
        told = status_of(config, ledger, [vendor] if vendor else list(config.partners))
    if as_json:
        emit(told)
    else:
        tell_lines(status_lines(told))
    raise typer.Exit(REJECTED if told["attention"] else DONE)


def batches(
    context: typer.Context,
    vendor: OfVendor = None,
    state: Annotated[
        str | None,
        typer.Option(
            help="Only these: collected, working, waiting, attention, quarantined, succeeded, done, purged."
        ),
    ] = None,
    limit: Annotated[int, typer.Option(min=1, help="At most so many, newest first.")] = 50,
    as_json: AsJson = False,
) -> None:
    """List what came in, newest first.

    A batch is everything that came from one file.
    """
    if state is not None and state not in STATES_OF_BATCHES:
        known = ", ".join(STATES_OF_BATCHES)
        raise typer.BadParameter(f"no state {state!r}; there are {known}", param_hint="--state")
    settings = settings_of(context)
    known_vendor(settings.config(), vendor)
    with settings.ledger() as ledger:
        views = ledger.batches(vendor=vendor, state=state, limit=limit)
    if as_json:
        emit({"batches": views})
    elif views:
        batch_table(views)
        if len(views) == limit:
            say(f"The newest {limit} are listed; --limit lists more.")
    else:
        say(f"No batches in state {state}." if state else "No batches.")


def show(
    context: typer.Context,
    batch: BatchId,
    limit: Annotated[
        int | None,
        typer.Option(min=1, help=f"At most so many documents and events; {SHOWN}, with --json all."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show all about one batch.

    Its arrivals, documents, events, submissions to Amazon and files to the vendor; what is wrong comes first
    where not all is shown.
    """
    with settings_of(context).ledger() as ledger:
        number = known_batch(ledger, batch)
        if as_json and limit is None:
            emit_parts(whole_json(ledger.whole_batch(number)))
            return
        detail = ledger.batch(number, limit=limit or SHOWN)
    if as_json:
        emit(batch_json(detail))
    else:
        tell_lines(batch_lines(detail))


def trace(
    context: typer.Context,
    text: Annotated[
        str,
        typer.Argument(
            metavar="TEXT", help="Order, tracking, control, transaction or request number; file name."
        ),
    ],
    as_json: AsJson = False,
) -> None:
    """Find a number or a file name.

    Shows the batches, documents, events, labels, submissions and files that it belongs to; exit code 1 if
    there are none.
    """
    with settings_of(context).ledger() as ledger:
        found = ledger.trace(text)
    hits = any(
        (
            found.files,
            found.documents,
            found.events,
            found.submissions,
            found.attempts,
            found.outbound,
            found.labels,
            found.follow_ups,
        )
    )
    if as_json:
        emit(found)
    elif hits:
        tell_lines(trace_lines(found))
    else:
        what = "no order, tracking, control, transaction or request number and no file name is exactly this"
        complain(f"edibridge: nothing is known of {text!r}: {what}; `edibridge batches` lists what came in")
    raise typer.Exit(DONE if hits else REJECTED)
