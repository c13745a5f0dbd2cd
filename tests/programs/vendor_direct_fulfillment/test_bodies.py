"""Events to requests: Amazon's names, types, order and paths."""

from __future__ import annotations

import json

import msgspec
import pytest

from bridge.domain.events import Event
from bridge.domain.values import Address, Dimensions, ItemQuantity, Weight
from bridge.programs.registry import installed
from bridge.programs.vendor_direct_fulfillment.events import (
    Container,
    Item,
    LabelRequested,
    PartyIdentification,
    ShipmentConfirmed,
    ShipmentSchedule,
    ShipmentStatusChanged,
)
from tests.operations import OPERATIONS

VENDOR, WAREHOUSE = PartyIdentification("VENDORCODE"), PartyIdentification("WAREHOUSE")
LINE = Item(item_sequence_number=1, quantity=ItemQuantity(0, "Each"), vendor_product_identifier="SKU")
BOX = Container(
    container_type="carton",
    container_identifier="C1",
    packed_items=(LINE,),
    weight=Weight("1.50", "KG"),
    dimensions=Dimensions("1", "2.0", "3", "CM"),
    tracking_number="TRACK",
    manifest_id="M",
    manifest_date="2026-01-02",
    ship_method="UPS",
    scac_code="UPSN",
    carrier="UPS",
    container_sequence_number=0,
)
CONFIRMED = ShipmentConfirmed(
    purchase_order_number="PO1",
    selling_party=VENDOR,
    ship_from_party=WAREHOUSE,
    shipment_status="SHIPPED",
    shipped_date="2026-01-02T03:04:05Z",
    items=(LINE,),
    containers=(BOX,),
    is_priority_shipment=False,
    vendor_order_number="V1",
    estimated_delivery_date="2026-01-03T00:00:00Z",
)
MOVED = ShipmentStatusChanged(
    purchase_order_number="PO1",
    selling_party=VENDOR,
    ship_from_party=WAREHOUSE,
    tracking_number="TRACK",
    status_code="D1",
    reason_code="NS",
    status_date_time="2026-01-02T03:04:05Z",
    status_location_address=Address(city="Berlin", country_code="DE"),
)
ASKED = LabelRequested(purchase_order_number="PO1", selling_party=VENDOR, ship_from_party=WAREHOUSE)


def test_a_whole_confirmation_has_amazons_names_in_amazons_order() -> None:
    assert json.dumps(installed().element_of(CONFIRMED)) == json.dumps(
        {
            "purchaseOrderNumber": "PO1",
            "shipmentDetails": {
                "shippedDate": "2026-01-02T03:04:05Z",
                "shipmentStatus": "SHIPPED",
                "isPriorityShipment": False,
                "vendorOrderNumber": "V1",
                "estimatedDeliveryDate": "2026-01-03T00:00:00Z",
            },
            "sellingParty": {"partyId": "VENDORCODE"},
            "shipFromParty": {"partyId": "WAREHOUSE"},
            "items": [
                {
                    "itemSequenceNumber": 1,
                    "vendorProductIdentifier": "SKU",
                    "shippedQuantity": {"amount": 0, "unitOfMeasure": "Each"},
                }
            ],
            "containers": [
                {
                    "containerType": "carton",
                    "containerIdentifier": "C1",
                    "trackingNumber": "TRACK",
                    "manifestId": "M",
                    "manifestDate": "2026-01-02",
                    "shipMethod": "UPS",
                    "scacCode": "UPSN",
                    "carrier": "UPS",
                    "containerSequenceNumber": 0,
                    "dimensions": {"length": "1", "width": "2.0", "height": "3", "unitOfMeasure": "CM"},
                    "weight": {"unitOfMeasure": "KG", "value": "1.50"},
                    "packedItems": [
                        {
                            "itemSequenceNumber": 1,
                            "vendorProductIdentifier": "SKU",
                            "packedQuantity": {"amount": 0, "unitOfMeasure": "Each"},
                        }
                    ],
                }
            ],
        }
    )


