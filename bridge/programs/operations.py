"""What a program says of Amazon's operations."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, Protocol
from urllib.parse import quote

import msgspec

from bridge.domain.outcomes import InDoubtPolicy

Method = Literal["GET", "POST", "PUT", "DELETE"]
Element = dict[str, Any]
"""A part of a body, by Amazon's names."""
Reply = Literal["transaction", "receipt", "result", "document"]

_encode = msgspec.json.Encoder(decimal_format="number").encode


class Item(Protocol):
    """What Amazon has of one order in a list, or by the order's number."""

    @property
    def purchase_order_number(self) -> str:
        """The order's number."""


class Operation(msgspec.Struct, frozen=True, kw_only=True):
    """One operation of Amazon's API.

    `paths` has its path by API version, with `{names}` in it, where need be with a query; `path_names` has a
    pattern for names of which Amazon tells one. `reply`: a `transaction` whose verdict comes later, a
    `receipt` that says no more than that it was taken (its verdict is read: `Call.verdict`), a `result` that
    is the verdict, or a `document` that is read.

    `body_key` names the posted array of an operation that takes many events; empty, the body is that of its
    one event. `in_doubt` is what to do by default where it is not known whether Amazon took it: `hold` for an
    operator, `resubmit`, or `verify` by asking Amazon. `doubtful` are statuses below 500 that leave it open,
    too. `rate` (requests/s) and `burst` are Amazon's figures where they are not those of most operations.

    `restricted`: Amazon wants a restricted data token instead of the access token. `list_key` names the list
    that a read answers with, by order too, where there is one element of it alone; `number_key` is the member
    that names an element's order. `limit` is how many elements a page may hold; 0 where there are no pages.
    `read` makes an item of one element, or of a `result` (JSON as it came), and raises `msgspec.DecodeError`
    or ValueError, whose text holds nothing of the content, where it cannot; None: nothing is read of it.
    `absent` is a pattern: where it is found in an error of a 400, a read says that there is no such thing.
    `advice` has by a pattern what helps an operator where it is found in the errors of a refusal.
    """

    name: str
    method: Method
    paths: Mapping[str, str]
    path_names: Mapping[str, str] = {}
    reply: Reply = "document"
    body_key: str = ""
    in_doubt: InDoubtPolicy = "hold"
    doubtful: frozenset[int] = frozenset()
    rate: float | None = None
    burst: int = 10
    restricted: bool = False
    list_key: str = ""
    number_key: str = ""
    limit: int = 0
    read: Callable[[msgspec.Raw], Item] | None = None
    absent: str = ""
    advice: Mapping[str, str] = {}

    def version_of(self, version: str) -> str:
        """Return the API version in which it is called by an account of a version: its own first, else."""
        return version if version in self.paths else next(iter(self.paths))

    def template(self, version: str) -> str:
        """Return the path of an API version; an operation without that version has one path for all."""
        return self.paths[self.version_of(version)]

    def path_of(self, version: str, **names: str) -> str:
        """Return the path of an API version, its names filled in, each percent-encoded.

        Raises ValueError for a name that is not as Amazon makes them, or would lead elsewhere: an empty one,
        and one of dots alone.
        """
        for name, value in names.items():
            if not value.strip(".") or not re.fullmatch(self.path_names.get(name, ".*"), value, re.DOTALL):
                raise ValueError(f"{self.name}: this {name} is none of Amazon's")
        return self.template(version).format_map(
            {name: quote(value, safe="") for name, value in names.items()}
        )

    def body_of(self, elements: Sequence[dict[str, Any]]) -> bytes:
        """Write the body of a call as compact UTF-8 JSON; empty where its one event has nothing in it.

        A `Decimal` becomes a number with its own digits.

        Raises ValueError if there is nothing to send: Amazon's models want at least one element, and an empty
        call would be a mistake of the caller's.
        """
        if not elements or (not self.body_key and len(elements) > 1):
            raise ValueError(f"{self.name}: a body of {len(elements)} elements cannot be made")
        if not self.body_key and not elements[0]:
            return b""
        return _encode({self.body_key: list(elements)} if self.body_key else elements[0])

    def count_of(self, body: bytes) -> int:
        """Return how many elements a body that `body_of` wrote has."""
        if not self.body_key:
            return 1
        return len(msgspec.json.decode(body, type=dict[str, list[msgspec.Raw]])[self.body_key])


def present(**elements: object) -> Element:
    """Return the elements of a body that are there: not None, nor an empty text, list or element.

    0 and False are values.
    """
    return {
        name: value for name, value in elements.items() if value is not None and value not in ("", [], {})
    }
