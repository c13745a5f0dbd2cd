"""Application advice goes to each group of a file, and tells of the very documents of that group."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bridge.domain.outcomes import Outcome, Verdict
from bridge.pipeline.collect import collect
from bridge.pipeline.partner import Partner
from bridge.pipeline.settle import settle
from bridge.pipeline.submit import submit
from bridge.pipeline.translate import translate
from bridge.programs.operations import Operation
from tests.pipeline.partners import partner_in, with_policies
from tests.system.traffic import despatch_advice, edifact, order, ship_notice, x12


class Amazon:
    """Takes everything and says yes to it."""

    version = "v1"

    def rate(self, _operation: object) -> float:
        return 10.0

    def acquire_permit(self, *_asked: object) -> float:
        return 0.0

    def submit(self, operation: Operation, body: bytes, **_by_name: object) -> Outcome:
        del operation, body
        return Outcome(kind="submitted", http_status=202, amazon_transaction_id="t-1")

    def transaction_status(self, _operation: object, amazon_transaction_id: str, **_version: str) -> Verdict:
        del amazon_transaction_id
        return Verdict(status="Success")


@pytest.fixture
def partner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Partner:
    made = partner_in(tmp_path, monkeypatch)
    made = replace(made, amazon=Amazon())  # type: ignore[arg-type]
    return with_policies(made, status_files=("824", "aperak"))


def advice_on(partner: Partner, inbox: Path, *parts: bytes) -> list[tuple[str, list[str]]]:
    """Bring a file of these parts through; give the kind of each advice and the orders that it tells of."""
    (inbox / "in.edi").write_bytes(b"".join(parts))
    assert collect(partner) == translate(partner) == 1
    while submit(partner):
        pass
    begun = partner.clock()
    partner = replace(partner, clock=lambda: begun + timedelta(minutes=1))
    settle(partner)
    due = [
        one
        for one in partner.ledger.outbound_due(partner.vendor, partner.clock())
        if one.folder == "statuses"
    ]
    texts = [(one.kind, b"".join(partner.ledger.outbound_bytes(one)).decode()) for one in due]
    return [(kind, re.findall(r"\bPO\d{7}\b", text)) for kind, text in texts]


def group(number: int, orders: range, broken: int = 0, version: str = "004010") -> bytes:
    """Cut one group of ship notices out of an interchange; of one of them the BSN is left out."""
    bodies = [ship_notice(one) for one in orders]
    for body in bodies:
        if broken and body[0].startswith(f"BSN*00*{broken:06}"):
            del body[0]
    whole = x12("856", "SH", version, number, bodies)
    return whole[whole.index(b"GS*") : whole.index(b"IEA*")]


def interchange(number: int, *groups: bytes) -> bytes:
    whole = x12("856", "SH", "004010", number, [])
    return whole[: whole.index(b"GS*")] + b"".join(groups) + b"IEA*%d*%09d~\n" % (len(groups), number)


def test_each_group_is_told_of_its_own_documents_and_of_none_that_could_not_be_read(
    partner: Partner, tmp_path: Path
) -> None:
    found = advice_on(
        partner,
        tmp_path / "drop" / "inbox",
        interchange(1, group(1, range(1, 4), broken=1), group(2, range(4, 6), version="005010")),
        b"what is no EDI\n",
        edifact("DESADV", "96A", 7, [despatch_advice(number) for number in (6, 7)]),
        interchange(2, group(3, range(8, 10), broken=9)),
    )
    told = [(kind, sorted(set(orders))) for kind, orders in found]
    assert told == [
        ("824", [order(2), order(3)]),
        ("824", [order(4), order(5)]),
        ("APERAK", [order(6), order(7)]),
        ("824", [order(8)]),
    ]


def test_documents_are_told_of_in_the_order_of_the_file(partner: Partner, tmp_path: Path) -> None:
    numbers = [5, 3, 9, 1, 7]
    bodies = [ship_notice(number) for number in numbers]
    ((_, told),) = advice_on(partner, tmp_path / "drop" / "inbox", x12("856", "SH", "004010", 1, bodies))
    assert told == [order(number) for number in numbers]


def test_a_file_of_rejected_documents_alone_gets_no_advice(partner: Partner, tmp_path: Path) -> None:
    assert (
        advice_on(partner, tmp_path / "drop" / "inbox", interchange(1, group(1, range(1, 2), broken=1))) == []
    )
