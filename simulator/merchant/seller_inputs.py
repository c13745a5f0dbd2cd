"""What services want to know besides: told on request, and checked where a label is bought. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from simulator.merchant.seller_orders import SellerOrder
from simulator.merchant.services import InputField, Service

Item = dict[str, Any]


def told(service: Service, order: SellerOrder, *, upper_case: bool) -> Item:
    """Build the `GetAdditionalSellerInputsResult` of the model."""
    fields = {
        level: [_told(one, upper_case=upper_case) for one in service.inputs if one.level == level]
        for level in ("SHIPMENT_LEVEL", "ITEM_LEVEL")
    }
    asins = sorted({item.asin for item in order.items})
    return {
        "ShipmentLevelFields": fields["SHIPMENT_LEVEL"],
        "ItemLevelFieldsList": [
            {"Asin": asin, "AdditionalInputs": fields["ITEM_LEVEL"]} for asin in asins if fields["ITEM_LEVEL"]
        ],
    }


def problems(service: Service, body: Item) -> Iterator[str]:
    """Name what is missing or not allowed among the inputs of a createShipment."""
    levels = {
        "SHIPMENT_LEVEL": [body.get("ShipmentLevelSellerInputsList", [])],
        "ITEM_LEVEL": [
            item.get("ItemLevelSellerInputsList", []) for item in body["ShipmentRequestDetails"]["ItemList"]
        ],
    }
    for field in service.inputs:
        for given in levels[field.level]:
            yield from _problems(field, given)


def _problems(field: InputField, given: Iterable[Item]) -> Iterator[str]:
    values = [one["AdditionalSellerInput"] for one in given if one["AdditionalInputFieldName"] == field.name]
    if not values:
        if field.required:
            yield f"The additional seller input {field.name} is required."
        return
    value = values[0].get(f"ValueAs{field.data_type}")
    if value is None:
        yield f"The additional seller input {field.name} must be a {field.data_type}."
    elif field.values and value not in field.values:
        yield f"The additional seller input {field.name} must be one of {', '.join(field.values)}."
    elif field.pattern and not re.fullmatch(field.pattern, str(value)):
        yield f"The additional seller input {field.name} must match {field.pattern}."


def _told(field: InputField, *, upper_case: bool) -> Item:
    kind = field.data_type.upper() if upper_case else field.data_type
    definition: Item = {
        "IsRequired": field.required,
        "DataType": kind,
        "Constraints": [{"ValidationRegEx": field.pattern, "ValidationString": f"Must match {field.pattern}"}]
        if field.pattern
        else [],
        "InputDisplayText": field.text,
        "InputTarget": field.level,
        "StoredValue": {"DataType": kind, f"ValueAs{field.data_type}": field.stored} if field.stored else {},
    }
    if field.values:
        definition["RestrictedSetValues"] = list(field.values)
    return {"AdditionalInputFieldName": field.name, "SellerInputDefinition": definition}
