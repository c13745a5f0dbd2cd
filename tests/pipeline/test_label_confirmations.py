"""Labels and confirmations of one order: what is filled, held, sent, and told when a newer label comes."""

from __future__ import annotations

import base64
import csv
import dataclasses
import io
import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from bridge.domain.outcomes import Outcome
from bridge.errors import LedgerError
from bridge.ledger.read_models import AlertRow
from bridge.ledger.rows import EventRow
from bridge.pipeline.partner import Partner
from bridge.pipeline.rerun import rerun
from bridge.pipeline.shipping_documents import keep_shipping_documents
from bridge.programs.contract import installed
from bridge.programs.vendor_direct_fulfillment import label_match
from bridge.programs.vendor_direct_fulfillment.documents import LabelData, ShippingLabel
from tests.pipeline.stubs import Clock, StubAmazon, drained, drop, partner_with
from tests.system.traffic import carrier_status, order, ship_notice, tracking, x12

GROUND = "UPS_GR_RES"


class Labels:
    """What Amazon answers about orders' labels."""

    def __init__(self) -> None:
        self.of: dict[str, tuple[LabelData, ...]] = {}

    def make(self, number: int, *packages: tuple[str, str], method: str = GROUND) -> None:
        self.of[order(number)] = tuple(
            LabelData(
                content=base64.b64encode(f"^XA^FD{tracking_number}^FS^XZ".encode()).decode(),
                package_identifier=name,
                tracking_number=tracking_number,
                ship_method=method,
                ship_method_name="UPS Ground",
            )
            for name, tracking_number in packages
        )

    def __call__(self, number: str) -> ShippingLabel | None:
        if number not in self.of:
            return None
        return ShippingLabel(
            purchase_order_number=number,
            selling_party="ACME",
            label_format="ZPL",
            labels=self.of[number],
        )


@pytest.fixture
def labels() -> Labels:
    return Labels()


@pytest.fixture
def amazon(labels: Labels) -> StubAmazon:
    stub = StubAmazon()
    stub.of_order = labels
    return stub


@pytest.fixture
def partner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, amazon: StubAmazon) -> Partner:
    return partner_with(tmp_path, monkeypatch, amazon)


def fetched(partner: Partner, *numbers: int) -> None:
    partner.ledger.request_documents(
        partner.fence, partner.vendor, "labels", [order(one) for one in numbers], partner.clock()
    )
    drained(partner, rounds=2)


def notice(number: int, tracking_number: str | None = None, method: str | None = GROUND) -> list[str]:
    """Write the body of an 856; with an empty number or method it has none."""
    chosen = tracking(number) if tracking_number is None else tracking_number
    body: list[str] = []
    for segment in ship_notice(number):
        if segment.startswith("TD5"):
            if method and "*92*" in segment:
                body.append(f"TD5**92*{method}")
        elif segment.startswith("MAN"):
            body.append(f"MAN*GM*{number:020}" + f"**CP*{chosen}" * bool(chosen))
        else:
            body.append(segment)
    return body


def confirmed(partner: Partner, folder: Path, number: int, body: list[str], *, control: int = 0) -> EventRow:
    drop(folder, f"{control or number}.edi", x12("856", "SH", "004010", control or number, [body]))
    drained(partner)
    return newest(partner)


def newest(partner: Partner) -> EventRow:
    batch = max(one.id for one in partner.ledger.batches(vendor="acme"))
    return partner.ledger.batch(batch).events[-1]


def sent(amazon: StubAmazon) -> list[tuple[str, str, str]]:
    return [
        (item["purchaseOrderNumber"], box.get("trackingNumber", ""), box.get("shipMethod", ""))
        for item in amazon.items
        if "shipmentDetails" in item
        for box in item["containers"]
    ]


def index_lines(folder: Path) -> list[dict[str, str]]:
    found = sorted((folder / "drop" / "outbox" / "labels").glob("index.*.csv"))
    return [row for path in found for row in csv.DictReader(io.StringIO(path.read_text()))]


