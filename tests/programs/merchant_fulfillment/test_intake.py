"""Files of a seller who buys shipping on their way into the ledger: what is kept, held and never sent."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from msgspec import structs

from bridge.errors import CommandRefused
from bridge.mapping import VendorProfile, load_mappings
from bridge.pipeline.rerun import rerun
from bridge.programs.merchant_fulfillment.profile import NAME, STAND_IN
from tests.contracts.program_case import Installation, install
from tests.golden import MAPPINGS, SAMPLES, shipped_mappings
from tests.mapping.support import x12
from tests.pipeline.stubs import drop
from tests.programs.merchant_fulfillment.contract_cases import BOUGHT

ORDER = "903-5563053-5647845"
HEADER = "amazon_order_id,package,sku,quantity,length,width,height,dimension_unit,weight,weight_unit,action\n"
NOTICE = (SAMPLES / "x12" / "856_packages.edi").read_bytes()
SHIPPING_ORDER = (SAMPLES / "x12" / "940_package_no_default.edi").read_bytes()


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Installation]:
    yield from install(BOUGHT, tmp_path, monkeypatch)


@pytest.fixture
def other_shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Installation]:
    """A seller who buys no shipping."""
    yield from install(replace(BOUGHT, settings=""), tmp_path, monkeypatch)


def row(package: str, sku: str = "KETTLE-17", action: str = "") -> str:
    return f"{ORDER},{package},{sku},1,12,9,4,IN,2,LB,{action}\n"


def take(shop: Installation, name: str, data: bytes | str) -> None:
    drop(shop.folder, name, data if isinstance(data, bytes) else data.encode())
    shop.drain()


def events(shop: Installation) -> list[tuple[str, str, str]]:
    """Return subject, state and reason of every event, in turn."""
    found = shop.rows("SELECT subject, state, reason FROM events ORDER BY id")
    return [(str(subject), str(state), str(reason)) for subject, state, reason in found]


def test_of_each_package_one_is_taken_and_nothing_is_ever_bought(shop: Installation) -> None:
    take(shop, "a.csv", HEADER + row("1") + row("2"))
    take(shop, "b.csv", HEADER + row("2", action="buy") + row("1", sku="SPOON-01") + row("3"))
    told = events(shop)
    assert [(subject, state) for subject, state, _ in told] == [
        ("1", "held"),
        ("2", "held"),
        ("2", "not_sent"),
        ("1", "held"),
        ("3", "held"),
    ]
    assert "a duplicate of event 2" in told[2][2]
    assert f"has the number of package 1 of order {ORDER} already, with other content" in told[3][2]
    for number in (1, 2, 4, 5):
        shop.ledger.release_event(number, shop.partner.clock())
    shop.drain(3)
    assert set(shop.amazon.calls) == {"getOrder"}
    assert [state for _, state, _ in events(shop)] == ["held", "held", "not_sent", "held", "held"]
    assert shop.rows("SELECT DISTINCT ordering_key FROM events") == [(f"po:{ORDER}",)]


def test_a_cancellation_is_of_its_package_alone(shop: Installation) -> None:
    take(shop, "a.csv", HEADER + row("1") + row("2"))
    take(shop, "b.csv", f"amazon_order_id,package,action\n{ORDER},2,cancel\n{ORDER},7,cancel\n")
    assert [(subject, state) for subject, state, _ in events(shop)] == [
        ("1", "held"),
        ("2", "cancelled"),
        ("2", "not_sent"),
        ("7", "refused"),
    ]
    assert f"no shipment of package 7 of order {ORDER} is known" in events(shop)[3][2]


def test_an_856_is_an_event_a_package_and_a_replacement_replaces_it(shop: Installation) -> None:
    take(shop, "a.edi", NOTICE)
    replaced = NOTICE.replace(b"BSN*00*", b"BSN*05*").replace(b"*000000201", b"*000000205")
    take(shop, "b.edi", replaced.replace(b"TD1******G*9*OZ", b"TD1******G*10*OZ"))
    states = [state for _, state, _ in events(shop)]
    assert states == ["superseded"] * 5 + ["held"] * 5
    assert {subject for subject, _, _ in events(shop)} >= {"00008123450000019018", "00008123450000019025", ""}


def test_a_940_that_two_programs_want_is_held_until_the_partner_decides(shop: Installation) -> None:
    take(shop, "a.edi", SHIPPING_ORDER)
    ((_, state, reason),) = events(shop)
    assert state == "held"
    assert "x12-940-package (createShipment) or x12-940 (createFulfillmentOrder)" in reason
    assert "mapping of [sellers.acme]" in reason
    assert shop.amazon.calls == []


def test_a_seller_without_the_table_has_the_program_of_before(other_shop: Installation) -> None:
    take(other_shop, "a.edi", NOTICE)
    take(other_shop, "b.csv", HEADER + row("1"))
    take(other_shop, "c.edi", SHIPPING_ORDER)
    told = other_shop.rows("SELECT operation, state, reason FROM events ORDER BY id")
    assert [(operation, state) for operation, state, _ in told[:3]] == [
        ("createShipment", "held"),
        ("createShipment", "held"),
        ("createShipment", "held"),
    ]
    assert all("[sellers.acme.buy_shipping]" in str(one[2]) for one in told[:3])
    assert told[-1][0] == "createFulfillmentOrder"
    assert events(other_shop)[2][0] == "1", "it is known which package waits for the table"


def test_what_waits_for_a_setting_is_read_again_by_a_rerun(other_shop: Installation) -> None:
    take(other_shop, "a.csv", HEADER + row("1"))
    with pytest.raises(CommandRefused):
        other_shop.ledger.release_event(1, other_shop.partner.clock())
    profile = structs.replace(other_shop.partner.profile, of_programs={NAME: STAND_IN})
    rerun(replace(other_shop.partner, profile=profile), 1, dry_run=False, force=False)
    assert [(subject, state) for subject, state, _ in events(other_shop)] == [
        ("1", "replaced"),
        ("1", "ready"),
    ]


def test_the_mapping_that_a_partner_prefers_decides() -> None:
    document = x12("940", "W05*N*1\nLX*1\nW01*1*EA**SK*A")
    for name in ("x12-940-package", "x12-940"):
        profile = VendorProfile(vendor="shop", kind="sellers", mapping=(name,), of_programs={NAME: STAND_IN})
        assert [one.name for one in shipped_mappings().candidates(document, profile)] == [name]


def test_a_mapping_of_ones_own_for_a_sender_decides_and_a_version_does_not(tmp_path: Path) -> None:
    own = 'name = "{0}"\nextends = "x12-940-package"\nstandard = "x12"\ndocument = "940"\n{1}\n'
    (tmp_path / "sender.toml").write_text(own.format("packed-here", 'senders = ["PACKER"]'))
    (tmp_path / "version.toml").write_text(own.format("exact", 'versions = ["004010"]'))
    mappings = load_mappings([MAPPINGS, tmp_path])
    profile = VendorProfile(vendor="shop", kind="sellers", of_programs={NAME: STAND_IN})
    for sender, names in (("PACKER", ["packed-here"]), ("OTHER", ["x12-940", "exact"])):
        document = x12("940", "W05*N*1\nLX*1\nW01*1*EA**SK*A", sender=sender)
        assert sorted(one.name for one in mappings.candidates(document, profile)) == sorted(names)
