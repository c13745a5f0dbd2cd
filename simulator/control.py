"""The stand-in's own endpoints under `/_stand-in/`, for rehearsals from another process.

Answered to callers on this machine only, and to JSON only, so that no web page can reach them.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from simulator.control_calls import guarded, json_response
from simulator.faults import Fault
from simulator.merchant.control import MerchantControl
from simulator.order_course import Course

if TYPE_CHECKING:
    from simulator.amazon import StandInAmazon


class _Labels(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    orders: list[Annotated[str, msgspec.Meta(pattern=r"^[a-zA-Z0-9]+\Z")]]
    packages: int = 1
    packing_slips: bool = False
    invoices: bool = False
    account: str = "default"


class _Account(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    account: str = "default"


class _Order(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    order: str
    status: str = ""
    course: Course | None = None
    shipments: list[dict[str, Any]] | None = None
    account: str = "default"


class _Package(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    package: int
    details: dict[str, Any]
    account: str = "default"


class _Stock(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    summaries: list[dict[str, Any]]
    skipped: list[str] = []
    account: str = "default"


class _Returned(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    order: str
    pieces: int = 1000
    condition: str = "Sellable"
    account: str = "default"


class Control:
    """Steers one stand-in over HTTP."""

    def __init__(self, amazon: StandInAmazon) -> None:
        self._amazon = amazon

    def routes(self) -> list[BaseRoute]:
        """Build the routes."""
        lists = ["GET", "POST", "DELETE"]
        return [
            Route("/_stand-in/faults", guarded(self._faults), methods=lists),
            Route("/_stand-in/fail-orders", guarded(self._fail_orders), methods=lists),
            Route("/_stand-in/release", guarded(self._release), methods=["POST"]),
            Route("/_stand-in/expire-tokens", guarded(self._expire_tokens), methods=["POST"]),
            Route("/_stand-in/end-authorization", guarded(self._end_authorization), methods=["POST"]),
            Route("/_stand-in/expire-restricted-tokens", guarded(self._expire_restricted), methods=["POST"]),
            Route("/_stand-in/labels", guarded(self._labels), methods=["POST"]),
            Route("/_stand-in/orders", guarded(self._orders), methods=["GET", "POST"]),
            Route("/_stand-in/stock", guarded(self._stock), methods=["GET", "POST"]),
            Route("/_stand-in/returns", guarded(self._returns), methods=["POST"]),
            Route("/_stand-in/packages", guarded(self._packages), methods=["POST"]),
            Route("/_stand-in/inventory", guarded(self._inventory), methods=["POST"]),
            Route("/_stand-in/options", guarded(self._options), methods=["GET", "POST"]),
            Route("/_stand-in/state", guarded(self._state)),
            *MerchantControl(self._amazon.merchant).routes(),
        ]

    async def _faults(self, request: Request) -> Response:
        if request.method == "POST":
            for fault in _faults_of(await request.body()):
                self._amazon.faults.inject(fault)
        elif request.method == "DELETE":
            self._amazon.faults.clear()
        return json_response(self._amazon.faults.active)

    async def _fail_orders(self, request: Request) -> Response:
        if request.method == "POST":
            given = msgspec.json.decode(await request.body(), type=dict[str, tuple[str, str]])
            self._amazon.fail_orders.update(given)
        elif request.method == "DELETE":
            self._amazon.fail_orders.clear()
        return json_response(self._amazon.fail_orders)

    async def _options(self, request: Request) -> Response:
        if request.method == "POST":
            self._amazon.options.change(msgspec.json.decode(await request.body(), type=dict[str, object]))
        return json_response(self._amazon.options)

    async def _release(self, _request: Request) -> Response:
        self._amazon.faults.release()
        return json_response({})

    async def _expire_tokens(self, _request: Request) -> Response:
        self._amazon.expire_tokens()
        return json_response({})

    async def _end_authorization(self, request: Request) -> Response:
        self._amazon.end_authorization(msgspec.json.decode(await request.body(), type=_Account).account)
        return json_response({})

    async def _expire_restricted(self, _request: Request) -> Response:
        self._amazon.expire_restricted_tokens()
        return json_response({})

    async def _labels(self, request: Request) -> Response:
        """Add a label for each order of a list, with a slip and an invoice for each if so wanted."""
        given = msgspec.json.decode(await request.body(), type=_Labels)
        for order in given.orders:
            label = self._amazon.add_label(order, packages=given.packages, account=given.account)
            if given.packing_slips:
                self._amazon.add("packing_slip", order, label.created, account=given.account)
            if given.invoices:
                self._amazon.add("invoice", order, label.created, account=given.account)
        return json_response(self._amazon.documents)

    async def _orders(self, request: Request) -> Response:
        """Set how a fulfillment order stands, and what has shipped of it, as the model has shipments.

        With a course: how an order will go that is created later. Without a status the clock moves it again.
        Returns the orders with their statuses.
        """
        account = request.query_params.get("account", "default")
        if request.method == "POST":
            given = msgspec.json.decode(await request.body(), type=_Order)
            orders, account = self._amazon.orders, given.account
            if given.course is not None:
                orders.courses[given.order] = given.course
            elif given.order not in orders.numbers(account):
                return json_response({"error": f"there is no order {given.order}"}, HTTPStatus.NOT_FOUND)
            elif given.shipments is not None:
                orders.ship(given.order, given.shipments, given.status, account=given.account)
            else:
                orders.move(given.order, given.status, account=given.account)
        return json_response(self._amazon.orders.statuses(account))

    async def _stock(self, request: Request) -> Response:
        """Set how many pieces of SKUs there are; of one that is not named there are always enough."""
        if request.method == "POST":
            self._amazon.orders.restock(msgspec.json.decode(await request.body(), type=dict[str, int]))
        return json_response(self._amazon.orders.stock)

    async def _packages(self, request: Request) -> Response:
        """Set what is known of a package, as the model has it."""
        given = msgspec.json.decode(await request.body(), type=_Package)
        self._amazon.packages.scan(given.package, given.details, account=given.account)
        return json_response({})

    async def _returns(self, request: Request) -> Response:
        """Have a warehouse process the returned pieces of an order, the oldest first."""
        given = msgspec.json.decode(await request.body(), type=_Returned)
        if given.order not in self._amazon.orders.numbers(given.account):
            return json_response({"error": f"there is no order {given.order}"}, HTTPStatus.NOT_FOUND)
        self._amazon.order_requests.process_returns(
            given.order, given.condition, account=given.account, most=given.pieces
        )
        return json_response({})

    async def _inventory(self, request: Request) -> Response:
        """Set a seller's stock, as the model has it, and which of it its list passes over."""
        given = msgspec.json.decode(await request.body(), type=_Stock)
        self._amazon.inventory.stock(given.summaries, skipped=given.skipped, account=given.account)
        return json_response({})

    async def _state(self, _request: Request) -> Response:
        return json_response(self._amazon.summary())


def _faults_of(body: bytes) -> list[Fault]:
    """Read one fault or a list of them."""
    if body.lstrip().startswith(b"["):
        return msgspec.json.decode(body, type=list[Fault])
    return [msgspec.json.decode(body, type=Fault)]
