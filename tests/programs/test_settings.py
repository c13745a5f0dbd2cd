"""The table of a partner has the keys of all its programs, and in the tables within those of each."""

from __future__ import annotations

from datetime import timedelta

import pytest
from pydantic import ValidationError

from bridge.config.vendor import SellerTable, VendorTable, composed
from bridge.programs.contract import Program
from bridge.toml_lines import Place
from bridge.toml_problems import problems_of

ACME = {"account": "main", "selling_party": "ACMEV"}


def test_keys_of_several_programs_stand_in_one_table(parcels: Program) -> None:
    assert parcels.settings
    vendor = composed(VendorTable, "vendors")(
        **ACME, parcel_hours="2h", carrier="UPSN", fetch={"receipts": True, "labels": True, "every": "5m"}
    )
    assert (vendor.parcel_hours, vendor.carrier.scac) == (timedelta(hours=2), "UPSN")
    assert (vendor.fetch.receipts, vendor.fetch.labels, vendor.fetch.invoices) == (True, True, False)
    assert vendor.fetch.every == timedelta(minutes=5)
    assert vendor.in_doubt.confirmations == "hold"
    assert parcels.settings.policies(vendor) == {"wait_for_confirmation": timedelta(hours=2)}


@pytest.mark.usefixtures("parcels")
def test_a_mistake_in_a_key_of_a_program_is_reported_at_its_line() -> None:
    model = composed(VendorTable, "vendors")
    with pytest.raises(ValidationError) as raised:
        model(**ACME, parcel_hours="soon", fetch={"recipts": True})
    lines: dict[Place, int] = {("parcel_hours",): 3, ("fetch",): 4, ("fetch", "recipts"): 5}
    assert {str(one) for one in problems_of(raised.value, model, lines)} == {
        "line 3: parcel_hours: must be a duration such as 30s, 5m or 1h",
        "line 5: fetch.recipts: unknown key; did you mean receipts?",
    }


def test_without_its_program_a_key_is_unknown() -> None:
    with pytest.raises(ValidationError, match="parcel_hours"):
        composed(VendorTable, "vendors")(**ACME, parcel_hours="2h")


@pytest.mark.usefixtures("parcels")
def test_partners_of_another_kind_have_none_of_these_keys(parcels: Program) -> None:
    keys = set(composed(VendorTable, "vendors").model_fields) - set(VendorTable.model_fields)
    assert parcels.settings
    assert "parcel_hours" in keys
    assert not keys & set(composed(SellerTable, "sellers").model_fields)
