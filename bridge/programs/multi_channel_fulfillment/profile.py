"""What the configuration tells this program about a seller."""

from __future__ import annotations

from datetime import time
from typing import Literal

import msgspec

from bridge.mapping.profile import VendorProfile
from bridge.programs.multi_channel_fulfillment.events import Money

NAME = "multi_channel_fulfillment"
MARKETPLACES = {
    "US": "ATVPDKIKX0DER",
    "CA": "A2EUQ1WTGCTBG2",
    "MX": "A1AM78C64UM0Y8",
    "UK": "A1F83G8C2ARO7P",
    "DE": "A1PA6795UKMFR9",
    "FR": "A13V1IB3VIYZZH",
    "IT": "APJ6JRA9NG5V4",
    "ES": "A1RKKUPIHCS9HS",
    "JP": "A1VC38T7YXB528",
    "AU": "A39IBJ37TRP1C6",
}
"""Marketplaces by their country."""
_SHORTEST_ID = 10


class SellerValues(msgspec.Struct, frozen=True, kw_only=True):
    """Values of one seller: what stands in where a document is silent, and what its words mean.

    `order_prefix` stands before each order's number at Amazon. `speeds` are the words of its documents, each
    with Amazon's, `skus` its SKUs by the other codes of products, and `currency` that of values without one.
    `notify`: Amazon writes to the addresses that a document has. `advice`: it is told of each shipment, or
    of all at the order's end. `shipment_files` and `tracking` are the forms in which it is told of shipments,
    and of what happens to packages on their way, `return_files` those of returns, `inventory` those in which
    its stock is told every day at `inventory_at` in its zone. `preview` is what becomes of Amazon's
    previews of its orders, and an order with more than `max_fee` in fees is held.
    """

    marketplace_id: str = ""
    order_prefix: str = ""
    comment: str = ""
    speed: str = ""
    speeds: dict[str, str] = {}
    action: str = "Ship"
    policy: str = "FillOrKill"
    feature_names: tuple[str, ...] = ()
    skus: dict[str, str] = {}
    currency: str = ""
    notify: bool = False
    shipment_files: tuple[Literal["csv", "json", "945", "DESADV"], ...] = ("csv",)
    advice: Literal["shipment", "order"] = "shipment"
    tracking: tuple[Literal["csv", "json", "214"], ...] = ()
    return_files: tuple[Literal["csv", "json", "944"], ...] = ("csv",)
    inventory: tuple[Literal["csv", "846", "INVRPT"], ...] = ()
    inventory_at: time = time(3)
    preview: Literal["off", "check", "quote"] = "off"
    max_fee: Money | None = None


STAND_IN = SellerValues(
    marketplace_id="MARKETPLACE",
    comment="Thank you for your order.",
    speed="Standard",
    tracking=("csv",),
    inventory=("csv",),
)
"""For no seller in particular."""
_DEFAULT = SellerValues()


def values_of(profile: VendorProfile) -> SellerValues:
    """Return this program's values of a seller."""
    values: SellerValues = profile.of_programs.get(NAME, _DEFAULT)
    return values


def marketplace_id_of(value: str) -> str:
    """Return a marketplace's id by its country, or by itself. Raises ValueError."""
    if value in MARKETPLACES:
        return MARKETPLACES[value]
    if len(value) >= _SHORTEST_ID and value.isalnum() and value.isascii():
        return value
    raise ValueError(f"must be one of {', '.join(MARKETPLACES)}, or a marketplace's id")
