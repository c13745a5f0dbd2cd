"""Our own description of what Amazon takes in the three POSTs, and the check of bodies against it.

Written from the published model and kept apart from `bridge.spapi` on purpose: a misreading on one
side is then noticed by the other. A name that ends in `!` is required. A value is the name of a shape
or of a scalar, a tuple of the allowed words, or a list of one shape. Fields unknown to the model are
refused, since a misspelt optional field would otherwise be lost unnoticed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

Shape = Mapping[str, "str | tuple[str, ...] | list[str]"]

_PRODUCT: Shape = {"buyerProductIdentifier": "text", "vendorProductIdentifier": "text"}
_ORDER: Shape = {"purchaseOrderNumber!": "order", "sellingParty!": "Party", "shipFromParty!": "Party"}
_PLACE: Shape = {
    "addressLine2": "text",
    "addressLine3": "text",
    "city": "text",
    "county": "text",
    "district": "text",
    "stateOrRegion": "text",
    "postalCode": "text",
    "countryCode!": "country",
    "phone": "text",
}

SHAPES: Mapping[str, Shape] = {
    "ShipmentConfirmation": {
        **_ORDER,
        "shipmentDetails!": "ShipmentDetails",
        "items!": ["Item"],
        "containers": ["Container"],
    },
    "ShipmentStatusUpdate": {**_ORDER, "statusUpdateDetails!": "StatusUpdateDetails"},
    "ShippingLabelRequest": {**_ORDER, "containers": ["Container"]},
    "ShipmentDetails": {
        "shippedDate!": "time",
        "shipmentStatus!": ("SHIPPED", "FLOOR_DENIAL"),
        "isPriorityShipment": "boolean",
        "vendorOrderNumber": "text",
        "estimatedDeliveryDate": "time",
    },
    "StatusUpdateDetails": {
        "trackingNumber!": "text",
        "statusCode!": "text",
        "reasonCode!": "text",
        "statusDateTime!": "time",
        "statusLocationAddress!": "StatusLocation",
        "shipmentSchedule": "ShipmentSchedule",
    },
    "ShipmentSchedule": {
        "estimatedDeliveryDateTime": "time",
        "apptWindowStartDateTime": "time",
        "apptWindowEndDateTime": "time",
    },
    "Item": {"itemSequenceNumber!": "integer", "shippedQuantity!": "Quantity", **_PRODUCT},
    "PackedItem": {"itemSequenceNumber!": "integer", "packedQuantity!": "Quantity", **_PRODUCT},
    "Quantity": {"amount!": "integer", "unitOfMeasure!": "text"},
    "Container": {
        "containerType!": ("carton", "pallet"),
        "containerIdentifier!": "text",
        "packedItems!": ["PackedItem"],
        "weight!": "Weight",
        "dimensions": "Dimensions",
        "trackingNumber": "text",
        "manifestId": "text",
        "manifestDate": "text",
        "shipMethod": "text",
        "scacCode": "text",
        "carrier": "text",
        "containerSequenceNumber": "integer",
    },
    "Weight": {"unitOfMeasure!": ("KG", "LB"), "value!": "decimal"},
    "Dimensions": {
        "length!": "decimal",
        "width!": "decimal",
        "height!": "decimal",
        "unitOfMeasure!": ("IN", "CM"),
    },
    "Party": {"partyId!": "text", "address": "Address", "taxRegistrationDetails": ["TaxRegistration"]},
    "TaxRegistration": {
        "taxRegistrationNumber!": "text",
        "taxRegistrationType": ("VAT", "GST"),
        "taxRegistrationAddress": "Address",
        "taxRegistrationMessages": "text",
    },
    "Address": {"name!": "text", "addressLine1!": "text", **_PLACE},
    # The model asks for name and addressLine1 here too; the guide's own example leaves them out.
    "StatusLocation": {"name": "text", "addressLine1": "text", **_PLACE},
}

_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)")
_ORDER_NUMBER = re.compile(r"[a-zA-Z0-9]+")
_DECIMAL = re.compile(r"-?\d+(\.\d+)?")
_COUNTRY = re.compile(r"[A-Z]{2}")


def is_time(value: object) -> bool:
    """Tell whether a value is an ISO-8601 date and time with Z or an offset."""
    if not isinstance(value, str) or not _TIME.fullmatch(value):
        return False
    try:
        datetime.fromisoformat(value)
    except ValueError:
        return False
    return True


def is_order(value: object) -> bool:
    """Tell whether a value can be a purchase order number."""
    return isinstance(value, str) and _ORDER_NUMBER.fullmatch(value) is not None


SCALARS: Mapping[str, tuple[str, Callable[[object], bool]]] = {
    "text": ("a string that is not empty", lambda value: isinstance(value, str) and value != ""),
    "order": ("letters and digits only (^[a-zA-Z0-9]+$)", is_order),
    "time": ("an ISO-8601 date and time with Z or an offset", is_time),
    "integer": ("an integer", lambda value: isinstance(value, int) and not isinstance(value, bool)),
    "boolean": ("true or false", lambda value: isinstance(value, bool)),
    "decimal": (
        "a decimal number in a string",
        lambda value: isinstance(value, str) and _DECIMAL.fullmatch(value) is not None,
    ),
    "country": (
        "an ISO 3166-1 alpha-2 code",
        lambda value: isinstance(value, str) and _COUNTRY.fullmatch(value) is not None,
    ),
}

# Yields what is wrong below a path. Most values are right, so a check first says nothing cheaply.
Check = Callable[[Any, str], Iterator[str]]


def problems_of(body: object, key: str, shape: str) -> list[str]:
    """Name everything wrong with a POST's body: an object with an array of `shape` under `key`."""
    if not isinstance(body, dict):
        return ["The request body is not a JSON object."]
    unknown = [f"Element '{name}' is not known." for name in body if name != key]
    items = body.get(key)
    if not isinstance(items, list) or not items:
        return [*unknown, f"The content of element '{key}' is not complete. One or more are expected."]
    return [*unknown, *_list_check(CHECKS[shape])(items, key)]


