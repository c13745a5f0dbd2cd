"""Pieces that came back, as the values of receipts (944): only what was processed in a warehouse. Pure."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence

from bridge.programs.follow_ups import NewsDocument
from bridge.programs.multi_channel_fulfillment.notices import RETURN
from bridge.programs.multi_channel_fulfillment.return_files import FOLDER, Row
from bridge.programs.multi_channel_fulfillment.shipments import safe_name
from bridge.programs.notices import Values

_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_OF_ORDER, _OF_COUNT = 9, 3
"""Characters of a receipt number: W1703 takes twelve."""


def receipts_of(
    order_id: str, count: int, processed: Sequence[Row], skus: Mapping[str, str]
) -> list[NewsDocument]:
    """Return a receipt for each warehouse that processed pieces.

    `count` counts what was told of the order's returns.
    """
    centers = list(dict.fromkeys(row.fulfillment_center for row in processed))
    receipts = []
    for center in centers:
        rows = [row for row in processed if row.fulfillment_center == center]
        number = receipt_number(f"{order_id}/{center}", count)
        receipts.append(
            NewsDocument(
                document="944",
                notice=RETURN,
                values=_values(number, rows, skus),
                folder=FOLDER,
                name=f"{safe_name(f'{rows[0].order_id}.received-{number}')}.944.edi",
            )
        )
    return receipts


def receipt_number(what: str, count: int) -> str:
    """Return a number of twelve characters, the same whenever the same receipt is told."""
    digest = int.from_bytes(hashlib.sha256(what.encode()).digest())
    return _written(digest, _OF_ORDER) + _written(count, _OF_COUNT)


def _values(number: str, rows: Sequence[Row], skus: Mapping[str, str]) -> Values:
    pieces = Counter((row.line, row.return_id, row.rma, row.condition, row.amazon_reason) for row in rows)
    return {
        "receipt_number": number,
        "order_number": rows[0].order_id,
        "fulfillment_center": rows[0].fulfillment_center,
        "processed_at": max(row.processed_at for row in rows),
        "item": [
            {
                "line": line,
                "sku": skus.get(line, ""),
                "return_id": return_id,
                "rma": rma,
                "condition": condition,
                "reason": reason,
                "quantity": quantity,
            }
            for (line, return_id, rma, condition, reason), quantity in pieces.items()
        ],
    }


def _written(value: int, length: int) -> str:
    text = ""
    for _ in range(length):
        value, digit = divmod(value, len(_DIGITS))
        text = _DIGITS[digit] + text
    return text
