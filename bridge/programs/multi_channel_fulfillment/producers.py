"""What mappings may produce: fulfillment orders."""

from __future__ import annotations

from bridge.domain.events import MappingResult
from bridge.mapping.loops import build_tree
from bridge.mapping.reader import Reader
from bridge.mapping.translate import read_as_told
from bridge.programs.inputs import Producer, kinds_of_fields
from bridge.programs.multi_channel_fulfillment.documents.dates import NAMES
from bridge.programs.multi_channel_fulfillment.documents.destination import ROLES
from bridge.programs.multi_channel_fulfillment.documents.instructions import PAYMENTS
from bridge.programs.multi_channel_fulfillment.documents.lines import ITEM, LINE_WORDS
from bridge.programs.multi_channel_fulfillment.documents.order import map_order
from bridge.programs.multi_channel_fulfillment.operations import CREATE


def _orders(reader: Reader) -> list[MappingResult]:
    tree = build_tree(reader.document.segments, reader.mapping.loops)
    return read_as_told(reader, tree, map_order(reader, tree))


PRODUCERS = {
    "fulfillment_order": Producer(
        operation=CREATE,
        make=_orders,
        fields=kinds_of_fields(
            text="order_id customer_order purchase_order_number comment speed marketplace policy "
            "instructions payment party_role party_id party_id_qualifier name address_line city "
            "state_or_region postal_code country_code phone email line sku product_code gift_message "
            "declared_value currency other_amount line_note line_action split_delivery no_place "
            "unit_count line_count",
            time=" ".join(NAMES),
            moment="order_date",
            measure="quantity",
        ),
        required=("order_id", "party_role", "quantity"),
        level=ITEM,
        words={"party_role": ROLES, "payment": PAYMENTS, "line_action": LINE_WORDS},
    ),
}
