"""What no ledger, and no request, can hold of a document's values: refused as the sender's, never raised."""

from __future__ import annotations

from typing import Any

import msgspec

from bridge.domain.events import MappingResult, RuleError
from bridge.ledger.row_conversion import LONGEST_KEY, storable

_encode = msgspec.json.Encoder().encode
_NAMES = {"purchase_order_number": "the order number", "tracking_number": "the tracking number"}


def sound(result: MappingResult) -> MappingResult:
    """Return a result that can be kept: one with a value that is no text, or too long, is refused."""
    try:
        _encode(result)
    except UnicodeEncodeError:
        result = _refused(
            msgspec.convert(_storable(msgspec.to_builtins(result)), MappingResult),
            "TEXT",
            "a value holds half a character (a lone surrogate), which is no text: send it again, corrected",
        )
    for field, name in _NAMES.items():
        length = max(len(getattr(result, field)), len(getattr(result.event, field, "")))
        if length > LONGEST_KEY:
            message = f"{name} has {length} characters; {LONGEST_KEY} can be kept: is a separator missing?"
            result = _refused(result, "TOO_LONG", message)
    return result


def _refused(result: MappingResult, code: str, message: str) -> MappingResult:
    error = RuleError(code=code, message=message)
    return msgspec.structs.replace(result, hold="", errors=(*result.errors, error))


def _storable(value: Any) -> Any:  # noqa: ANN401 - anything that JSON knows
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, dict):
        return {name: _storable(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_storable(one) for one in value]
    return value
