"""What answers repeat of an order, as its document has it."""

from __future__ import annotations

from typing import Any

from bridge.edi.model import Delimiters, DocumentRead, Party
from bridge.edi.reader import read
from bridge.mapping import explain_profile, translate
from bridge.programs.multi_channel_fulfillment.events import Original, Product
from tests.golden import SAMPLES, shipped_grammar, shipped_mappings


def originals(sample: str, **changes: str) -> list[Original]:
    data = (SAMPLES / sample).read_text(encoding="utf-8")
    for old, new in changes.items():
        data = data.replace(old, new)
    events = [one for one in read([data.encode()], shipped_grammar()) if isinstance(one, DocumentRead)]
    results = [
        one for event in events for one in translate(event.document, explain_profile(), shipped_mappings())
    ]
    found: list[Any] = [one.event for one in results]
    return [one.original for one in found]


def test_an_orders_message_is_answered_to_its_sender_with_its_own_codes() -> None:
    (told,) = originals("edifact/orders_plain.edi", **{"NAD+ST+++Ann": "NAD+ST+STORE12::92++Ann"})
    assert told.origin is not None
    assert (told.origin.sender, told.origin.receiver) == (Party("SHOPSYS", "ZZ"), Party("AMAZONMCF", "ZZ"))
    assert (told.origin.standard, told.origin.version, told.origin.syntax) == ("edifact", "D96A", "UNOC")
    assert (told.ship_to_qualifier, told.ship_to_id) == ("92", "STORE12")
    assert told.products == {"10": Product("SA", "KETTLE-17"), "20": Product("SA", "TEAPOT-04")}


def test_a_940_is_answered_in_its_release_with_its_separators_and_products() -> None:
    (told,) = originals("x12/940_005010.edi")
    assert told.origin is not None
    assert told.origin.version == "005010"
    assert told.origin.delimiters == Delimiters("*", ">", "~", "^")
    assert told.purchase_order_number == "PO-1002"
    assert told.products == {"A-1": Product("SK", "KETTLE-17"), "A-2": Product("UP", "012345678905")}
