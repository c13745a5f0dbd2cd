"""Features that fulfillment orders may require, and the products that they are there for."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from simulator.replies import Refused

Item = dict[str, Any]
FEATURES, FEATURE_INVENTORY, FEATURE_SKU = "getFeatures", "getFeatureInventory", "getFeatureSKU"
FEATURE_READS = frozenset({FEATURES, FEATURE_INVENTORY, FEATURE_SKU})
PRODUCTS_A_PAGE = 2


class Features:
    """`offered` are the features of every marketplace, with what they are; `products` the SKUs of each.

    A feature that has no SKUs is there for all of them.
    """

    def __init__(self) -> None:
        self.offered = {
            "BLANK_BOX": "Items ship in a box without the marketplace's brand.",
            "BLOCK_AMZL": "Amazon's own carriers do not deliver it.",
            "OVERBOX": "A box around the product's own.",
            "PACKING_SLIP": "A packing slip of the merchant's.",
            "SIGNATURE_CONFIRMATION": "The recipient signs for it.",
        }
        self.products: dict[str, list[str]] = {"BLANK_BOX": ["SKU-A", "SKU-B", "SKU-C"], "OVERBOX": ["SKU-A"]}

    def all(self) -> Item:
        """List the features."""
        told = [
            {"featureName": name, "featureDescription": text, "sellerEligible": True}
            for name, text in self.offered.items()
        ]
        return {"payload": {"features": told}}

    def inventory(self, feature: str, marketplace: str, token: str) -> Item:
        """List a page of the products of a feature; raises `Refused`."""
        self._check(feature)
        start, skus = int(token or 0), self.products.get(feature, [])
        more = start + PRODUCTS_A_PAGE < len(skus)
        told = [_product(sku) | {"overlappingSkus": []} for sku in skus[start : start + PRODUCTS_A_PAGE]]
        return {
            "payload": {
                "marketplaceId": marketplace,
                "featureName": feature,
                "featureSkus": told,
                **({"nextToken": str(start + PRODUCTS_A_PAGE)} if more else {}),
            }
        }

    def product(self, feature: str, sku: str, marketplace: str) -> Item:
        """Return whether a feature is there for a product; raises `Refused`."""
        self._check(feature)
        there = sku in self.products.get(feature, [sku])
        told: Item = {"marketplaceId": marketplace, "featureName": feature, "isEligible": there}
        reasons = {} if there else {"ineligibleReasons": ["MERCHANT_NOT_ENROLLED"]}
        return {"payload": told | reasons | _product(sku)}

    def check_order(self, body: Item) -> None:
        """Check the features that an order requires; raises `Refused`."""
        for one in body.get("featureConstraints", []):
            self._check(one["featureName"])

    def _check(self, feature: str) -> None:
        if feature not in self.offered:
            message = f"Value {feature} for parameter featureName is invalid. The feature is not available."
            raise Refused(HTTPStatus.BAD_REQUEST, "InvalidInput", message)


def _product(sku: str) -> Item:
    return {"sellerSku": sku, "fnSku": f"X00{sku}", "asin": "B000000000", "skuCount": 12.0}
