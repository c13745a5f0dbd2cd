"""Labels of the stand-in: their bytes, the ways in which they arrive spoilt, and their refunds."""

from __future__ import annotations

import base64
import gzip
import hashlib
import io
from typing import Any

import pytest
from PIL import Image

from simulator.amazon import StandInAmazon
from tests.simulator.merchant.buyer import CONTROL, ORDER, PART, Buyer, code, details, unpacked


def md5(data: bytes) -> str:
    return base64.b64encode(hashlib.md5(data, usedforsecurity=False).digest()).decode()


@pytest.mark.parametrize(
    ("label_format", "file_type", "begins"),
    [
        ("PDF", "application/pdf", b"%PDF"),
        ("PNG", "image/png", b"\x89PNG"),
        ("ZPL203", "application/zpl", b"^XA"),
    ],
)
def test_a_label_has_its_format_and_checksum_and_stays_the_same(
    amazon: StandInAmazon, buyer: Buyer, label_format: str, file_type: str, begins: bytes
) -> None:
    text: Any = {"LabelCustomization": {"CustomTextForLabel": "Bay ^7"}} if label_format == "ZPL203" else {}
    shipment = buyer.bought(details(LabelFormat=label_format, **text))
    label, data = shipment["Label"], unpacked(shipment["Label"])
    assert data.startswith(begins)
    assert (label["LabelFormat"], label["FileContents"]["FileType"]) == (label_format, file_type)
    assert label["FileContents"]["Checksum"] == md5(data)
    assert (b"Bay  7" in data) == bool(text)
    if label_format == "PNG":
        Image.open(io.BytesIO(data)).verify()
    amazon.merchant.options.change({"checksum_of": "packed", "blank_types": True})
    again = buyer.shipment(shipment["ShipmentId"]).json()["payload"]["Label"]
    assert unpacked(again) == data
    packed = base64.b64decode(again["FileContents"]["Contents"])
    assert again["FileContents"]["Checksum"] == md5(packed)
    assert (again["FileContents"]["FileType"], again["LabelFormat"]) == ("", "")
    known = buyer.http.get(f"{CONTROL}/label", params={"shipment": shipment["ShipmentId"]})
    assert known.content == data


def test_labels_arrive_spoilt_as_often_as_it_is_wished(buyer: Buyer) -> None:
    for how in ("wrong_checksum", "bad_gzip", "bad_base64", "wrong_type", "empty", "too_large"):
        buyer.control("label-faults", {"how": how, "order": ORDER})
    shipment = buyer.bought(details())
    labels = [shipment["Label"]]
    labels += [buyer.shipment(shipment["ShipmentId"]).json()["payload"]["Label"] for _ in range(6)]
    wrong_sum, bad_gzip, bad_base64, wrong_type, empty, too_large, good = labels
    assert wrong_sum["FileContents"]["Checksum"] != md5(unpacked(wrong_sum))
    with pytest.raises(EOFError):
        unpacked(bad_gzip)
    with pytest.raises(ValueError, match=r"base64|alphabet"):
        unpacked(bad_base64)
    assert wrong_type["FileContents"]["FileType"] == "image/png"
    assert set(empty["FileContents"].values()) == {""}
    assert len(unpacked(too_large)) > 20 * 1024 * 1024
    assert good["FileContents"]["Checksum"] == md5(
        gzip.decompress(base64.b64decode(good["FileContents"]["Contents"]))
    )
    assert buyer.control("label-faults") == []


def test_a_cancelled_label_is_empty_and_refunded_by_the_clock_or_by_hand(
    amazon: StandInAmazon, buyer: Buyer
) -> None:
    first, second = buyer.bought(details(PART))["ShipmentId"], buyer.bought(details(PART))["ShipmentId"]
    told = buyer.shipment(first, "DELETE").json()["payload"]
    assert (told["Status"], told["Label"]["FileContents"]["Contents"]) == ("RefundPending", "")
    assert code(buyer.shipment(first, "DELETE")) == (404, "InvalidState")
    buyer.bought(details(PART))  # a refund that is pending already allows a new label
    amazon.merchant.options.change({"refund_after": 60})
    amazon.options.clock_offset += 61
    amazon.merchant.options.change({"cancel_window": 120})
    assert buyer.shipment(second, "DELETE").json()["payload"]["Status"] == "RefundPending"
    buyer.control("shipments", {"shipment": second, "status": "RefundRejected"})
    standing = [buyer.shipment(one).json()["payload"]["Status"] for one in (first, second)]
    assert standing == ["RefundApplied", "RefundRejected"]
    outcomes = [one.outcome for one in amazon.merchant.wallet.entries if one.charged is not None]
    assert outcomes == ["bought", "bought", "bought", "refund"]


def test_a_label_is_not_cancelled_after_its_window_and_not_found_by_strangers(
    amazon: StandInAmazon, buyer: Buyer
) -> None:
    shipment = buyer.bought(details())["ShipmentId"]
    amazon.merchant.options.change({"cancel_window": 60})
    amazon.options.clock_offset += 61
    assert code(buyer.shipment(shipment, "DELETE")) == (400, "LabelCancelWindowExpired")
    assert buyer.shipment(shipment).json()["payload"]["Status"] == "Purchased"
    assert code(buyer.shipment("TEST_CASE_400")) == (400, "InvalidInput")
    assert code(buyer.shipment(f"{'0' * 8}{shipment[8:]}")) == (404, "ResourceNotFound")
    assert amazon.merchant.set_status("none", "RefundApplied") is False