def _scalar_check(kind: str) -> Check:
    wanted, right = SCALARS[kind]

    def check(value: Any, path: str) -> Iterator[str]:  # noqa: ANN401
        if not right(value):
            yield f"The value of element '{path}' is not valid. It must be {wanted}."

    return check


def _word_check(words: tuple[str, ...]) -> Check:
    def check(value: Any, path: str) -> Iterator[str]:  # noqa: ANN401
        if value not in words:
            yield f"The value of element '{path}' is not valid. It must be one of {', '.join(words)}."

    return check


def _list_check(element: Check) -> Check:
    def check(value: Any, path: str) -> Iterator[str]:  # noqa: ANN401
        if not isinstance(value, list):
            yield f"The value of element '{path}' is not valid. It must be an array."
            return
        for position, one in enumerate(value):
            yield from element(one, f"{path}[{position}]")

    return check


def _shape_check(name: str) -> Check:
    fields: dict[str, Check] = {}
    required: list[str] = []
    for spelling, kind in SHAPES[name].items():
        field = spelling.removesuffix("!")
        fields[field] = _check_of(kind)
        if field != spelling:
            required.append(field)

    def check(value: Any, path: str) -> Iterator[str]:  # noqa: ANN401
        if not isinstance(value, dict):
            yield f"The value of element '{path}' is not valid. It must be an object."
            return
        for field in required:
            if field not in value:
                yield f"The content of element '{path}' is not complete. '{field}' is expected."
        for field, content in value.items():
            inner = fields.get(field)
            if inner is None:
                yield f"Element '{path}.{field}' is not known."
            else:
                yield from inner(content, f"{path}.{field}")

    return check


def _check_of(kind: str | tuple[str, ...] | list[str]) -> Check:
    if isinstance(kind, tuple):
        return _word_check(kind)
    if isinstance(kind, list):
        return _list_check(_shape_check(kind[0]))
    return _scalar_check(kind) if kind in SCALARS else _shape_check(kind)


_POSTED = ("ShipmentConfirmation", "ShipmentStatusUpdate", "ShippingLabelRequest")
CHECKS: Mapping[str, Check] = {name: _shape_check(name) for name in _POSTED}
