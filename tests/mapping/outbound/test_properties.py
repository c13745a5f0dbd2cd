"""Whatever is written, a strict reader reads without a complaint, and finds the values that were given."""

from __future__ import annotations

import string
from datetime import UTC, datetime
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.data import mappings_folder
from bridge.document_data import grammar_of
from bridge.edi.addressing import Addressing
from bridge.edi.model import Party
from bridge.mapping.load import load_mappings
from bridge.mapping.outbound.write import NotWritten, prepare
from bridge.mapping.profile import VendorProfile
from bridge.programs.follow_ups import NewsDocument
from tests.mapping.outbound.test_write import Numbers, read_back

MAPPINGS, GRAMMAR = load_mappings([mappings_folder()]), grammar_of(None)
NOW = datetime(2026, 11, 23, 16, tzinfo=UTC)
IDS = st.text(string.ascii_letters + string.digits + " *~:+'?^|<>._/-é", min_size=1, max_size=24)
COUNTS = st.integers(0, 10**6)
ITEM = st.fixed_dictionaries(
    {
        "line": IDS,
        "sku": IDS,
        "ordered": COUNTS,
        "shipped": COUNTS,
        "difference": st.integers(-99, 10**6),
        "status": st.sampled_from(["complete", "partial", "short", "cancelled", "unfulfillable"]),
        "serial_number": st.lists(IDS, max_size=3),
    }
)
PACKAGE = st.fixed_dictionaries(
    {"tracking_number": IDS | st.just(""), "package_number": st.just("1"), "item": st.lists(ITEM, min_size=1)}
)
SHIPMENT = st.fixed_dictionaries(
    {
        "order_number": IDS,
        "customer_order": IDS | st.none(),
        "shipped_at": st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC)).map(  # noqa: DTZ001
            datetime.isoformat
        ),
        "carrier": st.text(max_size=30),
        "package": st.lists(PACKAGE, max_size=3),
    }
)


def tried(values: dict[str, Any], document: str, version: str) -> str:
    """Return what is written; empty where the values are refused."""
    news = NewsDocument(document=document, notice="shipment", values=values, folder="", name="")
    try:
        return (
            prepare(
                news,
                mappings=MAPPINGS,
                profile=VendorProfile(vendor="acme"),
                addressing=Addressing(sender=Party("US"), receiver=Party("THEM"), versions=(version,)),
                checker=GRAMMAR,
                now=NOW,
            )
            .data(Numbers(), NOW)
            .decode("iso8859-1")
        )
    except NotWritten:
        return ""


def numbers_of(values: dict[str, Any]) -> tuple[list[str], list[int]]:
    items = [item for package in values["package"] for item in package["item"]]
    return [item["sku"] for item in items], [item["shipped"] for item in items]


def fits(values: dict[str, Any]) -> bool:
    """Return whether each number may stand as it is: ASCII but `^`, no blanks at its ends, not too long."""
    texts = [values["order_number"], values["customer_order"] or "x"]
    for package in values["package"]:
        texts += [package["tracking_number"] or "x"]
        texts += [
            one for item in package["item"] for one in (item["line"], *item["serial_number"], item["sku"])
        ]
    return (
        all(one.isascii() and one == one.strip() and "^" not in one for one in texts)
        and len(values["order_number"]) <= 22
    )


@settings(max_examples=60, deadline=None)
@given(SHIPMENT)
def test_a_945_gives_back_what_it_was_given(values: dict[str, Any]) -> None:
    text = tried(values, "945", "004010")
    assert bool(text) == fits(values) or values["carrier"].strip()  # a carrier may have letters of any script
    if not text:
        return
    document = read_back(text)
    element, segment = text[3], text[105]
    raw = [one.split(element) for one in text.split(segment)]
    skus, shipped = numbers_of(values)
    found = {tag: [one for one in document.segments if one.tag == tag] for tag in ("W06", "W12", "W03")}
    assert found["W06"][0].value(2) == values["order_number"]
    assert [one.value(8) for one in found["W12"]] == skus
    assert [int(one.value(3)) for one in found["W12"]] == shipped
    assert int(found["W03"][0].value(1)) == sum(shipped)
    assert next(int(one[1]) for one in raw if one[0] == "SE") == len(document.segments)
    assert [one[1] for one in raw if one[0] in {"GE", "IEA"}] == ["1", "1"]


@settings(max_examples=40, deadline=None)
@given(SHIPMENT, st.sampled_from(["D96A", "D01B"]))
def test_a_desadv_gives_back_what_it_was_given(values: dict[str, Any], version: str) -> None:
    text = tried(values, "DESADV", version)
    if not text:
        return
    document = read_back(text, "iso8859-1")
    skus, shipped = numbers_of(values)
    assert [one.value(2) for one in document.segments if one.tag == "PIA"] == skus
    told = [int(one.value(1, 2)) for one in document.segments if (one.tag, one.value(1)) == ("QTY", "12")]
    assert told == shipped
    assert next(int(one.value(1)) for one in document.segments if one.tag == "UNT") == len(document.segments)
