"""The errors of Merchant Fulfillment: the guide's codes, and those that somebody wants to see."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import NoReturn

import msgspec

from simulator.merchant.options import MerchantOptions
from simulator.replies import Refused

_BAD, _FORBIDDEN, _MISSING = HTTPStatus.BAD_REQUEST, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND
CODES: Mapping[str, tuple[HTTPStatus, str]] = {
    "InsufficientFunds": (_BAD, "The account has insufficient funds to purchase the shipment."),
    "InvalidRequest": (_BAD, "The request is not valid."),
    "InvalidInput": (_BAD, "The input is not valid."),
    "InvalidShipFromAddress": (_BAD, "The ship-from address is not valid for the shipping service."),
    "InvalidShippingServiceOfferId": (_BAD, "The ShippingServiceOfferId is not valid."),
    "ShippingServiceOfferNotAvailable": (_BAD, "The shipping service offer has expired."),
    "LabelFormatNotSupported": (_BAD, "The carrier does not offer the requested label format."),
    "ShipmentAlreadyExists": (_BAD, "A shipment already exists for the order."),
    "ShipmentRequestDetailsTooRestrictive": (_BAD, "No shipping service satisfies the request's details."),
    "LabelCancelWindowExpired": (_BAD, "The time in which the label can be cancelled is over."),
    "ShippingServiceNotAvailable": (_MISSING, "The shipping service is not available for the shipment."),
    "InvalidState": (_MISSING, "The shipment's status does not allow the operation."),
    "ItemsNotInOrder": (_MISSING, "The order does not have the items."),
    "ResourceNotFound": (_MISSING, "The requested resource does not exist."),
    "RegionNotSupported": (_MISSING, "The marketplace does not support Merchant Fulfillment."),
    "TermsAndConditionsNotAccepted": (_FORBIDDEN, "The carrier's terms and conditions are not accepted."),
}
_BARE = "Invalid Input"


class Refusal(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One error that a call meets, before anything is bought."""

    code: str
    operation: str = "createShipment"
    order: str = ""
    """Only calls for this order."""
    message: str = ""
    """Instead of the code's usual text."""
    status: int = 0
    """Instead of the code's usual HTTP status."""
    as_text: bool = False
    """It comes as InvalidInput with 400, and its text alone tells what it is."""
    times: int | None = 1
    """How often it strikes; None: until it is cleared."""


class Refusals:
    """What is refused, by nature or by wish."""

    def __init__(self, options: MerchantOptions) -> None:
        self._options = options
        self._wanted: list[tuple[Refusal, int]] = []

    def add(self, refusal: Refusal) -> None:
        """Have calls refused; the first refusal that fits a call strikes it."""
        self._wanted.append((refusal, 0))

    def clear(self) -> None:
        """Remove all refusals that somebody wanted."""
        self._wanted.clear()

    @property
    def active(self) -> list[Refusal]:
        """The refusals that can still strike."""
        return [one for one, struck in self._wanted if one.times is None or struck < one.times]

    def strike(self, operation: str, order: str) -> None:
        """Raise the refusal that somebody wants for a call, if there is one."""
        for place, (one, struck) in enumerate(self._wanted):
            spent = one.times is not None and struck >= one.times
            if spent or one.operation != operation or one.order not in {"", order}:
                continue
            self._wanted[place] = (one, struck + 1)
            self._refuse(one.code, one.message, as_text=one.as_text, status=one.status)

    def refuse(self, code: str, message: str = "") -> NoReturn:
        """Refuse with a code of the guide, or with its text only, as it is switched."""
        words = self._options.error_words
        self._refuse(code, _BARE if words == "bare" else message, as_text=words != "codes")

    @staticmethod
    def _refuse(code: str, message: str, *, as_text: bool, status: int = 0) -> NoReturn:
        usual, words = CODES.get(code, (_BAD, f"{code}."))
        told = message or words
        if as_text:
            raise Refused(_BAD, "InvalidInput", told)
        raise Refused(HTTPStatus(status or usual), code, told)
