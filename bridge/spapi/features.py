"""Ask Amazon which features there are for a partner, and for which of its products."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeVar

from bridge.programs.features import Feature, FeatureProduct, Features
from bridge.programs.operations import Item
from bridge.programs.registry import installed
from bridge.spapi.client import AmazonClient
from bridge.spapi.errors import AmazonRefused, AmazonUnavailable
from bridge.spapi.pages import UnreadableItem

T = TypeVar("T")


class FeatureReader:
    """Reads features by a program's declaration, as one partner. Its methods raise `AmazonError`.

    Nothing is left out: where one element cannot be read, the reply counts as unreadable.
    """

    def __init__(self, client: AmazonClient, features: Features, profile: Any) -> None:  # noqa: ANN401 - its program's
        self._client = client
        self._features = features
        self._query = dict(features.query(profile))

    def all(self) -> list[Feature]:
        """List all features."""
        return list(self._listed(self._features.listed, {}, Feature))

    def products(self, feature: str) -> list[FeatureProduct]:
        """List the products that a feature is there for."""
        names = {self._features.feature_name: feature}
        return list(self._listed(self._features.products, names, FeatureProduct))

    def product(self, feature: str, sku: str) -> FeatureProduct | None:
        """Return whether a feature is there for a product; None where Amazon knows no such."""
        operation = installed().operations[self._features.product]
        names = {self._features.feature_name: feature, self._features.sku_name: sku, **self._query}
        with _in_amazons_words(operation.name):
            found = self._client.read_one(operation, version="", **names)
        return None if found is None else _read(operation.name, found, FeatureProduct)

    def _listed(self, name: str, names: Mapping[str, str], kind: type[T]) -> Iterator[T]:
        operation = installed().operations[name]
        query, seen = dict(self._query), set[str]()
        while True:
            with _in_amazons_words(name):
                page = self._client.read_page(operation, query, names=names)
            yield from (_read(name, one, kind) for one in (*page.items, *page.unreadable))
            if not page.next_token:
                return
            if page.next_token in seen:
                raise AmazonUnavailable(f"{name}: its pages lead to no end")
            seen.add(page.next_token)
            query[self._features.token] = page.next_token


@contextmanager
def _in_amazons_words(name: str) -> Iterator[None]:
    """Raise a refusal within the block with Amazon's words: those on features hold nothing personal."""
    try:
        yield
    except AmazonRefused as refused:
        words = " ".join(error.message for error in refused.errors)
        raise AmazonRefused(f"{name}: {refused}: {words}", http_status=refused.http_status) from refused


def _read(name: str, found: Item | UnreadableItem, kind: type[T]) -> T:
    if isinstance(found, kind):
        return found
    why = found.reason if isinstance(found, UnreadableItem) else "another element was expected"
    raise AmazonUnavailable(f"{name} is unreadable: {why}")
