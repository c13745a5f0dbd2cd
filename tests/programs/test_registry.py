"""What the core asks of all installed programs together."""

from __future__ import annotations

import pytest

from bridge.programs.registry import installed


@pytest.mark.parametrize("partners", ["vendors", "sellers"])
def test_what_no_mapping_knows_counts_as_of_a_program_for_its_partner(partners: str) -> None:
    operation = installed().first_for(partners)
    (program,) = [one for one in installed().programs if operation in {op.name for op in one.operations}]
    assert program.settings is not None
    assert program.settings.partners == partners


def test_without_a_kind_of_partner_any_program_does() -> None:
    assert installed().first_for("") == installed().event_types[0].operation
