"""Events to Amazon's elements: the JSON that stands in the posted array. Pure.

Names and order are those of the Vendor Direct Fulfillment Shipping models, v1 and 2021-12-28; integers stay
integers, decimals stay strings. Optional elements that
are absent are left out; required ones are always there, so that a missing one is seen by Amazon's
check and by ours, and not hidden.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import repeat

from bridge.domain.values import Address, Dimensions, ItemQuantity, Weight
from bridge.programs.operations import Element, present
from bridge.programs.vendor_direct_fulfillment.events import (
    Container,
    ContainerLabelRequested,
    Item,
    LabelRequested,
    PartyIdentification,
    ShipmentConfirmed,
    ShipmentSchedule,
    ShipmentStatusChanged,
)

V1, V2021_12_28 = "v1", "2021-12-28"
_CONTAINER_TYPES = {"carton": "Carton", "pallet": "Pallet"}
"""As version 2021-12-28 has them; in the wrong case Amazon answers InternalFailure."""


def shipment_confirmation(event: ShipmentConfirmed, version: str) -> Element:
    """Return a `ShipmentConfirmation` as an API version names and types it."""
    return {
        "purchaseOrderNumber": event.purchase_order_number,
        "shipmentDetails": {
            "shippedDate": event.shipped_date,
            "shipmentStatus": event.shipment_status,
            **present(
                isPriorityShipment=event.is_priority_shipment,
                vendorOrderNumber=event.vendor_order_number,
                estimatedDeliveryDate=event.estimated_delivery_date,
            ),
        },
        "sellingParty": _party(event.selling_party),
        "shipFromParty": _party(event.ship_from_party),
        "items": [_item(item, "shippedQuantity") for item in event.items],
        **present(containers=_containers(event.containers, version)),
    }


def shipment_status_update(event: ShipmentStatusChanged, version: str) -> Element:
    """Return a `ShipmentStatusUpdate`, the same in all versions."""
    del version
    return {
        "purchaseOrderNumber": event.purchase_order_number,
        "sellingParty": _party(event.selling_party),
        "shipFromParty": _party(event.ship_from_party),
        "statusUpdateDetails": {
            "trackingNumber": event.tracking_number,
            "statusCode": event.status_code,
            "reasonCode": event.reason_code,
            "statusDateTime": event.status_date_time,
            "statusLocationAddress": _address(event.status_location_address),
            **present(shipmentSchedule=_schedule(event.shipment_schedule)),
        },
    }


def shipping_label_request(event: LabelRequested, version: str) -> Element:
    """Return a `ShippingLabelRequest` as an API version names and types it."""
    return {
        "purchaseOrderNumber": event.purchase_order_number,
        "sellingParty": _party(event.selling_party),
        "shipFromParty": _party(event.ship_from_party),
        **present(containers=_containers(event.containers, version)),
    }


def shipping_label_creation(event: LabelRequested, version: str) -> Element:
    """Return a `CreateShippingLabelsRequest`, which does not name its order: the path does."""
    request = shipping_label_request(event, version)
    return {name: value for name, value in request.items() if name != "purchaseOrderNumber"}


def container_label_creation(event: ContainerLabelRequested, version: str) -> Element:
    """Return a `CreateContainerLabelRequest`."""
    del version
    return {
        "sellingParty": _party(event.selling_party),
        "shipFromParty": _party(event.ship_from_party),
        "carrierId": event.carrier_id,
        "vendorContainerId": event.vendor_container_id,
        "packages": [{"packageTrackingNumber": number} for number in event.packages],
    }


def _party(party: PartyIdentification) -> Element:
    address = None if party.address is None else _address(party.address)
    return {"partyId": party.party_id, **present(address=address)}


def _address(address: Address) -> Element:
    # The model requires name, addressLine1 and countryCode, but the guide's and the sandbox's own
    # statusLocationAddress leave the first two out: what is not known is not sent.
    return present(
        name=address.name,
        addressLine1=address.address_line1,
        addressLine2=address.address_line2,
        addressLine3=address.address_line3,
        city=address.city,
        county=address.county,
        district=address.district,
        stateOrRegion=address.state_or_region,
        postalCode=address.postal_code,
        countryCode=address.country_code,
        phone=address.phone,
    )


def _schedule(schedule: ShipmentSchedule | None) -> Element | None:
    if schedule is None:
        return None
    return present(
        estimatedDeliveryDateTime=schedule.estimated_delivery_date_time,
        apptWindowStartDateTime=schedule.appt_window_start_date_time,
        apptWindowEndDateTime=schedule.appt_window_end_date_time,
    )


def _item(item: Item, quantity_name: str, piece_number: int | None = None) -> Element:
    return {
        "itemSequenceNumber": item.item_sequence_number,
        **present(
            buyerProductIdentifier=item.buyer_product_identifier,
            pieceNumber=piece_number,
            vendorProductIdentifier=item.vendor_product_identifier,
        ),
        quantity_name: _quantity(item.quantity),
    }


def _quantity(quantity: ItemQuantity) -> Element:
    return {"amount": quantity.amount, "unitOfMeasure": quantity.unit_of_measure}


def _containers(containers: tuple[Container, ...], version: str) -> list[Element]:
    newer = version == V2021_12_28
    pieces = _piece_numbers(containers) if newer else repeat(None)
    return [_container(container, pieces, newer=newer) for container in containers]


def _piece_numbers(containers: tuple[Container, ...]) -> Iterator[int | None]:
    """Yield the piece number of each packed item, counted by containers where the document tells none.

    Only an item that is split over several containers has one.
    """
    lines = [item.item_sequence_number for container in containers for item in container.packed_items]
    containers_of, before = Counter(lines), Counter[int]()
    for container in containers:
        for item in container.packed_items:
            line = item.item_sequence_number
            before[line] += 1
            yield item.piece_number or (before[line] if containers_of[line] > 1 else None)


def _container(container: Container, pieces: Iterator[int | None], *, newer: bool) -> Element:
    kind = container.container_type
    return {
        "containerType": _CONTAINER_TYPES.get(kind, kind) if newer else kind,
        "containerIdentifier": container.container_identifier,
        **present(
            trackingNumber=container.tracking_number,
            manifestId=container.manifest_id,
            manifestDate=container.manifest_date,
            shipMethod=container.ship_method,
            scacCode=container.scac_code,
            carrier=container.carrier,
            containerSequenceNumber=container.container_sequence_number,
            dimensions=_dimensions(container.dimensions),
            weight=_weight(container.weight),
        ),
        "packedItems": [_item(item, "packedQuantity", next(pieces)) for item in container.packed_items],
    }


def _dimensions(dimensions: Dimensions | None) -> Element | None:
    if dimensions is None:
        return None
    return {
        "length": dimensions.length,
        "width": dimensions.width,
        "height": dimensions.height,
        "unitOfMeasure": dimensions.unit_of_measure,
    }


def _weight(weight: Weight | None) -> Element | None:
    return None if weight is None else {"unitOfMeasure": weight.unit_of_measure, "value": weight.value}
