"""What cancels and changes an event goes in its turn, and is found with it."""

from __future__ import annotations

import msgspec
import pytest

from bridge.document_data import mappings_of
from bridge.domain.events import Event
from bridge.flatfiles.reader import read_flat_file
from bridge.mapping.profile import explain_profile
from bridge.programs.event_types import EventType
from bridge.programs.registry import installed
from tests.contracts.program_case import ProgramCase
from tests.contracts.test_programs import OF_PROGRAMS

RELATED = [one for one in installed().event_types if one.cancelled_by or one.changed_by]
CHANGED = [one for one in RELATED if one.changed_by]


def event_of(case: ProgramCase) -> Event:
    """Read the event of a case's file."""
    (record,) = read_flat_file(case.document, "csv", explain_profile(), mappings_of(None))
    assert record.result.event is not None
    return record.result.event


def case_of(kind: EventType) -> ProgramCase:
    (found,) = (case for case in OF_PROGRAMS if case.operation == kind.operation)
    return found


@pytest.mark.parametrize("kind", RELATED, ids=lambda one: one.operation)
def test_a_cancellation_has_the_key_and_the_order_of_what_it_cancels(kind: EventType) -> None:
    assert kind.cancelled_by is not None
    event = event_of(case_of(kind))
    made = kind.cancelled_by.make(event)
    told = installed().of(made)
    assert told.operation == kind.cancelled_by.operation
    assert (told.ordering_key(made), told.order(made)) == (kind.ordering_key(event), kind.order(event))
    assert installed().decode(told.operation, _written(made)) == made


@pytest.mark.parametrize("kind", RELATED, ids=lambda one: one.operation)
def test_all_that_is_about_an_event_is_found_with_it(kind: EventType) -> None:
    about = (kind.cancelled_by, kind.changed_by)
    wanted = {kind.operation, *(one.operation for one in about if one is not None)}
    for operation in wanted:
        assert set(installed().related(operation)) == wanted
        assert installed().subject_of(operation) is kind


@pytest.mark.parametrize("kind", CHANGED, ids=lambda one: one.operation)
def test_a_change_of_what_was_not_sent_is_an_event_of_the_same_type_and_key(kind: EventType) -> None:
    assert kind.changed_by is not None
    event = event_of(case_of(kind))
    change = event_of(case_of(installed().of_operation(kind.changed_by.operation)))
    made = kind.changed_by.unsent(event, change)
    assert isinstance(made, kind.event)
    assert kind.ordering_key(made) == kind.ordering_key(event)


def _written(event: Event) -> bytes:
    return msgspec.json.encode(event)
