"""fetch: shipping documents of single orders, or a list that is told once a day, asked of Amazon at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from bridge.cli.context import AsJson, OfVendor, one_vendor, settings_of
from bridge.cli.exits import DONE, REJECTED
from bridge.cli.output import emit, say
from bridge.programs.registry import installed

if TYPE_CHECKING:
    from bridge.cli.context import Settings


def _known(kind: str) -> str:
    feeds = [name for name, feed in installed().feeds.items() if feed.single]
    if kind not in {*feeds, *installed().snapshots}:
        known = ", ".join((*feeds, *installed().snapshots))
        raise typer.BadParameter(f"{kind!r} is not one of {known}")
    return kind


def fetch(
    context: typer.Context,
    kind: Annotated[
        str,
        typer.Argument(
            metavar="KIND", help="Kind of document, such as labels, or inventory.", callback=_known
        ),
    ],
    orders: Annotated[
        list[str] | None,
        typer.Argument(metavar="PO...", help="Purchase order numbers; none for a list that is told whole."),
    ] = None,
    vendor: OfVendor = None,
    as_json: AsJson = False,
) -> None:
    """Fetch shipping documents of orders by their numbers, or a list that is told once a day.

    What Amazon has goes into the outbox; what it has not yet is asked for again by the daemon. Beside a
    daemon it is queued, and the daemon fetches it at once.
    """
    settings = settings_of(context)
    chosen = one_vendor(settings.config(), vendor)
    wanted = list(dict.fromkeys(order.strip() for order in orders or ()))
    if kind in installed().snapshots:
        if wanted:
            raise typer.BadParameter(f"{kind} is told whole; leave out the numbers", param_hint="PO")
        _fetch_whole(settings, chosen, kind, as_json=as_json)
    elif not wanted:
        raise typer.BadParameter("say of which orders", param_hint="PO")
    else:
        _fetch_of_orders(settings, chosen, kind, wanted, as_json=as_json)


def _fetch_of_orders(settings: Settings, vendor: str, kind: str, wanted: list[str], *, as_json: bool) -> None:
    for order in wanted:
        if message := installed().feeds[kind].number_error(order):
            raise typer.BadParameter(message, param_hint="PO")
    with settings.bridge() as bridge:
        missing = bridge.fetch(vendor, kind, wanted)
    queued = wanted if missing is None else []
    missing = missing or {}
    came = [order for order in wanted if order not in missing and order not in queued]
    if as_json:
        emit({"vendor": vendor, "kind": kind, "came": came, "missing": missing, "queued": queued})
    else:
        for order in came:
            say(f"{order}: its {kind} came; see the outbox")
        for order in queued:
            say(f"{order}: its {kind} are queued; the process that drains this ledger fetches them")
        for order, reason in missing.items():
            say(f"{order}: no {kind} yet: {reason or 'Amazon could not be asked; see `edibridge status`'}")
    raise typer.Exit(REJECTED if missing else DONE)


def _fetch_whole(settings: Settings, vendor: str, kind: str, *, as_json: bool) -> None:
    from bridge.adapters import profile_of

    if installed().snapshots[kind].at(profile_of(vendor, settings.config().partners[vendor])) is None:
        message = f"the configuration of {vendor} does not have it told; set `{kind}` there first"
        raise typer.BadParameter(message, param_hint="KIND")
    with settings.bridge() as bridge:
        state = bridge.fetch_snapshot(vendor, kind)
    told = state is not None and not state.held_at and not state.failures
    if as_json:
        emit({"vendor": vendor, "kind": kind, "queued": state is None, "state": state})
    elif state is None:
        say(f"{kind} is queued; the process that drains this ledger fetches it")
    elif told:
        say(f"{kind}: {state.told_count} told; see the outbox")
    elif state.held_at:
        say(f"{kind}: held, {state.held_count} where the last one had {state.told_count}")
    else:
        say(f"{kind}: could not be read whole, and is read again: {state.reason}")
    raise typer.Exit(DONE if told or state is None else REJECTED)
