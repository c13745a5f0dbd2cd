"""One suite for the lists that programs have read whole: what each declares fits together."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from bridge.mapping.profile import explain_profile
from bridge.programs.registry import installed
from bridge.programs.snapshots import Snapshot, SnapshotFile, SnapshotView

SNAPSHOTS = [pytest.param(one, id=name) for name, one in installed().snapshots.items()]


@pytest.mark.parametrize("snapshot", SNAPSHOTS)
def test_what_a_snapshot_names_is_declared(snapshot: Snapshot[Any]) -> None:
    listed = installed().operations[snapshot.listed]
    assert (listed.method, listed.reply) == ("GET", "document")
    assert listed.list_key
    assert listed.read is not None
    assert issubclass(snapshot.element, msgspec.Struct)
    assert snapshot.name not in installed().feeds  # `edibridge fetch` knows both by their names


@pytest.mark.parametrize("snapshot", SNAPSHOTS)
def test_what_is_asked_for_singly_is_each_key_once_and_nothing_for_none(snapshot: Snapshot[Any]) -> None:
    profile = explain_profile()
    keys = [*(f"K{number}" for number in range(123)), "with, comma"]
    queries = list(snapshot.singly(profile, keys))
    whole = snapshot.query(profile)
    assert all(whole.items() <= query.items() for query in queries)
    asked = [query[name] for query in queries for name in query.keys() - whole.keys()]
    named = [key for text in asked for key in ([text] if ", " in text else text.split(","))]
    assert sorted(named) == sorted(keys)
    assert list(snapshot.singly(profile, ())) == []
    assert snapshot.token not in whole


@pytest.mark.parametrize("snapshot", SNAPSHOTS)
def test_files_of_one_list_have_names_of_their_own(snapshot: Snapshot[Any]) -> None:
    view: SnapshotView[Any] = SnapshotView(
        elements=[], missing=["GONE"], taken_at=datetime(2026, 11, 1, tzinfo=UTC), profile=explain_profile()
    )
    files = [file for file in snapshot.files(view) if isinstance(file, SnapshotFile)]
    assert files
    assert len({(file.folder, file.name) for file in files}) == len(files)
    assert all(b"GONE" in b"".join(file.data) for file in files)
