"""Labels that one call creates: conflicts with the state of the shipment, unusable and late answers."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import stamina

from bridge.errors import StaleEpoch
from bridge.pipeline.alerts import IN_DOUBT, SHIPPING_DOCUMENT
from tests.contracts.program_case import Installation, install
from tests.pipeline.partners import with_policies
from tests.programs.vendor_direct_fulfillment.contract_cases import CONTAINER_LABEL, CREATED_LABELS, LABEL
from tests.spapi.server import Answer, json_answer

CONFLICT = json_answer(409, {"errors": [{"code": "Conflict", "message": "of its state"}]})


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Installation]:
    with stamina.set_testing(True, attempts=1):
        yield from install(CREATED_LABELS, tmp_path, monkeypatch)


@pytest.fixture
def container(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Installation]:
    with stamina.set_testing(True, attempts=1):
        yield from install(CONTAINER_LABEL, tmp_path, monkeypatch)


def changed_label(**changes: Any) -> Answer:
    body = json.loads(LABEL.body)
    body["payload"] |= changes
    return json_answer(200, body)


def claimed_while_amazon_answers(site: Installation) -> None:
    """Have another process claim the account while Amazon works on the call; then go on as that one."""

    def claim(operation: str) -> None:
        if operation == site.case.operation:
            site.partner.ledger.claim(site.partner.account, site.partner.clock())

    site.amazon.when_called = claim
    site.drop()
    with pytest.raises(StaleEpoch):
        site.drain()
    site.amazon.when_called = lambda _operation: None
    site.partner.claim.fence = site.ledger.claim(site.partner.account, site.partner.clock())


def looks(site: Installation) -> int:
    return site.amazon.calls.count("getShippingLabel")


def told(site: Installation) -> list[dict[str, Any]]:
    [path] = (site.folder / "drop" / "outbox" / "statuses").glob("*.json")
    lines: list[dict[str, Any]] = json.loads(path.read_text())["lines"]
    return lines


def labels(site: Installation) -> list[str]:
    outbox = site.folder / "drop" / "outbox" / "labels"
    return [path.name for path in outbox.glob("*/*")]


def test_a_conflict_is_looked_into_before_anything_is_sent_again(site: Installation) -> None:
    site.answers(CONFLICT)
    site.drop()
    site.drain()
    assert (site.submissions(), site.sent(), looks(site)) == (["in_doubt"], 1, 0)
    site.knows()
    site.drain()
    assert (site.submissions(), site.sent(), looks(site)) == (["succeeded"], 1, 1)
    assert labels(site) == ["P1_1Z1.zpl"]


def test_a_conflict_about_nothing_ends_as_a_refusal_that_the_vendor_hears_of(site: Installation) -> None:
    site.answers(*[CONFLICT] * 50)
    site.drop()
    site.drain(30)
    assert (site.submissions(), site.events(), site.sent()) == (["refused"], ["failed"], 2)
    [line] = told(site)
    assert (line["purchase_order_number"], line["status"]) == ("PO1", "Failure")
    assert line["errors"] == [{"code": "Conflict", "message": "of its state"}]


def test_a_conflict_that_is_sent_again_without_a_look_ends_as_well(site: Installation) -> None:
    site.partner = with_policies(site.partner, in_doubt={"createShippingLabels": "resubmit"})
    site.answers(*[CONFLICT] * 50)
    site.drop()
    site.drain(30)
    assert (site.submissions(), site.sent(), looks(site)) == (["refused"], 2, 0)


def test_a_doubt_of_another_kind_before_the_conflict_is_looked_into_as_well(site: Installation) -> None:
    site.answers(Answer(502), CONFLICT)
    site.drop()
    site.drain(2)
    assert (site.submissions(), site.sent()) == (["in_doubt"], 2)  # looked into, and sent again in vain
    site.knows()
    site.drain(3)
    assert (site.submissions(), site.sent(), labels(site)) == (["succeeded"], 2, ["P1_1Z1.zpl"])


@pytest.mark.parametrize(
    "content", ["%%% not base64 %%%", base64.b64encode(b"^XA cut off").decode()], ids=["no-base64", "cut-off"]
)
def test_a_label_that_cannot_be_used_is_asked_for_again_by_its_order(
    site: Installation, content: str
) -> None:
    body = json.loads(LABEL.body)
    body["payload"]["labelData"][0]["content"] = content
    site.answers(json_answer(200, body))
    site.knows()
    site.drop()
    site.drain()
    assert (site.submissions(), labels(site)) == (["succeeded"], [])
    assert SHIPPING_DOCUMENT in [alert.kind for alert in site.ledger.alerts(site.partner.vendor)]
    site.drain(10)
    assert (site.sent(), labels(site)) == (1, ["P1_1Z1.zpl"])


def test_the_labels_of_an_answer_come_even_where_none_are_fetched(site: Installation) -> None:
    site.partner = replace(site.partner, fetch_plan=replace(site.partner.fetch_plan, kinds=()))
    site.drop()
    site.drain()
    assert (site.submissions(), labels(site)) == (["succeeded"], ["P1_1Z1.zpl"])
    assert looks(site) == 0


def test_a_late_answer_settles_the_doubt_and_its_labels_are_asked_for(site: Installation) -> None:
    site.partner = replace(site.partner, fetch_plan=replace(site.partner.fetch_plan, kinds=()))
    claimed_while_amazon_answers(site)
    assert site.submissions() == ["succeeded"]
    site.knows()
    site.drain(2)
    assert (site.sent(), labels(site)) == (1, ["P1_1Z1.zpl"])


@pytest.mark.parametrize(
    "changes",
    [{"purchaseOrderNumber": "PO2"}, {"sellingParty": {"partyId": "OTHER"}}],
    ids=["another-order", "another-vendor"],
)
def test_an_answer_about_something_else_is_no_success(site: Installation, changes: dict[str, Any]) -> None:
    site.answers(changed_label(**changes))
    site.drop()
    site.drain()
    assert (site.submissions(), labels(site)) == (["in_doubt"], [])
    site.knows()
    site.drain()
    assert (site.submissions(), site.sent(), labels(site)) == (["succeeded"], 1, ["P1_1Z1.zpl"])


def test_a_late_container_label_is_told_to_the_operator(container: Installation) -> None:
    claimed_while_amazon_answers(container)
    container.drain(3)
    assert (container.submissions(), container.sent()) == (["in_doubt"], 1)
    [message] = [one.message for one in container.ledger.alerts("acme") if one.kind == IN_DOUBT]
    assert "submission 1 (createContainerLabel: container PALLET1)" in message
    assert "edibridge resolve 1 --taken (it has them) | --not-sent" in message


def test_a_container_label_that_cannot_be_used_is_no_success(container: Installation) -> None:
    body = {"containerLabel": {"content": "%%% not base64 %%%", "format": "PNG"}}
    container.answers(json_answer(200, body))
    container.drop()
    container.drain(3)
    assert (container.submissions(), container.sent()) == (["in_doubt"], 1)
    [reason] = [row[0] for row in container.rows("SELECT reason FROM submissions")]
    assert reason.startswith("HTTP 200: the answer cannot be used: package PALLET1: it is not base64")
    assert not list((container.folder / "drop" / "outbox" / "container-labels").glob("*"))
