"""How the stand-in's Merchant Fulfillment behaves; every option may be changed while it runs."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Literal

import msgspec

from simulator.merchant.seller_orders import SellerOrder
from simulator.merchant.services import SERVICES, Service

RefundEnd = Literal["RefundApplied", "RefundRejected"]


class MerchantOptions(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Behaviour of one stand-in. Times in seconds, amounts in `currency`."""

    rates: bool = True
    """Whether Amazon's rates and bursts are kept to; `rate` None of the stand-in goes before."""
    currency: str = "USD"
    orders: tuple[SellerOrder, ...] = ()
    """Orders that are there from the start."""
    create_burst: int = 2
    """The burst of createShipment: Amazon documents 2, and 1 was seen."""
    services: tuple[Service, ...] = SERVICES
    """What is offered, by weight."""
    prices: Mapping[str, Decimal] = {}
    """What single services cost now, whatever a package weighs; offers that were made stay as they are."""
    price_step: Decimal = Decimal(0)
    """By how much a price may move at each quote, up or down, at random from `price_seed` on."""
    price_seed: int = 0
    offer_lifetime: float = 600.0
    """An offer is good for so long, for the `ShipmentRequestDetails` that it was made for, byte for byte."""
    without_offer: Decimal = Decimal("1.25")
    """What is charged where no offer is named is the price times this."""
    dearer: Decimal = Decimal(0)
    """How much more is charged than the offer said."""
    funds: Decimal | None = None
    """What an account may spend in all; applied refunds give back. None: without limit."""
    unavailable_carriers: tuple[str, ...] = ()
    terms_not_accepted: tuple[str, ...] = ()
    """Carriers whose terms the seller has not accepted."""
    rejected_services: Mapping[str, str] = {}
    """Services that do not take a package, each with the reason's code."""
    repeat_noticed_after: float = 0.0
    """A purchase is unknown to getOrder and to later purchases for so long: a repeat within it buys again."""
    existing_named: Literal["latest", "all"] = "latest"
    """Which shipments ShipmentAlreadyExists names, of those with the same items."""
    offer_checked_first: bool = False
    """Whether a repeat by an expired offer is told of the offer, and not that the shipment exists."""
    error_words: Literal["codes", "texts", "bare"] = "codes"
    """Whether an error has its code, or InvalidInput with the text, or InvalidInput and no text of use."""
    upper_case_types: bool = False
    """Whether data types of additional seller inputs are told as `STRING` and not as `String`: both occur."""
    cancel_window: float | None = None
    """A shipment can be cancelled for so long; None: always."""
    refund_after: float | None = None
    """A refund is decided so long after it was asked for; None: when somebody says so."""
    refund: RefundEnd = "RefundApplied"
    """How the clock decides it."""
    checksum_of: Literal["unpacked", "packed"] = "unpacked"
    """Of which bytes of a label the checksum is; Amazon does not document it."""
    blank_types: bool = False
    """`FileType` and `LabelFormat` of labels are empty."""
    orders_lag: float = 0.0
    """searchOrders knows of what changed so long ago or longer."""
    orders_page: int = 100
    """Orders a page of searchOrders holds at most."""

    def change(self, changes: Mapping[str, Any]) -> None:
        """Set some options by name; raises msgspec.ValidationError, and then changes nothing."""
        changed = msgspec.convert({**msgspec.to_builtins(self), **changes}, MerchantOptions)
        for name in changes:
            setattr(self, name, getattr(changed, name))