def statuses(folder: Path) -> list[dict[str, Any]]:
    found = sorted((folder / "drop" / "outbox" / "statuses").glob("*.json"))
    return [line for path in found for line in json.loads(path.read_text())["lines"]]


def alerts(partner: Partner, kind: str) -> list[AlertRow]:
    return [one for one in partner.ledger.alerts("acme") if one.kind == kind]


def test_a_confirmation_without_number_and_method_goes_with_the_labels(
    partner: Partner, labels: Labels, amazon: StubAmazon, tmp_path: Path
) -> None:
    labels.make(1, ("001", "1ZLABEL"))
    fetched(partner, 1)
    event = confirmed(partner, tmp_path, 1, notice(1, "", None))
    assert event.state == "succeeded", event.reason
    assert sent(amazon) == [(order(1), "1ZLABEL", GROUND)]
    assert event.tracking_number == "1ZLABEL"
    assert b"1ZLABEL" in (event.body or b"")  # kept is what was sent ...
    assert event.stated is not None
    assert b"1ZLABEL" not in event.stated  # ... and what was said
    assert [note["code"] for note in event.notes] == ["LABEL_TRACKING_NUMBER", "LABEL_SHIP_METHOD"]


def test_a_package_without_any_mark_is_the_labels_only_one(
    partner: Partner, labels: Labels, amazon: StubAmazon, tmp_path: Path
) -> None:
    labels.make(1, ("001", "1ZLABEL"))
    fetched(partner, 1)
    body = [segment for segment in notice(1, "", None) if not segment.startswith("MAN")]
    event = confirmed(partner, tmp_path, 1, body)
    assert event.state == "succeeded", event.reason
    assert sent(amazon) == [(order(1), "1ZLABEL", GROUND)]
    assert amazon.items[0]["containers"][0]["containerIdentifier"] == "001"


def test_without_a_label_nothing_changes(partner: Partner, amazon: StubAmazon, tmp_path: Path) -> None:
    assert confirmed(partner, tmp_path, 1, notice(1)).state == "succeeded"
    assert confirmed(partner, tmp_path, 2, notice(2, "")).state == "succeeded"
    refused = confirmed(partner, tmp_path, 3, notice(3, method=None))
    assert (refused.state, [one["code"] for one in refused.errors]) == ("refused", ["MISSING_SHIP_METHOD"])
    assert sent(amazon) == [(order(1), tracking(1), GROUND), (order(2), "", GROUND)]


def test_another_number_is_held_with_both_shown_and_released_as_the_document_says(
    partner: Partner, labels: Labels, amazon: StubAmazon, tmp_path: Path
) -> None:
    labels.make(1, ("001", "1ZLABEL"))
    fetched(partner, 1)
    event = confirmed(partner, tmp_path, 1, notice(1, "1ZOTHER", "UPS_2ND"))
    assert event.state == "held"
    assert "1ZOTHER" in event.reason
    assert f"the newest label has 001 1ZLABEL by {GROUND}" in event.reason
    assert not sent(amazon)
    assert [line["status"] for line in statuses(tmp_path)] == ["Held"]
    partner.ledger.release_event(event.id, partner.clock())
    drained(partner)
    assert sent(amazon) == [(order(1), "1ZOTHER", "UPS_2ND")]
    assert newest(partner).state == "succeeded"


def test_what_cannot_go_without_the_label_is_not_released(
    partner: Partner, labels: Labels, amazon: StubAmazon, tmp_path: Path
) -> None:
    labels.make(1, ("001", "1ZA"), ("002", "1ZB"))
    fetched(partner, 1)
    event = confirmed(partner, tmp_path, 1, notice(1, "", None))
    assert event.state == "held"
    assert "1 package is confirmed, but the order's newest label has 2" in event.reason
    with pytest.raises(LedgerError, match="cannot go as the document says it"):
        partner.ledger.release_event(event.id, partner.clock())
    assert not sent(amazon)


