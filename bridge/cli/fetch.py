"""fetch: shipping documents of single orders, asked of Amazon at once."""

from __future__ import annotations

from typing import Annotated

import typer

from bridge.cli.context import AsJson, OfVendor, one_vendor, settings_of
from bridge.cli.exits import DONE, REJECTED
from bridge.cli.output import emit, say
from bridge.programs.registry import installed


def _known(kind: str) -> str:
    feeds = [name for name, feed in installed().feeds.items() if feed.single]
    if kind not in feeds:
        raise typer.BadParameter(f"{kind!r} is not one of {', '.join(feeds)}")
    return kind


def fetch(
    context: typer.Context,
    kind: Annotated[
        str, typer.Argument(metavar="KIND", help="Kind of document, such as labels.", callback=_known)
    ],
    orders: Annotated[list[str], typer.Argument(metavar="PO...", help="Purchase order numbers.")],
    vendor: OfVendor = None,
    as_json: AsJson = False,
) -> None:
    """Fetch shipping documents of orders by their numbers.

    What Amazon has goes into the outbox; what it has not yet is asked for again by the daemon. Beside a
    daemon it is queued, and the daemon fetches it at once.
    """
    settings = settings_of(context)
    config = settings.config()
    chosen = one_vendor(config, vendor)
    wanted = list(dict.fromkeys(order.strip() for order in orders))
    for order in wanted:
        if message := installed().feeds[kind].number_error(order):
            raise typer.BadParameter(message, param_hint="PO")
    with settings.bridge() as bridge:
        missing = bridge.fetch(chosen, kind, wanted)
    queued = wanted if missing is None else []
    missing = missing or {}
    came = [order for order in wanted if order not in missing and order not in queued]
    if as_json:
        emit({"vendor": chosen, "kind": kind, "came": came, "missing": missing, "queued": queued})
    else:
        for order in came:
            say(f"{order}: its {kind} came; see the outbox")
        for order in queued:
            say(f"{order}: its {kind} are queued; the process that drains this ledger fetches them")
        for order, reason in missing.items():
            say(f"{order}: no {kind} yet: {reason or 'Amazon could not be asked; see `edibridge status`'}")
    raise typer.Exit(REJECTED if missing else DONE)
