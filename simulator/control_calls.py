"""What the stand-in's own endpoints have in common: who may call them, and how they answer."""

from __future__ import annotations

import ipaddress
from collections.abc import Awaitable, Callable
from http import HTTPStatus

import msgspec
from starlette.requests import Request
from starlette.responses import Response

Endpoint = Callable[[Request], Awaitable[Response]]


def guarded(endpoint: Endpoint) -> Endpoint:
    """Answer callers on this machine only, and JSON only, so that no web page can reach an endpoint."""

    async def guarded(request: Request) -> Response:
        if request.client is None or not ipaddress.ip_address(request.client.host).is_loopback:
            return json_response({"error": "only from this machine"}, HTTPStatus.FORBIDDEN)
        kind = request.headers.get("content-type", "").partition(";")[0]
        if request.method == "POST" and kind != "application/json":
            return json_response({"error": "send application/json"}, HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
        try:
            return await endpoint(request)
        except msgspec.DecodeError as error:  # ValidationError is one of its kind
            return json_response({"error": str(error)}, HTTPStatus.BAD_REQUEST)

    return guarded


def json_response(content: object, status: HTTPStatus = HTTPStatus.OK) -> Response:
    """Make an answer of JSON."""
    return Response(msgspec.json.encode(content), status, media_type="application/json")