def test_a_rerun_compares_again(partner: Partner, labels: Labels, amazon: StubAmazon, tmp_path: Path) -> None:
    labels.make(1, ("001", "1ZLABEL"))
    fetched(partner, 1)
    event = confirmed(partner, tmp_path, 1, notice(1, "1ZOTHER"))
    rerun(partner, event.file_id, dry_run=False, force=False)
    drained(partner)
    again = newest(partner)
    assert again.id != event.id
    assert again.state == "held"
    assert not sent(amazon)


def test_the_labels_method_counts_or_is_held_as_the_vendor_chose(
    partner: Partner, labels: Labels, amazon: StubAmazon, tmp_path: Path
) -> None:
    for number in (1, 2):
        labels.make(number, ("001", tracking(number)))
    fetched(partner, 1, 2)
    event = confirmed(partner, tmp_path, 1, notice(1, method="UPS_2ND"))
    assert event.state == "succeeded"
    (note,) = event.notes
    assert note["message"].startswith(
        f"ship method {GROUND} taken from the order's newest label; the document"
    )
    (line,) = statuses(tmp_path)
    assert (line["status"], line["notes"]) == ("Success", [note])
    policy = msgspec.structs.replace(partner.policies.labels, ship_method_mismatch="hold")
    object.__setattr__(partner.policies, "labels", policy)
    assert confirmed(partner, tmp_path, 2, notice(2, method="UPS_2ND")).state == "held"
    assert sent(amazon) == [(order(1), tracking(1), GROUND)]


def test_a_newer_label_counts_for_what_was_not_sent_yet(
    partner: Partner, labels: Labels, amazon: StubAmazon, tmp_path: Path
) -> None:
    for number in (1, 2):
        labels.make(number, ("001", f"1ZOLD{number}"))
    fetched(partner, 1, 2)
    amazon.answer = lambda _items: Outcome(kind="not_taken", reason="no line")
    confirmed(partner, tmp_path, 1, notice(1, "", None))
    event = confirmed(partner, tmp_path, 2, notice(2, "1ZOLD2"))
    assert event.state == "grouped"
    for number in (1, 2):
        labels.make(number, ("001", f"1ZNEW{number}"), method="UPS_NEXT")
    fetched(partner, 1, 2)
    amazon.answer = None
    drained(partner, rounds=8)
    assert sent(amazon) == [(order(1), "1ZNEW1", "UPS_NEXT")]
    held = newest(partner)
    assert held.state == "held"
    assert "1ZOLD2 is of a label that a newer one replaced" in held.reason
    assert held.submission_id is None
    assert {one.state for batch in (1, 2) for one in partner.ledger.batch(batch).submissions} <= {
        "succeeded",
        "withdrawn",
    }


def test_what_a_former_label_held_goes_when_the_newer_one_agrees(
    partner: Partner, labels: Labels, amazon: StubAmazon, tmp_path: Path
) -> None:
    labels.make(1, ("001", "1ZOLD"))
    fetched(partner, 1)
    assert confirmed(partner, tmp_path, 1, notice(1, "1ZNEW")).state == "held"
    labels.make(1, ("001", "1ZNEW"))
    fetched(partner, 1)
    drained(partner)
    assert newest(partner).state == "succeeded"
    assert sent(amazon) == [(order(1), "1ZNEW", GROUND)]
    assert {line["status"] for line in statuses(tmp_path)} == {"Held", "Success"}


def test_a_replaced_label_is_void_in_the_index(partner: Partner, labels: Labels, tmp_path: Path) -> None:
    labels.make(1, ("001", "1ZOLD"))
    fetched(partner, 1)
    labels.make(1, ("001", "1ZNEW"))
    fetched(partner, 1)
    told = [(one["tracking_number"], one["status"], one["replaced_by"]) for one in index_lines(tmp_path)]
    assert told == [("1ZOLD", "valid", ""), ("1ZNEW", "valid", ""), ("1ZOLD", "void", "1ZNEW")]
    first, _, void = index_lines(tmp_path)
    assert (void["file"], void["sha256"]) == (first["file"], first["sha256"])
    assert (tmp_path / "drop" / "outbox" / void["file"]).exists()


