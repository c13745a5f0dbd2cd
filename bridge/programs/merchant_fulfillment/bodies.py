"""Events to Amazon's elements: the bodies of the calls. Pure.

Names and order are those of the model Merchant Fulfillment v0. Optional elements that are absent are left
out; required ones are always there, so that a missing one is seen by Amazon's check and by ours. Numbers are
`Decimal`, written as they were told.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import msgspec

from bridge.programs.merchant_fulfillment.events import (
    Dimensions,
    Money,
    ShipFrom,
    ShipmentItem,
    ShipmentRequested,
    Weight,
)
from bridge.programs.operations import Element, present

_encoder = msgspec.json.Encoder(decimal_format="number")
_decoder = msgspec.json.Decoder(list[Element], float_hook=Decimal)
ORDER_ID_ON_LABEL = "AmazonOrderId"
"""The text of a label that stands for the order's id."""


def offers(event: ShipmentRequested, version: str) -> Element:
    """Return a `GetEligibleShipmentServicesRequest`."""
    del version
    wanted = {"IncludePackingSlipWithLabel": True} if event.packing_slip else {}
    return {"ShipmentRequestDetails": details(event), **present(ShippingOfferingFilter=wanted)}


def shipment(event: ShipmentRequested, version: str) -> Element:
    """Return a `CreateShipmentRequest`. Without an offer Amazon takes none of it, and nothing is bought."""
    del version
    offer = event.offer
    return {
        "ShipmentRequestDetails": details(event),
        "ShippingServiceId": offer.shipping_service_id if offer else "",
        **present(
            ShippingServiceOfferId=offer.shipping_service_offer_id if offer else "",
            HazmatType=event.hazmat_type,
            LabelFormatOption={"IncludePackingSlipWithLabel": True} if event.packing_slip else {},
            ShipmentLevelSellerInputsList=_kept(event.inputs),
        ),
    }


def inputs(event: ShipmentRequested, version: str) -> Element:
    """Return a `GetAdditionalSellerInputsRequest` about the offer that was chosen."""
    del version
    return {
        "ShippingServiceId": event.offer.shipping_service_id if event.offer else "",
        "ShipFromAddress": ship_from(event.ship_from) if event.ship_from else {},
        "OrderId": event.amazon_order_id,
    }


def kept(elements: Sequence[Element]) -> str:
    """Return elements as an event keeps them; empty where there are none."""
    return _encoder.encode(list(elements)).decode() if elements else ""


def _kept(text: str) -> list[Element]:
    return _decoder.decode(text) if text else []


def details(event: ShipmentRequested) -> Element:
    """Return the `ShipmentRequestDetails`.

    There is never a `MustArriveByDate`, which would hide offers.
    """
    return {
        "AmazonOrderId": event.amazon_order_id,
        "ItemList": [_item(item) for item in event.items],
        "ShipFromAddress": ship_from(event.ship_from) if event.ship_from else {},
        "PackageDimensions": _dimensions(event.package_dimensions, event.predefined_package_dimensions),
        "Weight": _weight(event.weight) if event.weight else {},
        **present(ShipDate=event.ship_date),
        "ShippingServiceOptions": {
            "DeliveryExperience": event.delivery_experience,
            **present(DeclaredValue=_money(event.declared_value)),
            "CarrierWillPickUp": event.carrier_will_pick_up,
            **present(LabelFormat=event.label_format),
        },
        **present(LabelCustomization=_on_label(event.label_text)),
    }


def ship_from(address: ShipFrom) -> Element:
    """Return an `Address`."""
    return {
        "Name": address.name,
        "AddressLine1": address.address_line1,
        **present(
            AddressLine2=address.address_line2,
            AddressLine3=address.address_line3,
            DistrictOrCounty=address.district_or_county,
        ),
        "Email": address.email,
        "City": address.city,
        **present(StateOrProvinceCode=address.state_or_province_code),
        "PostalCode": address.postal_code,
        "CountryCode": address.country_code,
        "Phone": address.phone,
    }


def _item(item: ShipmentItem) -> Element:
    goods, volume = item.dangerous_goods, item.liquid_volume
    return {
        "OrderItemId": item.order_item_id,
        "Quantity": item.quantity,
        **present(
            TransparencyCodeList=list(item.transparency_codes),
            LiquidVolume={"Unit": volume.unit, "Value": Decimal(volume.value)} if volume else {},
            IsHazmat=item.is_hazmat or None,
            ItemLevelSellerInputsList=_kept(item.inputs),
            DangerousGoodsDetails=present(
                UnitedNationsRegulatoryId=goods.united_nations_regulatory_id,
                TransportationRegulatoryClass=goods.transportation_regulatory_class,
                PackingGroup=goods.packing_group,
                PackingInstruction=goods.packing_instruction,
            )
            if goods
            else {},
        ),
    }


def _dimensions(dimensions: Dimensions | None, predefined: str) -> Element:
    if dimensions is None:
        return present(PredefinedPackageDimensions=predefined)
    return {
        "Length": Decimal(dimensions.length),
        "Width": Decimal(dimensions.width),
        "Height": Decimal(dimensions.height),
        "Unit": dimensions.unit,
    }


def _weight(weight: Weight) -> Element:
    return {"Value": Decimal(weight.value), "Unit": weight.unit}


def _money(money: Money | None) -> Element | None:
    if money is None:
        return None
    return {"CurrencyCode": money.currency_code, "Amount": Decimal(money.value)}


def _on_label(text: str) -> Element:
    if text == ORDER_ID_ON_LABEL:
        return {"StandardIdForLabel": text}
    return present(CustomTextForLabel=text)
