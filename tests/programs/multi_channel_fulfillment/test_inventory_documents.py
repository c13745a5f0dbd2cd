"""A seller's stock as 846 and INVRPT: a strict reader accepts each; what does not fit is told to nobody."""

from __future__ import annotations

import re
from dataclasses import replace

import msgspec
import pytest

from bridge.document_data import grammar_of
from bridge.edi.addressing import Addressing
from bridge.edi.model import DocumentRead, Party, ReadOptions
from bridge.edi.reader import read
from bridge.programs.multi_channel_fulfillment import inventory
from bridge.programs.multi_channel_fulfillment.profile import NAME, values_of
from simulator.inventory import summary
from tests.programs.multi_channel_fulfillment.conftest import Shop

ADDRESSING = Addressing(sender=Party("AMAZON", "ZZ"), receiver=Party("SHOP", "ZZ"))
FORMS = ("csv", "846", "INVRPT")


@pytest.fixture
def shop(shop: Shop) -> Shop:
    """Have the stock told in all forms."""
    profile = shop.partner.profile
    values = msgspec.structs.replace(values_of(profile), inventory=FORMS)
    profile = msgspec.structs.replace(profile, of_programs={NAME: values})
    shop.partner = replace(shop.partner, profile=profile, addressing=ADDRESSING)
    return shop


def outbox(shop: Shop) -> list[str]:
    return sorted(path.name for path in (shop.folder / "drop" / "outbox" / "inventory").glob("*"))


def written(shop: Shop, form: str) -> list[str]:
    """Return the segments of the only document of a type; a strict partner finds nothing wrong with it."""
    (path,) = (shop.folder / "drop" / "outbox" / "inventory").glob(f"*.{form}.edi")
    events = read([path.read_bytes()], grammar_of(None), options=ReadOptions(strict=True))
    (document,) = (event.document for event in events if isinstance(event, DocumentRead))
    assert document.errors == []
    around = ("ISA", "GS", "ST", "SE", "GE", "IEA", "UNB", "UNH", "UNT", "UNZ")
    segments = re.split(r"[~'\n]+", path.read_text().strip())
    return [one for one in segments if one and not one.startswith(around)]


def test_each_sku_is_told_once_with_what_all_its_stock_adds_up_to(shop: Shop) -> None:
    shop.amazon.inventory.stock(
        [summary("SKU-A", 40), summary("SKU-A", 5, fnSku="X00OTHER"), summary("SKU-B", 0)]
    )
    shop.passes()
    assert len(outbox(shop)) == len(FORMS)
    assert written(shop, "846") == [
        "BIA*00*SI*20261122120000*20261122*0700",
        "N1*WH*AMAZON*ZZ*ATVPDKIKX0DER",
        "LIN*1*SK*SKU-A",
        "QTY*33*45*EA",
        "QTY*17*57*EA",
        "LIN*2*SK*SKU-B",
        "QTY*33*0*EA",
        "QTY*17*6*EA",
        "CTT*2",
    ]
    assert written(shop, "INVRPT") == [
        "BGM+35+20261122120000+9",
        "DTM+137:202611220700:203",
        "NAD+WH+ATVPDKIKX0DER::ZZZ",
        "LIN+1++SKU-A:SK",
        "QTY+60:45:PCE",
        "QTY+17:57:PCE",
        "LIN+2++SKU-B:SK",
        "QTY+60:0:PCE",
        "QTY+17:6:PCE",
    ]


def test_a_document_that_does_not_fit_is_not_told_and_what_stands_beside_it_is(shop: Shop) -> None:
    shop.amazon.inventory.stock([summary("SKU-" + "9" * 36, 40)])  # an INVRPT has room for 35
    shop.passes()
    assert [name.split(".", 2)[2] for name in outbox(shop)] == ["846.edi", "csv"]
    (alert,) = [one for one in shop.partner.ledger.alerts("acme") if one.kind == "snapshot"]
    assert "the INVRPT of stock is not told" in alert.message
    assert "LIN03" in alert.message
    shop.amazon.inventory.stock([summary("SKU-A", 40)])
    shop.passes(2, hours=24)  # the first one is held, since it lacks the other SKU
    assert [one for one in shop.partner.ledger.alerts("acme") if one.kind == "snapshot"] == []


def test_more_skus_than_a_document_may_have_are_several(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inventory, "MOST_ITEMS", 2)
    shop.amazon.inventory.stock([summary(f"SKU-{number}", number) for number in range(5)])
    shop.passes()
    assert [name.split(".", 2)[2] for name in outbox(shop) if "846" in name] == [
        "1-of-3.846.edi",
        "2-of-3.846.edi",
        "3-of-3.846.edi",
    ]


def test_of_several_documents_all_are_told_or_none(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inventory, "MOST_ITEMS", 2)
    long = "SKU-" + "9" * 36  # an INVRPT has room for 35
    shop.amazon.inventory.stock([summary(sku, 4) for sku in ("SKU-A", "SKU-B", "SKU-C", long, "SKU-D")])
    shop.passes()
    assert [name for name in outbox(shop) if "INVRPT" in name] == []
    assert len([name for name in outbox(shop) if "846" in name]) == 3
