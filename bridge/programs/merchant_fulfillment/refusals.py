"""What Amazon's refusals mean, and what follows from them, as one table. Pure.

Amazon's guide tells codes. Real answers often have the code InvalidInput, and only their text says more: both
are looked at.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

import msgspec

from bridge.domain.outcomes import AmazonApiError
from bridge.programs.merchant_fulfillment.shipments import SHIPMENT_ID

Kind = Literal["temporary", "permanent", "settings", "person", "credentials", "doubt"]
Whose = Literal["seller", "sender", "settings", "us", "carrier", "nobody"]
Action = Literal[
    "stop_buying",  # all of the account, alert; try again every hour
    "refuse",  # with Amazon's text
    "hold_warehouse",  # alert
    "quote_again",  # `times` at most, then hold
    "next_label_format",  # then without one, then hold
    "known_label",  # after a doubt: adopt; else the label that we have, or hold with the id
    "refuse_cancellation",
    "look_up",  # getShipment, and tell how it stands
    "refuse_and_alert",  # once for the account
    "hold_for_terms",  # alert; the account goes on
    "pause",  # the account, as for any refused credentials
    "try_again",  # it was not taken
    "in_doubt",  # it may have been taken
]
_LONGEST = 4000


class KnownRefusal(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the table: what a refusal is known by, and what it means.

    `codes` are Amazon's; `text`, or such a code, is found in the message of one whose own code says nothing.
    `whose` must act; `times` is how often it is quoted again. `advice` is for operators.
    """

    name: str
    codes: tuple[str, ...] = ()
    text: re.Pattern[str] | None = None
    kind: Kind
    whose: Whose
    action: Action
    times: int = 0
    advice: str