def test_status_updates_wait_for_the_number_of_the_label(
    partner: Partner, labels: Labels, amazon: StubAmazon, tmp_path: Path
) -> None:
    labels.make(1, ("001", tracking(1)))
    fetched(partner, 1)
    drop(tmp_path, "s.edi", x12("214", "QM", "004010", 9, [carrier_status(1)]))
    drained(partner)
    assert newest(partner).state == "waiting"
    confirmed(partner, tmp_path, 1, notice(1, ""))
    updates = [item for item in amazon.items if "statusUpdateDetails" in item]
    assert [one["statusUpdateDetails"]["trackingNumber"] for one in updates] == [tracking(1)]
    assert updates[0]["purchaseOrderNumber"] == order(1)


def test_the_same_document_again_is_held_whatever_label_filled_it(
    partner: Partner, labels: Labels, amazon: StubAmazon, tmp_path: Path
) -> None:
    labels.make(1, ("001", "1ZOLD"))
    fetched(partner, 1)
    first = confirmed(partner, tmp_path, 1, notice(1, ""))
    labels.make(1, ("001", "1ZNEW"))
    fetched(partner, 1)
    again = confirmed(partner, tmp_path, 1, notice(1, ""), control=7)
    assert (again.state, again.reason) == ("held", f"it says the same as event {first.id}")
    assert len(sent(amazon)) == 1


def test_a_label_that_is_replaced_after_the_confirmation_is_an_alert_until_the_valid_one_is_confirmed(
    partner: Partner, labels: Labels, amazon: StubAmazon, tmp_path: Path
) -> None:
    labels.make(1, ("001", "1ZOLD"))
    fetched(partner, 1)
    event = confirmed(partner, tmp_path, 1, notice(1, "1ZOLD"))
    assert not alerts(partner, "label_replaced")
    labels.make(1, ("001", "1ZNEW"))
    fetched(partner, 1)
    (alert,) = alerts(partner, "label_replaced")
    assert alert.key == order(1)
    assert f"confirmed with tracking number 1ZOLD (batch {event.file_id}, event {event.id})" in alert.message
    assert "the valid one has 1ZNEW" in alert.message
    confirmed(partner, tmp_path, 1, notice(1, "1ZNEW"), control=7)
    assert sent(amazon)[-1] == (order(1), "1ZNEW", GROUND)
    assert not alerts(partner, "label_replaced")


def test_an_index_of_none_still_tells_what_is_void(partner: Partner, labels: Labels, tmp_path: Path) -> None:
    object.__setattr__(partner.fetch_plan, "index", "none")
    labels.make(1, ("001", "1ZOLD"))
    fetched(partner, 1)
    assert not index_lines(tmp_path)
    labels.make(1, ("001", "1ZNEW"))
    fetched(partner, 1)
    assert [(one["tracking_number"], one["status"]) for one in index_lines(tmp_path)] == [("1ZOLD", "void")]


def test_a_trace_of_the_order_or_a_number_lists_its_labels(partner: Partner, labels: Labels) -> None:
    labels.make(1, ("001", "1ZOLD"))
    fetched(partner, 1)
    labels.make(1, ("001", "1ZNEW"))
    fetched(partner, 1)
    for text in (order(1), "1ZOLD", "1ZNEW"):
        told = [(one.tracking_number, one.state, one.file) for one in partner.ledger.trace(text).labels]
        assert told == [
            ("1ZOLD", "void", f"labels/{order(1)}/001_1ZOLD.zpl"),
            ("1ZNEW", "valid", f"labels/{order(1)}/001_1ZNEW.zpl"),
        ]


def listed(partner: Partner, labels: Labels, number: int) -> None:
    """Read an order's label as an entry of a list, at a time of its own."""
    label = labels(order(number))
    assert label is not None
    keep_shipping_documents(partner, installed().feeds["labels"], [label])


