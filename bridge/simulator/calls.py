"""The operations themselves: one request in, one `Reply` out, or `Refused`. No faults, no sockets."""

from __future__ import annotations

import re
from collections.abc import Collection
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl

import msgspec

from bridge.simulator.lanes import LANES, STATUS_OPERATION, TOKEN_OPERATION
from bridge.simulator.options import Options
from bridge.simulator.replies import Refused, Reply, reply
from bridge.simulator.state import Clerk
from bridge.simulator.throttle import Throttle
from bridge.simulator.tokens import TokenDesk, TokenRefused
from bridge.simulator.validation import problems_of

_TRANSACTION_ID = re.compile(r"\d{14}-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_DECODER = msgspec.json.Decoder()


class Call(msgspec.Struct, kw_only=True):
    """One request as the operations see it; `account` and `items` are filled in on the way."""

    operation: str
    method: str
    path: str
    request_id: str
    body: bytes
    token: str = ""
    user_agent: str = ""
    content_type: str = ""
    transaction_id: str = ""
    withhold_verdict: bool = False
    account: str = ""
    items: int = 0


class Operations:
    """Amazon's operations over the stand-in's state."""

    def __init__(self, options: Options, tokens: TokenDesk, throttle: Throttle, clerk: Clerk) -> None:
        self._options = options
        self._tokens = tokens
        self._throttle = throttle
        self._clerk = clerk

    def answer(self, call: Call) -> Reply:
        """Process one request as Amazon would."""
        if call.operation == TOKEN_OPERATION:
            return self._token(call)
        headers = {"x-amzn-RequestId": call.request_id}
        try:
            self._admit(call)
            content, status = self._status(call) if call.operation == STATUS_OPERATION else self._submit(call)
        except Refused as refused:
            if refused.limit:
                headers |= self._limit()
            return reply(refused.status, {"errors": refused.errors}, headers)
        told = {"payload": content} if self._options.wrapped else content
        return reply(status, told, headers | self._limit())

    def orders_of(self, call: Call) -> Collection[str]:
        """Find the purchase orders that a request holds, for faults that strike by order."""
        if call.operation == STATUS_OPERATION:
            found = self._clerk.find(self._tokens.account_of(call.token) or "", call.transaction_id)
            return found.orders if found else ()
        lane = LANES.get(call.operation)
        try:
            items = _DECODER.decode(call.body)[lane.key] if lane else []
            return {item["purchaseOrderNumber"] for item in items}
        except (msgspec.DecodeError, KeyError, TypeError):
            return ()  # a body that cannot be read holds no orders; validation says so to the caller

    def _limit(self) -> dict[str, str]:
        return {} if self._options.rate is None else {"x-amzn-RateLimit-Limit": str(self._options.rate)}

    def _token(self, call: Call) -> Reply:
        headers = {"x-amzn-RequestId": call.request_id, "cache-control": "no-store"}
        form = dict(parse_qsl(call.body.decode("latin-1")))
        try:
            token = self._tokens.issue(form, self._options.token_lifetime)
        except TokenRefused as refused:
            told = {"error": refused.error, "error_description": refused.description}
            return reply(refused.status, told, headers)
        content = {
            "access_token": token,
            "refresh_token": form["refresh_token"],
            "token_type": "bearer",
            "expires_in": int(self._options.token_lifetime),
        }
        return reply(HTTPStatus.OK, content, headers)

    def _admit(self, call: Call) -> None:
        """Check who asks and how often; names the account."""
        if not call.user_agent:
            raise Refused(HTTPStatus.BAD_REQUEST, "InvalidInput", "The user-agent header is missing.")
        account = self._tokens.account_of(call.token)
        if account is None:
            message = "Access to requested resource is denied."
            why = self._tokens.why_denied(call.token)
            raise Refused(HTTPStatus.FORBIDDEN, "Unauthorized", message, why, limit=False)
        call.account = account
        options = self._options
        if not self._throttle.allows(account, call.operation, rate=options.rate, burst=options.burst):
            message = "You exceeded your quota for the requested resource."
            raise Refused(
                HTTPStatus.TOO_MANY_REQUESTS, "QuotaExceeded", message, limit=options.rate_headers_on_429
            )

    def _submit(self, call: Call) -> tuple[dict[str, Any], HTTPStatus]:
        lane = LANES[call.operation]
        if call.content_type.partition(";")[0].strip().lower() != "application/json":
            message = "The request's Content-Type is not supported; send application/json."
            raise Refused(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "UnsupportedMediaType", message, limit=False)
        if len(call.body) > self._options.max_body:
            message = "The request size exceeded the maximum accepted size."
            raise Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "RequestTooLarge", message, limit=False)
        try:
            body = _DECODER.decode(call.body)
        except msgspec.DecodeError as error:
            message = "The request body cannot be parsed as JSON."
            raise Refused(HTTPStatus.BAD_REQUEST, "InvalidInput", message, str(error)) from error
        if problems := problems_of(body, lane.key, lane.shape):
            raise Refused(HTTPStatus.BAD_REQUEST, "InvalidInput", problems[0], " ".join(problems[1:]))
        items = body[lane.key]
        call.items = len(items)
        return {"transactionId": self._clerk.take(call.account, lane.operation, items)}, HTTPStatus.ACCEPTED

    def _status(self, call: Call) -> tuple[dict[str, Any], HTTPStatus]:
        if not _TRANSACTION_ID.fullmatch(call.transaction_id):
            raise Refused(HTTPStatus.BAD_REQUEST, "InvalidInput", "Invalid transmission ID.")
        found = self._clerk.find(call.account, call.transaction_id)
        if found is None:
            message = f"Transaction {call.transaction_id} does not exist."
            raise Refused(HTTPStatus.NOT_FOUND, "NotFound", message)
        status = "Processing" if call.withhold_verdict else self._clerk.poll(found)
        told: dict[str, Any] = {"transactionId": found.id, "status": status}
        if status == "Failure":
            told["errors"] = found.errors
        return {"transactionStatus": told}, HTTPStatus.OK
