"""What the core asks of all installed programs together."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from bridge.programs.event_types import no_day
from bridge.programs.registry import installed


@pytest.mark.parametrize("partners", ["vendors", "sellers"])
def test_what_no_mapping_knows_counts_as_of_a_program_for_its_partner(partners: str) -> None:
    operation = installed().first_for(partners)
    (program,) = [one for one in installed().programs if operation in {op.name for op in one.operations}]
    assert program.settings is not None
    assert program.settings.partners == partners


def test_without_a_kind_of_partner_any_program_does_that_none_must_choose() -> None:
    first = installed().first_for("")
    assert first in {one.operation for one in installed().event_types}
    assert installed().is_used(first, {})


def test_a_program_with_a_table_of_its_own_is_used_by_those_who_have_it() -> None:
    chosen = [one for one in installed().programs if one.settings and one.settings.table]
    assert chosen
    for program in chosen:
        assert program.settings is not None
        for kind in program.event_types:
            assert not installed().is_used(kind.operation, {})
            assert not installed().is_used(kind.operation, {program.name: None})
            assert installed().is_used(kind.operation, {program.name: program.settings.stand_in})
        # The configuration asks for these in the partner's table itself.
        assert not program.settings.choices
        assert not program.settings.unique
        assert installed().probes(program.settings.partners, {}) != installed().probes(
            program.settings.partners, {program.name: program.settings.stand_in}
        )


def test_each_program_has_its_rows_in_the_contracts_of_imports() -> None:
    with Path("pyproject.toml").open("rb") as file:
        contracts = tomllib.load(file)["tool"]["importlinter"]["contracts"]
    folders = {f"bridge.programs.{one.name}" for one in installed().programs}
    (layers,) = (row["layers"] for row in contracts if row["type"] == "layers")
    (forbidden,) = (
        set(row["forbidden_modules"])
        for row in contracts
        if row["name"].startswith("the core knows programs")
    )
    # Side by side in one row: none may import another.
    assert folders in [set(row.split(" | ")) for row in layers]
    assert forbidden == folders


def test_what_types_of_events_and_settings_declare_of_each_other_fits() -> None:
    for kind in installed().event_types:
        if kind.last_day is not no_day:  # refused with its submission as a whole
            assert [installed().operations[call.operation].body_key for call in kind.calls()] == [""]
        assert kind.once or kind.content is None
    for program in installed().programs:
        if program.settings is not None and program.settings.keys is not None:
            assert program.settings.unique.keys() <= program.settings.keys.model_fields.keys()
