"""The stand-in's own endpoints under `/_stand-in/merchant/`."""

from __future__ import annotations

from http import HTTPStatus

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from simulator.control_calls import guarded, json_response
from simulator.merchant.fulfillment import MerchantFulfillment
from simulator.merchant.labels import LabelFault
from simulator.merchant.refusals import Refusal
from simulator.merchant.seller_orders import SellerOrder
from simulator.merchant.shipments import Status


class _Standing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    shipment: str
    status: Status
    account: str = "default"


class MerchantControl:
    """Steers Merchant Fulfillment over HTTP."""

    def __init__(self, merchant: MerchantFulfillment) -> None:
        self._merchant = merchant

    def routes(self) -> list[BaseRoute]:
        """Build the routes."""
        read, lists = ["GET", "POST"], ["GET", "POST", "DELETE"]
        return [
            Route(f"/_stand-in/merchant/{name}", guarded(endpoint), methods=methods)
            for name, endpoint, methods in (
                ("options", self._options, read),
                ("orders", self._orders, read),
                ("wallet", self._wallet, ["GET"]),
                ("shipments", self._shipments, read),
                ("label", self._label, ["GET"]),
                ("expire-offers", self._expire_offers, ["POST"]),
                ("refusals", self._refusals, lists),
                ("label-faults", self._label_faults, lists),
            )
        ]

    async def _options(self, request: Request) -> Response:
        if request.method == "POST":
            self._merchant.options.change(msgspec.json.decode(await request.body(), type=dict[str, object]))
        return json_response(self._merchant.options)

    async def _orders(self, request: Request) -> Response:
        """Add orders of a list, or put them in place of those with their ids; return an account's orders."""
        if request.method == "POST":
            for order in msgspec.json.decode(await request.body(), type=list[SellerOrder]):
                self._merchant.orders.add(order)
        return json_response(self._merchant.orders.all(_account(request)))

    async def _wallet(self, request: Request) -> Response:
        """Return what an account bought, by day of `timezone` and currency, and every call."""
        timezone = request.query_params.get("timezone", "UTC")
        return json_response(self._merchant.wallet.summary(_account(request), timezone))

    async def _shipments(self, request: Request) -> Response:
        """Set how a shipment stands; return an account's shipments."""
        if request.method == "POST":
            given = msgspec.json.decode(await request.body(), type=_Standing)
            if not self._merchant.set_status(given.shipment, given.status, given.account):
                return json_response(
                    {"error": f"there is no shipment {given.shipment}"}, HTTPStatus.NOT_FOUND
                )
        return json_response(self._merchant.shipments(_account(request)))

    async def _label(self, request: Request) -> Response:
        """Return the bytes of a shipment's label, as they should arrive."""
        wanted = request.query_params.get("shipment", "")
        for shipment in self._merchant.shipments(_account(request)):
            if shipment.shipment_id == wanted:
                return Response(shipment.label, media_type="application/octet-stream")
        return json_response({"error": f"there is no shipment {wanted}"}, HTTPStatus.NOT_FOUND)

    async def _expire_offers(self, _request: Request) -> Response:
        self._merchant.expire_offers()
        return json_response({})

    async def _refusals(self, request: Request) -> Response:
        if request.method == "POST":
            self._merchant.refusals.add(msgspec.json.decode(await request.body(), type=Refusal))
        elif request.method == "DELETE":
            self._merchant.refusals.clear()
        return json_response(self._merchant.refusals.active)

    async def _label_faults(self, request: Request) -> Response:
        if request.method == "POST":
            self._merchant.label_faults.add(msgspec.json.decode(await request.body(), type=LabelFault))
        elif request.method == "DELETE":
            self._merchant.label_faults.clear()
        return json_response(self._merchant.label_faults.active)


def _account(request: Request) -> str:
    return request.query_params.get("account", "default")
