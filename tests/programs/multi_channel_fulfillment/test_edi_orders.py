"""Orders in EDI (940, ORDERS) at a stand-in Amazon: sent once each, answered, and refused alone."""

from __future__ import annotations

import re
from dataclasses import replace

from msgspec import structs

from bridge.pipeline.rerun import rerun
from bridge.programs.multi_channel_fulfillment.profile import NAME, values_of
from tests.pipeline.partners import with_policies
from tests.programs.multi_channel_fulfillment.conftest import Shop
from tests.system.traffic import edifact, x12

ADDRESS = ["N1*ST*Ann Example", "N3*1 Example Road", "N4*Springfield*IL*62701*US"]
LINE = ["LX*1", "W01*2*EA**SK*SKU-A"]


def warehouse_order(number: str, *lines: str, status: str = "N", address: list[str] = ADDRESS) -> list[str]:
    """Return the body of a 940."""
    return [f"W05*{status}*{number}", *address, *(lines or LINE)]


def interchange(number: int, *bodies: list[str]) -> bytes:
    return x12("940", "OW", "004010", number, list(bodies))


def purchase_order(number: str, *lines: str, country: str = "US") -> list[str]:
    """Return the body of an ORDERS."""
    return [
        f"BGM+220+{number}+9",
        "DTM+137:20261101:102",
        f"NAD+ST+++Ann Example+1 Example Road+Springfield+IL+62701+{country}",
        *(lines or ["LIN+1++SKU-A:SA", "QTY+21:2"]),
        "UNS+S",
    ]


def answers(shop: Shop, kind: str) -> list[str]:
    """Return the files of a kind in the outbox, in turn."""
    outbox = shop.folder / "drop" / "outbox"
    found = sorted(outbox.rglob(f"*{kind}*.edi"), key=lambda path: path.stat().st_mtime_ns)
    return [path.read_text() for path in found]


def test_case_5_the_same_940_twice_is_one_order_and_is_told(shop: Shop) -> None:
    first = interchange(1, warehouse_order("1001"))
    shop.drop("a.edi", first)
    shop.passes(2, seconds=2)
    # Once more as it is, and once more by a system that makes it anew: number and date are others.
    shop.drop("b.edi", first)
    shop.drop("c.edi", interchange(2, warehouse_order("1001")).replace(b"*261101*", b"*261102*", 1))
    shop.passes(2, seconds=2)
    assert (shop.created(), shop.states()) == ({"1001": 1}, ["succeeded"])
    assert [state for state, _ in shop.events()["1001"]] == ["succeeded", "not_sent"]
    assert len(answers(shop, "997")) == 3
    assert all("AK5*A~" in text for text in answers(shop, "997"))
    assert shop.told() == {"1001": "NotSent"}


def test_case_6_the_same_number_with_other_lines_is_held(shop: Shop) -> None:
    shop.drop("a.edi", interchange(1, warehouse_order("1001"), warehouse_order("1002")))
    shop.passes(2, seconds=2)
    shop.drop("b.edi", interchange(2, warehouse_order("1001", "LX*1", "W01*3*EA**SK*SKU-A")))
    shop.passes(2, seconds=2)
    assert shop.created() == {"1001": 1, "1002": 1}
    (_, (state, reason)) = shop.events()["1001"]
    assert (state, "event 1 (batch 1) has the number of order 1001 already" in reason) == ("held", True)


def test_cases_7_and_18_an_id_with_a_plus_is_refused_and_cases_are_held_beside_a_good_sibling(
    shop: Shop,
) -> None:
    shop.partner = with_policies(shop.partner, status_files=("json", "824"))
    shop.amazon.orders.refused["1004"] = ("InvalidInput", "No stock.")
    shop.drop(
        "a.edi",
        interchange(
            1,
            warehouse_order("10+01"),
            warehouse_order("1002", "LX*1", "W01*2*CA**SK*SKU-A"),
            warehouse_order("1003", address=[]),
            warehouse_order("1004"),
            warehouse_order("1005"),
        ),
    )
    shop.passes(3, seconds=2)
    assert shop.created() == {"1005": 1}
    told = {order: state for order, ((state, _),) in shop.events().items()}
    refused = dict.fromkeys(("10+01", "1003"), "refused")
    assert told == {**refused, "1002": "held", "1004": "failed", "1005": "succeeded"}
    assert "is in CA, and nothing says how many pieces" in shop.events()["1002"][0][1]
    (acknowledged,) = answers(shop, "997")
    assert acknowledged.count("AK5*A~") == 5

    (advice,) = answers(shop, "824")
    judged = {order: code for code, order in re.findall(r"OTI\*(..)\*PO\*([^*]+)", advice)}
    assert judged == {"10+01": "TR", "1002": "TE", "1003": "TR", "1004": "TR", "1005": "TA"}
    conditions = re.findall(r"TED\*(\d+)\*(\w+)", advice)
    assert conditions == [
        ("009", "ORDER_ID"), ("024", "HELD"), ("007", "MISSING_ADDRESS"), ("024", "InvalidInput"),
    ]  # fmt: skip


