"""Quotes of orders for a seller: what each speed would cost, and when it would arrive. Pure."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from bridge.outside_text import csv_rows, json_text
from bridge.programs.follow_ups import NewsFile

FOLDER = "quotes"


class Quote(msgspec.Struct, frozen=True, kw_only=True):
    """One row: an order at one speed; `wanted` is the one that it would be sent with."""

    order_id: str
    speed: str
    wanted: bool
    fulfillable: bool
    fees: str = ""
    currency: str = ""
    ships_by: str = ""
    arrives_by: str = ""
    reasons: str = ""


def files_of(rows: Sequence[Quote], stem: str, shipment_files: Sequence[str]) -> tuple[NewsFile, ...]:
    """Return the quotes of an order as files, in those of a seller's forms that it has, else CSV."""
    forms = [form for form in shipment_files if form in _WRITERS] or ["csv"]
    return tuple(
        NewsFile(kind="quote", folder=FOLDER, name=f"{stem}.{form}", data=_WRITERS[form](rows))
        for form in forms
    )


def _csv(rows: Sequence[Quote]) -> bytes:
    return csv_rows(
        [
            list(Quote.__struct_fields__),
            *([_cell(value) for value in msgspec.structs.astuple(row)] for row in rows),
        ]
    )


def _cell(value: str | bool) -> str:
    return value if isinstance(value, str) else ("yes" if value else "no")


def _json(rows: Sequence[Quote]) -> bytes:
    return json_text({"quotes": rows})


_WRITERS = {"csv": _csv, "json": _json}
