"""Function codes through the whole bridge: what is cancelled, replaced or repeated is not sent as new."""

from __future__ import annotations

import json
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest

from bridge.domain.outcomes import Outcome
from bridge.errors import LedgerError
from bridge.ledger.rows import EventRow
from bridge.pipeline.collect import collect
from bridge.pipeline.partner import Partner
from bridge.pipeline.rerun import rerun
from bridge.pipeline.translate import translate
from tests.pipeline.partners import with_policies
from tests.pipeline.stubs import StubAmazon, drained, drop, partner_with
from tests.system.traffic import carrier_status, despatch_advice, edifact, order, ship_notice, tracking, x12


def body(number: int, function: str, quantity: int = 2) -> list[str]:
    return [
        s.replace("BSN*00", f"BSN*{function}").replace("SN1**2*", f"SN1**{quantity}*")
        for s in ship_notice(number)
    ]


def notices(control_number: int, *bodies: list[str]) -> bytes:
    return x12("856", "SH", "004010", control_number, list(bodies))


def busy(_items: list[dict[str, Any]]) -> Outcome:
    return Outcome(kind="not_taken", http_status=429, reason="HTTP 429", retry_after=60.0)


def events(partner: Partner, batch: int) -> list[EventRow]:
    return [event for event in partner.ledger.batch(batch).events if event.state != "replaced"]


def states(partner: Partner, batch: int) -> list[str]:
    return [event.state for event in events(partner, batch)]


def sent(amazon: StubAmazon) -> list[str]:
    return [item["purchaseOrderNumber"] for item in amazon.items]


def reported(folder: Path, batch: int) -> list[dict[str, Any]]:
    """Return the lines of the newest status file of a batch."""
    found = sorted(
        (folder / "drop/outbox/statuses").glob(f"*.{batch}*.json"), key=lambda path: len(path.name)
    )
    lines: list[dict[str, Any]] = json.loads(found[-1].read_bytes())["lines"]
    return lines


@pytest.fixture
def amazon() -> StubAmazon:
    return StubAmazon()


@pytest.fixture
def partner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, amazon: StubAmazon) -> Partner:
    return partner_with(tmp_path, monkeypatch, amazon)


def test_a_cancellation_drops_what_was_not_sent_and_both_senders_are_told(
    tmp_path: Path, partner: Partner, amazon: StubAmazon
) -> None:
    amazon.answer = busy
    drop(tmp_path, "a.edi", notices(1, body(1, "00"), body(2, "00")))
    drained(partner)
    assert states(partner, 1) == ["grouped", "grouped"]
    drop(tmp_path, "b.edi", notices(2, body(1, "01")))
    drained(partner)
    amazon.answer = None
    drained(partner)
    assert sent(amazon) == [order(2)]
    assert (states(partner, 1), states(partner, 2)) == (["cancelled", "succeeded"], ["not_sent"])
    assert [(line["status"], line["errors"][0]["message"]) for line in reported(tmp_path, 2)] == [
        ("NotSent", "it cancels event 1 (batch 1), not sent yet: nothing of it goes to Amazon")
    ]
    lines = reported(tmp_path, 1)
    assert [line["status"] for line in lines] == ["Cancelled", "Success"]
    assert lines[0]["errors"][0]["message"] == "event 3 (batch 2) cancels it; it was not sent"
    assert partner.ledger.batch(1).batch.state == "succeeded"


@pytest.mark.parametrize("cancelled_first", [False, True])
def test_the_order_of_documents_in_one_interchange_counts(
    tmp_path: Path, partner: Partner, amazon: StubAmazon, *, cancelled_first: bool
) -> None:
    two = [body(1, "00"), body(1, "01")]
    drop(tmp_path, "a.edi", notices(1, *reversed(two) if cancelled_first else two))
    drained(partner)
    assert sent(amazon) == []
    assert states(partner, 1) == (["not_sent", "held"] if cancelled_first else ["cancelled", "not_sent"])