def test_an_order_waits_for_the_day_on_which_it_may_ship_and_one_that_is_void_is_refused(
    shop: Shop,
) -> None:
    today = shop.clock().date()
    tomorrow, yesterday = (today.replace(day=today.day + days) for days in (1, -1))
    shop.drop(
        "a.edi",
        interchange(
            1,
            warehouse_order("1001", f"G62*37*{tomorrow:%Y%m%d}", *LINE),
            warehouse_order("1002", f"G62*01*{yesterday:%Y%m%d}", *LINE),
            warehouse_order("1003", f"G62*10*{tomorrow:%Y%m%d}", *LINE, "W76*9"),
        ),
    )
    shop.passes(2, seconds=2)
    assert [state for ((state, _),) in shop.events().values()] == ["ready", "refused", "held"]
    shop.partner.ledger.release_event(3, shop.clock())
    shop.passes(2, seconds=2)
    assert shop.created() == {}
    shop.passes(2, days=1)
    assert shop.created() == {"1001": 1, "1003": 1}


def test_an_orders_is_sent_answered_and_refused_by_aperak(shop: Shop) -> None:
    shop.partner = with_policies(shop.partner, status_files=("json", "aperak"))
    shop.drop(
        "a.edi", edifact("ORDERS", "96A", 1, [purchase_order("1001"), purchase_order("1002", country="")])
    )
    shop.passes(3, seconds=2)
    assert shop.created() == {"1001": 1}
    assert shop.told() == {"1001": "Success", "1002": "Refused"}
    (contrl,) = answers(shop, "CONTRL")
    assert re.findall(r"UC[IM]\+1\+[^']*\+(\d)'", contrl) == ["7"]
    (advice,) = answers(shop, "APERAK")
    assert re.findall(r"(?:RFF\+ON:|\+)(1001|1002|AP|RE)(?=')", advice) == ["AP", "1001", "RE", "1002"]


def test_a_940_changes_and_cancels_what_amazon_has(shop: Shop) -> None:
    shop.amazon.options.change({"order_step": 10**9})
    shop.drop("a.edi", interchange(1, warehouse_order("1001", "N9*ZZ*HOLD", *LINE)))
    shop.passes(2, seconds=2)
    shop.drop("b.edi", interchange(2, ["W05*R*1001", *ADDRESS[:1], "N3*2 Example Road", *ADDRESS[2:]]))
    shop.passes(3, seconds=5)
    assert shop.calls("updateFulfillmentOrder") == [200]
    # One that restates the order in cases is held, if it is a change; a cancellation is none of its lines.
    cases = ["LX*1", "W01*2*CA**SK*SKU-A"]
    shop.drop("c.edi", interchange(3, warehouse_order("1001", *cases, status="F")))
    shop.passes(3, seconds=5)
    assert shop.calls("cancelFulfillmentOrder") == [200]


def test_an_order_that_could_not_be_read_gives_way_to_the_one_that_comes_corrected(shop: Shop) -> None:
    shop.drop("a.edi", interchange(1, warehouse_order("1001", "LX*1", "W01*2*CA**SK*SKU-A")))
    shop.passes(2, seconds=2)
    shop.drop("b.edi", interchange(2, warehouse_order("1001")))
    shop.passes(2, seconds=2)
    assert [state for state, _ in shop.events()["1001"]] == ["superseded", "succeeded"]
    assert shop.created() == {"1001": 1}


def test_an_order_whose_document_is_void_by_the_time_it_could_be_sent_is_refused(shop: Shop) -> None:
    today = shop.clock().date()
    shop.amazon.faults.reply(503, operation="createFulfillmentOrder", times=3)
    shop.drop("a.edi", interchange(1, warehouse_order("1001", f"G62*01*{today:%Y%m%d}", *LINE)))
    shop.passes(2, seconds=2)
    shop.passes(3, hours=20)
    assert shop.created() == {}
    ((state, reason),) = shop.events()["1001"]
    assert (state, "is void after" in reason) == ("refused", True)
    assert shop.told() == {"1001": "Refused"}


def test_a_product_code_that_the_seller_learns_goes_by_a_rerun_unless_its_correction_went_before(
    shop: Shop,
) -> None:
    coded = ["LX*1", "W01*2*EA**UP*012345678905"]
    shop.drop("a.edi", interchange(1, warehouse_order("1001", *coded), warehouse_order("1002", *coded)))
    shop.passes(2, seconds=2)
    assert {state for told in shop.events().values() for state, _ in told} == {"held"}
    shop.drop("b.edi", interchange(2, warehouse_order("1002")))
    shop.passes(2, seconds=2)

    values = structs.replace(values_of(shop.partner.profile), skus={"012345678905": "SKU-A"})
    programs = {**shop.partner.profile.of_programs, NAME: values}
    profile = structs.replace(shop.partner.profile, of_programs=programs)
    shop.partner = replace(shop.partner, profile=profile)
    rerun(shop.partner, 1, dry_run=False, force=True)
    shop.passes(2, seconds=2)
    assert shop.created() == {"1001": 1, "1002": 1}
    assert [state for state, _ in shop.events()["1001"]] == ["replaced", "succeeded"]
    assert sorted(state for state, _ in shop.events()["1002"]) == ["held", "replaced", "succeeded"]
