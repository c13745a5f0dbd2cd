"""Shipments as documents over the sockets: a strict reader accepts each, and the sums are right."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import msgspec
import pytest

from bridge.document_data import grammar_of
from bridge.edi.addressing import Addressing
from bridge.edi.model import Document, DocumentRead, GroupClosed, InterchangeClosed, Party, ReadOptions
from bridge.edi.reader import read
from bridge.programs.multi_channel_fulfillment.profile import NAME, values_of
from tests.programs.multi_channel_fulfillment.conftest import Shop, orders
from tests.programs.multi_channel_fulfillment.contract_cases import shipment

ADDRESSING = Addressing(sender=Party("AMAZON", "ZZ"), receiver=Party("SHOP", "ZZ"))


def telling(shop: Shop, *forms: str, advice: str = "shipment", addressing: Addressing = ADDRESSING) -> Shop:
    """Let the seller be told of shipments in these forms."""
    profile = shop.partner.profile
    values = msgspec.structs.replace(values_of(profile), shipment_files=forms, advice=advice)
    wanted = msgspec.structs.replace(profile, of_programs={NAME: values})
    shop.partner = replace(shop.partner, profile=wanted, addressing=addressing)
    return shop


@pytest.fixture
def accepted(shop: Shop) -> Shop:
    """Have an order of two lines accepted, and its first look over."""
    telling(shop, "945")
    shop.drop("orders.csv", orders("1001,1,SKU-A,3", "1001,2,SKU-B,1"))
    shop.passes(2, seconds=2)
    shop.passes(minutes=6)
    return shop


def ships(shop: Shop, *shipments: dict[str, Any], status: str = "Processing") -> None:
    shop.amazon.orders.ship("1001", shipments, status)


def outbox(shop: Shop, name: str = "shipments") -> dict[str, Path]:
    folder = shop.folder / "drop" / "outbox" / name
    return {path.name: path for path in sorted(folder.glob("*"))} if folder.is_dir() else {}


def documents(shop: Shop, folder: str = "shipments") -> dict[str, Document]:
    """Read each document as a strict partner would; there is nothing wrong with any."""
    found = {}
    for name, path in outbox(shop, folder).items():
        for event in read([path.read_bytes()], grammar_of(None), options=ReadOptions(strict=True)):
            if isinstance(event, DocumentRead):
                assert event.document.errors == []
                found[name] = event.document
            elif isinstance(event, GroupClosed):
                assert event.group.errors == []
            elif isinstance(event, InterchangeClosed):
                assert event.interchange.errors == []
    return found


def lines(document: Document, *tags: str) -> list[str]:
    """Return the segments of some tags as they stand."""
    return [
        "*".join([one.tag, *(one.value(place) for place in range(1, len(one) + 1))])
        for one in document.segments
        if one.tag in tags
    ]


def sums(told: Sequence[Document]) -> dict[str, int]:
    """Return by line what all documents say has shipped, with the last difference."""
    shipped, last = Counter[str](), dict[str, int]()
    for document in told:
        segments = list(document.segments)
        for one, after in pairwise(segments):
            if one.tag == "W12":
                shipped[after.value(2)] += int(one.value(3))
                last[after.value(2)] = int(one.value(4))
    return {line: shipped[line] + last[line] for line in sorted(last)}


def test_two_shipments_of_three_packages_are_two_945_and_the_sums_are_right(accepted: Shop) -> None:
    first = shipment("S1", ("1", "SKU-A", 2, 1))
    second = shipment("S2", ("1", "SKU-A", 1, 1), ("2", "SKU-B", 1, 2))
    ships(accepted, first)
    accepted.passes(hours=1)
    ships(accepted, first, second, status="Complete")
    accepted.passes(3, hours=1)
    told = documents(accepted)
    assert list(told) == ["1001.S1.945.edi", "1001.S2.945.edi"]
    one, two = told.values()
    assert lines(one, "W06", "MAN", "W12", "W03") == [
        "W06*F*1001*20261123*S1",
        "MAN*CP*1ZS11",
        "W12*PR*3*2*1*EA**SK*SKU-A",
        "W03*2",
    ]
    assert lines(two, "MAN", "W12", "W03") == [
        "MAN*CP*1ZS21",
        "W12*CC*3*1*0*EA**SK*SKU-A",
        "MAN*CP*1ZS22",
        "W12*CC*1*1*0*EA**SK*SKU-B",
        "W03*2",
    ]
    assert sums(list(told.values())) == {"1": 3, "2": 1}
    assert [one.interchange.control_number for one in told.values()] == ["000000001", "000000002"]


def test_a_short_line_is_told_with_what_shipped_and_with_what_never_will(accepted: Shop) -> None:
    ships(accepted, shipment("S1", ("1", "SKU-A", 1, 1)))
    accepted.amazon.orders.move("1001", "Processing", unfulfillable={"1": 2, "2": 1})
    accepted.passes(hours=1)
    accepted.amazon.orders.move("1001", "CompletePartialled", unfulfillable={"1": 2, "2": 1})
    accepted.passes(2, hours=1)
    told = documents(accepted)
    assert list(told) == ["1001.S1.945.edi", "1001.ended.945.edi"]
    assert lines(told["1001.S1.945.edi"], "W12") == ["W12*CP*3*1*2*EA**SK*SKU-A"]
    assert lines(told["1001.ended.945.edi"], "N1", "MAN", "W12", "W03") == [
        "N1*SF*AMAZON",
        "W12*DS*3*0*2*EA**SK*SKU-A",
        "W12*DS*1*0*1*EA**SK*SKU-B",
        "W03*0",
    ]
    assert sums(list(told.values())) == {"1": 3, "2": 1}


def test_a_shipment_that_amazon_planned_anew_is_one_945(accepted: Shop) -> None:
    whole = (("1", "SKU-A", 3, 1), ("2", "SKU-B", 1, 1))
    ships(accepted, shipment("S1", *whole, status="CANCELLED_BY_FULFILLER"))
    accepted.passes(hours=1)
    ships(
        accepted,
        shipment("S1", *whole, status="CANCELLED_BY_FULFILLER"),
        shipment("S2", *whole),
        status="Complete",
    )
    accepted.passes(2, hours=1)
    assert list(documents(accepted)) == ["1001.S2.945.edi"]


def test_a_945_that_does_not_fit_is_held_and_goes_when_it_does(accepted: Shop) -> None:
    telling(accepted, "csv", "945", addressing=Addressing())
    ships(accepted, shipment("S1", ("1", "SKU-A", 3, 1), ("2", "SKU-B", 1, 1)), status="Complete")
    accepted.passes(2, hours=1)
    assert list(outbox(accepted)) == ["1001.S1.csv"]
    (alert,) = accepted.partner.ledger.alerts("acme")
    assert alert.kind == "held_document"
    assert "945 1001.S1.945.edi is not sent: it is not known who writes to whom" in alert.message
    (followed,) = accepted.partner.ledger.trace("1001").follow_ups
    assert "945 1001.S1.945.edi is held" in str(followed.history)

    accepted.partner.state.news.tried_held = False  # as after a restart, with the settings corrected
    telling(accepted, "csv", "945")
    accepted.passes(minutes=1)
    assert list(outbox(accepted)) == ["1001.S1.945.edi", "1001.S1.csv"]
    accepted.passes(minutes=1)
    assert accepted.partner.ledger.alerts("acme") == []
    assert len(documents(accepted)) == 1


ORDER_940 = b"""\
ISA*00*          *00*          *ZZ*SHOPSYS        *12*AMAZONMCF      *261122*1015*U*00401*000000102*0*P*>|
GS*OW*SHOPDEPT*AMZDEPT*20261122*1015*102*X*004010|
ST*940*0001|
W05*N*1001*PO-77|
N1*ST*Ann Example*92*STORE-12|
N3*1 Example Road|
N4*Springfield*IL*62701*US|
N9*CO*W-555|
W66*PP*M***Standard|
LX*1|
N9*LI*A-1|
W01*3*EA**VN*SKU-A|
LX*2|
N9*LI*A-2|
W01*1*EA**SK*SKU-B|
SE*14*0001|
GE*1*102|
IEA*1*000000102|
"""


def test_a_940_is_answered_once_at_its_end_with_its_own_words_and_addresses(shop: Shop) -> None:
    telling(shop, "945", "DESADV", advice="order", addressing=Addressing())
    shop.drop("940.edi", ORDER_940)
    shop.passes(2, seconds=2)
    shop.passes(minutes=6)
    first = shipment("S1", ("A-1", "SKU-A", 2, 1))
    ships(shop, first)
    shop.passes(hours=1)
    assert outbox(shop) == {}
    shop.amazon.orders.ship("1001", [first], "CompletePartialled")
    shop.amazon.orders.move("1001", "CompletePartialled", unfulfillable={"A-1": 1, "A-2": 1})
    shop.passes(2, hours=1)
    told = documents(shop)  # and no DESADV: nobody said to whom, since the order is no EDIFACT
    (one,) = told.values()
    assert lines(one, "W06", "N1", "N9", "LX", "MAN", "W12", "W03") == [
        "W06*F*1001*20261123*S1**PO-77",
        "N1*SF**92*PHX7",
        "N1*ST**92*STORE-12",
        "N9*CO*W-555",
        "LX*1",
        "MAN*CP*1ZS11",
        "W12*CP*3*2*1*EA**VN*SKU-A",
        "N9*LI*A-1",
        "LX*2",
        "W12*DS*3*0*1*EA**VN*SKU-A",
        "N9*LI*A-1",
        "W12*DS*1*0*1*EA**SK*SKU-B",
        "N9*LI*A-2",
        "W03*2",
    ]
    head, group = one.interchange, one.group
    assert (head.sender, head.receiver) == (Party("AMAZONMCF", "12"), Party("SHOPSYS", "ZZ"))
    assert (head.delimiters.segment.strip(), one.version, group and group.sender.id) == (
        "|",
        "004010",
        "AMZDEPT",
    )
    (alert,) = shop.partner.ledger.alerts("acme")
    assert "DESADV 1001.order.DESADV.edi is not sent" in alert.message
