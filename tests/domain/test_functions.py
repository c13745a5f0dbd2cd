"""What a document's function makes of the events of its order, case by case."""

from __future__ import annotations

from typing import Any

import pytest

from bridge.domain.functions import NOTHING, Decision, Known, carry_out, decide


def known(number: int, state: str, function: str = "", *, batch: int = 0, **more: Any) -> Known:
    made = Known(
        id=number,
        batch=batch or number,
        position=(batch or number, 1, 0),
        noun="confirmation",
        key="po:PO1",
        state=state,
        function=function,
        body="a",
    )
    return made._replace(**more)


SENT = known(1, "grouped", begun=True, submission=7, submission_state="sending")
UNBEGUN = known(1, "grouped", submission=7, submission_state="ready")


@pytest.mark.parametrize("state", ["waiting", "ready", "held", "refused", "failed"])
def test_what_was_not_sent_is_cancelled(state: str) -> None:
    made = decide(known(9, "not_sent", "cancel"), [known(1, state)])
    assert (made.state, made.drop, made.cause, made.earlier) == ("not_sent", (1,), "cancel", 1)


def test_what_stands_in_a_submission_is_cancelled_only_before_it_is_begun() -> None:
    assert decide(known(9, "not_sent", "cancel"), [UNBEGUN]).drop == (1,)
    made = decide(known(9, "not_sent", "cancel"), [SENT])
    assert (made.state, made.drop, made.earlier) == ("held", (), 1)
    assert made.reason == (
        "Amazon may have event 1 (batch 1) of order PO1 already (under way, submission 7 is sending), "
        "and takes no cancellation of a confirmation: settle it with Amazon"
    )


def test_of_a_mixture_the_unsent_is_dropped_and_the_cancellation_held() -> None:
    made = decide(known(9, "not_sent", "cancel"), [known(1, "succeeded"), known(2, "ready")])
    assert (made.state, made.drop, made.earlier) == ("held", (2,), 1)


@pytest.mark.parametrize("ended", ["cancelled", "superseded"])
def test_what_is_over_needs_no_cancellation(ended: str) -> None:
    made = decide(known(9, "not_sent", "cancel"), [known(1, ended)])
    assert (made.state, made.drop, made.earlier) == ("not_sent", (), 1)


def test_what_an_operator_dropped_stays_as_it_is() -> None:
    made = decide(known(9, "not_sent", "cancel"), [known(1, "refused", dropped_by_hand=True)])
    assert (made.state, made.drop, made.earlier) == ("not_sent", (), 1)


@pytest.mark.parametrize("state", ["held", "refused"])
@pytest.mark.parametrize("function", ["cancel", "replace"])
def test_a_doubtful_word_holds_what_it_is_about(state: str, function: str) -> None:
    made = decide(known(9, state, function), [known(1, "ready"), known(2, "held")])
    assert (made.state, made.drop, made.cause) == ("", (1,), "doubt")
    assert made.drop_reason.endswith(f"and is {state} itself: settle that one first")


@pytest.mark.parametrize(
    ("earlier", "expected"),
    [
        ([], Decision()),
        ([known(1, "ready")], ("", (1,), "supersede")),
        ([UNBEGUN], ("", (1,), "supersede")),
        ([known(1, "succeeded")], ("held", (), "supersede")),
        ([SENT], ("held", (), "supersede")),
    ],
)
def test_a_replacement(earlier: list[Known], expected: Decision | tuple[object, ...]) -> None:
    made = decide(known(9, "ready", "replace"), earlier)
    assert (made if isinstance(expected, Decision) else (made.state, made.drop, made.cause)) == expected


@pytest.mark.parametrize(
    ("earlier", "state"),
    [
        ([], ""),
        ([known(1, "succeeded")], "not_sent"),
        ([known(1, "ready")], "not_sent"),
        ([known(1, "cancelled")], "not_sent"),
        ([known(1, "succeeded", body=None)], "not_sent"),
        ([known(1, "failed")], ""),
        ([known(1, "refused")], ""),
        ([known(1, "succeeded", body="b")], "held"),
    ],
)
def test_a_duplicate(earlier: list[Known], state: str) -> None:
    assert decide(known(9, "ready", "resend"), earlier).state == state


def test_an_original_after_its_own_cancellation_is_held_once() -> None:
    cancelling = known(1, "not_sent", "cancel")
    assert decide(known(2, "ready"), [cancelling]).state == "held"
    assert decide(known(3, "ready"), [cancelling, known(2, "held")]) == NOTHING
    assert decide(known(2, "ready"), [cancelling._replace(earlier_event=0)]) == NOTHING
    assert decide(known(2, "ready"), [cancelling._replace(state="refused")]) == NOTHING


def test_a_rerun_is_judged_by_what_came_later() -> None:
    again = known(9, "ready", batch=1)
    assert decide(again, [known(2, "not_sent", "cancel")]).state == "cancelled"
    assert decide(again, [known(2, "succeeded", "replace")]).state == "superseded"
    assert decide(again, [known(2, "held", "replace", earlier_event=1)]).state == "superseded"
    assert decide(again, [known(2, "held", "cancel")]).state == "held"
    assert decide(again, [known(2, "refused", "replace")]).state == "held"
    assert decide(again, [known(2, "refused", "cancel", dropped_by_hand=True)]) == NOTHING
    assert decide(again, [known(2, "succeeded")]) == NOTHING


