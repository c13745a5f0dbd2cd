"""Container label requests in CSV and JSON: a container's rows, its packages, and what is wrong with them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bridge.errors import VendorFileError
from bridge.flatfiles.reader import Kind, Record, read_flat_file, recognise
from bridge.mapping import VendorProfile, explain_profile
from bridge.programs.vendor_direct_fulfillment.events import ContainerLabelRequested
from bridge.programs.vendor_direct_fulfillment.flatfiles.containers import COLUMNS, KEYS
from tests import golden
from tests.mapping.support import vendor

HEADER = "vendor_container_id,carrier_id,ship_from,package_tracking_number"


def records(text: str, kind: Kind = "csv", profile: VendorProfile | None = None) -> list[Record]:
    return read_flat_file(text.encode(), kind, profile or explain_profile(), golden.shipped_mappings())


def event(record: Record) -> ContainerLabelRequested:
    assert record.result.errors == ()
    assert isinstance(record.result.event, ContainerLabelRequested)
    return record.result.event


def rows(*lines: str) -> list[tuple[str, int]]:
    """Return code and row of every error of the rows, which are of one container."""
    (record,) = records("\n".join((HEADER, *lines)))
    assert record.result.hold == ""
    return [(error.code, error.position) for error in record.result.errors]


def request(**members: Any) -> str:
    return json.dumps({"vendorContainerId": "P1", "packages": [{"packageTrackingNumber": "1Z"}], **members})


def codes(text: str) -> list[str]:
    (record,) = records(text, "json")
    return [error.code for error in record.result.errors]


def test_the_rows_of_a_container_are_its_packages() -> None:
    first, second = records(f"{HEADER}\nP1,SWA,W1,1Z1\nP2,,W1,1Z3\nP1,,,1Z2\n")
    assert (first.reference, first.result.tracking_number) == ("rows 2, 4", "P1")
    one = event(first)
    assert (one.vendor_container_id, one.carrier_id, one.packages) == ("P1", "SWA", ("1Z1", "1Z2"))
    assert one.ship_from_party.party_id == "W1"
    assert event(second).carrier_id == "SWA"


@pytest.mark.parametrize("header", ["Pallet ID;Warehouse;Tracking Number", "container;lager;sendungsnummer"])
def test_columns_may_go_by_other_names(header: str) -> None:
    (record,) = records(f"{header}\nP1;W1;1Z1\n")
    assert record.file.name == "container-label"
    assert event(record).packages == ("1Z1",)


@pytest.mark.parametrize(
    ("lines", "errors"),
    [
        (("P1,SWA,W1,",), [("NO_PACKAGES", 2)]),
        (("P1,SWA,W1,1Z1", "P1,SWA,W1,"), [("MISSING_TRACKING_NUMBER", 3)]),
        (("P1,SWA,W1,1Z1", "P1,SWA,W1,1Z1"), [("DUPLICATE", 3)]),
        (("P1,UPSN,W1,1Z1",), [("CARRIER", 2)]),
        (("P1,SWA,W1,1Z1", "P1,UPSN,W1,1Z2"), [("CARRIER", 3)]),
        (("P1,SWA,W1,1Z1", "P1,SWA,W2,1Z2"), [("SHIP_FROM", 3)]),
        ((",SWA,W1,1Z1",), [("MISSING_CONTAINER_IDENTIFIER", 2)]),
        (("P1,SWA,W1,3.2E+14",), [("VALUE", 2)]),
        (("P1,SWA,W1,1Z1,more",), [("ROW", 2)]),
    ],
)
def test_a_mistake_has_its_row(lines: tuple[str, ...], errors: list[tuple[str, int]]) -> None:
    assert rows(*lines) == errors


def test_the_warehouse_is_the_vendors_only_one_or_must_be_named() -> None:
    text = "vendor_container_id,package_tracking_number\nP1,1Z1\n"
    (record,) = records(text, profile=vendor(warehouses=("ACM1",)))
    assert event(record).ship_from_party.party_id == "ACM1"
    (record,) = records(text, profile=vendor())
    assert [error.code for error in record.result.errors] == ["MISSING_SHIP_FROM"]
    (record,) = records(f"{HEADER}\nP1,,NOWHERE,1Z1\n", profile=vendor())
    assert "NOWHERE" in record.result.hold


@pytest.mark.parametrize("wrap", ["containerLabelRequests", "container_label_requests", "", "one"])
def test_json_is_one_request_an_array_or_a_list(wrap: str) -> None:
    one = json.loads(request(shipFrom="W1"))
    body = one if wrap == "one" else {wrap: [one]} if wrap else [one]
    (record,) = records(json.dumps(body), "json")
    assert event(record).packages == ("1Z",)


@pytest.mark.parametrize(
    ("members", "found"),
    [
        ({"packages": []}, ["NO_PACKAGES"]),
        ({"packages": [{"packageTrackingNumber": ""}]}, ["MISSING_TRACKING_NUMBER"]),
        ({"packages": [{"tracking": "1Z"}]}, ["UNKNOWN_KEY"]),
        ({"packages": ["1Z", "1Z"]}, ["DUPLICATE"]),
        ({"packages": [7]}, ["TYPE"]),
        ({"packages": "1Z"}, ["TYPE"]),
        ({"carrierId": "UPSN"}, ["CARRIER"]),
        ({"vendorContainerId": ""}, ["MISSING_CONTAINER_IDENTIFIER"]),
        ({"pallet": "P1"}, ["UNKNOWN_KEY"]),
        ({"shipFromParty": {"partyId": "W2"}}, ["SHIP_FROM"]),
    ],
)
def test_a_mistake_of_a_request_has_its_code(members: dict[str, Any], found: list[str]) -> None:
    assert codes(request(shipFrom="W1", **members)) == found


def test_a_cancellation_needs_no_packages() -> None:
    (record,) = records("vendor_container_id,function\nP1,cancel\n")
    assert (record.result.function, record.result.tracking_number) == ("cancel", "P1")
    assert (record.result.errors, record.result.hold) == ((), "")
    (nameless,) = records('{"function": "cancel", "packages": []}', "json")
    assert nameless.result.errors or nameless.result.hold


def test_such_a_file_is_known_by_its_first_column_and_others_stay_what_they_are() -> None:
    assert recognise("pallets.txt", b"vendor_container_id;tracking number\nP1;1Z\n") == "csv"
    (record,) = records("purchase order,container id,tracking\nPO1,,\n")
    assert record.file.name == "label-request"
    with pytest.raises(VendorFileError, match=r"there are vendor_container_id, .*container-label-csv\.toml"):
        records("vendor_container_id,colour\nP1,red\n")


def test_every_column_and_key_stands_in_the_documentation() -> None:
    text = (golden.ROOT / "docs" / "mapping.md").read_text(encoding="utf-8")
    section = text.partition("## Container labels")[2]
    assert not [name for name in (*COLUMNS, *KEYS) if f"`{name}`" not in section]