def states(partner: Partner, number: int) -> dict[str, str]:
    return {one.tracking_number: one.state for one in partner.ledger.trace(order(number)).labels}


def test_a_list_makes_nothing_void_before_the_order_was_asked_for(partner: Partner, labels: Labels) -> None:
    labels.make(1, ("001", "1ZNEW"))
    fetched(partner, 1)
    labels.make(1, ("001", "1ZOLD"))
    listed(partner, labels, 1)
    assert states(partner, 1) == {"1ZNEW": "valid", "1ZOLD": "listed"}
    labels.make(1, ("001", "1ZNEW"))
    drained(partner, rounds=2)
    assert states(partner, 1) == {"1ZNEW": "valid", "1ZOLD": "void"}


def test_an_entry_of_a_list_adds_another_package(
    partner: Partner, labels: Labels, amazon: StubAmazon, tmp_path: Path
) -> None:
    labels.make(1, ("001", "1ZA"))
    listed(partner, labels, 1)
    labels.make(1, ("002", "1ZB"))
    listed(partner, labels, 1)
    assert states(partner, 1) == {"1ZA": "valid", "1ZB": "valid"}
    assert not amazon.reads
    assert confirmed(partner, tmp_path, 1, notice(1, "1ZA")).state == "held"


def test_the_oldest_label_of_an_order_tells_when_it_is_void(
    partner: Partner, labels: Labels, tmp_path: Path
) -> None:
    assert isinstance(partner.clock, Clock)
    confirmed(partner, tmp_path, 9, notice(9))
    labels.make(1, ("001", "1ZA"))
    listed(partner, labels, 1)
    made = partner.clock()
    partner.clock.now += timedelta(days=30)
    labels.make(1, ("002", "1ZB"))
    listed(partner, labels, 1)
    assert expiring(partner) == [made]
    labels.make(1, ("001", "1ZC"), ("002", "1ZD"))
    fetched(partner, 1)
    (renewed,) = expiring(partner)
    assert renewed - made >= timedelta(days=30)


def expiring(partner: Partner) -> list[datetime]:
    long_ago = partner.clock() - timedelta(days=365)
    return [
        one.made_at
        for one in partner.ledger.unshipped_labels(partner.fence, partner.vendor, partner.clock(), long_ago)
    ]


def test_a_label_of_another_vendor_of_the_account_is_not_compared(
    partner: Partner, labels: Labels, amazon: StubAmazon, tmp_path: Path
) -> None:
    labels.make(1, ("001", "1ZOTHER"))
    foreign = labels(order(1))
    assert foreign is not None
    amazon.of_order = lambda _number: dataclasses.replace(foreign, selling_party="OTHER")
    fetched(partner, 1)
    assert confirmed(partner, tmp_path, 1, notice(1)).state == "succeeded"


def test_the_numbers_count_of_a_label_whose_picture_cannot_be_used(
    partner: Partner, labels: Labels, tmp_path: Path
) -> None:
    labels.make(1, ("001", "1ZLABEL"))
    (data,) = labels.of[order(1)]
    labels.of[order(1)] = (dataclasses.replace(data, content="no picture"),)
    fetched(partner, 1)
    assert confirmed(partner, tmp_path, 1, notice(1, "1ZELSE")).state == "held"


def test_what_was_in_doubt_goes_again_with_the_newest_label(
    partner: Partner, labels: Labels, amazon: StubAmazon, tmp_path: Path
) -> None:
    labels.make(1, ("001", "1ZOLD"))
    fetched(partner, 1)
    amazon.answer = lambda _items: Outcome(kind="in_doubt", reason="cut")
    event = confirmed(partner, tmp_path, 1, notice(1, ""))
    assert event.submission_id is not None
    amazon.answer = None
    labels.make(1, ("001", "1ZNEW"))
    fetched(partner, 1)
    assert newest(partner).tracking_number == "1ZOLD"  # as it was sent, perhaps
    partner.ledger.resolve(event.submission_id, None, partner.clock())
    drained(partner)
    assert sent(amazon) == [(order(1), "1ZNEW", GROUND)]