def _text(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


SHIPMENT_ALREADY_EXISTS = KnownRefusal(
    name="ShipmentAlreadyExists",
    codes=("ShipmentAlreadyExists",),
    text=_text(r"shipment\b.{0,200}\balready (?:exists|(?:has )?been (?:created|purchased))"),
    kind="permanent",
    whose="sender",
    action="known_label",
    advice="a label for these items was bought already: look for it in Seller Central by the ShipmentId in "
    "Amazon's message, and cancel it first where it is not the one that was wanted",
)
INVALID = KnownRefusal(
    name="InvalidInput",
    codes=("InvalidInput", "InvalidRequest"),
    kind="permanent",
    whose="sender",
    action="refuse",
    advice="Amazon refuses a value of the package: have it corrected and sent again; where the document is "
    "right, report it as a fault of edibridge",
)
THROTTLED = KnownRefusal(
    name="not taken",
    kind="temporary",
    whose="nobody",
    action="try_again",
    advice="Amazon was too busy to take it: it goes again by itself",
)
UNAUTHORIZED = KnownRefusal(
    name="unauthorized",
    kind="credentials",
    whose="us",
    action="pause",
    advice="Amazon refuses the account's credentials, or its role Direct-to-Consumer Shipping: correct "
    "them, the account goes on by itself",
)
DOUBT = KnownRefusal(
    name="in doubt",
    kind="doubt",
    whose="nobody",
    action="in_doubt",
    advice="Amazon failed and may have bought the label all the same: it is settled as any doubt",
)
TERMS = KnownRefusal(
    name="TermsAndConditionsNotAccepted",
    codes=("TermsAndConditionsNotAccepted",),
    text=_text(r"terms (?:and|&) conditions"),
    kind="person",
    whose="seller",
    action="hold_for_terms",
    advice="accept the carrier's terms and conditions in Seller Central (Shipping settings), then release "
    "what is held",
)
REFUSALS = (
    SHIPMENT_ALREADY_EXISTS,
    TERMS,
    KnownRefusal(
        name="InsufficientFunds",
        codes=("InsufficientFunds",),
        text=_text(r"insufficient ?funds|(?:enough|sufficient) funds"),
        kind="temporary",
        whose="seller",
        action="stop_buying",
        advice="nothing is bought for the account until its balance is settled in Seller Central; it is "
        "tried again every hour",
    ),
    KnownRefusal(
        name="LabelCancelWindowExpired",
        codes=("LabelCancelWindowExpired",),
        text=_text(r"cancel(?:l?ation)? ?window|\blabel can(?:not)? be cancell?ed\b|no longer be cancell?ed"),
        kind="permanent",
        whose="carrier",
        action="refuse_cancellation",
        advice="the carrier takes labels back for a limited time only, and that is over: the label is not "
        "refunded",
    ),
    KnownRefusal(
        name="LabelFormatNotSupported",
        codes=("LabelFormatNotSupported",),
        text=_text(r"not (?:offer|support) the requested label ?format"),
        kind="settings",
        whose="us",
        action="next_label_format",
        advice="the service has no such label: the next of label_format is tried, then none; add formats to"
        " it",
    ),
    KnownRefusal(
        name="ShippingServiceOfferNotAvailable",
        codes=("InvalidShippingServiceOfferId", "ShippingServiceOfferNotAvailable"),
        text=_text(
            r"has expired|shipping ?service ?offer\b.{0,200}\b(?:not available|invalid|expired)"
            r"|invalid shipping ?service ?offer|offer ?id\b.{0,80}\b(?:not valid|invalid)\b"
        ),
        kind="temporary",
        whose="nobody",
        action="quote_again",
        times=2,
        advice="the offer is gone: the package is quoted again, twice at most, and its limits hold anew; "
        "release what is held then",
    ),
    KnownRefusal(
        name="ShipmentRequestDetailsTooRestrictive",
        codes=("ShipmentRequestDetailsTooRestrictive",),
        text=_text(r"too ?restrictive|no shipping service satisf"),
        kind="temporary",
        whose="sender",
        action="quote_again",
        times=1,
        advice="no service does what the package wants: it is quoted once more; then change its size, "
        "weight, delivery_experience or pickup",
    ),
    KnownRefusal(
        name="ShippingServiceNotAvailable",
        codes=("ShippingServiceNotAvailable",),
        text=_text(r"shipping ?service\b.{0,200}\bnot (?:be )?available"),
        kind="temporary",
        whose="sender",
        action="quote_again",
        times=1,
        advice="the service is not to be had for this package now: it is quoted once more; then release "
        "what is held later, or allow other services",
    ),
    KnownRefusal(
        name="InvalidShipFromAddress",
        codes=("InvalidShipFromAddress",),
        text=_text(
            r"invalid ship[ -]?from[ -]?address|ship[ -]?from[ -]?address\b.{0,80}\b(?:not valid|invalid)\b"
            r"|\bat '(?:shipmentRequestDetails\.)?shipFrom(?:Address)?\b"
        ),
        kind="settings",
        whose="settings",
        action="hold_warehouse",
        advice="Amazon refuses the warehouse's address: correct it under "
        "[sellers.S.buy_shipping.warehouses], then release what is held",
    ),
    KnownRefusal(
        name="ItemsNotInOrder",
        codes=("ItemsNotInOrder",),
        text=_text(
            r"items?\b.{0,200}\bnot (?:in|part of|found in) (?:the |this )?order"
            r"|order does not (?:have|contain)\b.{0,80}\bitems?"
        ),
        kind="permanent",
        whose="sender",
        action="refuse",
        advice="the order has no such items: have the package corrected and sent again",
    ),
    KnownRefusal(
        name="InvalidState",
        codes=("InvalidState",),
        text=_text(
            r"invalid ?state\b(?! or)|not in an? (?:valid|cancell?able) state"
            r"|\b(?:state|status) does not allow"
        ),
        kind="permanent",
        whose="nobody",
        action="look_up",
        advice="the shipment stands otherwise at Amazon than was thought: Amazon is asked how, and that is "
        "told",
    ),
    KnownRefusal(
        name="RegionNotSupported",
        codes=("RegionNotSupported",),
        text=_text(r"(?:region|marketplace)\b.{0,200}\b(?:not supported|does not support)"),
        kind="permanent",
        whose="settings",
        action="refuse_and_alert",
        advice="Amazon sells no shipping in this marketplace: check the account's region and marketplace",
    ),
    KnownRefusal(
        name="ResourceNotFound",
        codes=("ResourceNotFound", "NotFound"),
        text=_text(r"resource\b.{0,200}\bnot found|does not exist"),
        kind="permanent",
        whose="sender",
        action="refuse",
        advice="Amazon knows no such order or shipment: check its id and the account that it is sent for",
    ),
    INVALID,
)
"""The more a line would be missed, the earlier it stands: of several errors the first line counts."""
_TELLING = frozenset(code for line in REFUSALS for code in line.codes) - set(INVALID.codes)


def refusal_of(errors: Sequence[AmazonApiError], http_status: int | None) -> KnownRefusal:
    """Return what a refusal means; one that is not known is refused with Amazon's text."""
    if http_status is None:
        return DOUBT
    if http_status in {429, 503}:
        return THROTTLED
    if http_status >= 500:
        return DOUBT
    if http_status in {401, 403}:
        return TERMS if any(_is(TERMS, error) for error in errors) else UNAUTHORIZED
    return next((line for line in REFUSALS if any(_is(line, error) for error in errors)), INVALID)


def shipment_id_of(errors: Sequence[AmazonApiError]) -> str:
    """Return the ShipmentId that tells of a shipment which exists already; empty unless it is just one."""
    told = [_told(error) for error in errors if _is(SHIPMENT_ALREADY_EXISTS, error)]
    found = {match.lower() for text in told for match in SHIPMENT_ID.findall(text)}
    return found.pop() if len(found) == 1 else ""


def _is(line: KnownRefusal, error: AmazonApiError) -> bool:
    """Return whether an error is of a line; a code that says what it is counts more than a text."""
    if error.code in _TELLING:
        return error.code in line.codes
    told = _told(error)
    by_name = any(code in told for code in line.codes if code in _TELLING)
    return by_name or (line.text is not None and line.text.search(told) is not None)


def _told(error: AmazonApiError) -> str:
    return f"{error.message[:_LONGEST]} {error.details[:_LONGEST]}"