def test_a_cancellation_of_what_amazon_has_is_held_and_never_sends(
    tmp_path: Path, partner: Partner, amazon: StubAmazon
) -> None:
    drop(tmp_path, "a.edi", notices(1, body(1, "00")))
    drained(partner)
    drop(tmp_path, "b.edi", notices(2, body(1, "01")))
    drained(partner)
    (held,) = events(partner, 2)
    assert held.state == "held"
    assert held.reason == (
        f"Amazon has event 1 (batch 1) of order {order(1)} already (succeeded, submission 1 is succeeded), "
        "and takes no cancellation of a confirmation: settle it with Amazon"
    )
    assert partner.ledger.late_confirmations("acme", partner.clock()) == []
    with pytest.raises(LedgerError, match=r"resolve 2 --event --drop"):
        partner.ledger.release_event(held.id, partner.clock())
    assert len(amazon.items) == 1
    rerun(partner, 2, dry_run=False, force=False)
    drained(partner)
    assert (states(partner, 2), len(amazon.items)) == (["held"], 1)


def test_a_held_cancellation_is_carried_out_when_amazon_did_not_take_what_it_cancels(
    tmp_path: Path, partner: Partner, amazon: StubAmazon
) -> None:
    def comes_meanwhile(_items: list[dict[str, Any]]) -> Outcome:
        amazon.answer = None
        drop(tmp_path, "b.edi", notices(2, body(1, "01")))
        collect(partner)
        translate(partner)
        assert states(partner, 2) == ["held"]
        return Outcome(kind="not_taken", http_status=503, reason="HTTP 503", retry_after=0.01)

    amazon.answer = comes_meanwhile
    drop(tmp_path, "a.edi", notices(1, body(1, "00")))
    drained(partner)
    assert (states(partner, 1), states(partner, 2)) == (["cancelled"], ["not_sent"])
    assert amazon.items == []


def test_a_submission_that_was_read_before_the_cancellation_is_never_begun(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, partner: Partner, amazon: StubAmazon
) -> None:
    one_at_a_time = threading.Lock()  # the two are sent side by side

    def comes_meanwhile(*_turn: object) -> float:
        with one_at_a_time:
            if not partner.ledger.batches(limit=5)[0].name.startswith("b"):
                drop(tmp_path, "b.edi", notices(2, body(1, "01")))
                collect(partner)
                translate(partner)
        return 0.0

    monkeypatch.setattr(amazon, "acquire_permit", comes_meanwhile)
    drop(tmp_path, "a.edi", notices(1, body(1, "00"), body(2, "00")))
    drained(partner)
    assert sent(amazon) == [order(2)]
    assert states(partner, 1) == ["cancelled", "succeeded"]


def test_what_comes_after_its_own_cancellation_is_held(
    tmp_path: Path, partner: Partner, amazon: StubAmazon
) -> None:
    drop(tmp_path, "b.edi", notices(2, body(1, "01")))
    drained(partner)
    (cancelling,) = events(partner, 1)
    assert cancelling.reason == (
        f"no confirmation of order {order(1)} is known that it could cancel; one that comes later is held"
    )
    drop(tmp_path, "a.edi", notices(1, body(1, "00")))
    drained(partner)
    (held,) = events(partner, 2)
    assert (held.state, amazon.items) == ("held", [])
    assert held.reason.startswith(f"event 1 (batch 1) cancelled order {order(1)} before this came")
    partner.ledger.release_event(held.id, partner.clock())
    drained(partner)
    assert sent(amazon) == [order(1)]


def test_an_order_that_was_cancelled_may_be_confirmed_anew(
    tmp_path: Path, partner: Partner, amazon: StubAmazon
) -> None:
    drop(tmp_path, "a.edi", notices(1, body(1, "00"), body(1, "01"), body(1, "00", quantity=3)))
    drained(partner)
    assert states(partner, 1) == ["cancelled", "not_sent", "succeeded"]
    assert amazon.items[0]["items"][0]["shippedQuantity"]["amount"] == 3


@pytest.mark.parametrize("force", [False, True])
def test_a_rerun_resurrects_nothing_that_was_cancelled(
    tmp_path: Path, partner: Partner, amazon: StubAmazon, *, force: bool
) -> None:
    drop(tmp_path, "a.edi", notices(1, body(1, "00"), [s for s in body(2, "00") if not s.startswith("LIN")]))
    amazon.answer = busy
    drained(partner)
    drop(tmp_path, "b.edi", notices(2, body(1, "01"), body(2, "01")))
    drained(partner)
    amazon.answer = None
    assert states(partner, 1) == ["cancelled", "cancelled"]
    for batch in (1, 2, 1):
        rerun(partner, batch, dry_run=False, force=force)
        drained(partner)
    assert amazon.items == []
    assert states(partner, 2) == ["not_sent", "not_sent"]


