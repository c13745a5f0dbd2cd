"""Amazon's replies on features. Pure.

Names are those of Amazon's model Fulfillment Outbound 2020-07-01 in snake case; read leniently.
"""

from __future__ import annotations

import msgspec

from bridge.programs.features import Feature, FeatureProduct


class _Feature(msgspec.Struct, rename="camel"):
    feature_name: str
    feature_description: str | None = None
    seller_eligible: bool | None = None


class _Product(msgspec.Struct, rename="camel"):
    seller_sku: str | None = None
    fn_sku: str | None = None
    asin: str | None = None
    sku_count: float | None = None
    is_eligible: bool = True
    ineligible_reasons: list[str] | None = None


def read_feature(raw: msgspec.Raw) -> Feature:
    """Read an element of getFeatures; see `Operation.read`."""
    read = msgspec.json.decode(raw, type=_Feature)
    return Feature(
        name=read.feature_name, description=read.feature_description or "", eligible=read.seller_eligible
    )


def read_feature_product(raw: msgspec.Raw) -> FeatureProduct:
    """Read an element of getFeatureInventory, or the payload of getFeatureSKU; see `Operation.read`."""
    read = msgspec.json.decode(raw, type=_Product)
    return FeatureProduct(
        sku=read.seller_sku or "",
        eligible=read.is_eligible,
        reasons=tuple(read.ineligible_reasons or ()),
        fnsku=read.fn_sku or "",
        asin=read.asin or "",
        count="" if read.sku_count is None else f"{read.sku_count:g}",
    )
