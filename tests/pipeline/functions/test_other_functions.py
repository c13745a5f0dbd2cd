"""Replacements, duplicates, copies, and functions of statuses, requests and answers."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bridge.pipeline.partner import Partner
from tests.golden import changed
from tests.pipeline.functions.support import body, busy, events, notices, reported, sent, states
from tests.pipeline.partners import with_policies
from tests.pipeline.stubs import StubAmazon, drained, drop
from tests.system.traffic import despatch_advice, edifact, order, tracking, x12


def test_a_replacement_supersedes_what_was_not_sent(
    tmp_path: Path, partner: Partner, amazon: StubAmazon
) -> None:
    amazon.answer = busy
    drop(tmp_path, "a.edi", notices(1, body(1, "00")))
    drained(partner)
    amazon.answer = None
    drop(tmp_path, "b.edi", notices(2, body(1, "05", quantity=3)))
    drained(partner)
    assert [item["items"][0]["shippedQuantity"]["amount"] for item in amazon.items] == [3]
    assert (states(partner, 1), states(partner, 2)) == (["superseded"], ["succeeded"])
    assert reported(tmp_path, 1)[0]["status"] == "Superseded"


def test_a_replacement_of_what_amazon_has_is_held_with_its_number(
    tmp_path: Path, partner: Partner, amazon: StubAmazon
) -> None:
    drop(tmp_path, "a.edi", notices(1, body(1, "00")))
    drained(partner)
    drop(tmp_path, "b.edi", notices(2, body(1, "04", quantity=3)))
    drained(partner)
    (held,) = events(partner, 2)
    assert (held.state, held.earlier_event) == ("held", 1)
    assert "event 1 (batch 1)" in held.reason
    partner.ledger.release_event(held.id, partner.clock())
    drained(partner)
    assert len(amazon.items) == 2


def test_a_replacement_that_cannot_be_sent_holds_what_it_replaces(
    tmp_path: Path, partner: Partner, amazon: StubAmazon
) -> None:
    amazon.answer = busy
    drop(tmp_path, "a.edi", notices(1, body(1, "00")))
    drained(partner)
    amazon.answer = None
    bad = [s.replace("SN1**2*", "SN1**2.5*") for s in body(1, "05")]
    drop(tmp_path, "b.edi", notices(2, bad))
    drained(partner)
    assert (states(partner, 1), states(partner, 2), amazon.items) == (["held"], ["refused"], [])


def test_of_a_duplicate_only_what_is_not_known_is_sent(
    tmp_path: Path, partner: Partner, amazon: StubAmazon
) -> None:
    drop(tmp_path, "a.edi", notices(1, body(1, "00")))
    drained(partner)
    drop(tmp_path, "b.edi", notices(2, body(1, "07"), body(2, "07"), body(1, "15", quantity=3)))
    drained(partner)
    assert sent(amazon) == [order(1), order(2)]
    known, new, other = events(partner, 2)
    assert (known.state, new.state, other.state) == ("not_sent", "succeeded", "held")
    assert known.reason == "a duplicate of event 1 (batch 1), which is succeeded"
    assert other.reason.startswith("it says that it is a duplicate, but event 1 (batch 1)")


@pytest.mark.parametrize(
    ("code", "state"), [("22", "not_sent"), ("24", "not_sent"), ("03", "held"), ("14", "held")]
)
def test_copies_and_drafts_send_nothing_and_other_functions_are_held(
    tmp_path: Path, partner: Partner, amazon: StubAmazon, code: str, state: str
) -> None:
    drop(tmp_path, "a.edi", notices(1, body(1, code)))
    drained(partner)
    assert (states(partner, 1), amazon.items) == ([state], [])
    assert f"BSN01 = {code}" in reported(tmp_path, 1)[0]["errors"][0]["message"]


def transport_status(function: str, when: str, number: int = 1) -> list[str]:
    return [
        f"BGM+77+S{when}+{function}",
        f"CNI+1+{tracking(number)}",
        "STS+1+21",
        f"RFF+ON:{order(number)}",
        f"DTM+78:20261101{when}:203",
        "LOC+14+:::ULM+DE",
    ]


def test_a_cancelled_status_is_dropped_at_its_time_alone(tmp_path: Path, partner: Partner) -> None:
    said = [transport_status("9", "0900"), transport_status("9", "1000"), transport_status("1", "0900")]
    drop(tmp_path, "s.edi", edifact("IFTSTA", "96A", 1, said))
    drained(partner)
    assert states(partner, 1) == ["cancelled", "waiting", "not_sent"]
    drop(tmp_path, "t.edi", edifact("IFTSTA", "96A", 2, [transport_status("1", "1200")]))
    drained(partner)
    assert states(partner, 2) == ["held"]


def requests(*rows: str) -> bytes:
    return "\n".join(["purchase_order_number,function,ship_date", *rows, ""]).encode()


def test_a_label_request_of_a_drop_file_is_cancelled_before_its_day(tmp_path: Path, partner: Partner) -> None:
    drop(tmp_path, "a.csv", requests("PO1,,2026-11-25", "PO2,new,2026-11-25"))
    drained(partner)
    assert states(partner, 1) == ["ready", "ready"]
    drop(tmp_path, "b.json", b'{"purchase_order_number": "PO1", "function": "Cancel"}')
    drained(partner)
    assert (states(partner, 1), states(partner, 2)) == (["cancelled", "ready"], ["not_sent"])
    drop(tmp_path, "c.csv", requests("PO2,cancle,", "2.5E+17,cancel,"))
    drained(partner)
    assert (states(partner, 1), states(partner, 3)) == (["cancelled", "ready"], ["held", "refused"])


def test_what_an_operator_dropped_is_over_and_stays_as_it_is(tmp_path: Path, partner: Partner) -> None:
    drop(tmp_path, "a.csv", requests("PO1,,2026-11-25"))
    drained(partner)
    (waiting,) = events(partner, 1)
    partner.ledger.refuse_event(waiting.id, "the order was changed", partner.clock())
    drop(tmp_path, "b.csv", requests("PO1,cancel,"))
    drained(partner)
    (dropped,), (cancellation,) = events(partner, 1), events(partner, 2)
    assert (dropped.state, dropped.reason) == ("refused", "the order was changed")
    assert (cancellation.state, cancellation.earlier_event) == ("not_sent", dropped.id)


def acknowledgement(purpose: str, verdict: str, day: str = "20261125") -> bytes:
    global _control  # noqa: PLW0603
    _control += 1
    body = [f"BAK*{purpose}*{verdict}*PO1*20261101", f"DTM*010*{day}", "N1*SU*Acme*92*ACME"]
    return x12("855", "PR", "004010", _control, [body])


_control = 100


@pytest.mark.parametrize("withdrawal", [("01", "AD"), ("00", "RJ"), ("00", "AH")], ids="-".join)
def test_an_answer_that_takes_back_an_acceptance_drops_the_label_request(
    tmp_path: Path, partner: Partner, amazon: StubAmazon, withdrawal: tuple[str, str]
) -> None:
    partner = replace(partner, profile=changed(partner.profile, label_requests=True))
    drop(tmp_path, "a.edi", acknowledgement("00", "AD"))
    drained(partner)
    drop(tmp_path, "b.edi", acknowledgement(*withdrawal))
    drained(partner)
    assert (states(partner, 1), states(partner, 2), amazon.items) == (["cancelled"], ["not_sent"], [])


def test_a_rejected_order_that_nobody_asked_a_label_for_is_only_noted(
    tmp_path: Path, partner: Partner
) -> None:
    partner = replace(partner, profile=changed(partner.profile, label_requests=True))
    drop(tmp_path, "a.edi", acknowledgement("00", "RJ"))
    drained(partner)
    assert (states(partner, 1), partner.ledger.batch(1).batch.state) == ([], "done")


def test_advice_tells_both_senders(tmp_path: Path, partner: Partner, amazon: StubAmazon) -> None:
    partner = with_policies(partner, status_files=("824", "aperak"))
    drop(tmp_path, "a.edi", notices(1, body(1, "00"), body(1, "01")))
    advice = despatch_advice(2)
    drop(tmp_path, "b.edi", edifact("DESADV", "96A", 2, [advice, [s.replace("+9", "+1") for s in advice]]))
    drained(partner)
    x12_told, edifact_told = [
        next((tmp_path / "drop/outbox/statuses").glob(f"{kind}.*")).read_text() for kind in ("824", "APERAK")
    ]
    assert amazon.items == []
    assert [s[:6] for s in x12_told.split("~") if s.startswith("OTI")] == ["OTI*TR", "OTI*TE"]
    assert "CANCELLED - event 2 (batch 1) cancels it" in x12_told
    assert "CANCELLED - event 4 (batch 2) cancels it" in edifact_told
    assert "NOT_SENT - it cancels event 3 (batch 2)" in edifact_told
