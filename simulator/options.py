"""How the stand-in Amazon behaves; every option may be changed while it runs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import msgspec

from simulator.merchant.options import MerchantOptions
from simulator.shipping_documents import LabelFormat

Keep = Literal["items", "keys", "counts"]


class Options(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Behaviour of one stand-in. Times in seconds, sizes in bytes, rates in requests a second."""

    rate: float | None = 10.0
    """Allowed requests a second for each operation and account; None: unthrottled."""
    burst: int = 10
    told_rate: float | None = None
    """What `x-amzn-RateLimit-Limit` says of what is not throttled; None: nothing."""
    rate_headers_on_429: bool = False
    """Amazon mostly leaves `x-amzn-RateLimit-Limit` off its 429s."""
    verdict_delay: float = 0.0
    """A transaction is Processing for at least this long."""
    verdict_polls: int = 0
    """A transaction answers Processing to this many polls first."""
    strict_order: bool = True
    """A status update is only valid after its tracking number's confirmation has succeeded."""
    process_rest: bool = False
    """Whether the good orders of a failed batch count as processed; Amazon does not document it."""
    name_orders: bool = True
    """Whether the errors of a failed batch name orders; otherwise a bare `NotAvailable`."""
    wrapped: bool = True
    """Replies as `{"payload": ...}`, as the v1 model has them; the guide's examples are unwrapped."""
    max_body: int = 10 * 1024 * 1024
    """Larger bodies are refused with 413. Amazon does not publish its limit."""
    token_lifetime: float = 3600.0
    code_lifetime: float = 300.0
    """How long an authorization code is good for."""
    draft_application: bool = False
    """The application is not published: its consent page wants `version=beta`."""
    rdt_lifetime: float = 3600.0
    """How long a Restricted Data Token is good for."""
    rdt_rate: float | None = 1.0
    """Allowed requests a second for Restricted Data Tokens, `rate` being for everything else."""
    rdt_burst: int = 10
    label_format: LabelFormat = "PNG"
    """Of labels made for requests; `StandInAmazon.label_formats` has exceptions."""
    label_days: float | None = 90.0
    """Labels are gone so long after their creation; None: never."""
    packing_slips: bool = False
    """Every order whose label is requested gets a packing slip; otherwise only `gift_orders` do."""
    invoices: bool = False
    """Every order whose label is requested gets a customer invoice."""
    unknown_order: Literal[404, 400] = 404
    """What a read of one order says where there is none: the sandbox's examples are 400s."""
    outbound_rate: float | None = 2.0
    """Allowed requests a second for each operation of Fulfillment Outbound; `rate` None goes before."""
    outbound_burst: int = 30
    repeated_order: Literal[200, 400] = 400
    """What a second createFulfillmentOrder with the same id answers; Amazon does not document it."""
    inventory_rate: float | None = 2.0
    """Allowed requests a second for FBA Inventory, whatever `rate` says; None: unthrottled."""
    inventory_refused: str = ""
    """A SKU that may not be asked for: the query is refused."""
    inventory_page: int = 50
    """Summaries a page of FBA Inventory holds."""
    inventory_token_lifetime: float = 30.0
    """How long a nextToken of FBA Inventory is good for."""
    order_received_after: float = 0.0
    """A fulfillment order is New for so long, then Received."""
    order_step: float | None = None
    """Seconds from Received to Planning, to Processing and to each shipment; None: orders stay Received until
    somebody moves them."""
    order_courses: Literal["plain", "mixed"] = "plain"
    """Whether every order ships at once and whole, or some, by their number, in two shipments or packages,
    planned anew, with late tracking numbers, in part, or are Invalid; `FulfillmentOrders.courses` has
    exceptions."""
    tracking_after: float = 0.0
    """A package has its tracking number so long after its shipment has left."""
    clock_speed: float = 1.0
    """Seconds of the stand-in's time of day that pass in a second."""
    cancel_after: float = 0.0
    """A fulfillment order is cancelled so long after it was asked for, if it is not processed by then."""
    clock_offset: float = 0.0
    """How far the stand-in's time of day is ahead, for creation times, limits to the past and expiry."""
    merchant: MerchantOptions = msgspec.field(default_factory=MerchantOptions)
    """Of Merchant Fulfillment."""
    keep: Keep = "items"
    """What is remembered of each accepted item: all of it, its key only, or only that it came.

    For millions of items take "counts" with `strict_order` off, which remembers tracking numbers.
    With "counts" no labels are made for requests.
    """

    def change(self, changes: Mapping[str, object]) -> None:
        """Set some options by name; raises msgspec.ValidationError, and then changes nothing."""
        changed = msgspec.convert({**msgspec.to_builtins(self), **changes}, Options)
        for name in changes:
            if name == "merchant":  # others hold on to it
                self.merchant.change(msgspec.to_builtins(changes[name]))
            else:
                setattr(self, name, getattr(changed, name))
