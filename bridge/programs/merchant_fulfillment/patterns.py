"""Patterns that Amazon sends along, for values to be checked by. Pure.

They come from outside, and Python's `re` may take years over one: they are matched by the engine of pydantic
(Rust's regex), whose time grows with the text alone, and which refuses what would become too large. What it
does not know of Java's syntax (look-around, back-references) stays unchecked here, and is checked by Amazon.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Annotated

from pydantic import StringConstraints, TypeAdapter, ValidationError
from pydantic_core import SchemaError

LONGEST = 1000
"""Most characters of a pattern, and of a value, that are matched; longer ones stay unchecked."""


def matches(pattern: str, value: str) -> bool | None:
    """Return whether a whole value is as a pattern wants it; None where that cannot be said here."""
    if len(pattern) > LONGEST or len(value) > LONGEST:
        return None
    adapter = _compiled(pattern)
    if adapter is None:
        return None
    try:
        adapter.validate_python(value)
    except ValidationError:
        return False
    return True


@lru_cache(maxsize=8)
def _compiled(pattern: str) -> TypeAdapter[str] | None:
    """Return what matches a pattern; first it is compiled without brackets, which it might close."""
    try:
        for one in (pattern, rf"\A(?:{pattern})\z"):
            adapter: TypeAdapter[str] = TypeAdapter(Annotated[str, StringConstraints(pattern=one)])
    except SchemaError:
        return None
    return adapter
