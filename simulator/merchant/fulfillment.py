"""`MerchantFulfillment`: the operations of Merchant Fulfillment v0 and of the orders, over their state."""

from __future__ import annotations

import re
import threading
import uuid
from collections import Counter
from collections.abc import Callable, Mapping
from decimal import Decimal
from http import HTTPStatus
from typing import Any

import msgspec

from simulator.merchant import seller_inputs
from simulator.merchant.labels import LabelFaults, LabelFormat
from simulator.merchant.offers import Offers
from simulator.merchant.operations import CANCEL, CREATE, GET, GET_ORDER, INPUTS, OFFERS, SEARCH_ORDERS
from simulator.merchant.options import MerchantOptions
from simulator.merchant.orders import MerchantOrders
from simulator.merchant.refusals import Refusals
from simulator.merchant.seller_orders import SellerOrder
from simulator.merchant.services import Service
from simulator.merchant.shipments import Shipment, Shipments, Status, pieces
from simulator.merchant.wallet import Entry, Wallet
from simulator.replies import Refused

Item = dict[str, Any]
_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_CENT = Decimal("0.01")
_SHIPPABLE = frozenset({"UNSHIPPED", "PARTIALLY_SHIPPED", "SHIPPED"})


class Asked(msgspec.Struct, kw_only=True):
    """One request as it came; what is learned of it is for the journal."""

    operation: str
    account: str
    target: str = ""
    """The order or shipment in the path."""
    query: Mapping[str, str] = {}
    raw: bytes = b""
    body: Item = {}
    """What `raw` holds, once it is checked."""
    order: str = ""
    shipment: str = ""
    quoted: Decimal | None = None
    charged: Decimal | None = None

    @property
    def details(self) -> bytes:
        """The `ShipmentRequestDetails` as they were sent."""
        return bytes(_DETAILS.decode(self.raw).ShipmentRequestDetails)


class _Details(msgspec.Struct, frozen=True):
    ShipmentRequestDetails: msgspec.Raw


class _Order(msgspec.Struct, frozen=True):
    AmazonOrderId: str = ""


class _Named(msgspec.Struct, frozen=True):
    OrderId: str = ""
    ShipmentRequestDetails: _Order = _Order()


_DETAILS, _NAMED = msgspec.json.Decoder(_Details), msgspec.json.Decoder(_Named)


