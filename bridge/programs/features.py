"""What a program says of the features that Amazon offers for what it takes: which a partner may require.

They differ by marketplace, seller and product. The verb `features` asks Amazon by this declaration.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec


class Feature(msgspec.Struct, frozen=True, kw_only=True):
    """A feature; `eligible` is None where Amazon does not say whether the seller may use it."""

    name: str
    description: str = ""
    eligible: bool | None = None

    @property
    def purchase_order_number(self) -> str:
        """Features are of no order."""
        return ""


class FeatureProduct(msgspec.Struct, frozen=True, kw_only=True):
    """A product, and whether a feature is there for it; `count` is how many Amazon has."""

    sku: str
    eligible: bool = True
    reasons: tuple[str, ...] = ()
    fnsku: str = ""
    asin: str = ""
    count: str = ""

    @property
    def purchase_order_number(self) -> str:
        """Products are of no order."""
        return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Features:
    """The reads that tell of features, by a partner's profile.

    `listed` lists all `Feature`s, `products` the `FeatureProduct`s of one, whose name stands in its path as
    `{feature_name}`, and `product` reads one, with `{sku_name}` in its path, too. `query` returns the
    parameters that all of them want; those of `product` stand in its path. `token` leads to a list's next
    page. `wanted` returns the features that the partner's settings require of everything.
    """

    listed: str
    products: str
    product: str
    feature_name: str
    sku_name: str
    query: Callable[[Any], Mapping[str, str]]
    wanted: Callable[[Any], Sequence[str]]
    token: str = "nextToken"  # noqa: S105 - a parameter's name
