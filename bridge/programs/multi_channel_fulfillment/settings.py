"""Settings of sellers: the keys that this program adds to `[sellers.S]`."""

from __future__ import annotations

import re
from datetime import time
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from bridge.programs.inputs import Settings
from bridge.programs.multi_channel_fulfillment.events import Money
from bridge.programs.multi_channel_fulfillment.profile import STAND_IN, SellerValues, marketplace_id_of
from bridge.programs.multi_channel_fulfillment.rules import LONGEST_COMMENT
from bridge.settings.kinds import Flag, Text
from bridge.settings.table import Table

Speed = Literal["Standard", "Expedited", "Priority"]
Feature = Literal["BLANK_BOX", "BLOCK_AMZL", "OVERBOX", "PACKING_SLIP", "SIGNATURE_CONFIRMATION"]


def _amount(value: str) -> str:
    if not re.fullmatch(r"\d{1,9}(\.\d{1,2})? [A-Z]{3}", value):
        raise ValueError('must be an amount and its currency, such as "25.00 USD"')
    return value


class SellerKeys(Table):
    """Keys of `[sellers.S]`."""

    marketplace: Annotated[Text, AfterValidator(marketplace_id_of)]
    """The marketplace that its orders are placed against: US, CA, MX, UK, DE, FR, IT, ES, JP, AU, or any
    marketplace's id."""
    order_prefix: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._-]{0,20}$")] = ""
    """Stands before each order's number at Amazon, so that numbers of several systems differ."""
    comment: Annotated[str, StringConstraints(max_length=LONGEST_COMMENT)] = ""
    """Comment on the packing slip of orders whose documents have none; Amazon requires one."""
    speed: Speed | None = None
    """Shipping speed of orders whose documents name none: Standard, Expedited or Priority."""
    speeds: dict[str, Speed] = Field(default={})
    """What its documents call a speed = Standard, Expedited or Priority."""
    action: Literal["Ship", "Hold"] = "Ship"
    """Whether Amazon ships an order at once, or holds it, where its document does not say."""
    policy: Literal["FillOrKill", "FillAll", "FillAllAvailable"] = "FillOrKill"
    """What Amazon does with an order that it cannot fulfil whole: FillOrKill (nothing is shipped), FillAll
    (it waits for the rest) or FillAllAvailable (what is there is shipped)."""
    features: tuple[Feature, ...] = ()
    """Features that each order requires: BLANK_BOX, BLOCK_AMZL (Amazon charges for it), OVERBOX,
    PACKING_SLIP, SIGNATURE_CONFIRMATION."""
    skus: dict[str, str] = Field(default={})
    """Codes by which its documents name products in place of SKUs (GTIN, EAN, UPC) = its SKUs."""
    currency: Annotated[str, StringConstraints(pattern=r"^([A-Z]{3})?$")] = ""
    """Currency of declared values in documents that name none, as in a 940: USD."""
    notify: Flag = False
    """Whether Amazon writes to the buyer's e-mail address, where a document has one."""
    shipment_files: tuple[Literal["csv", "json", "945", "DESADV"], ...] = ("csv",)
    """Formats of the files in the outbox that tell what has shipped, and what never will: csv, json, 945
    (X12) and DESADV (EDIFACT)."""
    advice: Literal["shipment", "order"] = "shipment"
    """When they come: each shipment as it leaves and at the end what never ships, or all of an order once,
    at its end."""
    tracking: tuple[Literal["csv", "json", "214"], ...] = ()
    """Formats of the files in the outbox that tell what happens to packages on their way; none: Amazon is not
    asked."""
    return_files: tuple[Literal["csv", "json", "944"], ...] = ("csv",)
    """Formats of the files in the outbox that tell of returns: where pieces are to be sent, and what came;
    944 tells the latter alone."""
    inventory: tuple[Literal["csv", "846", "INVRPT"], ...] = ()
    """Formats of the files in the outbox that tell its stock, every day; none: Amazon is not asked."""
    inventory_at: Annotated[str, StringConstraints(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")] = "03:00"
    """Time of the day in its time zone at which its stock is told."""
    preview: Literal["off", "check", "quote"] = "off"
    """Whether Amazon is asked for a preview of each order before it is created: off; check (an order that it
    cannot fulfil, in time or for max_fee, is held); or quote (what each speed would cost is written into
    quotes/, as CSV, or those of shipment_files that are csv and json, and the order waits for an operator's
    release)."""
    max_fee: Annotated[Text, AfterValidator(_amount)] | None = None
    """With preview = "check": the most that Amazon's fees for one order may be, as in "25.00 USD"."""

    @model_validator(mode="after")
    def _checks_fees(self) -> Self:
        if self.max_fee is not None and self.preview != "check":
            raise ValueError('max_fee is compared with previews: it needs preview = "check"')
        return self

    @model_validator(mode="after")
    def _addresses_stock(self) -> Self:
        documents = [form for form in self.inventory if form != "csv"]
        edi = getattr(self, "edi", None)  # of the table that these keys are added to
        if documents and edi is not None and not (edi.sender_id and edi.receiver_id):
            raise ValueError(
                f"inventory has {documents[0]}, which answers no document: set sender_id and receiver_id in "
                "its edi table, so that it is known who writes to whom"
            )
        return self


def _profile(seller: Any) -> SellerValues:  # noqa: ANN401 - the table, with the keys of all programs
    return SellerValues(
        marketplace_id=seller.marketplace,
        order_prefix=seller.order_prefix,
        comment=seller.comment,
        speed=seller.speed or "",
        speeds=dict(seller.speeds),
        action=seller.action,
        policy=seller.policy,
        feature_names=tuple(seller.features),
        skus=dict(seller.skus),
        currency=seller.currency,
        notify=seller.notify,
        shipment_files=tuple(seller.shipment_files),
        advice=seller.advice,
        tracking=tuple(seller.tracking),
        return_files=tuple(seller.return_files),
        inventory=tuple(seller.inventory),
        inventory_at=time.fromisoformat(seller.inventory_at),
        preview=seller.preview,
        max_fee=Money(*reversed(seller.max_fee.split())) if seller.max_fee else None,
    )


SETTINGS = Settings(
    partners="sellers",
    keys=SellerKeys,
    unique={"order_prefix": "Amazon knows the orders of an account by prefix and number"},
    profile=_profile,
    stand_in=STAND_IN,
)