def test_where_the_comparison_itself_fails_that_confirmation_alone_is_held(
    partner: Partner, labels: Labels, amazon: StubAmazon, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    labels.make(1, ("001", "1ZLABEL"))
    fetched(partner, 1)

    def fail(*_what: object) -> None:
        raise RuntimeError("a mistake")

    monkeypatch.setattr(label_match._Pairing, "pairs", fail)
    drop(tmp_path, "both.edi", x12("856", "SH", "004010", 5, [notice(1), notice(2)]))
    drained(partner)
    found = {one.purchase_order_number: one for one in partner.ledger.batch(1).events}
    assert found[order(1)].state == "held"
    assert found[order(1)].reason.startswith("edibridge itself failed on this document (RuntimeError)")
    assert found[order(2)].state == "succeeded"
    assert sent(amazon) == [(order(2), tracking(2), GROUND)]


def test_a_purge_takes_what_the_document_said_with_what_was_sent(
    partner: Partner, labels: Labels, tmp_path: Path
) -> None:
    assert isinstance(partner.clock, Clock)
    labels.make(1, ("001", "1ZLABEL"))
    fetched(partner, 1)
    event = confirmed(partner, tmp_path, 1, notice(1, ""))
    partner.clock.now += timedelta(days=60)
    partner.state.timers.purge_due_at = 0.0
    drained(partner, rounds=1)
    (gone,) = partner.ledger.batch(event.file_id).events
    assert (gone.body, gone.stated, gone.notes) == (None, None, [])
    assert states(partner, 1) == {"1ZLABEL": "valid"}  # numbers outlive retention
    partner.clock.now += timedelta(days=400)
    partner.state.timers.purge_due_at = 0.0
    drained(partner, rounds=1)
    assert states(partner, 1) == {}


def test_what_came_twice_and_was_held_goes_once(
    partner: Partner, labels: Labels, amazon: StubAmazon, tmp_path: Path
) -> None:
    labels.make(1, ("001", "1ZOLD"))
    fetched(partner, 1)
    first = confirmed(partner, tmp_path, 1, notice(1, "1ZNEW"))
    second = confirmed(partner, tmp_path, 1, notice(1, "1ZNEW"), control=7)
    assert (first.state, second.state) == ("held", "held")
    labels.make(1, ("001", "1ZNEW"))
    fetched(partner, 1)
    drained(partner)
    assert [one.state for batch in (1, 2) for one in partner.ledger.batch(batch).events] == [
        "held",
        "succeeded",
    ]
    assert sent(amazon) == [(order(1), "1ZNEW", GROUND)]


def test_nothing_goes_by_itself_beside_another_confirmation_of_the_order(
    partner: Partner, labels: Labels, amazon: StubAmazon, tmp_path: Path
) -> None:
    labels.make(1, ("001", "1ZA"))
    fetched(partner, 1)
    assert confirmed(partner, tmp_path, 1, notice(1, "1ZB")).state == "held"
    assert confirmed(partner, tmp_path, 1, notice(1, "1ZA"), control=7).state == "succeeded"
    labels.make(1, ("001", "1ZB"))
    fetched(partner, 1)
    drained(partner)
    assert sent(amazon) == [(order(1), "1ZA", GROUND)]


def test_while_a_list_has_another_label_nothing_is_confirmed_until_the_order_was_asked_for(
    partner: Partner, labels: Labels, amazon: StubAmazon, tmp_path: Path
) -> None:
    labels.make(1, ("001", "1ZA"))
    fetched(partner, 1)
    old = labels.of.pop(order(1))
    labels.make(1, ("001", "1ZB"))
    listed(partner, labels, 1)
    del labels.of[order(1)]
    event = confirmed(partner, tmp_path, 1, notice(1, "1ZA"))
    assert event.state == "held"
    assert "which one is newer is being asked" in event.reason
    labels.of[order(1)] = old
    drained(partner)
    assert sent(amazon) == [(order(1), "1ZA", GROUND)]
