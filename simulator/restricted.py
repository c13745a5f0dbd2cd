"""Restricted Data Tokens: which restricted operations a token covers, and until when."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from http import HTTPStatus
from typing import Any

import msgspec

from simulator.bodies import is_order, problems_of
from simulator.operations import ORDER_PLACE, RESTRICTED_TOKEN_OPERATION, VERSIONS, restricted_resources
from simulator.replies import Refused

Resource = tuple[str, str]
"""A method and a path, the path perhaps with `{purchaseOrderNumber}`."""


class _Grant(msgspec.Struct, frozen=True):
    account: str
    resources: frozenset[Resource]
    end: float


class RestrictedTokens:
    """Knows the Restricted Data Tokens in force. `clock` returns seconds that only grow."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._grants: dict[str, _Grant] = {}
        self.issued = 0

    def issue(self, account: str, body: Any, lifetime: float) -> str:  # noqa: ANN401 - as it came
        """Grant what a body asks for; raises `Refused` where that is no list of restricted operations."""
        problem = next(_problems(body), None)
        if problem is not None:
            message = "Request is missing or has invalid parameters"
            raise Refused(HTTPStatus.BAD_REQUEST, "InvalidRequest", message, problem)
        resources = frozenset((one["method"], one["path"]) for one in body["restrictedResources"])
        token = f"Atz.sprdt|stand-in-{secrets.token_hex(24)}"
        self._grants[token] = _Grant(account, resources, self._clock() + lifetime)
        self.issued += 1
        return token

    def account_of(self, token: str, method: str, path: str) -> str | None:
        """Name the account of a token that is in force and covers an operation; None otherwise."""
        grant = self._grants.get(token)
        if grant is None or self._clock() >= grant.end:
            return None
        # A resource with a literal place for the order covers every order.
        covering = {(method, path), (method, f"{path.rpartition('/')[0]}/{ORDER_PLACE}")}
        return grant.account if covering & grant.resources else None

    def why_denied(self, token: str) -> str:
        """Say why a token does not open a restricted operation."""
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


def _problems(body: Any) -> Iterator[str]:  # noqa: ANN401 - as it came
    if problems := problems_of(body, RESTRICTED_TOKEN_OPERATION, "v1"):
        yield from problems
        return
    for resource in body["restrictedResources"]:
        method, path = resource["method"], resource["path"]
        if not method or not path:
            yield "Resource not provided."  # as the model's example says
        elif not _is_restricted(method, path):
            yield f"{method} {path} is not a restricted operation."


_RESOURCES = {resource for version in VERSIONS for resource in restricted_resources(version)}


def _is_restricted(method: str, path: str) -> bool:
    folder, _, last = path.rpartition("/")
    return (method, path) in _RESOURCES or (
        is_order(last) and (method, f"{folder}/{ORDER_PLACE}") in _RESOURCES
    )
