"""rehearse: orders are moved from status to status, at Amazon's sandbox or the stand-in alike."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from bridge.cli.context import AsJson, OfVendor, one_vendor, settings_of
from bridge.cli.exits import DONE, REJECTED
from bridge.cli.output import emit, say

if TYPE_CHECKING:
    from bridge.pipeline.sandbox import Rehearsed


def rehearse(
    context: typer.Context,
    orders: Annotated[
        list[str], typer.Argument(metavar="ORDER...", help="Numbers of orders that were sent.")
    ],
    end: Annotated[
        str, typer.Option(metavar="STATUS", help="Where they end; the usual end if not said.")
    ] = "",
    vendor: OfVendor = None,
    as_json: AsJson = False,
) -> None:
    """Move orders on at Amazon's sandbox, to their end.

    Only for an account with sandbox = true, and for the stand-in. After each move the bridge looks at once at
    what it follows, and puts what that tells into the outbox.
    """
    settings = settings_of(context)
    chosen = one_vendor(settings.config(), vendor)
    numbers = list(dict.fromkeys(order.strip() for order in orders))
    steps: list[Rehearsed] = []
    with settings.bridge() as bridge:
        for step in bridge.rehearse(chosen, numbers, end):
            steps.append(step)
            if not as_json:
                for line in _lines(step):
                    say(line)
    last = {step.number: step for step in steps}
    if as_json:
        emit({"vendor": chosen, "steps": steps})
    raise typer.Exit(DONE if all(step.over for step in last.values()) else REJECTED)


def _lines(step: Rehearsed) -> Iterator[str]:
    # A refusal is no fault by itself: Amazon has moved the order on before.
    asked = f"{step.asked} refused ({step.refused})" if step.refused else step.asked
    over = ", which is its end" if step.over else ""
    yield f"{step.number}: {asked}; it is {step.status or 'not accepted yet'}{over}"
    for file in step.told:
        yield f"    {file}"
