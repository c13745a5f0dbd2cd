from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.pipeline.spool import Spool


@given(st.lists(st.binary(max_size=300), max_size=5))
def test_bytes_come_back_as_they_were_under_their_hash(
    tmp_path_factory: pytest.TempPathFactory, chunks: list[bytes]
) -> None:
    spool = Spool(tmp_path_factory.mktemp("spool"))
    kept = spool.keep(chunks)
    assert b"".join(spool.read(kept.name)) == b"".join(chunks)
    assert kept.sha256 == hashlib.sha256(b"".join(chunks)).hexdigest()
    assert kept.size == sum(map(len, chunks))


def test_the_same_bytes_are_kept_once(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    assert spool.keep([b"ab", b"c"]) == spool.keep([b"abc"])
    assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == 1


def test_a_read_that_breaks_off_leaves_nothing(tmp_path: Path) -> None:
    def chunks() -> Iterator[bytes]:
        yield b"half"
        raise ConnectionError("cut")

    with pytest.raises(ConnectionError):
        Spool(tmp_path).keep(chunks())
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_what_a_crash_left_is_removed_unless_bytes_are_being_kept(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    kept = spool.keep([b"whole"])
    left = tmp_path / ".incoming-x"
    left.write_bytes(b"ha")
    with spool.keeping():
        spool.remove_partial()
    assert left.exists()
    spool.remove_partial()
    assert not left.exists()
    assert b"".join(spool.read(kept.name)) == b"whole"
