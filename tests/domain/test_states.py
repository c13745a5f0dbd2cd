from __future__ import annotations

from typing import get_args

import pytest

from bridge.domain.states import (
    EVENT_MOVES,
    OPEN_EVENTS,
    SUBMISSION_MOVES,
    UNFINISHED_SUBMISSIONS,
    EventState,
    IllegalMove,
    SubmissionState,
    move,
)


def test_moves_lead_from_and_to_known_states_only() -> None:
    for moves, states in ((SUBMISSION_MOVES, get_args(SubmissionState)), (EVENT_MOVES, get_args(EventState))):
        assert {start for start, _ in moves} | set(moves.values()) <= set(states)


def test_a_move_outside_the_table_is_refused_with_its_names() -> None:
    with pytest.raises(IllegalMove, match=r"'start'.*'submitted'"):
        move("submitted", "start")


def test_finished_submissions_never_move_again() -> None:
    starts = {start for start, _ in SUBMISSION_MOVES}
    assert starts == UNFINISHED_SUBMISSIONS


def test_every_answer_to_an_attempt_has_its_move() -> None:
    kinds = {cause for start, cause in SUBMISSION_MOVES if start == "sending"}
    assert kinds == {
        "not_taken", "unauthorized", "submitted", "succeeded", "too_large", "refused", "in_doubt", "claimed",
    }  # fmt: skip


def test_only_a_start_leads_to_sending() -> None:
    assert [key for key, state in SUBMISSION_MOVES.items() if state == "sending"] == [("ready", "start")]


def test_a_grouped_event_cannot_be_replaced() -> None:
    with pytest.raises(IllegalMove):
        move("grouped", "replace", EVENT_MOVES)


def test_every_open_state_can_become_final() -> None:
    for state in OPEN_EVENTS:
        seen, todo = {state}, [state]
        while todo:
            now = todo.pop()
            for (start, _), end in EVENT_MOVES.items():
                if start == now and end not in seen:
                    seen.add(end)
                    todo.append(end)
        assert "succeeded" in seen
