"""Restricted Data Tokens: which reads a token covers, and until when."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from http import HTTPStatus
from typing import Any

import msgspec

from simulator.lanes import ORDER_PLACE, READS
from simulator.replies import Refused
from simulator.validation import is_order

_MOST = 50
_METHODS = ("GET", "PUT", "POST", "DELETE")
Resource = tuple[str, str]
"""A method and a path, the path perhaps with `{purchaseOrderNumber}`."""


class _Grant(msgspec.Struct, frozen=True):
    account: str
    resources: frozenset[Resource]
    end: float


class RestrictedDesk:
    """Knows the Restricted Data Tokens in force. `clock` gives seconds that only grow."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._grants: dict[str, _Grant] = {}
        self.issued = 0

    def issue(self, account: str, body: object, lifetime: float) -> str:
        """Grant what a body asks for; raises `Refused` where that is not a list of restricted reads."""
        problem = next(_problems(body), None)
        if problem is not None:
            message = "Request is missing or has invalid parameters"
            raise Refused(HTTPStatus.BAD_REQUEST, "InvalidRequest", message, problem)
        wanted: Any = body
        resources = frozenset((one["method"], one["path"]) for one in wanted["restrictedResources"])
        token = f"Atz.sprdt|stand-in-{secrets.token_hex(24)}"
        self._grants[token] = _Grant(account, resources, self._clock() + lifetime)
        self.issued += 1
        return token

    def account_of(self, token: str, method: str, path: str) -> str | None:
        """Name the account of a token that is in force and covers a read; None otherwise."""
        grant = self._grants.get(token)
        if grant is None or self._clock() >= grant.end:
            return None
        # A resource with a literal place for the order covers every order.
        covering = {(method, path), (method, f"{path.rpartition('/')[0]}/{ORDER_PLACE}")}
        return grant.account if covering & grant.resources else None

    def why_denied(self, token: str) -> str:
        """Say why a token does not open a read."""
        if not token:
            return "Access token is missing in the request header."
        grant = self._grants.get(token)
        if grant is None:
            return "The operation is restricted: it takes a Restricted Data Token."
        if self._clock() >= grant.end:
            return "The Restricted Data Token you provided has expired."
        return "The Restricted Data Token you provided does not cover this method and path."

    def expire_all(self) -> None:
        """End every Restricted Data Token at once."""
        ended = float("-inf")
        self._grants = {
            token: msgspec.structs.replace(grant, end=ended) for token, grant in self._grants.items()
        }


def _problems(body: object) -> Iterator[str]:
    if not isinstance(body, dict):
        yield "The request body is not a JSON object."
        return
    for name in body.keys() - {"restrictedResources", "targetApplication"}:
        yield f"Element '{name}' is not known."
    if not isinstance(body.get("targetApplication", ""), str):
        yield "targetApplication must be a string."
    resources = body.get("restrictedResources")
    if not isinstance(resources, list) or not resources:
        yield "Resource not provided."
        return
    if len(resources) > _MOST:
        yield f"restrictedResources holds {len(resources)} resources; the maximum is {_MOST}."
    for resource in resources:
        yield from _resource_problems(resource)


def _resource_problems(resource: object) -> Iterator[str]:
    if not isinstance(resource, dict) or not resource.get("method") or not resource.get("path"):
        yield "Resource not provided."
        return
    for name in resource.keys() - {"method", "path", "dataElements"}:
        yield f"Element '{name}' of a resource is not known."
    method, path = resource["method"], resource["path"]
    if method not in _METHODS:
        yield f"The method of a resource must be one of {', '.join(_METHODS)}."
    elif method != "GET" or not _is_restricted(path):
        yield f"{method} {path} is not a restricted operation."
    elements = resource.get("dataElements", [])
    if not isinstance(elements, list) or not all(isinstance(one, str) for one in elements):
        yield "dataElements must be an array of strings."


def _is_restricted(path: object) -> bool:
    if not isinstance(path, str):
        return False
    paths = {read.path for read in READS.values()}
    folder, _, last = path.rpartition("/")
    return path in paths or (is_order(last) and f"{folder}/{ORDER_PLACE}" in paths)
