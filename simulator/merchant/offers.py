"""Offers of shipping services: by weight, at prices that move, bound to what they were asked for."""

from __future__ import annotations

import base64
import random
import secrets
from collections.abc import Callable, Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec

from simulator.merchant.options import MerchantOptions
from simulator.merchant.services import Service, ounces_of
from simulator.order_course import iso_time

Item = dict[str, Any]
_DAY = 86400.0
_CENT = Decimal("0.01")


class Offer(msgspec.Struct, frozen=True, kw_only=True):
    """An offer; `details` are the bytes of the `ShipmentRequestDetails` that it was made for."""

    offer_id: str
    account: str
    service_id: str
    details: bytes
    price: Decimal
    made: float


class Offers:
    """The offers of one stand-in; `wall` returns its time of day."""

    def __init__(self, options: MerchantOptions, wall: Callable[[], float]) -> None:
        self._options = options
        self._wall = wall
        self._offers: dict[str, Offer] = {}
        self._quotes = 0

    def quote(self, account: str, body: Item, details: bytes) -> Item:
        """Return the `GetEligibleShipmentServicesResult` for a request that was checked."""
        self._quotes += 1
        options, asked = self._options, body["ShipmentRequestDetails"]
        refused = {*options.unavailable_carriers, *options.terms_not_accepted}
        rejections, offered = list[Item](), list[Item]()
        for service in options.services:
            if service.carrier in refused or self._hidden(service, body):
                continue
            if reason := self._rejection(service, body):
                rejections.append(_rejected(service, reason))
                continue
            offer = self._offer(account, service, details, self.price(service, asked))
            offered.append(self.element(service, asked, offer.price, offer.offer_id))
        return {
            "ShippingServiceList": offered,
            "RejectedShippingServiceList": rejections,
            "TemporarilyUnavailableCarrierList": _carriers(options.unavailable_carriers),
            "TermsAndConditionsNotAcceptedCarrierList": _carriers(options.terms_not_accepted),
        }

    def find(self, offer_id: str) -> Offer | None:
        """Return an offer, good or not; None where there never was one."""
        return self._offers.get(offer_id)

    def is_good(self, offer: Offer, account: str, service_id: str, details: bytes) -> bool:
        """Return whether an offer is in force and of this very request."""
        same = (offer.account, offer.service_id, offer.details) == (account, service_id, details)
        return same and self._wall() < offer.made + self._options.offer_lifetime

    def expire(self) -> None:
        """End every offer at once."""
        ended = float("-inf")
        self._offers = {key: msgspec.structs.replace(one, made=ended) for key, one in self._offers.items()}

    def service(self, service_id: str) -> Service | None:
        """Return a service by its id."""
        return next((one for one in self._options.services if one.service_id == service_id), None)

    def takes(self, service: Service, body: Item) -> bool:
        """Return whether a service would take a package now."""
        unavailable = service.carrier in self._options.unavailable_carriers
        return not unavailable and self._rejection(service, body) is None

    def price(self, service: Service, details: Item) -> Decimal:
        """Return what a service costs now."""
        options = self._options
        price = options.prices.get(service.service_id, service.price(ounces_of(details["Weight"])))
        if options.price_step:
            place = random.Random(f"{options.price_seed}/{self._quotes}/{service.service_id}")  # noqa: S311
            price += options.price_step * Decimal(place.randint(-100, 100)) / 100
        return max(price.quantize(_CENT), _CENT)

    def element(
        self, service: Service, details: Item, price: Decimal, offer_id: str, *, inputs: bool | None = None
    ) -> Item:
        """Build the `ShippingService` of the model; `inputs`: whether it still wants some."""
        options, ship = details["ShippingServiceOptions"], self._ship_date(details)
        formats = [*service.formats, "ShippingServiceDefault"]
        slip = {"IncludePackingSlipWithLabel": service.packing_slips}
        credit = [_credit(self._money(service.credit))] if service.credit else []
        return {
            "ShippingServiceName": service.name,
            "CarrierName": service.carrier,
            "ShippingServiceId": service.service_id,
            "ShippingServiceOfferId": offer_id,
            "ShipDate": iso_time(ship),
            "EarliestEstimatedDeliveryDate": iso_time(ship + service.earliest_days * _DAY),
            "LatestEstimatedDeliveryDate": iso_time(ship + service.latest_days * _DAY),
            "Rate": self._money(price + service.credit),
            "RateWithAdjustments": self._money(price),
            "AdjustmentItemList": credit,
            "ShippingServiceOptions": options,
            "AvailableLabelFormats": formats,
            "AvailableFormatOptionsForLabel": [{"LabelFormat": one, **slip} for one in formats],
            "RequiresAdditionalSellerInputs": bool(service.inputs) if inputs is None else inputs,
            "Benefits": {
                "IncludedBenefits": list(service.included),
                "ExcludedBenefits": [
                    {"Benefit": benefit, "ReasonCodes": list(reasons)}
                    for benefit, reasons in service.excluded.items()
                ],
            },
        }

    def _offer(self, account: str, service: Service, details: bytes, price: Decimal) -> Offer:
        # It has what has to be escaped elsewhere, as Amazon's do.
        offer_id = f"{base64.b64encode(secrets.token_bytes(36)).decode()}+/="
        self._offers[offer_id] = Offer(
            offer_id=offer_id,
            account=account,
            service_id=service.service_id,
            details=details,
            price=price,
            made=self._wall(),
        )
        return self._offers[offer_id]

    def _money(self, amount: Decimal) -> Item:
        return {"CurrencyCode": self._options.currency, "Amount": amount}

    def _ship_date(self, details: Item) -> float:
        given = details.get("ShipDate")
        return datetime.fromisoformat(given).timestamp() if given else self._wall()

    def _hidden(self, service: Service, body: Item) -> bool:
        """Return whether a service is left out without a word: it arrives too late."""
        details = body["ShipmentRequestDetails"]
        if (latest := details.get("MustArriveByDate")) is None:
            return False
        arrives = self._ship_date(details) + service.latest_days * _DAY
        return arrives > datetime.fromisoformat(latest).timestamp()

    def _rejection(self, service: Service, body: Item) -> str | None:
        return next(self._rejections(service, body), None)

    def _rejections(self, service: Service, body: Item) -> Iterator[str]:
        details = body["ShipmentRequestDetails"]
        if (reason := self._options.rejected_services.get(service.service_id)) is not None:
            yield reason
        if ounces_of(details["Weight"]) > service.max_ounces:
            yield "PACKAGE_WEIGHT_EXCEEDS_LIMIT"
        if not service.hazmat and any(_is_hazmat(item) for item in details["ItemList"]):
            yield "HAZMAT_NOT_SUPPORTED"
        size = details["PackageDimensions"].get("PredefinedPackageDimensions", service.carrier)
        if size.partition("_")[0] != service.carrier:
            yield "PACKAGE_TYPE_NOT_SUPPORTED"
        slip = body.get("ShippingOfferingFilter", {}) | body.get("LabelFormatOption", {})
        if slip.get("IncludePackingSlipWithLabel") and not service.packing_slips:
            yield "PACKING_SLIP_NOT_SUPPORTED"


def _is_hazmat(item: Item) -> bool:
    return bool(item.get("IsHazmat") or item.get("DangerousGoodsDetails"))


def _rejected(service: Service, reason: str) -> Item:
    return {
        "CarrierName": service.carrier,
        "ShippingServiceName": service.name,
        "ShippingServiceId": service.service_id,
        "RejectionReasonCode": reason,
        "RejectionReasonMessage": f"{service.name} does not take the package: {reason}.",
    }


def _carriers(names: tuple[str, ...]) -> list[Item]:
    return [{"CarrierName": name} for name in names]


def _credit(charge: Item) -> Item:
    return {
        "RateItemID": "FBM_SHIP_PLUS_CREDIT",
        "RateItemType": "INCLUDED",
        "RateItemCharge": charge,
        "RateItemNameLocalization": "Credit",
    }
