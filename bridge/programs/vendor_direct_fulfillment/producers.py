"""What mappings may produce: confirmations, status updates and label requests."""

from __future__ import annotations

from bridge.domain.events import MappingResult
from bridge.mapping.loops import Tree, build_tree
from bridge.mapping.profile import VendorProfile
from bridge.mapping.reader import Reader
from bridge.mapping.translate import read_as_told
from bridge.programs.inputs import Producer, kinds_of_fields
from bridge.programs.vendor_direct_fulfillment.label_requests import SWITCHED_OFF, map_label_requests
from bridge.programs.vendor_direct_fulfillment.operations import CONFIRM, REQUEST_LABEL, UPDATE_STATUS
from bridge.programs.vendor_direct_fulfillment.order_verdicts import LINE_VERDICTS, ORDER_VERDICTS
from bridge.programs.vendor_direct_fulfillment.profile import values_of
from bridge.programs.vendor_direct_fulfillment.shipments import map_shipments
from bridge.programs.vendor_direct_fulfillment.status_codes import MEANINGS
from bridge.programs.vendor_direct_fulfillment.statuses import map_statuses


def _shipments(reader: Reader) -> list[MappingResult]:
    tree = _tree(reader)
    return read_as_told(reader, tree, map_shipments(reader, tree))


def _statuses(reader: Reader) -> list[MappingResult]:
    document, profile = reader.document, reader.profile
    # A sender's own table is narrower than what the vendor generally says.
    name = reader.mapping.status_codes or profile.status_codes
    table = reader.mappings.status_table(name, document.standard)
    if table is None:
        reason = (
            f"there is no {document.standard} status table {name!r}: write one in mappings/status/, or "
            'set the vendor\'s status_codes to "standard" or "amazon"'
        )
        return [MappingResult(hold=reason, summary=f"{document.type} without a status table")]
    tree = _tree(reader)
    return read_as_told(reader, tree, map_statuses(reader, tree, table))


def _label_requests(reader: Reader) -> list[MappingResult]:
    tree = _tree(reader)
    results = map_label_requests(reader, tree)
    if not values_of(reader.profile).label_requests:
        return results  # nothing is ever sent for these, whatever they are for
    return read_as_told(reader, tree, results)


def _tree(reader: Reader) -> Tree:
    return build_tree(reader.document.segments, reader.mapping.loops)


def _switched_off(profile: VendorProfile) -> str:
    return "" if values_of(profile).label_requests else SWITCHED_OFF


_PARTIES = "purchase_order_number selling_party ship_from_party"
_PACKING = kinds_of_fields(
    text="item_sequence_number buyer_product_identifier vendor_product_identifier container_identifier "
    "container_type tracking_number manifest_id ship_method scac_code carrier container_sequence_number "
    "piece_number",
    moment="manifest_date",
    measure="quantity packed_quantity weight length width height",
    dimensions="dimensions",
)
PRODUCERS = {
    "confirmation": Producer(
        operation=CONFIRM,
        make=_shipments,
        fields=_PACKING
        | kinds_of_fields(
            text=f"{_PARTIES} is_priority_shipment vendor_order_number other_order_number "
            "outstanding_quantity line_count quantity_total package_total package_count package_form "
            "line_verdict shipment_verdict",
            moment="shipped_date denial_date",
            time="estimated_delivery_date",
            measure="ordered_quantity",
        ),
        required=("purchase_order_number", "item_sequence_number", "quantity"),
        level="item",
        words={"line_verdict": LINE_VERDICTS, "shipment_verdict": LINE_VERDICTS},
    ),
    "status": Producer(
        operation=UPDATE_STATUS,
        make=_statuses,
        fields=kinds_of_fields(
            text=f"{_PARTIES} tracking_number status_code reason_code location_name location_address_line1 "
            "location_city location_state_or_region location_postal_code location_country_code "
            "location_un_locode",
            moment="status_date_time",
            time="estimated_delivery_date_time appt_window_start_date_time appt_window_end_date_time",
        ),
        required=("tracking_number", "status_code", "status_date_time"),
        level="status",
        statuses=MEANINGS,
        about_packages=True,
        each_value=True,
    ),
    "label_request": Producer(
        operation=REQUEST_LABEL,
        make=_label_requests,
        fields=_PACKING
        | kinds_of_fields(
            text=f"{_PARTIES} ordered_quantity accepted_quantity order_verdict line_verdict",
            time="ship_date",
        ),
        required=("purchase_order_number", "order_verdict"),
        level="item",
        words={"order_verdict": ORDER_VERDICTS, "line_verdict": LINE_VERDICTS},
        switched_off=_switched_off,
    ),
}
