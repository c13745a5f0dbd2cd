"""The ASGI application: routes, faults, and the record of every request."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from email.utils import formatdate
from http import HTTPStatus

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from simulator.calls import Call, Operations
from simulator.faults import Fault, Faults
from simulator.inventory import PATH as INVENTORY
from simulator.inventory import SUMMARIES
from simulator.merchant.operations import MERCHANT
from simulator.operations import (
    CREATIONS,
    ORDER_PLACE,
    OUTBOUND,
    READS,
    RESTRICTED_TOKEN,
    RESTRICTED_TOKEN_OPERATION,
    STATUS_OPERATION,
    SUBMISSIONS,
    TOKEN,
    TOKEN_OPERATION,
    TRANSACTION,
    VERSIONS,
    Version,
    of_version,
)
from simulator.records import Records, RequestSeen
from simulator.replies import CutResponse, Reply, reply, request_id

_STEP = 0.005


class RequestHandler:
    """Takes requests off the wire, applies faults, and answers."""

    def __init__(
        self, operations: Operations, faults: Faults, records: Records, now: Callable[[], float]
    ) -> None:
        self._operations = operations
        self._faults = faults
        self._records = records
        self._now = now
        self.closing = False

    def application(self, further: list[BaseRoute]) -> Starlette:
        """Build the application of Amazon's routes and `further` ones."""
        routes: list[BaseRoute] = [
            Route(TOKEN, self._endpoint(TOKEN_OPERATION), methods=["POST"]),
            Route(RESTRICTED_TOKEN, self._endpoint(RESTRICTED_TOKEN_OPERATION), methods=["POST"]),
        ]
        served = [(one.operation, one.path, "POST") for one in SUBMISSIONS.values()]
        served += [(one.operation, one.path, "GET") for one in READS.values()]
        served.append((STATUS_OPERATION, TRANSACTION, "GET"))
        created = [(one.operation, one.path, "POST") for one in CREATIONS.values()]
        for version in VERSIONS:
            for operation, path, method in served if version == "v1" else [*served, *created]:
                place = of_version(path, version).replace(ORDER_PLACE, "{order}")
                routes.append(Route(place, self._endpoint(operation, version), methods=[method]))
        named = [
            *((one.operation, one.path, one.method) for one in OUTBOUND.values()),
            *((one.operation, one.path, one.method) for one in MERCHANT.values()),
        ]
        for operation, path, method in named:
            routes.append(Route(path, self._endpoint(operation), methods=[method]))
        routes.append(Route(INVENTORY, self._endpoint(SUMMARIES), methods=["GET"]))
        return Starlette(routes=[*routes, *further], exception_handlers={HTTPException: self._not_found})

    def _endpoint(self, operation: str, version: Version = "v1") -> Callable[[Request], Awaitable[Response]]:
        async def endpoint(request: Request) -> Response:
            headers = request.headers
            try:
                body = await request.body()
            except ClientDisconnect:  # the request never came whole: there is nothing to answer
                return CutResponse()
            call = Call(
                operation=operation,
                method=request.method,
                path=request.url.path,
                request_id=request_id(),
                body=body,
                token=headers.get("x-amz-access-token", ""),
                user_agent=headers.get("user-agent", ""),
                content_type=headers.get("content-type", ""),
                transaction_id=request.path_params.get("transaction_id", ""),
                order=request.path_params.get("order", ""),
                query=dict(request.query_params),
                version=version,
            )
            answer, response = await self._process(call)
            self._record(call, answer)
            response.headers.setdefault("date", formatdate(self._now(), usegmt=True))
            return response

        return endpoint

    async def _process(self, call: Call) -> tuple[int, Response]:
        """Process a call with the fault that strikes it; returns the status sent, 0 for none."""
        fault = self._faults.strike(call.operation, lambda: self._operations.orders_of(call))
        if fault is None:
            answer = self._operations.answer(call)
            return answer.status, _response(answer)
        await self._pause(fault.delay)
        call.withhold_verdict, call.listing = fault.withhold_verdict, fault.listing
        processed = fault.taken or fault.action in ("none", "truncate")
        true_answer = self._operations.answer(call) if processed else None
        if fault.hold:
            await self._held()
        await self._pause(fault.delay_after)
        return self._faulty(fault, call, true_answer)

    def _faulty(self, fault: Fault, call: Call, answer: Reply | None) -> tuple[int, Response]:
        if fault.action == "none" and answer is not None and not self.closing:
            return answer.status, _response(answer)
        call.delivered = ()  # what was found does not arrive
        if fault.action == "cut" or self.closing:
            return 0, CutResponse()
        if fault.action == "truncate":
            return 0, CutResponse(answer)
        headers = {"x-amzn-RequestId": call.request_id, "content-type": "application/json"}
        answer = Reply(status=fault.status, body=fault.body.encode(), headers=headers | dict(fault.headers))
        return fault.status, _response(answer)

    async def _held(self) -> None:
        before = self._faults.releases
        while self._faults.releases == before and not self.closing:  # noqa: ASYNC110 - set by other threads
            await asyncio.sleep(_STEP)

    async def _pause(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        while time.monotonic() < end and not self.closing:  # noqa: ASYNC110 - set by other threads
            await asyncio.sleep(_STEP)

    def _record(self, call: Call, status: int) -> None:
        self._records.request(
            RequestSeen(
                time=time.time(),
                account=call.account,
                operation=call.operation,
                method=call.method,
                path=call.path,
                status=status,
                request_id=call.request_id,
                user_agent=call.user_agent,
                items=call.items,
                order=call.order,
                query=call.query,
                orders=call.delivered,
            )
        )

    async def _not_found(self, request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else HTTPStatus.NOT_FOUND
        message = f"{request.method} {request.url.path} is not an operation of the stand-in."
        call = Call(
            operation="", method=request.method, path=request.url.path, request_id=request_id(), body=b""
        )
        self._record(call, status)
        content = {"errors": [{"code": "NotFound", "message": message}]}
        return _response(reply(status, content, {"x-amzn-RequestId": call.request_id}))


def _response(answer: Reply) -> Response:
    return Response(answer.body, answer.status, answer.headers)
