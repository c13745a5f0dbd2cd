"""Replies of the reads to values: pages of a window, and what there is for one order. Pure.

A page is taken apart before its elements are read, so that one bad element stays alone. Only what a
vendor cannot do without is required of an element: the order's number and the content.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import msgspec

from bridge.domain.outcomes import AmazonApiError
from bridge.programs.operations import Item, Operation
from bridge.spapi.errors import AmazonUnavailable
from bridge.spapi.pages import Page, UnreadableItem
from bridge.spapi.replies import decoded, errors_of, failure_of, reason_of, request_id_of

_Members = dict[str, msgspec.Raw]
_BESIDE = {"errors", "message"}


def parse_page(operation: Operation, status: int, headers: Mapping[str, str], body: bytes) -> Page:
    """Read the reply of a read of a window, wrapped in `payload` or not.

    No payload and no list are a page without elements. Raises `AmazonUnavailable` where asking again
    may help (5xx, 429, 408, a body that is no such reply), `CredentialsRefused` on 401 and 403,
    `AmazonRefused` on any other status.
    """
    if status != 200:
        raise failure_of(status, headers, body)
    request_id = request_id_of(headers)
    outer = _members(body, request_id)
    payload = _payload(outer, request_id)
    errors = _errors_beside(outer, body)
    if errors and operation.list_key not in payload:
        raise AmazonUnavailable(reason_of(status, errors), request_id=request_id)
    items: list[Item] = []
    unreadable: list[UnreadableItem] = []
    for raw in _elements(payload.get(operation.list_key), request_id):
        item = _item(operation, raw)
        if isinstance(item, UnreadableItem):
            unreadable.append(item)
        else:
            items.append(item)
    return Page(
        items=tuple(items),
        unreadable=tuple(unreadable),
        next_token=_next_token(payload, outer, request_id),
        request_id=request_id,
        errors=errors,
        listed=operation.list_key in payload,
    )


def parse_one(
    operation: Operation, status: int, headers: Mapping[str, str], body: bytes
) -> Item | UnreadableItem | None:
    """Read the reply of a read of one thing; None where there is nothing.

    That is what a 404 says, an empty payload, and a 400 with a text that the operation declares.

    Raises as `parse_page` does.
    """
    if status == 404 or (status == 400 and _says_absent(operation, body)):
        return None
    if status != 200:
        raise failure_of(status, headers, body)
    return parse_item(operation, status, headers, body)


def parse_item(
    operation: Operation, status: int, headers: Mapping[str, str], body: bytes
) -> Item | UnreadableItem | None:
    """Read the one item of a reply that succeeded, wrapped in `payload` or not; None where it holds nothing.

    Raises `AmazonUnavailable` where there are errors in its place, and for a body that is no such reply.
    """
    request_id = request_id_of(headers)
    outer = _members(body, request_id)
    payload = _payload(outer, request_id)
    errors = _errors_beside(outer, body)
    if errors and not payload.keys() - _BESIDE:
        raise AmazonUnavailable(reason_of(status, errors), request_id=request_id)
    if not payload:
        return None
    return _item(operation, outer.get("payload", msgspec.Raw(body)))


def _says_absent(operation: Operation, body: bytes) -> bool:
    told = (f"{error.message} {error.details}" for error in errors_of(decoded(body)))
    return bool(operation.absent) and any(re.search(operation.absent, text) for text in told)


def _item(operation: Operation, raw: msgspec.Raw) -> Item | UnreadableItem:
    if operation.read is None:
        return UnreadableItem(
            purchase_order_number="", reason=f"{operation.name} reads nothing", raw=bytes(raw)
        )
    try:
        return operation.read(raw)
    except (msgspec.DecodeError, ValueError, RecursionError) as error:
        # msgspec's messages name types and places, never values.
        return UnreadableItem(
            purchase_order_number=_number_at_least(operation, raw),
            reason=str(error) or type(error).__name__,
            raw=bytes(raw),
        )


def _number_at_least(operation: Operation, raw: msgspec.Raw) -> str:
    """Return the order's number of an element of which the rest could not be read."""
    element = decoded(bytes(raw))
    number = element.get(operation.number_key) if isinstance(element, dict) else None
    return number if isinstance(number, str) else ""


def _errors_beside(outer: _Members, body: bytes) -> tuple[AmazonApiError, ...]:
    return errors_of(decoded(body)) if outer.keys() & _BESIDE else ()


def _next_token(payload: _Members, outer: _Members, request_id: str) -> str:
    places = [at[key] for key in ("pagination", "nextToken") for at in (payload, outer) if key in at]
    found = next(iter(places), None)
    if found is None:
        return ""
    pagination = decoded(bytes(found))
    token = pagination.get("nextToken") if isinstance(pagination, dict) else pagination
    if token is None or isinstance(token, str):
        return token or ""
    raise _unreadable(request_id)  # a token that is not understood may lead to more elements


def _elements(raw: msgspec.Raw | None, request_id: str) -> list[msgspec.Raw]:
    try:
        return msgspec.json.decode(raw, type=list[msgspec.Raw] | None) or [] if raw is not None else []
    except (msgspec.DecodeError, ValueError, RecursionError) as error:
        raise _unreadable(request_id) from error


def _payload(outer: _Members, request_id: str) -> _Members:
    """Unwrap `{"payload": {...}}`; a null payload is an empty one."""
    if "payload" not in outer:
        return outer
    payload = outer["payload"]
    return {} if bytes(payload).strip() == b"null" else _members(payload, request_id)


def _members(body: bytes | msgspec.Raw, request_id: str) -> _Members:
    try:
        return msgspec.json.decode(body, type=_Members)
    except (msgspec.DecodeError, ValueError, RecursionError) as error:
        raise _unreadable(request_id) from error


def _unreadable(request_id: str) -> AmazonUnavailable:
    return AmazonUnavailable("the reply is unreadable", request_id=request_id)
