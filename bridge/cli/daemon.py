"""run and daemon: the bridge at work."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from bridge.cli.context import AsJson, OfVendor, known_vendor, settings_of
from bridge.cli.exits import DONE, REJECTED
from bridge.cli.lines import Line
from bridge.cli.output import complain, emit, narrow, progress, say, table, tell_lines
from bridge.cli.status import delayed_words
from bridge.cli.words import counted, state_style

if TYPE_CHECKING:
    from bridge.ledger.read_models import BatchView
    from bridge.runners.once import RunReport

TROUBLED = frozenset({"attention", "quarantined"})
"""States of a batch in which something was rejected or is held."""
_MOST = 50
"""So many batches are listed after a run."""


def run(
    context: typer.Context,
    vendor: OfVendor = None,
    settle: Annotated[bool, typer.Option("--settle", help="Wait until every verdict is in.")] = False,
    timeout: Annotated[
        float | None,
        typer.Option(
            metavar="S", min=0, help="Begin nothing new after so many seconds; exit 1 if that cut it."
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Process pending files once and exit.

    Collects, translates, submits, settles, fetches and delivers; with --settle until every verdict is in.
    """
    settings = settings_of(context)
    known_vendor(settings.config(), vendor)
    with settings.bridge() as bridge:
        with progress("working") as told:
            report = bridge.run(vendor=vendor, settle=settle, timeout=timeout, progress=told)
        views = bridge.ledger.batches_of(report.batches)
    if as_json:
        delayed = {
            vendor: {"events": events, "first": first} for vendor, (events, first) in report.delayed.items()
        }
        emit(
            {
                "finished": report.finished,
                "problems": [*report.problems, *report.doubts],
                "batches": views,
                "did": report.did,
                "left": report.left,
                "delayed": delayed,
            }
        )
    else:
        _tell(views, report)
    troubled = any(view.state in TROUBLED for view in views)
    wrong = troubled or report.problems or report.doubts or not report.finished
    raise typer.Exit(REJECTED if wrong else DONE)


def daemon(context: typer.Context) -> None:
    """Run continuously.

    Polls the inboxes by their schedules. SIGTERM ends it in good order, SIGHUP loads the
    configuration anew.
    """
    with settings_of(context).bridge(level="INFO") as bridge:
        clean = bridge.daemon()
    if not clean:
        complain("edibridge: something was left unfinished; the next start settles it")
        sys.stderr.flush()
        # A thread that waits for Amazon's answer would keep an ordinary exit waiting with it. Its intent
        # stands in the ledger, so ending here is what a power cut would be: safe.
        os._exit(REJECTED)


_DID = {
    "collect": ("file collected", "files collected"),
    "put_away": ("file moved out of the inbox", "files moved out of the inbox"),
    "submit": ("submission sent", "submissions sent"),
    "settle": ("verdict or report", "verdicts and reports"),
    "hold_late": ("status update held", "status updates held"),
    "follow": ("look with news", "looks with news"),
    "fetch": ("shipping document fetched", "shipping documents fetched"),
    "deliver": ("file put into the outbox", "files put into the outbox"),
}
"""What a run did besides moving batches on, by job: one of it, and several."""


def _tell(views: list[BatchView], report: RunReport) -> None:
    problems = report.problems
    batch_table(views[:_MOST])
    if len(views) > _MOST:
        say(f"... and {len(views) - _MOST} more; `edibridge batches` lists them")
    did = _done(report.did)
    if not views and did:
        say(f"Done: {did}.")
    elif not (views or problems or report.doubts) and report.finished:
        say("Nothing was due yet." if report.delayed else "Nothing was due.")
    for vendor, (events, first) in report.delayed.items():
        say(f"{vendor}: {delayed_words(events, first)}")
    troubled = [view for view in views if view.state in TROUBLED]
    if troubled:
        say(f"Manual action needed: edibridge show {troubled[0].id}")
    for problem in problems:
        complain(f"edibridge: {problem}")
    if any("`edibridge " not in problem for problem in problems):
        complain("edibridge: `edibridge check --connect` tries every server; the next run tries again, too")
    for doubt in report.doubts:
        complain(f"edibridge: {doubt}")
    if not report.finished:
        complain(
            f"edibridge: the time was over before everything was done{_left(report)}; run it again to go on"
        )


def _done(did: dict[str, dict[str, int]]) -> str:
    """Write what jobs did: `2 submissions sent, 1 file put into the outbox`."""
    sums = {job: sum(jobs.get(job, 0) for jobs in did.values()) for job in _DID}
    return ", ".join(f"{count} {_DID[job][count != 1]}" for job, count in sums.items() if count)


def _left(report: RunReport) -> str:
    """Write what is left by vendor: ` (left: acme: events 3 ready, submissions 1 submitted)`."""
    of_vendors = [
        f"{vendor}: " + ", ".join(f"{kind} {counted(states, kind)}" for kind, states in kinds.items())
        for vendor, kinds in report.left.items()
    ]
    return f" (left: {'; '.join(of_vendors)})" if of_vendors else ""


def batch_table(views: list[BatchView]) -> None:
    """Print batches: a line each, or two where the terminal is narrow."""
    if narrow():
        tell_lines(line for view in views for line in _in_two_lines(view))
        return
    table(
        ["batch", "vendor", "file", "received", "state", "documents", "events"],
        [
            (
                view.id,
                view.vendor,
                view.name,
                _minute(view),
                view.state,
                _documents(view),
                counted(view.events, "events"),
            )
            for view in views
        ],
        folding=("file", "events"),
    )


def _in_two_lines(view: BatchView) -> Iterator[Line]:
    style = state_style(view.state)
    yield Line(f"{view.state}: {view.name}", first=f"{view.id:>6}  ", rest=" " * 8, style=style)
    facts = [view.vendor, _minute(view), f"documents: {_documents(view)}"]
    facts += [f"events: {counted(view.events, 'events')}"] if any(view.events.values()) else []
    yield Line(", ".join(facts), first=" " * 10, rest=" " * 10)


def _minute(view: BatchView) -> str:
    return f"{view.received_at:%Y-%m-%d %H:%MZ}"


def _documents(view: BatchView) -> str:
    return f"{view.documents} ({view.rejected} rejected)" if view.rejected else str(view.documents)
