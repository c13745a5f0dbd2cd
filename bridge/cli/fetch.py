"""fetch: papers of single orders, asked of Amazon at once."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from bridge.cli.context import AsJson, OfVendor, known_vendor, settings_of
from bridge.cli.exits import DONE, REJECTED
from bridge.cli.output import emit, say

Kind = Literal["labels", "packing-slips", "invoices"]


def fetch(
    context: typer.Context,
    kind: Annotated[Kind, typer.Argument(help="What to fetch.")],
    orders: Annotated[list[str], typer.Argument(metavar="PO...", help="Purchase order numbers.")],
    vendor: OfVendor = None,
    as_json: AsJson = False,
) -> None:
    """Fetch papers of orders by their numbers.

    What Amazon has goes into the outbox; what it has not yet is asked for again by the daemon.
    """
    settings = settings_of(context)
    config = settings.config()
    chosen = known_vendor(config, vendor)
    if chosen is None:
        if len(config.vendors) > 1:
            raise typer.BadParameter(f"say whose: {', '.join(config.vendors)}", param_hint="--vendor")
        chosen = next(iter(config.vendors))
    wanted = list(dict.fromkeys(orders))
    with settings.bridge() as bridge:
        missing = bridge.fetch(chosen, kind, wanted)
    came = [order for order in wanted if order not in missing]
    if as_json:
        emit({"vendor": chosen, "kind": kind, "came": came, "missing": missing})
    else:
        for order in came:
            say(f"{order}: its {kind} came; see the outbox")
        for order, reason in missing.items():
            say(f"{order}: no {kind} yet: {reason}")
    raise typer.Exit(REJECTED if missing else DONE)
