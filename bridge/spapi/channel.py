"""The way to Amazon: waits for a rate-limit permit, sends once, writes the log, updates the rate."""

from __future__ import annotations

import time
from collections.abc import Callable

import httpx
import structlog

from bridge.programs.operations import Operation
from bridge.spapi.errors import AmazonUnavailable
from bridge.spapi.pacing import Pacer
from bridge.spapi.replies import rate_limit_of, request_id_of, retry_after_of
from bridge.spapi.transport import BODY_LIMIT, LARGE_BODY_LIMIT, Reply, Timeouts, exchange

_log = structlog.get_logger(__name__)


class Channel:
    """Thread-safe. `endpoint` has no slash at its end, `acquire_timeout` is the longest wait for a permit."""

    def __init__(
        self, http: httpx.Client, *, endpoint: str, pacer: Pacer, timeouts: Timeouts, acquire_timeout: float
    ) -> None:
        self._http = http
        self._endpoint = endpoint
        self._pacer = pacer
        self._timeouts = timeouts
        self._acquire_timeout = acquire_timeout
        self.closed = False

    def acquire_permit(
        self, operation: Operation, stopping: Callable[[], bool] = bool, *, background: bool = False
    ) -> float:
        """Wait for a rate-limit permit: 0.0 once it is granted, otherwise the seconds to come back after."""
        return self._pacer.acquire(
            operation.name, self._acquire_timeout, stopping=stopping, background=background
        )

    def rate(self, operation: Operation) -> float:
        """Return Amazon's rate for an operation in requests/s, as far as it is known."""
        return self._pacer.rate(operation.name)

    def send(  # noqa: PLR0913 - a request's parts, all by name
        self,
        operation: Operation,
        target: str,
        token: str,
        *,
        body: bytes | None = None,
        items: int = 0,
        permit: float | None = None,
        background: bool = False,
    ) -> Reply:
        """Send one request to `target` (path and query), and return the reply whatever its status.

        `permit` is what `acquire_permit` returned; without it a permit is waited for here, in the
        `background` one of those that leave half of the rate to others. Raises
        `AmazonUnavailable` where it was not sent since no permit was granted, and httpx's errors where no
        status line came back.
        """
        wait = self.acquire_permit(operation, background=background) if permit is None else permit
        if self.closed:
            raise AmazonUnavailable("the client was closed before the request was sent")
        if wait:
            raise AmazonUnavailable("the rate limit does not allow this request yet", retry_after=wait)
        headers = {"x-amz-access-token": token, "content-type": "application/json"}
        request = self._http.build_request(
            operation.method, self._endpoint + target, headers=headers, content=body
        )
        reply = self._exchange(operation, request, items)
        self._pacer.update_from_response(
            operation.name,
            status=reply.status,
            limit=rate_limit_of(reply.headers),
            retry_after=retry_after_of(reply.headers),
        )
        return reply

    def close(self) -> None:
        """Stop all waits for a permit."""
        self.closed = True
        self._pacer.close()

    def _exchange(self, operation: Operation, request: httpx.Request, items: int) -> Reply:
        begun = time.monotonic()
        log = _log.bind(operation=operation.name, items=items)
        large = operation.list_key or (operation.reply == "result" and operation.read)
        try:
            reply = exchange(
                self._http,
                request,
                body_seconds=self._timeouts.large_body if large else self._timeouts.body,
                body_limit=LARGE_BODY_LIMIT if large else BODY_LIMIT,
            )
        except httpx.HTTPError as error:
            log.info("amazon_request", error=type(error).__name__, duration_ms=_since(begun))
            raise
        request_id = request_id_of(reply.headers)
        log.info("amazon_request", http_status=reply.status, request_id=request_id, duration_ms=_since(begun))
        return reply


def _since(begun: float) -> int:
    return round((time.monotonic() - begun) * 1000)
