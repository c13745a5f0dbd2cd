"""What mappings may produce: confirmations, status updates and label requests."""

from __future__ import annotations

from bridge.domain.events import MappingResult
from bridge.mapping.loops import Tree, build_tree
from bridge.mapping.profile import VendorProfile
from bridge.mapping.reader import Reader
from bridge.mapping.translate import read_as_told
from bridge.programs.contract import Producer
from bridge.programs.vendor_direct_fulfillment.label_requests import SWITCHED_OFF, map_label_requests
from bridge.programs.vendor_direct_fulfillment.operations import CONFIRM, REQUEST_LABEL, UPDATE_STATUS
from bridge.programs.vendor_direct_fulfillment.shipments import map_shipments
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
    if not reader.profile.label_requests:
        return results  # nothing is ever sent for these, whatever they are for
    return read_as_told(reader, tree, results)


def _tree(reader: Reader) -> Tree:
    return build_tree(reader.document.segments, reader.mapping.loops)


def _switched_off(profile: VendorProfile) -> str:
    return "" if profile.label_requests else SWITCHED_OFF


PRODUCERS = {
    "confirmation": Producer(operation=CONFIRM, make=_shipments),
    "status": Producer(operation=UPDATE_STATUS, make=_statuses),
    "label_request": Producer(operation=REQUEST_LABEL, make=_label_requests, switched_off=_switched_off),
}
