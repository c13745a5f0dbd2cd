"""Answers in Amazon's form, and connections that end without one."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import msgspec
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

ENCODER = msgspec.json.Encoder(decimal_format="number")


class Reply(msgspec.Struct, kw_only=True):
    """A status, a body and headers; status 0 stands for a cut connection."""

    status: int
    body: bytes = b""
    headers: dict[str, str]


class Refused(Exception):
    """A request is refused with one of Amazon's error bodies; `limit`: tell the rate limit too."""

    def __init__(
        self, status: HTTPStatus, code: str, message: str, details: str = "", *, limit: bool = True
    ) -> None:
        self.status = status
        self.errors = [{"code": code, "message": message, "details": details}]
        self.limit = limit
        super().__init__(message)


def request_id() -> str:
    """Make a value for x-amzn-RequestId."""
    return str(uuid.uuid4())


def reply(status: int, content: object, headers: Mapping[str, str]) -> Reply:
    """Make an answer with a JSON body."""
    return Reply(
        status=status,
        body=ENCODER.encode(content),
        headers={"content-type": "application/json", **headers},
    )


class CutResponse(Response):
    """Sends nothing, or the first half of an answer, and closes the connection."""

    def __init__(self, truncated: Reply | None = None) -> None:
        super().__init__()
        self._truncated = truncated

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Break off the answer, as an ASGI application."""
        if self._truncated is not None:
            body = self._truncated.body
            headers = {**self._truncated.headers, "content-length": str(len(body))}
            raw: list[Any] = [(name.encode(), value.encode()) for name, value in headers.items()]
            await send({"type": "http.response.start", "status": self._truncated.status, "headers": raw})
            await send({"type": "http.response.body", "body": body[: len(body) // 2], "more_body": True})
        transport: asyncio.Transport = scope["state"]["transport"]
        transport.close()
        while (await receive())["type"] != "http.disconnect":
            pass  # the rest of a request that nobody reads
