"""run and daemon: the bridge at work."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from bridge.cli.context import AsJson, OfVendor, known_vendor, settings_of
from bridge.cli.exits import DONE, REJECTED
from bridge.cli.output import complain, emit, progress, say, table

if TYPE_CHECKING:
    from bridge.ledger.rows import BatchView

TROUBLED = frozenset({"attention", "quarantined"})
"""States of a batch in which something was rejected, failed or is held."""


def run(
    context: typer.Context,
    vendor: OfVendor = None,
    settle: Annotated[bool, typer.Option("--settle", help="Wait until every verdict is in.")] = False,
    timeout: Annotated[
        float | None, typer.Option(metavar="S", min=0, help="Stop after so many seconds.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Work until nothing is due.

    Collects, translates, submits, settles and delivers; with --settle until every verdict is in.
    """
    settings = settings_of(context)
    known_vendor(settings.config(), vendor)
    with settings.bridge() as bridge:
        with progress("working") as told:
            report = bridge.run(vendor=vendor, settle=settle, timeout=timeout, progress=told)
        views = [bridge.ledger.batch(batch_id).batch for batch_id in report.batches]
    if as_json:
        emit({"finished": report.finished, "problems": list(report.problems), "batches": views})
    else:
        _tell(views, list(report.problems), finished=report.finished)
    troubled = any(view.state in TROUBLED for view in views)
    raise typer.Exit(REJECTED if troubled or report.problems or not report.finished else DONE)


def daemon(context: typer.Context) -> None:
    """Work for ever.

    Looks into the inboxes by their schedules. SIGTERM ends it in good order, SIGHUP loads the
    configuration anew.
    """
    with settings_of(context).bridge(level="INFO") as bridge:
        clean = bridge.daemon()
    if not clean:
        complain("edibridge: something was left under way; the next start settles it")
        sys.stderr.flush()
        # A thread that waits for Amazon's answer would keep an ordinary exit waiting with it. Its intent
        # stands in the ledger, so ending here is what a power cut would be: safe.
        os._exit(REJECTED)


def _tell(views: list[BatchView], problems: list[str], *, finished: bool) -> None:
    batch_table(views)
    if not views and not problems:
        say("Nothing was due.")
    for problem in problems:
        complain(f"edibridge: {problem}")
    if not finished:
        complain("edibridge: the time was over before everything was done; run it again to go on")


def batch_table(views: list[BatchView]) -> None:
    """Print batches, a line each."""
    table(
        ["batch", "vendor", "file", "received", "state", "documents", "rejected", "facts"],
        [
            (
                view.id,
                view.vendor,
                view.name,
                view.received_at,
                view.state,
                view.documents,
                view.rejected,
                view.events,
            )
            for view in views
        ],
    )
