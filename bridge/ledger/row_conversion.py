"""Between rows' values and columns: times as seconds since the epoch, errors as JSON text."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar, overload

import msgspec

T = TypeVar("T")
_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder()


def seconds(moment: datetime) -> float:
    """Return an aware datetime as seconds since the epoch; raises ValueError for a naive one."""
    if moment.tzinfo is None:
        raise ValueError("a time in the ledger needs its zone")
    return moment.timestamp()


@overload
def moment(value: float) -> datetime: ...
@overload
def moment(value: float | None) -> datetime | None: ...
def moment(value: float | None) -> datetime | None:
    """Return seconds since the epoch as an aware UTC datetime."""
    return None if value is None else datetime.fromtimestamp(value, UTC)


LONGEST_KEY = 200
"""Characters of a text that stands in an index: PostgreSQL takes 2,700 bytes for all columns of a row's."""


def storable(text: str) -> str:
    """Return a text as every database takes it: NUL and lone surrogates, which none holds, replaced."""
    if text.isascii():
        return text.replace("\0", "\ufffd") if "\0" in text else text
    return text.replace("\0", "\ufffd").encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def index_key(text: str) -> str:
    """Return a text as it stands in an index: one that is too long is cut, its hash at the end."""
    text = storable(text)
    if len(text) <= LONGEST_KEY:
        return text
    return f"{text[: LONGEST_KEY - 17]}#{hashlib.sha256(text.encode()).hexdigest()[:16]}"


def errors_text(errors: Sequence[Any]) -> str:
    """Return errors as JSON text; none at all as the empty text, since most rows have none."""
    return _encoder.encode(errors).decode() if errors else ""


def errors_list(text: str) -> list[Any]:
    """Read what `errors_text` wrote, as plain dicts."""
    return list(_decoder.decode(text)) if text else []


def chunks(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """Cut items into lists of at most `size`."""
    chunk: list[T] = []
    for item in items:
        chunk.append(item)
        if len(chunk) >= size:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


_TIMES = frozenset(
    {
        "received_at", "translated_at", "reported_at", "arrived_at", "moved_at", "occurred_at", "updated_at",
        "created_at", "next_attempt_at", "submitted_at", "next_poll_at", "verdict_at", "doubted_at",
        "started_at", "ended_at", "delivered_at", "raised_at", "cleared_at", "requested_at", "purged_at",
        "noted_at", "changed_at", "not_before", "said_at", "next_look_at",
        "precheck_since",
    }
)  # fmt: skip


def row_as(kind: type[T], row: Mapping[Any, Any], **more: Any) -> T:  # noqa: ANN401 - any field's type
    """Make a struct of `bridge.ledger.rows` of a row that has its columns (others are left out)."""
    values: dict[str, Any] = {}
    for field in kind.__struct_fields__:  # type: ignore[attr-defined]
        if field in more or field not in row:
            continue
        convert = _CONVERTED.get(field)
        values[field] = row[field] if convert is None else convert(row[field])
    return kind(**values, **more)


def rows_maker(kind: type[T], columns: Sequence[str]) -> Callable[[Sequence[Any]], T]:
    """Return a function that does what `row_as` does, faster for many rows of the same columns."""
    fields = [
        (field, columns.index(field), _CONVERTED.get(field, _as_it_is))
        for field in kind.__struct_fields__  # type: ignore[attr-defined]
        if field in columns
    ]
    return lambda row: kind(**{field: convert(row[place]) for field, place, convert in fields})


def _as_it_is(value: Any) -> Any:  # noqa: ANN401 - any column's type
    return value


def _encoded(value: str | None) -> bytes | None:
    return None if value is None else value.encode()


_CONVERTED: dict[str, Callable[[Any], Any]] = dict.fromkeys(_TIMES, moment)
_CONVERTED |= {"errors": errors_list, "notes": errors_list, "history": errors_list}
_CONVERTED |= {"body": _encoded, "stated": _encoded, "kept": _encoded}
