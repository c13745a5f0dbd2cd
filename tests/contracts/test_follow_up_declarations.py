"""One suite for the follow-ups of every program: what they declare fits together, and news is told once."""

from __future__ import annotations

import importlib
import string
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from bridge.mapping.profile import explain_profile
from bridge.programs.follow_ups import FollowUp, Look, NewsDocument, NewsFile, View
from bridge.programs.registry import installed
from tests.contracts.follow_up_case import FollowUpCase
from tests.contracts.programs.goods_receipts import contract_cases as goods_receipts
from tests.contracts.programs.small_orders import contract_cases as small_orders
from tests.contracts.small import small_program

CASES: tuple[FollowUpCase, ...] = (
    *goods_receipts.FOLLOW_UPS,
    *small_orders.FOLLOW_UPS,
    *(
        case
        for program in installed().programs
        for case in getattr(
            importlib.import_module(f"tests.programs.{program.name}.contract_cases"), "FOLLOW_UPS", ()
        )
    ),
)
T0 = datetime(2026, 11, 1, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _program() -> Iterator[None]:
    with small_program():
        yield


@pytest.fixture(params=CASES, ids=lambda case: case.name)
def case(request: pytest.FixtureRequest) -> FollowUpCase:
    found: FollowUpCase = request.param
    return found


def view(case: FollowUpCase, found: object, kept: bytes, *, missed: int = 0, hours: float = 1) -> View[Any]:
    return View(
        subject=case.subject,
        found=found,
        kept=kept,
        missed=missed,
        started_at=T0,
        now=T0 + timedelta(hours=hours),
        profile=explain_profile(),
    )


def declared(case: FollowUpCase) -> FollowUp[Any]:
    return installed().follow_ups[case.name]


def read(case: FollowUpCase, reply: object) -> object:
    reader = installed().operations[declared(case).single].read
    assert reader is not None
    return reader(msgspec.Raw(msgspec.json.encode(reply)))


def told(files: tuple[NewsFile | NewsDocument, ...]) -> list[object]:
    return [one.values if isinstance(one, NewsDocument) else bytes_of(one) for one in files]


def bytes_of(file: NewsFile) -> bytes:
    return file.data(lambda _scope, _kind: 1) if callable(file.data) else file.data


def test_every_follow_up_of_every_program_has_its_case() -> None:
    assert {case.name for case in CASES} == set(installed().follow_ups)


def test_what_a_follow_up_names_is_declared(case: FollowUpCase) -> None:
    one = declared(case)
    single = installed().operations[one.single]
    assert (single.method, single.reply) == ("GET", "document")
    for path in single.paths.values():
        assert [name for _, name, _, _ in string.Formatter().parse(path) if name] == [one.path_name]
    assert not one.after or installed().told_by(one.after) is not None
    assert one.at_most >= timedelta(days=1)
    if one.sweep is not None:
        listed = installed().operations[one.sweep.listed]
        assert listed.method == "GET"
        assert listed.list_key
        assert listed.read is not None
    if one.sandbox is not None:
        moves = installed().operations[one.sandbox.operation]
        assert (moves.method != "GET", moves.reply, moves.body_key) == (True, "receipt", "")
        assert moves.path_of("", **{one.path_name: case.subject})
        assert all(one.sandbox.body(status) for status in (*one.sandbox.statuses, *one.sandbox.ends))
        assert one.sandbox.ends


def test_a_story_is_told_once_and_ends(case: FollowUpCase) -> None:
    kept, files, looks = case.kept, 0, list[Look]()
    for reply in case.replies:
        found = read(case, reply)
        first = declared(case).look(view(case, found, kept))
        assert all(told(first.files))
        if not first.over:
            again = declared(case).look(view(case, found, first.kept))
            assert (again.files, again.note, again.kept) == ((), "", first.kept)
        files, kept, looks = files + len(first.files), first.kept, [*looks, first]
    assert files == case.files
    assert [look.over for look in looks] == [""] * (len(looks) - 1) + [case.over]
    assert all(look.again > timedelta(0) for look in looks if not look.over)


def test_what_amazon_does_not_know_yet_loses_nothing_of_what_was_kept(case: FollowUpCase) -> None:
    for missed in range(1, 10):
        look = declared(case).look(view(case, None, case.kept, missed=missed, hours=missed))
        assert look.files == ()
        assert look.over or look.kept == case.kept
        assert not look.over or look.alert or look.note, "what is lost at Amazon is told to somebody"


def test_what_a_list_shows_again_asks_for_no_look(case: FollowUpCase) -> None:
    sweep = declared(case).sweep
    if sweep is None:
        return
    for reply in case.replies:
        found = read(case, reply)
        look = declared(case).look(view(case, found, case.kept))
        assert sweep.subject(found) == case.subject
        assert not sweep.changed(found, look.kept)