def test_of_a_package_only_the_same_status_is_about_the_same() -> None:
    def update(number: int, state: str, function: str = "", *, at: float, subject: str = "D1/NS") -> Known:
        return known(number, state, function, key="pkg:1Z", noun="status update", subject=subject, at=at)

    others = [
        update(1, "waiting", at=1.0),
        update(2, "waiting", at=2.0),
        update(3, "ready", at=1.0, subject="X"),
    ]
    assert decide(update(9, "not_sent", "cancel", at=1.0), others).drop == (1,)
    assert decide(update(9, "not_sent", "cancel", at=5.0), others[1:]).drop == (2,)
    assert decide(update(9, "not_sent", "cancel", at=5.0), others).state == "held"
    assert decide(update(9, "ready", "resend", at=1.0), others).state == "not_sent"
    assert decide(update(9, "ready", "resend", at=5.0), others) == NOTHING


def test_a_released_cancellation_reaches_no_later_event() -> None:
    held = known(5, "held", "cancel", earlier_event=1)
    assert carry_out(held, [known(1, "failed"), known(6, "ready")]).drop == (1,)
    assert carry_out(held, [known(1, "succeeded"), known(6, "ready")]).state == "held"


CANCELLATION = known(9, "not_sent", "cancel", by_call=True)


@pytest.mark.parametrize(
    ("others", "expected"),
    [
        ([known(1, "succeeded")], ("ready", 1, ())),
        ([SENT], ("ready", 1, ())),
        ([UNBEGUN], ("not_sent", 1, (1,))),
        ([known(1, "succeeded"), known(2, "held")], ("ready", 1, (2,))),
        ([known(1, "succeeded"), known(2, "grouped", "cancel", by_call=True)], ("not_sent", 2, ())),
        ([known(1, "succeeded"), known(2, "failed", "cancel", by_call=True)], ("ready", 1, ())),
        ([known(1, "held", begun=True)], ("held", 1, ())),
        ([], ("refused", None, ())),
    ],
)
def test_a_cancellation_that_amazon_takes_goes_once(
    others: list[Known], expected: tuple[str, int | None, tuple[int, ...]]
) -> None:
    made = decide(CANCELLATION, others)
    assert (made.state, made.earlier, made.drop) == expected


def test_what_comes_after_a_cancellation_that_was_refused_for_its_lack_is_held() -> None:
    refused = CANCELLATION._replace(state="refused", unknown=True)
    assert decide(known(10, "ready"), [refused]).state == "held"


def test_a_cancellation_that_waits_is_carried_out_here_where_amazon_has_nothing_after_all() -> None:
    waiting = CANCELLATION._replace(state="ready")
    made = carry_out(waiting, [UNBEGUN])
    assert (made.state, made.drop) == ("not_sent", (1,))
    assert carry_out(waiting, [SENT]).state == "ready"


CHANGE = known(9, "ready", "replace", changes=True)


@pytest.mark.parametrize(
    ("others", "expected"),
    [
        ([known(1, "succeeded")], ("ready", 1, ())),
        ([SENT], ("ready", 1, ())),
        ([known(1, "ready"), known(2, "held")], ("", 2, (1, 2))),
        ([known(1, "cancelled")], ("refused", None, ())),
        ([known(1, "not_sent", "cancel")], ("refused", None, ())),
        ([], ("refused", None, ())),
    ],
)
def test_a_change_of_what_amazon_has_goes_there(
    others: list[Known], expected: tuple[str, int | None, tuple[int, ...]]
) -> None:
    made = decide(CHANGE, others)
    assert (made.state, made.earlier, made.drop) == expected


def test_a_change_replaces_nothing_and_goes_with_what_is_cancelled() -> None:
    sent, waiting = known(1, "succeeded"), known(2, "ready", "replace", changes=True)
    made = decide(known(9, "not_sent", "cancel", by_call=True), [sent, waiting])
    assert (made.state, made.drop) == ("ready", (2,))
    assert decide(known(9, "ready", batch=1), [waiting._replace(id=3, batch=2)]) == NOTHING


def test_one_of_a_kind_that_comes_corrected_takes_the_place_of_one_that_could_not_be_read() -> None:
    new = known(9, "ready", once=True)
    made = decide(new, [known(1, "held", body=None)])
    assert (made.state, made.drop, made.cause, made.earlier) == ("", (1,), "supersede", 1)
    assert decide(new, [known(1, "held", body="b")]).state == "held"
    assert decide(new, [known(1, "succeeded", body="b"), known(2, "held", body=None)]).state == "held"


@pytest.mark.parametrize(("body", "state"), [("a", "not_sent"), ("b", "held")])
def test_one_of_a_kind_that_is_read_only_after_its_correction_went_is_not_sent(body: str, state: str) -> None:
    corrected = known(8, "succeeded", batch=20, body=body)
    made = decide(known(9, "ready", batch=1, once=True), [corrected])
    assert (made.state, made.earlier) == (state, 8)


def test_a_resubmission_of_one_of_a_kind_takes_the_place_of_one_that_could_not_be_read() -> None:
    made = decide(known(9, "ready", "resend", once=True), [known(1, "held", body=None)])
    assert (made.state, made.drop) == ("", (1,))


def test_of_one_of_a_kind_each_subject_counts_for_itself() -> None:
    """Several packages of an order are no duplicates of each other; a second of one package is."""
    others = [known(1, "succeeded", subject="1"), known(2, "held", subject="2", body="b")]
    assert decide(known(9, "ready", once=True, subject="3"), others) == NOTHING
    assert decide(known(9, "ready", once=True, subject="1"), others).state == "not_sent"
    made = decide(known(9, "ready", once=True, subject="2"), others)
    assert (made.state, made.earlier) == ("held", 2)
    assert "has the number of package 2 of order PO1 already, with other content" in made.reason
