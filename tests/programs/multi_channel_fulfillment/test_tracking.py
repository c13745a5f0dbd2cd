"""Packages are followed until they arrive: each tracking event is told once, and nothing personal."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from bridge.mapping.profile import explain_profile
from bridge.programs.follow_ups import Look, NewsFile, View
from bridge.programs.multi_channel_fulfillment.operations import TRACK
from bridge.programs.multi_channel_fulfillment.packages import TrackedPackage, read_package
from bridge.programs.multi_channel_fulfillment.profile import NAME, values_of
from bridge.programs.multi_channel_fulfillment.tracking import look
from tests.ledger.desk import T0
from tests.programs.multi_channel_fulfillment.conftest import Shop, orders
from tests.programs.multi_channel_fulfillment.contract_cases import DELIVERED, IN_TRANSIT, package, shipment
from tests.programs.multi_channel_fulfillment.test_advice import ADDRESSING, documents, lines

SHIPPED = shipment("S1", ("1", "SKU-A", 2, 1))
KEPT = b'{"order_id":"1001","customer_order":"C1","shipment_id":"S1","carrier":"UPS","tracking_number":"1Z"}'


def wants(shop: Shop, *forms: str) -> None:
    profile = shop.partner.profile
    values = msgspec.structs.replace(values_of(profile), tracking=forms)
    wanted = msgspec.structs.replace(profile, of_programs={NAME: values})
    shop.partner = replace(shop.partner, profile=wanted)


@pytest.fixture
def accepted(shop: Shop) -> Shop:
    """Have an order accepted by a seller who wants the tracking of its packages as CSV."""
    wants(shop, "csv")
    shop.drop("orders.csv", orders("1001,1,SKU-A,2"))
    shop.passes(2, seconds=2)
    shop.passes(minutes=6)
    return shop


def told(shop: Shop) -> dict[str, list[dict[str, str]]]:
    """Return the rows of each CSV file of tracking, by its name."""
    folder = shop.folder / "drop" / "outbox" / "tracking"
    return {path.name: list(csv.DictReader(path.open())) for path in sorted(folder.glob("*.csv"))}


def test_a_package_is_followed_from_its_first_scan_to_its_delivery(accepted: Shop) -> None:
    accepted.amazon.orders.ship("1001", [SHIPPED], "Complete")
    accepted.passes(hours=1)
    accepted.passes(2, hours=4)  # it is not scanned yet
    assert accepted.calls(TRACK) == [404, 404]
    assert told(accepted) == {}

    accepted.amazon.packages.scan(1, package("IN_TRANSIT", IN_TRANSIT))
    accepted.passes(2, hours=4)
    assert list(told(accepted)) == ["1001.1.1.csv"]
    accepted.amazon.packages.scan(1, package("DELIVERED", DELIVERED, IN_TRANSIT, DELIVERED))
    accepted.passes(3, hours=4)

    first, second = told(accepted).values()
    assert first == [
        {
            "order_id": "1001",
            "customer_order": "1001",
            "shipment_id": "S1",
            "package_number": "1",
            "carrier": "UPS",
            "tracking_number": "1ZS11",
            "event_code": "EVENT_201",
            "event_time": "2026-11-24T03:00:00-05:00",
            "description": "Words for EVENT_201",
            "city": "Phoenix",
            "state": "AZ",
            "country": "US",
            "current_status": "IN_TRANSIT",
            "estimated_arrival": "2026-11-24T23:00:00-05:00",
        }
    ]
    assert [(row["event_code"], row["current_status"]) for row in second] == [("EVENT_301", "DELIVERED")]
    assert accepted.calls(TRACK) == [404, 404, 200, 200, 200]
    (_, followed) = accepted.partner.ledger.trace("1001").follow_ups
    assert (followed.subject, followed.end_state) == ("1", "DELIVERED")
    assert "Signer" not in str(followed)


def test_nothing_is_asked_where_no_tracking_is_wanted_any_more_or_ever(accepted: Shop) -> None:
    wants(accepted)
    accepted.amazon.orders.ship("1001", [SHIPPED], "Processing")
    accepted.passes(3, hours=4)
    assert accepted.calls(TRACK) == []
    wants(accepted, "json")
    accepted.amazon.packages.scan(1, package("IN_TRANSIT", IN_TRANSIT))
    accepted.passes(2, hours=4)
    folder = accepted.folder / "drop" / "outbox" / "tracking"
    (file,) = folder.iterdir()
    assert [one["event_code"] for one in json.loads(file.read_text())["events"]] == ["EVENT_201"]
    assert "Signer" not in file.read_text()
    wants(accepted)
    accepted.amazon.packages.scan(1, package("DELIVERED", IN_TRANSIT, DELIVERED))
    accepted.passes(3, hours=4)
    assert list(folder.iterdir()) == [file]


def test_each_event_is_one_at7_and_one_that_the_mapping_does_not_know_is_none(accepted: Shop) -> None:
    wants(accepted, "214")
    accepted.partner = replace(accepted.partner, addressing=ADDRESSING)
    accepted.amazon.orders.ship("1001", [SHIPPED], "Complete")
    accepted.passes(hours=1)
    accepted.amazon.packages.scan(1, package("IN_TRANSIT", ("EVENT_306", "2026-11-23T08:00:00Z")))
    accepted.passes(hours=4)
    assert documents(accepted, "tracking") == {}
    known = (IN_TRANSIT, ("EVENT_306", "2026-11-24T09:00:00Z"))
    accepted.amazon.packages.scan(1, package("DELIVERED", DELIVERED, *known, DELIVERED))
    accepted.passes(2, hours=4)
    (told,) = documents(accepted, "tracking").values()
    assert lines(told, "B10", "L11", "G62", "LX", "AT7", "MS1") == [
        "B10*1ZS11*S1*UPSN",
        "L11*1001*OQ",
        "L11*1001*CO",
        "G62*17*20261124",
        "LX*1",
        "AT7*X4*NS***20261124*0300*20",
        "MS1*Phoenix*AZ*US",
        "LX*2",
        "AT7*D1*NS***20261125*1303*20",
        "MS1*Phoenix*AZ*US",
    ]
    assert accepted.partner.ledger.held_documents("acme") == []


def test_a_carrier_without_a_scac_holds_the_document_and_the_csv_goes(accepted: Shop) -> None:
    wants(accepted, "csv", "214")
    accepted.partner = replace(accepted.partner, addressing=ADDRESSING)
    accepted.amazon.orders.ship("1001", [SHIPPED], "Complete")
    accepted.passes(hours=1)
    accepted.amazon.packages.scan(1, package("IN_TRANSIT", IN_TRANSIT) | {"carrierCode": "PIGEON_POST"})
    accepted.passes(hours=4)
    assert [row["carrier"] for row in told(accepted)["1001.1.1.csv"]] == ["PIGEON_POST"]
    (held,) = accepted.partner.ledger.held_documents("acme")
    assert "B1003" in held.reason or "B10" in held.reason


def looked(reply: dict[str, Any] | None, kept: bytes = KEPT, *, days: float = 1) -> Look:
    found: TrackedPackage | None = None
    if reply is not None:
        found = read_package(msgspec.Raw(json.dumps(reply).encode()))
    at = {"started_at": T0, "now": T0 + timedelta(days=days)}
    return look(View(subject="1", found=found, kept=kept, missed=0, profile=explain_profile(), **at))


def rows(made: Look) -> list[str]:
    """Return the event codes in the CSV file of a look, empty where a row has none."""
    found: list[str] = []
    for file in made.files:
        assert isinstance(file, NewsFile)
        assert isinstance(file.data, bytes)
        found += [row["event_code"] for row in csv.DictReader(file.data.decode().splitlines())]
    return found


def test_an_event_is_one_by_its_code_and_instant_however_its_date_is_written() -> None:
    first = looked(package("IN_TRANSIT", ("EVENT_301", "2026-11-25T18:03:00Z")))
    again = package(
        "IN_TRANSIT", ("event_301", "2026-11-25T13:03:00-05:00"), ("EVENT_301", "2026-11-26T18:03:00Z")
    )
    assert rows(first) == ["EVENT_301"]
    assert rows(looked(again, first.kept)) == ["EVENT_301"]
    odd = looked(package("IN_TRANSIT", ("EVENT_999", "yesterday")))
    assert rows(odd) == ["EVENT_999"]


@pytest.mark.parametrize("status", ["DELIVERED", "RETURNED", "UNDELIVERABLE"])
def test_an_end_without_an_event_of_its_own_is_told_in_a_row_without_a_code(status: str) -> None:
    first = looked(package("IN_TRANSIT", IN_TRANSIT))
    waits = looked(package(status, IN_TRANSIT), first.kept)
    assert (rows(first), waits.files, waits.over) == (["EVENT_201"], (), "")  # its event may come yet
    end = looked(package(status, IN_TRANSIT), waits.kept)
    assert (rows(end), end.over) == ([""], status)
    late = looked(package(status, IN_TRANSIT, DELIVERED), waits.kept)
    assert (rows(late), late.over) == (["EVENT_301"], status)


@pytest.mark.parametrize("reply", [None, package("IN_TRANSIT", IN_TRANSIT)])
def test_after_60_days_a_package_is_asked_about_no_more(reply: dict[str, Any] | None) -> None:
    assert not looked(reply, days=59).over
    end = looked(reply, days=60)
    assert (end.over, len(end.files)) == ("no end in 60 days", 1)