def test_a_rerun_of_a_cancellation_drops_nothing_that_came_after_it(
    tmp_path: Path, partner: Partner, amazon: StubAmazon
) -> None:
    amazon.answer = busy
    drop(tmp_path, "a.edi", notices(1, body(1, "00")))
    drained(partner)
    drop(tmp_path, "b.edi", notices(2, body(1, "01")))
    drained(partner)
    drop(tmp_path, "c.edi", notices(3, body(1, "00", quantity=3)))
    drained(partner)
    rerun(partner, 2, dry_run=False, force=False)
    amazon.answer = None
    drained(partner)
    assert [states(partner, batch) for batch in (1, 2, 3)] == [["cancelled"], ["not_sent"], ["succeeded"]]


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


def test_updates_of_a_cancelled_package_wait_for_another_confirmation(
    tmp_path: Path, partner: Partner, amazon: StubAmazon
) -> None:
    amazon.answer = busy
    drop(tmp_path, "a.edi", notices(1, body(1, "00")))
    drop(tmp_path, "s.edi", x12("214", "QM", "004010", 2, [carrier_status(1)]))
    drained(partner)
    drop(tmp_path, "x.edi", notices(3, body(1, "01")))
    drained(partner)
    assert partner.ledger.package("acme", tracking(1)) is None
    (waiting,) = events(partner, 2)
    assert (waiting.state, waiting.reason) == (
        "waiting",
        "the confirmation of its package is not sent (event 3 (batch 3)); no other one has come yet",
    )
    amazon.answer = None
    drop(tmp_path, "y.edi", notices(4, body(1, "00", quantity=3)))
    drained(partner)
    assert states(partner, 2) == ["succeeded"]


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
    partner = replace(partner, profile=msgspec.structs.replace(partner.profile, label_requests=True))
    drop(tmp_path, "a.edi", acknowledgement("00", "AD"))
    drained(partner)
    drop(tmp_path, "b.edi", acknowledgement(*withdrawal))
    drained(partner)
    assert (states(partner, 1), states(partner, 2), amazon.items) == (["cancelled"], ["not_sent"], [])


def test_a_rejected_order_that_nobody_asked_a_label_for_is_only_noted(
    tmp_path: Path, partner: Partner
) -> None:
    partner = replace(partner, profile=msgspec.structs.replace(partner.profile, label_requests=True))
    drop(tmp_path, "a.edi", acknowledgement("00", "RJ"))
    drained(partner)
    assert (states(partner, 1), partner.ledger.batch(1).batch.state) == ([], "done")


def test_a_cancellation_under_a_used_control_number_holds_what_it_is_about(
    tmp_path: Path, partner: Partner, amazon: StubAmazon
) -> None:
    amazon.answer = busy
    drop(tmp_path, "a.edi", notices(1, body(1, "00")))
    drained(partner)
    drop(tmp_path, "b.edi", notices(1, body(1, "01")))
    drained(partner)
    assert (states(partner, 1), states(partner, 2)) == (["held"], ["held"])
    (cancelling,) = events(partner, 2)
    partner.ledger.release_event(cancelling.id, partner.clock())
    amazon.answer = None
    drained(partner)
    assert (states(partner, 1), states(partner, 2), amazon.items) == (["cancelled"], ["not_sent"], [])


def test_a_cancellation_waits_for_what_is_in_doubt(
    tmp_path: Path, partner: Partner, amazon: StubAmazon
) -> None:
    amazon.answer = lambda _items: Outcome(kind="in_doubt", reason="HTTP 500", http_status=500)
    drop(tmp_path, "a.edi", notices(1, body(1, "00")))
    drained(partner)
    drop(tmp_path, "b.edi", notices(2, body(1, "01")))
    drained(partner)
    (held,) = events(partner, 2)
    assert held.state == "held"
    assert "submission 1 is in doubt" in held.reason
    amazon.answer = None
    partner.ledger.resolve(1, None, partner.clock())
    drained(partner)
    assert (states(partner, 1), states(partner, 2), amazon.items) == (["cancelled"], ["not_sent"], [])


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
