"""A control number that comes again: what did not stand may be corrected, what stands is never sent twice."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from bridge.pipeline.partner import Partner
from bridge.pipeline.rerun import rerun
from tests.pipeline.partners import with_policies
from tests.pipeline.stubs import StubAmazon, drained, drop
from tests.system.traffic import despatch_advice, edifact, order, ship_notice, x12

Made = Callable[..., bytes]


def notices(*numbers: int, control: int = 7) -> bytes:
    return x12("856", "SH", "004010", control, [ship_notice(number) for number in numbers])


def advices(*numbers: int, control: int = 7) -> bytes:
    return edifact("DESADV", "96A", control, [despatch_advice(number) for number in numbers])


BOTH = pytest.mark.parametrize(
    ("made", "opens"), [(notices, b"ST*856*"), (advices, b"UNH+")], ids=["x12", "edifact"]
)


def cut_in(data: bytes, opens: bytes, document: int) -> bytes:
    """Cut a file off in the middle of a document, counted from 1."""
    at = -1
    for _ in range(document):
        at = data.index(opens, at + 1)
    return data[: at + 60]


def sent(amazon: StubAmazon) -> list[str]:
    return sorted(item["purchaseOrderNumber"] for item in amazon.items)


def orders(*numbers: int) -> list[str]:
    return [order(number) for number in numbers]


def events(partner: Partner, batch: int) -> list[str]:
    return [one.state for one in partner.ledger.batch(batch).events if one.state != "replaced"]


def documents(partner: Partner, batch: int) -> list[str]:
    return [one.state for one in partner.ledger.batch(batch).documents if one.number > 0]


def acknowledged(partner: Partner, batch: int) -> int:
    return sum(one.kind in {"997", "CONTRL"} for one in partner.ledger.batch(batch).outbound)


@BOTH
def test_a_number_of_which_all_was_rejected_is_not_used_up(
    tmp_path: Path, partner: Partner, amazon: StubAmazon, made: Made, opens: bytes
) -> None:
    drop(tmp_path, "half.edi", cut_in(made(1, 2, 3), opens, 1))
    drained(partner)
    assert sent(amazon) == []
    drop(tmp_path, "whole.edi", made(1, 2, 3))
    drained(partner)
    assert sent(amazon) == orders(1, 2, 3)
    assert events(partner, 2) == ["succeeded"] * 3
    assert acknowledged(partner, 2) == 1


@BOTH
def test_of_a_damaged_interchange_only_the_rest_is_sent(
    tmp_path: Path, partner: Partner, amazon: StubAmazon, made: Made, opens: bytes
) -> None:
    drop(tmp_path, "half.edi", cut_in(made(1, 2, 3), opens, 3))
    drained(partner)
    assert sent(amazon) == orders(1, 2)
    drop(tmp_path, "whole.edi", made(1, 2, 3).replace(b"\n", b"\r\n"))
    drained(partner)
    assert sent(amazon) == orders(1, 2, 3)
    assert documents(partner, 2) == ["resent", "resent", "translated"]
    assert acknowledged(partner, 2) == 1

    rerun(partner, 2, dry_run=False, force=False)
    drop(tmp_path, "again.edi", made(1, 2, 3))
    drained(partner)
    assert sent(amazon) == orders(1, 2, 3)
    assert events(partner, 3) == []


def test_a_missing_trailer_is_damage_too(tmp_path: Path, partner: Partner, amazon: StubAmazon) -> None:
    drop(tmp_path, "half.edi", notices(1).partition(b"GE*")[0])
    drained(partner)
    drop(tmp_path, "whole.edi", notices(1, 2))
    drained(partner)
    assert sent(amazon) == orders(1, 2)


def test_an_altered_document_under_a_damaged_number_is_held(
    tmp_path: Path, partner: Partner, amazon: StubAmazon
) -> None:
    whole = notices(1, 2)
    drop(tmp_path, "half.edi", cut_in(whole, b"ST*856*", 2))
    drained(partner)
    drop(tmp_path, "other.edi", whole.replace(b"4.5*LB", b"5.5*LB"))
    drained(partner)
    assert sent(amazon) == orders(1)
    assert events(partner, 2) == ["held", "held"]


def test_after_a_whole_interchange_what_stands_is_not_sent_and_all_else_is_held(
    tmp_path: Path, partner: Partner, amazon: StubAmazon
) -> None:
    drop(tmp_path, "first.edi", notices(1))
    drained(partner)
    drop(tmp_path, "other.edi", notices(1, 2))
    drained(partner)
    assert sent(amazon) == orders(1)
    assert documents(partner, 2) == ["resent", "translated"]
    assert events(partner, 2) == ["held"]


def test_what_was_refused_by_a_rule_may_be_corrected_under_its_number(
    tmp_path: Path, partner: Partner, amazon: StubAmazon
) -> None:
    undated = [segment for segment in ship_notice(1) if not segment.startswith("DTM")]
    drop(tmp_path, "undated.edi", x12("856", "SH", "004010", 7, [undated]))
    drained(partner)
    assert events(partner, 1) == ["refused"]
    drop(tmp_path, "dated.edi", notices(1))
    drained(partner)
    assert sent(amazon) == orders(1)


def test_without_the_earlier_bytes_nothing_is_guessed(
    tmp_path: Path, partner: Partner, amazon: StubAmazon
) -> None:
    drop(tmp_path, "half.edi", cut_in(notices(1, 2), b"ST*856*", 2))
    drained(partner)
    for path in (tmp_path / "spool").rglob("*"):
        if path.is_file():
            path.unlink()
    drop(tmp_path, "whole.edi", notices(1, 2))
    drained(partner)
    assert sent(amazon) == orders(1)
    assert events(partner, 2) == ["held", "held"]


def test_a_sender_that_has_one_number_for_all_is_held_and_not_compared_without_end(
    tmp_path: Path, partner: Partner, amazon: StubAmazon
) -> None:
    for number in range(1, 9):
        drop(tmp_path, f"{number}.edi", notices(number))
        drained(partner, rounds=1)
    drained(partner)
    assert sent(amazon) == orders(1)
    assert [events(partner, batch) for batch in range(2, 9)] == [["held"]] * 7


@BOTH
@pytest.mark.parametrize("same_content", ["hold", "send"])
def test_in_one_file_a_number_that_comes_again_sends_no_document_twice(  # noqa: PLR0917 - the fixtures
    tmp_path: Path, partner: Partner, amazon: StubAmazon, made: Made, opens: bytes, same_content: str
) -> None:
    partner = with_policies(partner, hold_duplicates=same_content == "hold")
    drop(tmp_path, "appended.edi", cut_in(made(1, 2, 3), opens, 3) + b"\n" + made(1, 2, 3))
    drop(tmp_path, "twice.edi", made(4, control=8) + made(4, control=8))
    drop(tmp_path, "other.edi", made(5, control=9) + made(5, 6, control=9))
    drained(partner)
    assert sent(amazon) == orders(1, 2, 3, 4, 5)
    states = {batch.name: batch.events for batch in partner.ledger.batches()}
    assert states["appended.edi"] == {"succeeded": 3}
    assert states["twice.edi"] == {"succeeded": 1}
    assert states["other.edi"] == {"succeeded": 1, "held": 1}


def test_a_drop_file_that_came_by_half_may_come_again_whole(
    tmp_path: Path, partner: Partner, amazon: StubAmazon
) -> None:
    rows = b"purchase_order_number,ship_from\nPO1,ABCD\nPO2,NOWHERE!\nPO3,ABCD\nPO4,ABCD\n"
    drop(tmp_path, "labels.csv", rows[: rows.index(b"PO3") + 6])  # in the middle of a row
    drained(partner)
    assert sent(amazon) == ["PO1"]
    drop(tmp_path, "labels.csv", rows)
    drained(partner)
    assert sent(amazon) == ["PO1", "PO3", "PO4"]
    assert documents(partner, 2)[0] == "resent"
    rerun(partner, 2, dry_run=False, force=False)
    drained(partner)
    drop(tmp_path, "labels.csv", rows.replace(b"PO4", b"PO5"))
    drained(partner)
    assert sent(amazon) == ["PO1", "PO3", "PO4", "PO5"]
