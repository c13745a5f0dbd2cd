"""Events to Amazon's elements: the JSON that stands in the posted array. Pure.

Names and order are those of the Vendor Direct Fulfillment Shipping v1 model. Optional elements that
are absent are left out; required ones are always there, so that a missing one is seen by Amazon's
check and by ours, and not hidden.
"""

from __future__ import annotations

from typing import Any, assert_never

from bridge.domain.events import (
    Address,
    Container,
    Dimensions,
    Event,
    Item,
    ItemQuantity,
    LabelRequested,
    PartyIdentification,
    ShipmentConfirmed,
    ShipmentSchedule,
    ShipmentStatusChanged,
    Weight,
)

Element = dict[str, Any]


def item_of(event: Event) -> Element:
    """Make one element of the posted array, exactly as Amazon names and types it.

    Shapes: `ShipmentConfirmation`, `ShipmentStatusUpdate`, `ShippingLabelRequest` of the model.
    Integers stay integers, decimals stay strings.
    """
    match event:
        case ShipmentConfirmed():
            return _shipment_confirmation(event)
        case ShipmentStatusChanged():
            return _shipment_status_update(event)
        case LabelRequested():
            return _shipping_label_request(event)
        case _:
            assert_never(event)


def _shipment_confirmation(event: ShipmentConfirmed) -> Element:
    return {
        "purchaseOrderNumber": event.purchase_order_number,
        "shipmentDetails": {
            "shippedDate": event.shipped_date,
            "shipmentStatus": event.shipment_status,
            **_present(
                isPriorityShipment=event.is_priority_shipment,
                vendorOrderNumber=event.vendor_order_number,
                estimatedDeliveryDate=event.estimated_delivery_date,
            ),
        },
        "sellingParty": _party(event.selling_party),
        "shipFromParty": _party(event.ship_from_party),
        "items": [_item(item, "shippedQuantity") for item in event.items],
        **_present(containers=_containers(event.containers)),
    }


def _shipment_status_update(event: ShipmentStatusChanged) -> Element:
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
            **_present(shipmentSchedule=_schedule(event.shipment_schedule)),
        },
    }


def _shipping_label_request(event: LabelRequested) -> Element:
    return {
        "purchaseOrderNumber": event.purchase_order_number,
        "sellingParty": _party(event.selling_party),
        "shipFromParty": _party(event.ship_from_party),
        **_present(containers=_containers(event.containers)),
    }


def _party(party: PartyIdentification) -> Element:
    address = None if party.address is None else _address(party.address)
    return {"partyId": party.party_id, **_present(address=address)}


def _address(address: Address) -> Element:
    # The model requires name, addressLine1 and countryCode, but the guide's and the sandbox's own
    # statusLocationAddress leave the first two out: what is not known is not sent.
    return _present(
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
    return _present(
        estimatedDeliveryDateTime=schedule.estimated_delivery_date_time,
        apptWindowStartDateTime=schedule.appt_window_start_date_time,
        apptWindowEndDateTime=schedule.appt_window_end_date_time,
    )


def _item(item: Item, quantity_name: str) -> Element:
    return {
        "itemSequenceNumber": item.item_sequence_number,
        **_present(
            buyerProductIdentifier=item.buyer_product_identifier,
            vendorProductIdentifier=item.vendor_product_identifier,
        ),
        quantity_name: _quantity(item.quantity),
    }


def _quantity(quantity: ItemQuantity) -> Element:
    return {"amount": quantity.amount, "unitOfMeasure": quantity.unit_of_measure}


def _containers(containers: tuple[Container, ...]) -> list[Element]:
    return [_container(container) for container in containers]


def _container(container: Container) -> Element:
    return {
        "containerType": container.container_type,
        "containerIdentifier": container.container_identifier,
        **_present(
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
        "packedItems": [_item(item, "packedQuantity") for item in container.packed_items],
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


def _present(**elements: object) -> Element:
    """Leave out what is absent: None, the empty text, list or element; 0 and False are values."""
    return {
        name: value for name, value in elements.items() if value is not None and value not in ("", [], {})
    }
