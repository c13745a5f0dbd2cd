"""Features that orders may require, such as blank boxes: what Amazon offers in a marketplace. Pure."""

from __future__ import annotations

from bridge.mapping.profile import VendorProfile
from bridge.programs.features import Features
from bridge.programs.multi_channel_fulfillment.operations import (
    FEATURE_KEY,
    FEATURE_LIST,
    FEATURE_PRODUCT,
    FEATURE_PRODUCTS,
    SKU_KEY,
)
from bridge.programs.multi_channel_fulfillment.profile import values_of


def _query(profile: VendorProfile) -> dict[str, str]:
    return {"marketplaceId": values_of(profile).marketplace_id}


FEATURES = Features(
    listed=FEATURE_LIST,
    products=FEATURE_PRODUCTS,
    product=FEATURE_PRODUCT,
    feature_name=FEATURE_KEY,
    sku_name=SKU_KEY,
    query=_query,
    wanted=lambda profile: values_of(profile).feature_names,
)
