"""Our own description of the bodies that Merchant Fulfillment v0 takes."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from simulator.bodies import Text, Time, described, many
from simulator.merchant.operations import CREATE, INPUTS, OFFERS
from simulator.merchant.predefined import PREDEFINED

MERCHANT_SHAPES: dict[str, type[BaseModel]] = {}
"""The shapes by the names of Amazon's definitions."""


def _shape(name: str, required: Mapping[str, Any], optional: Mapping[str, Any] = MappingProxyType({})) -> Any:  # noqa: ANN401 - a type
    return described(name, required, optional, MERCHANT_SHAPES)


def _upto(most: int) -> Any:  # noqa: ANN401 - a type
    return Annotated[str, Field(min_length=1, max_length=most)]


_number = Annotated[float, Field(ge=0)]
_positive = Annotated[float, Field(gt=0)]
_order_id = Annotated[str, Field(pattern=r"^\d{3}-\d{7}-\d{7}$")]
_length_unit = Literal["inches", "centimeters"]
_address = _shape(
    "Address",
    {
        "Name": _upto(30),
        "AddressLine1": _upto(180),
        "Email": Text,
        "City": _upto(30),
        "PostalCode": _upto(30),
        "CountryCode": Annotated[str, Field(pattern="^[A-Z]{2}$")],
        "Phone": _upto(30),
    },
    {
        "AddressLine2": _upto(60),
        "AddressLine3": _upto(60),
        "DistrictOrCounty": Text,
        "StateOrProvinceCode": _upto(30),
    },
)
_money = _shape(
    "CurrencyAmount",
    {"CurrencyCode": Annotated[str, Field(pattern="^[A-Z]{3}$")], "Amount": _number},
)
_weight = _shape("Weight", {"Value": _positive, "Unit": Literal["oz", "g"]})
_length = _shape("Length", {}, {"value": _number, "unit": _length_unit})
_input = _shape(
    "AdditionalSellerInput",
    {},
    {
        "DataType": Text,
        "ValueAsString": str,
        "ValueAsBoolean": bool,
        "ValueAsInteger": int,
        "ValueAsTimestamp": Time,
        "ValueAsAddress": _address,
        "ValueAsWeight": _weight,
        "ValueAsDimension": _length,
        "ValueAsCurrency": _money,
    },
)
_inputs = many(
    _shape("AdditionalSellerInputs", {"AdditionalInputFieldName": Text, "AdditionalSellerInput": _input})
)
_volume = _shape(
    "LiquidVolume", {"Unit": Literal["ML", "L", "FL_OZ", "GAL", "PT", "QT", "C"], "Value": _positive}
)
_dangerous_goods = _shape(
    "DangerousGoodsDetails",
    {},
    {
        "UnitedNationsRegulatoryId": Annotated[str, Field(pattern="^(UN|ID|NA)[0-9]{4}$")],
        "TransportationRegulatoryClass": Annotated[str, Field(pattern=r"^[1-9](\.[1-9])?$")],
        "PackingGroup": Literal["I", "II", "III"],
        "PackingInstruction": Literal[
            "PI965_SECTION_IA", "PI965_SECTION_IB", "PI965_SECTION_II", "PI966_SECTION_I",
            "PI966_SECTION_II", "PI967_SECTION_I", "PI967_SECTION_II", "PI968_SECTION_IA",
            "PI968_SECTION_IB", "PI969_SECTION_I", "PI969_SECTION_II", "PI970_SECTION_I",
            "PI970_SECTION_II",
        ],
    },
)  # fmt: skip
_item = _shape(
    "Item",
    {"OrderItemId": Text, "Quantity": Annotated[int, Field(ge=1, lt=2**31)]},
    {
        "ItemWeight": _weight,
        "ItemDescription": Text,
        "TransparencyCodeList": many(Text),
        "ItemLevelSellerInputsList": _inputs,
        "LiquidVolume": _volume,
        "IsHazmat": bool,
        "DangerousGoodsDetails": _dangerous_goods,
    },
)
_dimensions = _shape(
    "PackageDimensions",
    {},
    {
        **dict.fromkeys(("Length", "Width", "Height"), _positive),
        "Unit": _length_unit,
        "PredefinedPackageDimensions": Literal[PREDEFINED],
    },
)
_experiences = (
    "DeliveryConfirmationWithAdultSignature",
    "DeliveryConfirmationWithSignature",
    "DeliveryConfirmationWithoutSignature",
    "NoTracking",
)
_pick_up = Literal["CarrierWillPickUp", "ShipperWillDropOff", "NoPreference"]
_service_options = _shape(
    "ShippingServiceOptions",
    {"DeliveryExperience": Literal[_experiences], "CarrierWillPickUp": bool},
    {
        "DeclaredValue": _money,
        "CarrierWillPickUpOption": _pick_up,
        "LabelFormat": Literal["PDF", "PNG", "ZPL203", "ZPL300", "ShippingServiceDefault"],
    },
)
_details = _shape(
    "ShipmentRequestDetails",
    {
        "AmazonOrderId": _order_id,
        "ItemList": many(_item, at_least=1),
        "ShipFromAddress": _address,
        "PackageDimensions": _dimensions,
        "Weight": _weight,
        "ShippingServiceOptions": _service_options,
    },
    {
        "SellerOrderId": _upto(64),
        "MustArriveByDate": Time,
        "ShipDate": Time,
        "LabelCustomization": _shape(
            "LabelCustomization",
            {},
            {"CustomTextForLabel": _upto(14), "StandardIdForLabel": Literal["AmazonOrderId"]},
        ),
    },
)
_filter = _shape(
    "ShippingOfferingFilter",
    {},
    {
        "IncludePackingSlipWithLabel": bool,
        "IncludeComplexShippingOptions": bool,
        "CarrierWillPickUp": _pick_up,
        "DeliveryExperience": Literal[(*_experiences, "NoPreference")],
    },
)
REQUESTS: Mapping[str, type[BaseModel]] = {
    OFFERS: _shape(
        "GetEligibleShipmentServicesRequest",
        {"ShipmentRequestDetails": _details},
        {"ShippingOfferingFilter": _filter},
    ),
    INPUTS: _shape(
        "GetAdditionalSellerInputsRequest",
        {"ShippingServiceId": Text, "ShipFromAddress": _address, "OrderId": _order_id},
    ),
    CREATE: _shape(
        "CreateShipmentRequest",
        {"ShipmentRequestDetails": _details, "ShippingServiceId": Text},
        {
            "ShippingServiceOfferId": Text,
            "HazmatType": Literal["None", "LQHazmat"],
            "LabelFormatOption": _shape(
                "LabelFormatOptionRequest", {}, {"IncludePackingSlipWithLabel": bool}
            ),
            "ShipmentLevelSellerInputsList": _inputs,
        },
    ),
}
