"""Amazon's operations of Multi-Channel Fulfillment as a table.

Source: Fulfillment Outbound, version 2020-07-01, of the Selling Partner API. Nothing of it is restricted.
"""

from __future__ import annotations

from typing import Any

from bridge.programs.multi_channel_fulfillment.feature_replies import read_feature, read_feature_product
from bridge.programs.multi_channel_fulfillment.orders import read_listed, read_order
from bridge.programs.multi_channel_fulfillment.packages import read_package
from bridge.programs.multi_channel_fulfillment.previews import read_previews
from bridge.programs.multi_channel_fulfillment.return_items import read_answer, read_reason_codes
from bridge.programs.multi_channel_fulfillment.stock import read_stock
from bridge.programs.operations import Method, Operation

V2020_07_01 = "2020-07-01"
VERSIONS = (V2020_07_01,)
CREATE = "createFulfillmentOrder"
GET = "getFulfillmentOrder"
PREVIEW = "getFulfillmentPreview"
LIST = "listAllFulfillmentOrders"
STEER = "submitFulfillmentOrderStatusUpdate"
CANCEL = "cancelFulfillmentOrder"
UPDATE = "updateFulfillmentOrder"
RETURN = "createFulfillmentReturn"
REASONS = "listReturnReasonCodes"
INVENTORY = "getInventorySummaries"
ID_KEY = "sellerFulfillmentOrderId"
TRACK = "getPackageTrackingDetails"
PACKAGE_KEY = "packageNumber"
FEATURE_LIST = "getFeatures"
FEATURE_PRODUCTS = "getFeatureInventory"
FEATURE_PRODUCT = "getFeatureSKU"
FEATURE_KEY, SKU_KEY = "featureName", "sellerSku"


def _operation(name: str, method: Method, path: str, **more: Any) -> Operation:  # noqa: ANN401 - as they are
    paths = {V2020_07_01: f"/fba/outbound/2020-07-01/{path}"}
    return Operation(name=name, method=method, paths=paths, rate=2.0, burst=30, **more)


OPERATIONS = (
    _operation(
        CREATE,
        "POST",
        "fulfillmentOrders",
        # Its 200 says that the order is there as `New`, which may become `Invalid`.
        reply="receipt",
        # What a second create with the same id answers is not documented: Amazon is asked for the order.
        in_doubt="verify",
        advice={r"(?i)feature": "`edibridge features` tells which there are, and for which products"},
    ),
    _operation(UPDATE, "PUT", f"fulfillmentOrders/{{{ID_KEY}}}", reply="result", in_doubt="verify"),
    _operation(
        RETURN,
        "PUT",
        f"fulfillmentOrders/{{{ID_KEY}}}/return",
        reply="result",
        in_doubt="verify",
        read=read_answer,
    ),
    _operation(
        REASONS,
        "GET",
        "returnReasonCodes?sellerSku={sellerSku}&marketplaceId={marketplaceId}",
        read=read_reason_codes,
    ),
    # Its 200 is a request that was taken: whether the order is cancelled, the order itself shows.
    _operation(CANCEL, "PUT", f"fulfillmentOrders/{{{ID_KEY}}}/cancel", reply="receipt", in_doubt="verify"),
    _operation(
        GET,
        "GET",
        f"fulfillmentOrders/{{{ID_KEY}}}",
        number_key=ID_KEY,
        read=read_order,
        absent=r"(?i)not (be )?found|(not|n't) exist|unknown|no (such )?(fulfillment )?order",
    ),
    _operation(
        LIST, "GET", "fulfillmentOrders", list_key="fulfillmentOrders", number_key=ID_KEY, read=read_listed
    ),
    # A read, though Amazon wants a POST: it reserves nothing.
    _operation(PREVIEW, "POST", "fulfillmentOrders/preview", read=read_previews),
    # In Amazon's sandbox alone, where nothing ships by itself.
    _operation(STEER, "PUT", f"fulfillmentOrders/{{{ID_KEY}}}/status", reply="receipt"),
    _operation(
        TRACK,
        "GET",
        f"tracking?{PACKAGE_KEY}={{{PACKAGE_KEY}}}",
        path_names={PACKAGE_KEY: r"[0-9]{1,10}"},
        number_key=PACKAGE_KEY,
        read=read_package,
        # Until a carrier has scanned it Amazon answers 404, or 400 in words that are not documented.
        absent=r"(?s).",
    ),
    _operation(FEATURE_LIST, "GET", "features", list_key="features", read=read_feature),
    _operation(
        FEATURE_PRODUCTS,
        "GET",
        f"features/inventory/{{{FEATURE_KEY}}}",
        list_key="featureSkus",
        number_key=SKU_KEY,
        read=read_feature_product,
    ),
    _operation(
        FEATURE_PRODUCT,
        "GET",
        f"features/inventory/{{{FEATURE_KEY}}}/{{{SKU_KEY}}}?marketplaceId={{marketplaceId}}",
        number_key=SKU_KEY,
        read=read_feature_product,
    ),
    Operation(
        name=INVENTORY,
        method="GET",
        paths={V2020_07_01: "/fba/inventory/v1/summaries"},
        rate=2.0,
        burst=2,
        list_key="inventorySummaries",
        number_key="sellerSku",
        read=read_stock,
    ),
)
