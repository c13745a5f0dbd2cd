"""status, batches, show and trace: what the ledger knows."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bridge.cli.context import AsJson, OfVendor, known_vendor, settings_of
from bridge.cli.daemon import batch_table
from bridge.cli.details import batch_json, tell_batch, tell_trace
from bridge.cli.exits import DONE, REJECTED
from bridge.cli.output import complain, emit, say, table

if TYPE_CHECKING:
    from bridge.config import Config
    from bridge.ledger.store import Ledger

BatchId = Annotated[int, typer.Argument(metavar="BATCH", min=1, help="The batch's number.")]

_ATTENTION = {"events": ("held",), "submissions": ("in_doubt", "overdue"), "outbound": ("failed",)}


def status(context: typer.Context, vendor: OfVendor = None, as_json: AsJson = False) -> None:
    """Tell how things stand.

    Vendor by vendor; exit code 1 if a person should look.
    """
    settings = settings_of(context)
    config = settings.config()
    known_vendor(config, vendor)
    with settings.ledger() as ledger:
        told = _status(config, ledger, [vendor] if vendor else list(config.vendors))
    if as_json:
        emit(told)
    else:
        _tell_status(told)
    raise typer.Exit(REJECTED if told["attention"] else DONE)


def batches(
    context: typer.Context,
    vendor: OfVendor = None,
    state: Annotated[
        str | None,
        typer.Option(
            help="Only these: collected, working, waiting, attention, quarantined, succeeded, done."
        ),
    ] = None,
    limit: Annotated[int, typer.Option(min=1, help="At most so many, newest first.")] = 50,
    as_json: AsJson = False,
) -> None:
    """List what came in, newest first.

    A batch is everything that came from one file.
    """
    settings = settings_of(context)
    known_vendor(settings.config(), vendor)
    with settings.ledger() as ledger:
        views = ledger.batches(vendor=vendor, state=state, limit=limit)
    if as_json:
        emit({"batches": views})
    elif views:
        batch_table(views)
    else:
        say("No batches.")


def show(context: typer.Context, batch: BatchId, as_json: AsJson = False) -> None:
    """Show all about one batch.

    Its documents, facts, requests to Amazon and answers to the vendor.
    """
    with settings_of(context).ledger() as ledger:
        detail = ledger.batch(batch)
    if as_json:
        emit(batch_json(detail))
    else:
        tell_batch(detail)


def trace(
    context: typer.Context,
    text: Annotated[
        str, typer.Argument(help="Order, tracking, control, transaction or request id; file name.")
    ],
    as_json: AsJson = False,
) -> None:
    """Find a number or a file name.

    Tells everything that is known of it; exit code 1 if that is nothing.
    """
    with settings_of(context).ledger() as ledger:
        found = ledger.trace(text)
    hits = any(
        (found.files, found.documents, found.events, found.submissions, found.attempts, found.outbound)
    )
    if as_json:
        emit(found)
    elif hits:
        tell_trace(found)
    else:
        complain(f"edibridge: nothing is known of {text!r}")
    raise typer.Exit(DONE if hits else REJECTED)


def _status(config: Config, ledger: Ledger, vendors: list[str]) -> dict[str, Any]:
    counts, now = ledger.counts(), datetime.now(UTC)
    told = {name: _vendor_status(ledger, name, counts.get(name, {})) for name in vendors}
    alerts = [alert for alert in ledger.alerts() if alert.vendor in {*vendors, ""}]
    pauses = {
        account: {"until": pause.until, "reason": pause.reason}
        for account in sorted({config.vendors[name].account for name in vendors})
        if (pause := ledger.pause(account, now)) is not None
    }
    attention = bool(alerts or pauses or any(vendor["attention"] for vendor in told.values()))
    return {"attention": attention, "vendors": told, "paused_accounts": pauses, "alerts": alerts}


def _vendor_status(ledger: Ledger, vendor: str, counts: dict[str, dict[str, int]]) -> dict[str, Any]:
    last = ledger.batches(vendor=vendor, limit=1)
    attention = any(
        counts.get(kind, {}).get(state) for kind, states in _ATTENTION.items() for state in states
    )
    return {
        "attention": attention,
        "last_file": {"batch": last[0].id, "name": last[0].name, "received_at": last[0].received_at}
        if last
        else None,
        **{kind: counts.get(kind, {}) for kind in ("files", "events", "submissions", "outbound")},
    }


def _tell_status(told: dict[str, Any]) -> None:
    rows = [
        (
            name,
            (vendor["last_file"] or {}).get("name"),
            (vendor["last_file"] or {}).get("received_at"),
            *tuple(vendor[kind] for kind in ("files", "events", "submissions", "outbound")),
        )
        for name, vendor in told["vendors"].items()
    ]
    table(["vendor", "last file", "received", "files", "facts", "requests", "outbox"], rows)
    for account, pause in told["paused_accounts"].items():
        say(f"Account {account} pauses until {pause['until']:%Y-%m-%d %H:%M:%SZ}: {pause['reason']}")
    if told["alerts"]:
        say()
        alerts = [(a.raised_at, a.vendor or a.account, a.kind, a.message) for a in told["alerts"]]
        table(["since", "who", "alert", "what"], alerts)
    say("A person should look." if told["attention"] else "All is well.")