def test_what_is_absent_is_left_out() -> None:
    bare = ShipmentConfirmed(
        purchase_order_number="PO1",
        selling_party=VENDOR,
        ship_from_party=WAREHOUSE,
        shipment_status="FLOOR_DENIAL",
        shipped_date="2026-01-02T03:04:05Z",
    )
    item = installed().element_of(bare)
    assert "containers" not in item
    assert item["items"] == []
    assert list(item["shipmentDetails"]) == ["shippedDate", "shipmentStatus"]
    assert "containers" not in installed().element_of(ASKED)


def test_a_status_update_sends_of_its_place_what_is_known() -> None:
    details = installed().element_of(MOVED)["statusUpdateDetails"]
    assert details["statusLocationAddress"] == {"city": "Berlin", "countryCode": "DE"}
    assert "shipmentSchedule" not in details


def test_an_empty_schedule_is_no_schedule() -> None:
    event = ShipmentStatusChanged(
        **{name: getattr(MOVED, name) for name in MOVED.__struct_fields__ if name != "shipment_schedule"},
        shipment_schedule=ShipmentSchedule(),
    )
    assert "shipmentSchedule" not in installed().element_of(event)["statusUpdateDetails"]


def test_a_partys_address_is_sent_where_it_is_known() -> None:
    party = PartyIdentification("V", Address(name="N", address_line1="A", country_code="DE"))
    event = LabelRequested(purchase_order_number="PO1", selling_party=party, ship_from_party=WAREHOUSE)
    assert installed().element_of(event)["sellingParty"]["address"] == {
        "name": "N",
        "addressLine1": "A",
        "countryCode": "DE",
    }


def _pieces(version: str, *told: int | None) -> list[list[int | None]]:
    """Send an order in three containers, its second line in the first two; return the piece numbers."""
    other = msgspec.structs.replace(LINE, item_sequence_number=2)
    first, second = (msgspec.structs.replace(other, piece_number=number) for number in told)
    boxes = [
        msgspec.structs.replace(BOX, packed_items=items) for items in ((first,), (LINE, second), (LINE,))
    ]
    element = installed().element_of(msgspec.structs.replace(CONFIRMED, containers=tuple(boxes)), version)
    assert all("pieceNumber" not in item for item in element["items"])
    return [[item.get("pieceNumber") for item in box["packedItems"]] for box in element["containers"]]


def test_an_item_split_over_containers_is_numbered_by_them_in_the_newer_version() -> None:
    assert _pieces("2021-12-28", None, None) == [[1], [1, 2], [2]]
    assert _pieces("v1", None, None) == [[None], [None, None], [None]]


def test_piece_numbers_of_the_document_are_sent_as_they_are() -> None:
    assert _pieces("2021-12-28", 7, 3) == [[7], [1, 3], [2]]
    assert _pieces("v1", 7, 3) == [[None], [None, None], [None]]


def test_an_item_in_one_container_has_no_piece_number() -> None:
    [box] = installed().element_of(CONFIRMED, "2021-12-28")["containers"]
    assert [item.get("pieceNumber") for item in box["packedItems"]] == [None]


@pytest.mark.parametrize(
    ("event", "name", "in_doubt"),
    [
        (CONFIRMED, "submitShipmentConfirmations", "hold"),
        (MOVED, "submitShipmentStatusUpdates", "resubmit"),
        (ASKED, "submitShippingLabelRequest", "verify"),
    ],
)
def test_each_event_has_its_operation_and_its_policy_in_doubt(event: Event, name: str, in_doubt: str) -> None:
    operation = OPERATIONS[installed().of(event).operation]
    assert (operation.name, operation.method, operation.in_doubt) == (name, "POST", in_doubt)
    assert OPERATIONS[name] is operation


def test_a_body_is_compact_utf8_json_and_its_elements_are_counted() -> None:
    operation = OPERATIONS["submitShippingLabelRequest"]
    body = operation.body_of([{"a": "Köln"}, {"b": 1}])
    assert body == '{"shippingLabelRequests":[{"a":"Köln"},{"b":1}]}'.encode()
    assert operation.count_of(body) == 2


def test_an_empty_body_is_the_callers_mistake() -> None:
    with pytest.raises(ValueError, match="cannot be made"):
        OPERATIONS["submitShippingLabelRequest"].body_of([])
    with pytest.raises(ValueError, match="cannot be made"):
        OPERATIONS["getTransactionStatus"].body_of([{}, {}])
