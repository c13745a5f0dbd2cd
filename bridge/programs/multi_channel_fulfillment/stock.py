"""A seller's stock as Amazon counts it. Pure.

Names are those of Amazon's model FBA Inventory v1 in snake case. A quantity that Amazon does not tell is
None, never zero.
"""

from __future__ import annotations

import msgspec


class Stock(msgspec.Struct, frozen=True, array_like=True, kw_only=True):
    """The stock of one SKU under one of Amazon's labels (`fn_sku`) and in one condition."""

    seller_sku: str
    fn_sku: str = ""
    asin: str = ""
    condition: str = ""
    product_name: str = ""
    fulfillable: int
    reserved: int | None = None
    reserved_for_orders: int | None = None
    reserved_for_transfers: int | None = None
    reserved_for_processing: int | None = None
    unfulfillable: int | None = None
    customer_damaged: int | None = None
    warehouse_damaged: int | None = None
    distributor_damaged: int | None = None
    carrier_damaged: int | None = None
    defective: int | None = None
    expired: int | None = None
    researching: int | None = None
    researching_short_term: int | None = None
    researching_mid_term: int | None = None
    researching_long_term: int | None = None
    inbound_working: int | None = None
    inbound_shipped: int | None = None
    inbound_receiving: int | None = None
    total: int | None = None
    last_updated: str = ""
    stores: tuple[str, ...] = ()

    @property
    def purchase_order_number(self) -> str:
        """The SKU, under the name that the core asks for."""
        return self.seller_sku

    @property
    def identity(self) -> str:
        """Return what tells it from other stock of the same SKU."""
        return f"{self.seller_sku}\n{self.fn_sku}\n{self.asin}\n{self.condition}"

    @property
    def on_hand(self) -> int | None:
        """Return the pieces in Amazon's warehouses; None where Amazon does not tell all of them.

        `total` counts what is on its way there, too.
        """
        parts = (self.reserved, self.unfulfillable, self.researching)
        known = [one for one in parts if one is not None]
        return self.fulfillable + sum(known) if len(known) == len(parts) else None


class _Reserved(msgspec.Struct, rename="camel"):
    total_reserved_quantity: int | None = None
    pending_customer_order_quantity: int | None = None
    pending_transshipment_quantity: int | None = None
    fc_processing_quantity: int | None = None


class _Entry(msgspec.Struct):
    name: str
    quantity: int


class _Researching(msgspec.Struct, rename="camel"):
    total_researching_quantity: int | None = None
    researching_quantity_breakdown: list[_Entry] | None = None


class _Unfulfillable(msgspec.Struct, rename="camel"):
    total_unfulfillable_quantity: int | None = None
    customer_damaged_quantity: int | None = None
    warehouse_damaged_quantity: int | None = None
    distributor_damaged_quantity: int | None = None
    carrier_damaged_quantity: int | None = None
    defective_quantity: int | None = None
    expired_quantity: int | None = None


class _Details(msgspec.Struct, rename="camel"):
    fulfillable_quantity: int
    inbound_working_quantity: int | None = None
    inbound_shipped_quantity: int | None = None
    inbound_receiving_quantity: int | None = None
    reserved_quantity: _Reserved | None = None
    researching_quantity: _Researching | None = None
    unfulfillable_quantity: _Unfulfillable | None = None


class _Summary(msgspec.Struct, rename="camel"):
    seller_sku: str
    inventory_details: _Details
    fn_sku: str | None = None
    asin: str | None = None
    condition: str | None = None
    product_name: str | None = None
    last_updated_time: str | None = None
    total_quantity: int | None = None
    stores: list[str] | None = None


def read_stock(raw: msgspec.Raw) -> Stock:
    """Read an element of getInventorySummaries with its details; see `Operation.read`."""
    read = msgspec.json.decode(raw, type=_Summary)
    if not read.seller_sku.strip():
        raise ValueError("it is empty - at `$.sellerSku`")
    details = read.inventory_details
    reserved = details.reserved_quantity or _Reserved()
    bad = details.unfulfillable_quantity or _Unfulfillable()
    researching = details.researching_quantity or _Researching()
    terms = {one.name: one.quantity for one in researching.researching_quantity_breakdown or ()}
    return Stock(
        seller_sku=read.seller_sku,
        fn_sku=read.fn_sku or "",
        asin=read.asin or "",
        condition=read.condition or "",
        product_name=read.product_name or "",
        fulfillable=details.fulfillable_quantity,
        reserved=reserved.total_reserved_quantity,
        reserved_for_orders=reserved.pending_customer_order_quantity,
        reserved_for_transfers=reserved.pending_transshipment_quantity,
        reserved_for_processing=reserved.fc_processing_quantity,
        unfulfillable=bad.total_unfulfillable_quantity,
        customer_damaged=bad.customer_damaged_quantity,
        warehouse_damaged=bad.warehouse_damaged_quantity,
        distributor_damaged=bad.distributor_damaged_quantity,
        carrier_damaged=bad.carrier_damaged_quantity,
        defective=bad.defective_quantity,
        expired=bad.expired_quantity,
        researching=researching.total_researching_quantity,
        researching_short_term=terms.get("researchingQuantityInShortTerm"),
        researching_mid_term=terms.get("researchingQuantityInMidTerm"),
        researching_long_term=terms.get("researchingQuantityInLongTerm"),
        inbound_working=details.inbound_working_quantity,
        inbound_shipped=details.inbound_shipped_quantity,
        inbound_receiving=details.inbound_receiving_quantity,
        total=read.total_quantity,
        last_updated=read.last_updated_time or "",
        stores=tuple(read.stores or ()),
    )
