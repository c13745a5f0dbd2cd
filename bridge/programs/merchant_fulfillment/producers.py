"""What mappings may produce: packages, and orders that are one package each."""

from __future__ import annotations

from bridge.domain.events import MappingResult
from bridge.mapping.loops import build_tree
from bridge.mapping.reader import Reader
from bridge.mapping.translate import read_as_told
from bridge.programs.inputs import Producer, kinds_of_fields
from bridge.programs.merchant_fulfillment.documents.orders import ITEM, map_orders
from bridge.programs.merchant_fulfillment.documents.packages import map_packages
from bridge.programs.merchant_fulfillment.operations import CREATE


def _packages(reader: Reader) -> list[MappingResult]:
    tree = build_tree(reader.document.segments, reader.mapping.loops)
    return read_as_told(reader, tree, map_packages(reader, tree))


def _orders(reader: Reader) -> list[MappingResult]:
    tree = build_tree(reader.document.segments, reader.mapping.loops)
    return read_as_told(reader, tree, map_orders(reader, tree))


_FIELDS = kinds_of_fields(
    text="purchase_order_number container_identifier tracking_number package_count package_type ship_from "
    "declared_value currency label_text limited_quantity order_item_id sku transparency_codes is_hazmat "
    "united_nations_regulatory_id transportation_regulatory_class packing_group packing_instruction no_place",
    time="deliver_by",
    measure="quantity packed_quantity weight length width height",
    dimensions="dimensions",
)
PRODUCERS = {
    "packages": Producer(
        operation=CREATE,
        make=_packages,
        fields=_FIELDS,
        required=("purchase_order_number", "quantity"),
        level=ITEM,
    ),
    "package_of_order": Producer(
        operation=CREATE,
        make=_orders,
        fields=_FIELDS,
        required=("purchase_order_number", "quantity"),
        level=ITEM,
    ),
}
