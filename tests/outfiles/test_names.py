from __future__ import annotations

from pathlib import PurePosixPath

from hypothesis import given
from hypothesis import strategies as st

from bridge.outfiles.names import LONGEST, safe_part, stamped_name, stem_of


@given(st.text())
def test_a_part_is_one_visible_plain_name_whatever_the_text(text: str) -> None:
    part = safe_part(text)
    assert part
    assert PurePosixPath(part).name == part
    assert not part.startswith(".")
    assert part not in {".", ".."}
    assert len(part) <= LONGEST
    assert part.isascii()


@given(st.text(max_size=200), st.text(max_size=200))
def test_two_texts_never_become_the_same_part(one: str, other: str) -> None:
    if one != other:
        assert safe_part(one) != safe_part(other)


def test_a_plain_order_number_stays_as_it_is() -> None:
    assert safe_part("4505671234-1") == "4505671234-1"


def test_a_path_cannot_leave_its_folder() -> None:
    assert "/" not in safe_part("../../etc/x")


def test_the_archive_keeps_a_name_that_is_used_every_day_apart() -> None:
    assert stamped_name("asn.edi", "20261122T030000", 17) == "asn.20261122T030000.17.edi"
    assert stamped_name("asn", "20261122T030000", 18) == "asn.20261122T030000.18"


def test_the_stem_leaves_out_the_last_suffix_only() -> None:
    assert stem_of("asn.0001.edi") == "asn.0001"
    assert stem_of(".hidden") == "hidden-" + safe_part(".hidden").rpartition("-")[2]
