"""A seller's stock is told once a day, whole or not at all. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import time
from itertools import islice
from typing import TypeVar

from bridge.mapping.profile import VendorProfile
from bridge.outside_text import csv_rows
from bridge.programs.follow_ups import NewsDocument
from bridge.programs.multi_channel_fulfillment.notices import INVENTORY as NOTICE
from bridge.programs.multi_channel_fulfillment.operations import INVENTORY
from bridge.programs.multi_channel_fulfillment.profile import values_of
from bridge.programs.multi_channel_fulfillment.stock import Stock
from bridge.programs.snapshots import Snapshot, SnapshotFile, SnapshotView

T = TypeVar("T")
FOLDER = "inventory"
MOST_SKUS = 50
MOST_ITEMS = 9_999
"""Lines of an INVRPT, at most; more SKUs are several documents, an 846 likewise."""
_ROWS = 1000
_COLUMNS = ("status", *Stock.__struct_fields__)


def _at(profile: VendorProfile) -> time | None:
    values = values_of(profile)
    return values.inventory_at if values.inventory else None


def query(profile: VendorProfile) -> dict[str, str]:
    """Return the parameters of the first page: of all stock, with its details."""
    marketplace = values_of(profile).marketplace_id
    return {
        "details": "true",
        "granularityType": "Marketplace",
        "granularityId": marketplace,
        "marketplaceIds": marketplace,
    }


def singly(profile: VendorProfile, skus: Collection[str]) -> Iterator[Mapping[str, str]]:
    """Return the queries that ask for some SKUs: many at once, but for those that have a comma."""
    plain = [sku for sku in skus if "," not in sku]
    for some in _portions(plain, MOST_SKUS):
        yield query(profile) | {"sellerSkus": ",".join(some)}
    for sku in skus:
        if "," in sku:
            yield query(profile) | {"sellerSku": sku}


def _portions(all_of_them: Iterable[T], most: int) -> Iterator[list[T]]:
    rest = iter(all_of_them)
    while some := list(islice(rest, most)):
        yield some


def files(view: SnapshotView[Stock]) -> Iterator[SnapshotFile | NewsDocument]:
    """Yield the files and documents that tell the stock."""
    stem = f"inventory.{view.taken_at:%Y%m%dT%H%M%S}"
    for form in values_of(view.profile).inventory:
        if form == "csv":
            name = f"{stem}.csv"
            yield SnapshotFile(kind="inventory", folder=FOLDER, name=name, data=_csv(view))
        else:
            yield from _documents(view, form, stem)


def _documents(view: SnapshotView[Stock], form: str, stem: str) -> Iterator[NewsDocument]:
    """Yield the documents of a type, with as many SKUs in each as an INVRPT may have; none without any."""
    items = _items(view)
    parts = -(-len(items) // MOST_ITEMS)
    for part in range(1, parts + 1):
        some = items[(part - 1) * MOST_ITEMS : part * MOST_ITEMS]
        yield NewsDocument(
            document=form,
            notice=NOTICE,
            folder=FOLDER,
            name=f"{stem}.{form}.edi" if parts == 1 else f"{stem}.{part}-of-{parts}.{form}.edi",
            values={
                "report": f"{view.taken_at:%Y%m%d%H%M%S}",
                "marketplace": values_of(view.profile).marketplace_id,
                "part": part,
                "parts": parts,
                "taken_at": view.taken_at.isoformat(),
                "item": [
                    {"number": number, "sku": sku, "fulfillable": fulfillable, "on_hand": on_hand}
                    for number, (sku, fulfillable, on_hand) in enumerate(some, start=1)
                ],
            },
        )


def _items(view: SnapshotView[Stock]) -> list[tuple[str, int, int | None]]:
    """Return each SKU once, with what all its stock adds up to."""
    sums: dict[str, tuple[int, int | None]] = {}
    for one in view.elements:
        fulfillable, on_hand = sums.get(one.seller_sku, (0, 0))
        all_known = on_hand is not None and one.on_hand is not None
        sums[one.seller_sku] = (
            fulfillable + one.fulfillable,
            (on_hand or 0) + (one.on_hand or 0) if all_known else None,
        )
    return [(sku, *both) for sku, both in sums.items()]


def _csv(view: SnapshotView[Stock]) -> Iterator[bytes]:
    """Write a row a SKU, and one that has nothing but the SKU for each that Amazon does not know now."""
    yield csv_rows([_COLUMNS])
    for some in _portions(_rows(view), _ROWS):
        yield csv_rows(some)


def _rows(view: SnapshotView[Stock]) -> Iterator[Sequence[str]]:
    for one in view.elements:
        yield ["listed", *(_cell(getattr(one, name)) for name in Stock.__struct_fields__)]
    for sku in view.missing:
        yield ["missing", sku, *[""] * (len(Stock.__struct_fields__) - 1)]


def _cell(value: str | int | Iterable[str] | None) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else str(value) if isinstance(value, int) else " ".join(value)


SNAPSHOTS = (
    Snapshot(
        name="inventory",
        noun="stock",
        listed=INVENTORY,
        element=Stock,
        at=_at,
        query=query,
        key=lambda one: one.seller_sku,
        identity=lambda one: one.identity,
        singly=singly,
        files=files,
    ),
)
