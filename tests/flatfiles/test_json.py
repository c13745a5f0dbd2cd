"""Label requests in JSON, and how flat files are recognised."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.domain.values import Weight
from bridge.errors import VendorFileError
from bridge.flatfiles.reader import Kind, Record, read_flat_file, recognise
from bridge.mapping import explain_profile
from bridge.programs.vendor_direct_fulfillment.events import LabelRequested
from tests import golden

ITEM = {"itemSequenceNumber": 1, "buyerProductIdentifier": "A", "packedQuantity": {"amount": 1}}
OTHER = ITEM | {"buyerProductIdentifier": "B"}
BOX = {"containerIdentifier": "C1", "weight": {"value": "4.50", "unitOfMeasure": "LB"}, "packedItems": [ITEM]}


def records(body: object) -> list[Record]:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return read_flat_file(data, "json", explain_profile(), golden.shipped_mappings())


def request(**members: Any) -> dict[str, Any]:
    return {"purchaseOrderNumber": "PO1", **members}


def box(**members: Any) -> dict[str, Any]:
    return request(containers=[BOX | members])


def messages(body: object) -> list[str]:
    (record,) = records(body)
    return [error.message.removeprefix("request 1: ") for error in record.result.errors]


def event(body: object) -> LabelRequested:
    (record,) = records(body)
    assert record.result.errors == ()
    assert isinstance(record.result.event, LabelRequested)
    return record.result.event


@pytest.mark.parametrize("wrap", ["shippingLabelRequests", "shipping_label_requests", "", "one"])
def test_one_request_an_array_or_amazons_body(wrap: str) -> None:
    body: Any = request() if wrap == "one" else {wrap: [request()]} if wrap else [request()]
    assert event(body).purchase_order_number == "PO1"


def test_places_are_bytes_of_each_request() -> None:
    data = ' {"shippingLabelRequests" : [ {"purchaseOrderNumber":"PÖ"} , {"purchaseOrderNumber":"B"} ] } \n'
    encoded = b"\xef\xbb\xbf" + data.encode()
    cut = [encoded[one.offset : one.offset + one.length] for one in records(encoded)]
    assert [json.loads(one) for one in cut] == [{"purchaseOrderNumber": "PÖ"}, {"purchaseOrderNumber": "B"}]


def test_numbers_keep_their_digits() -> None:
    text = json.dumps(box()).replace('"4.50"', "4.50")
    assert event(text.encode()).containers[0].weight == Weight("4.50", "LB")


def test_addresses_and_codes_of_parties_are_taken() -> None:
    address = {"name": "Dock", "addressLine1": "1 Road", "countryCode": "US"}
    found = event(request(sellingParty="V", shipFromParty={"partyId": "W", "address": address}))
    assert found.selling_party.party_id == "V"
    assert found.ship_from_party.address is not None
    assert found.ship_from_party.address.country_code == "US"


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (request(shipForm="A"), "shipForm is not known: did you mean ship_from?"),
        (box(wieght=1), "containers[0].wieght is not known: did you mean weight?"),
        (box(weight={"value": 1, "unit": "LB"}), "containers[0].weight.unit is not known"),
        (
            box(weight={"value": "1e3", "unitOfMeasure": "LB"}),
            "containers[0].weight.value: '1e3' is not a number",
        ),
        (box(weight={"value": True, "unitOfMeasure": "LB"}), "containers[0].weight.value: must be a number"),
        (box(weight={"unitOfMeasure": "LB"}), "containers[0].weight.value: is missing"),
        (box(weight={"value": 1}), "containers[0].weight.unit_of_measure: is missing: write KG or LB"),
        (box(weight=None), "container C1 has no weight"),
        (box(dimensions={"length": 1, "unitOfMeasure": "IN"}), "containers[0].dimensions.width: is missing"),
        (box(packedItems=[]), "container C1 has nothing packed in it"),
        (box(packedItems="A"), "containers[0].packed_items must be an array"),
        (box(packedItems=[ITEM | {"packedQuantity": 1.5}]), "'1.5' is a fraction"),
        (box(packedItems=[ITEM | {"packedQuantity": True}]), "must be a whole number"),
        (box(packedItems=[ITEM | {"itemSequenceNumber": None}]), "item_sequence_number is missing"),
        (box(containerType="box"), "container C1: 'box' is neither carton nor pallet"),
        (box(containerIdentifier=12), "container_identifier must be a text in quotes"),
        (box(manifestDate="99991231"), "containers[0].manifest_date: "),
        (box(manifestDate="9999-12-31T23:59:59Z"), "containers[0].manifest_date: "),
        (box(manifestDate="soon"), "containers[0].manifest_date: 'soon' is not a day"),
        (request(shipDate="9999-12-31"), "ship_date: 9999-12-31 is no likely day"),
        (request(containers=["A"]), "containers[0] must be an object"),
        (request(shippedDate="2026-01-01"), "shippedDate is not known"),
        (request(purchase_order_number="PO2"), "purchase_order_number stands twice"),
        ({"purchaseOrderNumber": 12}, "purchase_order_number must be a text in quotes"),
        ({"shipFrom": "A"}, "the document names no purchase order"),
        ({"purchaseOrderNumber": "P O"}, "purchase order 'P O' may hold letters"),
        (["PO1"], "a request must be an object"),
        (b'{"purchaseOrderNumber": "A", "purchaseOrderNumber": "B"}', "purchaseOrderNumber stands twice"),
        (b'{"purchaseOrderNumber": "A\\u0000"}', "purchase_order_number holds control characters"),
    ],
)
def test_a_bad_request_says_where_and_why(body: object, message: str) -> None:
    assert any(message in told for told in messages(body)), messages(body)


def test_a_file_without_requests_asks_for_nothing() -> None:
    assert records([]) == []
    assert records({"shippingLabelRequests": []}) == []


def test_a_bad_request_fails_alone() -> None:
    found = records([request(), {"order": "PO2"}, request(purchaseOrderNumber="PO3")])
    assert [bool(one.result.errors) for one in found] == [False, True, False]
    assert [one.reference for one in found] == ["request 1", "request 2", "request 3"]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "not JSON"),
        (b"{", "not JSON"),
        (b"[{}", "comma or ] is missing"),
        (b"[{} {}]", "comma or ] is missing, line 1"),
        (b'{"shippingLabelRequests": {}}', "must be an array"),
        (b'{"shippingLabelRequests": [{}], "a": 1}', "unknown keys beside"),
        (b'{"shippingLabelRequests": [{}], "shippingLabelRequests": [{}]}', "stands twice"),
        (b"{}\n{}", "goes on after its end, line 2"),
        (b'{"a": NaN}', "NaN is no number"),
        pytest.param(b"[" * 100_000, "not JSON", id="deep"),
        pytest.param(b"[" + b"1," * 50_001 + b"1]", "more than 50000 requests", id="many"),
        pytest.param(b'{"a": ' + b"9" * 5000 + b"}", "not JSON", id="huge number"),
    ],
)
def test_a_file_that_is_no_json_is_refused_with_its_reason(data: bytes, reason: str) -> None:
    with pytest.raises(VendorFileError, match=reason.replace("[", r"\[")):
        records(data)


@pytest.mark.parametrize(
    ("name", "head", "kind"),
    [
        ("labels.csv", b"po;sku\n", "csv"),
        ("LABELS.CSV", b"\xef\xbb\xbfpo;sku\n", "csv"),
        ("labels.tsv", b"po\tsku\n", "csv"),
        ("labels.txt", b'"Purchase Order Number",sku\n', "csv"),
        ("labels", "purchase_order_number;sku\n".encode("utf-16"), "csv"),
        ("labels.txt", b"hello\n", None),
        ("labels.json", b"", "json"),
        ("labels.dat", b' [ {"a": 1}]', "json"),
        ("labels.csv", b'{"shippingLabelRequests": [', "json"),
        ("856.csv", b"ISA*00*", None),
        ("x.json", b"UNA:+.? '", None),
        ("x.csv", b"\r\nUNB+UNOC:3", None),
        ("856.edi", b"ISA*00*", None),
        ("x.edi", b"", None),
    ],
)
def test_flat_files_are_recognised_by_name_and_content(name: str, head: bytes, kind: str | None) -> None:
    assert recognise(name, head) == kind


@given(st.binary(max_size=200), st.sampled_from(["csv", "json"]))
@settings(max_examples=150, deadline=None)
def test_any_bytes_are_records_or_refused(data: bytes, kind: Kind) -> None:
    for prefix in (b"", b"po,sku,weight\n", b'[{"containers": '):
        try:
            found = read_flat_file(prefix + data, kind, explain_profile(), golden.shipped_mappings())
        except VendorFileError:
            continue
        assert all(one.result.event and one.length for one in found)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (
            request(ship_from="A", shipFromParty={"partyId": "B"}),
            "ship_from_party is B, ship_from is A: write one",
        ),
        (
            box(packedItems=[ITEM | {"quantity": {"amount": 2}}]),
            "containers[0].packed_items[0]: packed_quantity and quantity differ: write one of them",
        ),
        (
            request(containers=[BOX, BOX | {"containerIdentifier": "C2", "packedItems": [OTHER]}]),
            "line 1 is told with two products: A, B",
        ),
    ],
)  # fmt: skip
def test_what_is_told_twice_and_differently_is_refused(body: object, message: str) -> None:
    assert messages(body) == [message]


def test_what_is_told_twice_alike_is_taken() -> None:
    assert event(request(ship_from="A", shipFromParty={"partyId": "A"})).ship_from_party.party_id == "A"
    assert event(box(packedItems=[ITEM | {"quantity": {"amount": 1}}])).containers[0].packed_items


def test_the_piece_number_of_a_packed_item_is_read() -> None:
    [container] = event(box(packedItems=[ITEM | {"pieceNumber": 2}])).containers
    assert [item.piece_number for item in container.packed_items] == [2]
    [message] = messages(box(packedItems=[ITEM | {"pieceNumber": "two"}]))
    assert "piece_number" in message
