"""The operations themselves: one request in, one `Reply` out, or `Refused`. No faults, no sockets."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl

import msgspec

from simulator.access import AccessControl, AccessTokens, RestrictedTokens, TokenRefused
from simulator.bodies import problems_in, problems_of
from simulator.creations import Creations
from simulator.faults import Listing
from simulator.features import FEATURE_INVENTORY, FEATURE_READS, FEATURE_SKU, Features
from simulator.fulfillment_orders import GET, LIST, FulfillmentOrders
from simulator.inventory import SUMMARIES, Inventory
from simulator.merchant.bodies import REQUESTS
from simulator.merchant.fulfillment import Asked, MerchantFulfillment
from simulator.merchant.operations import MERCHANT
from simulator.operations import (
    CREATE_CONTAINER_LABEL,
    CREATE_LABELS,
    CREATE_ORDER,
    OUTBOUND,
    PREVIEW_ORDER,
    READS,
    REASON_CODES,
    RESTRICTED,
    RESTRICTED_TOKEN_OPERATION,
    RETURN,
    STATUS_OPERATION,
    STEER_ORDER,
    SUBMISSIONS,
    TOKEN_OPERATION,
    UPDATE,
    Version,
)
from simulator.options import Options
from simulator.order_requests import OrderRequests
from simulator.packages import TRACK, Packages
from simulator.reads import Reads
from simulator.replies import Refused, Reply, reply
from simulator.transactions import Transactions

_TRANSACTION_ID = re.compile(r"\d{14}-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_DECODER = msgspec.json.Decoder()


class Call(msgspec.Struct, kw_only=True):
    """One request as the operations see it; the last three are filled in while it is processed.

    `delivered` names the orders whose documents are in the answer.
    """

    operation: str
    method: str
    path: str
    request_id: str
    body: bytes
    token: str = ""
    user_agent: str = ""
    content_type: str = ""
    transaction_id: str = ""
    order: str = ""
    query: Mapping[str, str] = {}
    version: Version = "v1"
    withhold_verdict: bool = False
    listing: Listing = ""
    account: str = ""
    items: int = 0
    delivered: tuple[str, ...] = ()


Content = tuple[dict[str, Any], HTTPStatus]


class Operations:
    """Amazon's operations over the stand-in's state."""

    def __init__(  # noqa: PLR0913 - each is a part of the stand-in's state
        self,
        options: Options,
        *,
        tokens: AccessTokens,
        restricted: RestrictedTokens,
        access: AccessControl,
        transactions: Transactions,
        reads: Reads,
        creations: Creations,
        orders: FulfillmentOrders,
        requests: OrderRequests,
        packages: Packages,
        features: Features,
        inventory: Inventory,
        merchant: MerchantFulfillment,
    ) -> None:
        self._options = options
        self._tokens = tokens
        self._restricted = restricted
        self._access = access
        self._transactions = transactions
        self._reads = reads
        self._creations = creations
        self._orders = orders
        self._packages = packages
        self._features = features
        self._inventory = inventory
        self._merchant = merchant
        self._handlers: dict[str, Callable[[Call], Content]] = {
            STATUS_OPERATION: self._status,
            RESTRICTED_TOKEN_OPERATION: self._restricted_token,
            **dict.fromkeys(SUBMISSIONS, self._submit),
            **dict.fromkeys(READS, self._read),
            CREATE_LABELS.operation: self._create_labels,
            CREATE_CONTAINER_LABEL.operation: self._create_container_label,
            **dict.fromkeys(OUTBOUND, self._outbound),
            UPDATE: lambda call: self._request(call, requests.update),
            RETURN: lambda call: self._request(call, requests.create_return),
            REASON_CODES: lambda call: (requests.reason_codes(call.query), HTTPStatus.OK),
            **dict.fromkeys(MERCHANT, self._buy_shipping),
            SUMMARIES: lambda call: (self._inventory.read(call.account, call.query), HTTPStatus.OK),
        }

    def answer(self, call: Call) -> Reply:
        """Process one request as Amazon would."""
        if call.operation == TOKEN_OPERATION:
            return self._token(call)
        headers = {"x-amzn-RequestId": call.request_id}
        try:
            self._admit(call)
            content, status = self._handlers[call.operation](call)
        except Refused as refused:
            if refused.limit:
                headers |= self._access.limit(call.operation)
            return reply(refused.status, {"errors": refused.errors}, headers)
        whole = call.operation == RESTRICTED_TOKEN_OPERATION or call.operation in {
            *OUTBOUND,
            *MERCHANT,
            SUMMARIES,
        }
        wrapped = self._options.wrapped and call.version == "v1" and not whole
        content = {"payload": content} if wrapped else content
        return reply(status, content, headers | self._access.limit(call.operation))

    def orders_of(self, call: Call) -> Collection[str]:
        """Return the purchase orders in a request, for faults that strike by order."""
        if call.operation == STATUS_OPERATION:
            found = self._transactions.find(self._tokens.account_of(call.token) or "", call.transaction_id)
            return found.orders if found else ()
        if call.operation in MERCHANT:
            return (self._merchant.order_of(self._asked(call)),)
        if call.operation in RESTRICTED or (call.operation in OUTBOUND and call.order):
            return (call.order,)
        submission = SUBMISSIONS.get(call.operation)
        try:
            if call.operation in OUTBOUND:
                return {_DECODER.decode(call.body)["sellerFulfillmentOrderId"]}
            items = _DECODER.decode(call.body)[submission.key] if submission else []
            return {item["purchaseOrderNumber"] for item in items}
        except (msgspec.DecodeError, KeyError, TypeError):
            return ()  # a body that cannot be read holds no orders; validation says so to the caller

    def _token(self, call: Call) -> Reply:
        headers = {"x-amzn-RequestId": call.request_id, "cache-control": "no-store"}
        form = dict(parse_qsl(call.body.decode("latin-1")))
        try:
            granted = self._tokens.issue(form, self._options.token_lifetime)
        except TokenRefused as refused:
            error = {"error": refused.error, "error_description": refused.description}
            return reply(refused.status, error, headers)
        content = {
            "access_token": granted.access_token,
            "refresh_token": granted.refresh_token,
            "token_type": "bearer",
            "expires_in": int(self._options.token_lifetime),
        }
        return reply(HTTPStatus.OK, content, headers)

    def _admit(self, call: Call) -> None:
        """Check who calls and how often; sets the account."""
        if not call.user_agent:
            raise Refused(HTTPStatus.BAD_REQUEST, "InvalidInput", "The user-agent header is missing.")
        call.account = self._access.account_of(call.operation, call.token, call.method, call.path)
        self._access.count(call.operation, call.account)

    def _body(self, call: Call) -> Any:  # noqa: ANN401 - as it came, and checked
        body = _json_body(call, self._options.max_body)
        if problems := problems_of(body, call.operation, call.version):
            raise Refused(HTTPStatus.BAD_REQUEST, "InvalidInput", problems[0], " ".join(problems[1:]))
        return body

    def _submit(self, call: Call) -> Content:
        body = self._body(call)
        items = body[SUBMISSIONS[call.operation].key]
        call.items = len(items)
        transaction_id = self._transactions.take(call.account, call.operation, items)
        return {"transactionId": transaction_id}, HTTPStatus.ACCEPTED

    def _create_labels(self, call: Call) -> Content:
        body = self._body(call)
        self._transactions.make_due_labels()
        content = self._creations.shipping_labels(call.account, call.order, body, call.listing)
        call.items, call.delivered = 1, (call.order,)
        return content, HTTPStatus.OK

    def _create_container_label(self, call: Call) -> Content:
        content = self._creations.container_label(call.account, self._body(call))
        call.items = 1
        return content, HTTPStatus.OK

    def _request(self, call: Call, answer: Callable[[str, str, Any], dict[str, Any]]) -> Content:
        return answer(call.account, call.order, self._body(call)), HTTPStatus.OK

    def _outbound(self, call: Call) -> Content:  # noqa: PLR0911 - an operation each
        orders = self._orders
        if call.operation == CREATE_ORDER:
            body = self._body(call)
            call.items, call.order = 1, body["sellerFulfillmentOrderId"]
            self._features.check_order(body)
            return orders.create(call.account, body), HTTPStatus.OK
        if call.operation == PREVIEW_ORDER:
            return orders.preview(self._body(call)), HTTPStatus.OK
        if call.operation == LIST:
            return orders.listed(call.account, call.query), HTTPStatus.OK
        if call.operation == STEER_ORDER:
            status = self._body(call).get("fulfillmentOrderStatus")
            if status is None:
                raise Refused(HTTPStatus.BAD_REQUEST, "InvalidInput", "fulfillmentOrderStatus is missing.")
            return orders.steer(call.account, call.order, status), HTTPStatus.OK
        if call.operation in FEATURE_READS:
            return self._feature(call), HTTPStatus.OK
        if call.operation == TRACK:
            return self._packages.read(call.account, call.query.get("packageNumber", "")), HTTPStatus.OK
        one = orders.read if call.operation == GET else orders.cancel
        return one(call.account, call.order), HTTPStatus.OK

    def _buy_shipping(self, call: Call) -> Content:
        asked = self._asked(call)
        if call.operation in REQUESTS:
            asked.body = _json_body(call, self._options.max_body)
            if problems := problems_in(asked.body, REQUESTS[call.operation]):
                raise Refused(HTTPStatus.BAD_REQUEST, "InvalidInput", problems[0], " ".join(problems[1:]))
        content = self._merchant.answer(asked)
        call.order = asked.order
        return content, HTTPStatus.OK

    def _asked(self, call: Call) -> Asked:
        return Asked(
            operation=call.operation, account=call.account, target=call.order, query=call.query, raw=call.body
        )

    def _feature(self, call: Call) -> dict[str, Any]:
        marketplace = call.query.get("marketplaceId", "")
        if not marketplace:
            raise Refused(HTTPStatus.BAD_REQUEST, "InvalidInput", "marketplaceId is missing.")
        if call.operation == FEATURE_SKU:
            return self._features.product(call.order, call.path.partition(f"/{call.order}/")[2], marketplace)
        if call.operation == FEATURE_INVENTORY:
            return self._features.inventory(call.order, marketplace, call.query.get("nextToken", ""))
        return self._features.all()

    def _restricted_token(self, call: Call) -> Content:
        lifetime = self._options.rdt_lifetime
        token = self._restricted.issue(call.account, _json_body(call, self._options.max_body), lifetime)
        return {"restrictedDataToken": token, "expiresIn": int(lifetime)}, HTTPStatus.OK

    def _read(self, call: Call) -> Content:
        self._transactions.make_due_labels()
        read = READS[call.operation]
        if read.one:
            payload, call.delivered = self._reads.one(call.account, read, call.order, call.listing)
        else:
            payload, call.delivered = self._reads.many(call.account, read, call.query, call.listing)
        return payload, HTTPStatus.OK

    def _status(self, call: Call) -> Content:
        if not _TRANSACTION_ID.fullmatch(call.transaction_id):
            raise Refused(HTTPStatus.BAD_REQUEST, "InvalidInput", "Invalid transmission ID.")
        found = self._transactions.find(call.account, call.transaction_id)
        if found is None:
            message = f"Transaction {call.transaction_id} does not exist."
            raise Refused(HTTPStatus.NOT_FOUND, "NotFound", message)
        status = "Processing" if call.withhold_verdict else self._transactions.poll(found)
        content: dict[str, Any] = {"transactionId": found.id, "status": status}
        if status == "Failure":
            content["errors"] = found.errors if call.version == "v1" else {"errors": found.errors}
        return {"transactionStatus": content}, HTTPStatus.OK


def _json_body(call: Call, most: int) -> Any:  # noqa: ANN401 - as it came
    if call.content_type.partition(";")[0].strip().lower() != "application/json":
        message = "The request's Content-Type is not supported; send application/json."
        raise Refused(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "UnsupportedMediaType", message, limit=False)
    if len(call.body) > most:
        message = "The request size exceeded the maximum accepted size."
        raise Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "RequestTooLarge", message, limit=False)
    try:
        return _DECODER.decode(call.body)
    except msgspec.DecodeError as error:
        message = "The request body cannot be parsed as JSON."
        raise Refused(HTTPStatus.BAD_REQUEST, "InvalidInput", message, str(error)) from error