class MerchantFulfillment:
    """Thread-safe; `wall` returns the stand-in's time of day."""

    def __init__(self, options: MerchantOptions, wall: Callable[[], float]) -> None:
        self.options = options
        self.wallet = Wallet()
        self.refusals = Refusals(options)
        self.label_faults = LabelFaults()
        self._wall = wall
        self._lock = threading.RLock()
        self._offers = Offers(options, wall)
        self._shipments = Shipments(options, wall, self.label_faults, self._refunded)
        self.orders = MerchantOrders(options, wall, self._shipments.packages, self._lock)
        for order in options.orders:
            self.orders.add(order)
        self._handlers: dict[str, Callable[[Asked], Item]] = {
            OFFERS: self._quote,
            INPUTS: self._inputs,
            CREATE: self._create,
            GET: self._get,
            CANCEL: self._cancel,
            GET_ORDER: lambda asked: self.orders.get(asked.account, asked.target, asked.query),
            SEARCH_ORDERS: lambda asked: self.orders.search(asked.account, asked.query),
        }

    def answer(self, asked: Asked) -> Item:
        """Return the content of the reply, and write the call into the journal; raises `Refused`."""
        with self._lock:
            asked.order = self.order_of(asked)
            try:
                self.refusals.strike(asked.operation, asked.order)
                content = self._handlers[asked.operation](asked)
            except Refused as refused:
                self._record(asked, refused.errors[0]["code"])
                raise
            self._record(asked, "bought" if asked.operation == CREATE else "answered")
            return content if asked.operation in {GET_ORDER, SEARCH_ORDERS} else {"payload": content}

    def order_of(self, asked: Asked) -> str:
        """Return the id of the order that a request is about; empty where it names none."""
        if asked.operation in {GET, CANCEL}:
            return self._shipments.order_of(asked.target)
        if asked.operation == GET_ORDER:
            return asked.target
        try:
            named = _NAMED.decode(asked.raw)
        except msgspec.DecodeError:
            return ""  # validation says so to the caller
        return named.OrderId or named.ShipmentRequestDetails.AmazonOrderId

    # What a test or an operator's rehearsal says

    def expire_offers(self) -> None:
        """End every offer at once."""
        with self._lock:
            self._offers.expire()

    def shipments(self, account: str = "default") -> list[Shipment]:
        """Return an account's shipments, in the order of their purchase."""
        with self._lock:
            return self._shipments.of_account(account)

    def set_status(self, shipment_id: str, status: Status, account: str = "default") -> bool:
        """Set how a shipment stands; False where there is none."""
        with self._lock:
            shipment = self._shipments.find(account, shipment_id)
            if shipment is not None:
                self._set_status(shipment, status)
            return shipment is not None

    # Amazon's operations

    def _quote(self, asked: Asked) -> Item:
        self._checked_order(asked)
        return self._offers.quote(asked.account, asked.body, asked.details)

    def _inputs(self, asked: Asked) -> Item:
        service, order = self._service(asked), self._order(asked)
        return seller_inputs.told(service, order, upper_case=self.options.upper_case_types)

    def _create(self, asked: Asked) -> Item:
        order = self._checked_order(asked)
        if self.options.offer_checked_first:
            self._check_offer(asked)
        self._check_unfulfilled(order, pieces(asked.body["ShipmentRequestDetails"]))
        self._check_offer(asked)
        service = self._service(asked)
        label_format = self._check_service(asked, service)
        self._charge(asked, service)
        return self._buy(asked, service, order, label_format)

    def _get(self, asked: Asked) -> Item:
        return self._shipments.element(self._shipment(asked))

    def _cancel(self, asked: Asked) -> Item:
        shipment, window = self._shipment(asked), self.options.cancel_window
        if shipment.status != "Purchased":
            self.refusals.refuse("InvalidState", f"The shipment is {shipment.status}.")
        if window is not None and self._wall() > shipment.created + window:
            self.refusals.refuse("LabelCancelWindowExpired")
        self._set_status(shipment, "RefundPending")
        return self._shipments.element(shipment)

    # Their checks

    def _order(self, asked: Asked) -> SellerOrder:
        order = self.orders.find(asked.account, asked.order)
        return order or self.refusals.refuse("ResourceNotFound", f"There is no order {asked.order}.")

    def _checked_order(self, asked: Asked) -> SellerOrder:
        """Return the order of a request whose items it has; raises `Refused`."""
        order, wanted = self._order(asked), pieces(asked.body["ShipmentRequestDetails"])
        if unknown := sorted(wanted.keys() - order.ordered.keys()):
            self.refusals.refuse(
                "ItemsNotInOrder", f"The order does not have the items {', '.join(unknown)}."
            )
        if wanted - order.ordered:
            self.refusals.refuse("InvalidRequest", "A quantity is greater than the one that was ordered.")
        if order.fulfilled_by != "MERCHANT" or self.orders.status(order) not in _SHIPPABLE:
            self.refusals.refuse("InvalidRequest", "The order is not the seller's to ship.")
        return order

    def _check_unfulfilled(self, order: SellerOrder, wanted: Counter[str]) -> None:
        """Refuse what has been bought already: what is wanted is more than what is left."""
        bought = self._shipments.noticed(order)
        shipped = sum((one.items for one in bought), Counter[str]())
        if not wanted - (order.ordered - shipped):
            return
        ids = [one.shipment_id for one in bought if one.items == wanted]
        ids = ids or [one.shipment_id for one in bought if one.items & wanted]
        if not ids:
            self.refusals.refuse("InvalidRequest", "A quantity is greater than the one that is unfulfilled.")
        named = ", ".join(ids if self.options.existing_named == "all" else ids[-1:])
        message = f"Shipment already exists for the order {order.order_id} with ShipmentId {named}."
        self.refusals.refuse("ShipmentAlreadyExists", message)

    def _check_offer(self, asked: Asked) -> None:
        """Set the price of the offer that is named; refuse one that is not good."""
        offer_id = asked.body.get("ShippingServiceOfferId")
        if offer_id is None:
            return
        offer = self._offers.find(offer_id)
        if offer is None:
            self.refusals.refuse("InvalidShippingServiceOfferId")
        if not self._offers.is_good(offer, asked.account, asked.body["ShippingServiceId"], asked.details):
            self.refusals.refuse("ShippingServiceOfferNotAvailable")
        asked.quoted = offer.price

    def _service(self, asked: Asked) -> Service:
        service = self._offers.service(asked.body["ShippingServiceId"])
        return service or self.refusals.refuse("ShippingServiceNotAvailable")

    def _check_service(self, asked: Asked, service: Service) -> LabelFormat:
        """Return the label's format if the service sells the label; raises `Refused`."""
        if service.carrier in self.options.terms_not_accepted:
            self.refusals.refuse("TermsAndConditionsNotAccepted")
        if not self._offers.takes(service, asked.body):
            self.refusals.refuse("ShippingServiceNotAvailable")
        for problem in seller_inputs.problems(service, asked.body):
            self.refusals.refuse("InvalidRequest", problem)
        wanted = asked.body["ShipmentRequestDetails"]["ShippingServiceOptions"].get("LabelFormat")
        if wanted in {None, "ShippingServiceDefault"}:
            return service.formats[0]
        found = next((one for one in service.formats if one == wanted), None)
        return found or self.refusals.refuse("LabelFormatNotSupported")

    def _charge(self, asked: Asked, service: Service) -> None:
        """Set what a label costs; refuse it where the funds are short."""
        price = asked.quoted
        if price is None:
            usual = self._offers.price(service, asked.body["ShipmentRequestDetails"])
            price = (usual * self.options.without_offer).quantize(_CENT)
        charged, funds = price + self.options.dearer, self.options.funds
        if funds is not None and self.wallet.spent(asked.account) + charged > funds:
            self.refusals.refuse("InsufficientFunds")
        asked.charged = charged

    def _buy(self, asked: Asked, service: Service, order: SellerOrder, label_format: LabelFormat) -> Item:
        details, now = asked.body["ShipmentRequestDetails"], self._wall()
        charged = asked.charged or Decimal(0)
        offer = asked.body.get("ShippingServiceOfferId", "")
        asked.shipment = str(uuid.uuid4())
        shipment = Shipment(
            shipment_id=asked.shipment,
            account=asked.account,
            order=order.order_id,
            details=details,
            service=self._offers.element(service, details, charged, offer, inputs=False),
            charged=charged,
            currency=self.options.currency,
            created=now,
            updated=now,
            label_format=label_format,
        )
        self._shipments.add(shipment)
        self.orders.touch(order)
        return self._shipments.element(shipment)

    def _shipment(self, asked: Asked) -> Shipment:
        if not _UUID.fullmatch(asked.target):
            message = f"1 validation error detected: Value '{asked.target}' at 'shipmentId' is not valid."
            raise Refused(HTTPStatus.BAD_REQUEST, "InvalidInput", message)
        shipment = self._shipments.find(asked.account, asked.target)
        shipment = shipment or self.refusals.refuse(
            "ResourceNotFound", f"There is no shipment {asked.target}."
        )
        asked.shipment = shipment.shipment_id
        return shipment

    def _set_status(self, shipment: Shipment, status: Status) -> None:
        self._shipments.set_status(shipment, status)
        if (order := self.orders.find(shipment.account, shipment.order)) is not None:
            self.orders.touch(order)

    # The journal

    def _refunded(self, shipment: Shipment) -> None:
        self.wallet.record(
            Entry(
                time=self._wall(),
                account=shipment.account,
                operation="",
                order=shipment.order,
                package=_package(shipment.order, shipment.items),
                charged=shipment.charged,
                currency=shipment.currency,
                shipment=shipment.shipment_id,
                outcome="refund",
            )
        )

    def _record(self, asked: Asked, outcome: str) -> None:
        details = asked.body.get("ShipmentRequestDetails")
        self.wallet.record(
            Entry(
                time=self._wall(),
                account=asked.account,
                operation=asked.operation,
                order=asked.order,
                package=_package(asked.order, pieces(details)) if details else "",
                weight=f"{details['Weight']['Value']} {details['Weight']['Unit']}" if details else "",
                service=asked.body.get("ShippingServiceId", ""),
                offer=asked.body.get("ShippingServiceOfferId", ""),
                quoted=asked.quoted,
                charged=asked.charged if outcome == "bought" else None,
                currency=self.options.currency,
                shipment=asked.shipment,
                request=asked.body,
                outcome=outcome,
            )
        )


def _package(order: str, items: Counter[str]) -> str:
    return " ".join([order, *(f"{one}:{count}" for one, count in sorted(items.items()))])
