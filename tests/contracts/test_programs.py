"""One suite for every program: what the core promises holds for each kind of event that one declares."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from contextlib import nullcontext
from datetime import timedelta
from pathlib import Path

import pytest
import stamina

from bridge.mapping.profile import explain_profile
from bridge.pipeline.rerun import rerun
from bridge.pipeline.retention import purge
from bridge.programs.contract import Program
from bridge.programs.features import Features
from bridge.programs.registry import installed
from tests.contracts.program_case import Installation, ProgramCase, cases_by_name, install
from tests.contracts.programs.goods_receipts import contract_cases as goods_receipts
from tests.contracts.small import small_program
from tests.spapi.server import Answer, json_answer

OF_PROGRAMS: tuple[ProgramCase, ...] = tuple(
    case
    for program in installed().programs
    for case in importlib.import_module(f"tests.programs.{program.name}.contract_cases").CASES
)
CASES = (*OF_PROGRAMS, *goods_receipts.CASES)
REFUSED = json_answer(400, {"errors": [{"code": "InvalidInput", "message": "made up"}]})
LONG, FEW = 30, 8
"""Rounds of two minutes: more than any back-off, patience and wait for a verdict; and enough where Amazon is
asked what became of a doubt within the first of them."""


@pytest.fixture(params=cases_by_name(CASES))
def site(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Installation]:
    known = small_program() if request.param in goods_receipts.CASES else nullcontext()
    with stamina.set_testing(True, attempts=1), known:
        yield from install(request.param, tmp_path, monkeypatch)


def test_every_kind_of_event_of_every_program_has_its_case() -> None:
    told = {case.operation for case in OF_PROGRAMS}
    assert told == {call.operation for one in installed().event_types for call in one.calls()}


@pytest.mark.parametrize("program", installed().programs, ids=lambda one: one.name)
def test_every_program_names_a_read_that_proves_an_authorization(program: Program) -> None:
    assert program.probe is not None
    (operation,) = (one for one in program.operations if one.name == program.probe.operation)
    assert (operation.method, operation.reply) == ("GET", "document"), "it changes nothing"
    for version in operation.paths:
        assert "{" not in operation.path_of(version, **program.probe.names)


@pytest.mark.parametrize("features", [one.features for one in installed().programs if one.features])
def test_every_program_names_the_reads_of_its_features(features: Features) -> None:
    listed, products, product = (
        installed().operations[name] for name in (features.listed, features.products, features.product)
    )
    query = dict(features.query(explain_profile()))
    names = {features.feature_name: "BOX"}
    assert (bool(listed.list_key), bool(products.list_key), product.list_key) == (True, True, "")
    assert products.path_of("", **names).endswith("/BOX")
    assert "BOX/A%2F1" in product.path_of("", **names, **{features.sku_name: "A/1"}, **query)


def rounds(site: Installation) -> int:
    verification = installed().call(site.case.operation).verification if site.case in OF_PROGRAMS else None
    return FEW if verification is not None and verification.looks else LONG


def taken_state(site: Installation) -> str:
    return "succeeded" if site.case.declared.reply == "result" else "submitted"


def test_the_intent_is_in_the_ledger_before_amazon_hears_of_it(site: Installation) -> None:
    seen: list[object] = []

    def note(operation: str) -> None:
        if operation == site.case.operation:
            joined = "submissions JOIN attempts ON submissions.id = submission_id"
            own = f"operation = '{operation}'"
            seen.extend(site.rows(f"SELECT state, number, ended_at FROM {joined} WHERE {own}"))

    site.amazon.when_called = note
    site.drop()
    site.drain()
    assert seen == [("sending", 1, None)]
    assert site.submissions() == [taken_state(site)]


def test_what_amazon_took_succeeds_once(site: Installation) -> None:
    site.knows()
    site.drop()
    site.settle(rounds(site))
    assert (site.submissions(), site.events(), site.sent()) == (["succeeded"], ["succeeded"], 1)


@pytest.mark.parametrize("answer", [Answer(429), Answer(503, b"<html>busy</html>")], ids=["429", "503"])
def test_what_amazon_surely_did_not_take_goes_again(site: Installation, answer: Answer) -> None:
    site.answers(answer)
    site.drop()
    site.drain()
    assert (site.submissions(), site.events(), site.sent()) == (["ready"], ["grouped"], 1)
    site.knows()
    site.settle(rounds(site))
    assert (site.submissions(), site.events(), site.sent()) == (["succeeded"], ["succeeded"], 2)


def test_refused_credentials_stop_the_account_and_lose_nothing(site: Installation) -> None:
    site.answers(Answer(403), Answer(403))
    site.drop()
    site.drain()
    assert site.submissions() == ["ready"]
    assert site.ledger.pause(site.partner.account, site.partner.clock())
    site.knows()
    site.settle(rounds(site))
    assert (site.submissions(), site.events()) == (["succeeded"], ["succeeded"])


def test_what_amazon_refuses_fails_with_its_errors_and_is_sent_anew_by_a_rerun_alone(
    site: Installation,
) -> None:
    site.answers(REFUSED)
    site.drop()
    site.settle(rounds(site))
    assert (site.submissions(), site.events(), site.sent()) == (["refused"], ["failed"], 1)
    assert "InvalidInput" in site.rows("SELECT errors FROM events ORDER BY id DESC")[0][0]

    site.knows()
    rerun(site.partner, site.batch, dry_run=False, force=False)
    site.settle(rounds(site))
    assert (site.submissions(), site.events(), site.sent()) == (["refused", "succeeded"], ["succeeded"], 2)


@pytest.mark.parametrize(
    ("answer", "taken"),
    [
        (Answer(502, b"<html>bad gateway</html>"), False),
        (Answer(cut="in body", body=b"{}  "), True),
        (Answer(200, b"<html>a proxy's</html>"), False),
    ],
    ids=["502-not-taken", "cut-in-answer-taken", "unreadable-not-taken"],
)
def test_what_is_in_doubt_is_settled_by_the_policy_of_its_operation(
    site: Installation, answer: Answer, taken: bool
) -> None:
    site.answers(answer)
    site.drop()
    site.drain()
    assert site.sent() == 1
    if taken:
        site.took()
    site.settle(rounds(site))
    policy = site.case.declared.in_doubt
    if policy == "hold":
        assert (site.submissions(), site.sent()) == (["in_doubt"], 1)
        assert "in_doubt" in [alert.kind for alert in site.ledger.alerts(site.partner.vendor)]
        number = site.rows("SELECT max(id) FROM submissions")[0][0]
        site.ledger.resolve(number, None, site.partner.clock(), taken=taken)
        site.knows()
        site.settle(rounds(site))
        assert site.sent() == (1 if taken else 2)
    else:
        again = policy == "resubmit" or site.case.repeated is not None or not taken
        assert site.sent() == (2 if again else 1)
        site.knows()
        site.settle(rounds(site))
    assert (site.submissions(), site.events()) == (["succeeded"], ["succeeded"])


def test_an_answer_that_was_not_kept_leaves_a_doubt_and_no_loss(
    site: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Died(BaseException):
        """The process is gone."""

    def die(*_arguments: object, **_by_name: object) -> None:
        raise Died

    with monkeypatch.context() as broken:
        broken.setattr("bridge.ledger.submissions.SubmissionStore.record_outcome", die)
        broken.setattr("bridge.ledger.submissions.SubmissionStore.record_late", die)
        site.drop()
        with pytest.raises(Died):
            site.drain()
    assert site.submissions() == ["sending"]
    site.partner.claim.fence = site.ledger.claim(site.partner.account, site.partner.clock())
    assert site.submissions() == ["in_doubt"]
    site.took()
    site.settle(rounds(site))
    again = site.case.declared.in_doubt == "resubmit" or site.case.repeated is not None
    assert site.sent() == (2 if again else 1)


def test_the_same_file_and_a_rerun_send_nothing_twice(site: Installation) -> None:
    site.knows()
    site.drop()
    site.settle(rounds(site))
    rerun(site.partner, site.batch, dry_run=False, force=False)
    site.drop()
    site.settle(rounds(site))
    assert (site.submissions(), site.sent()) == (["succeeded"], 1)


def test_contents_go_when_their_time_is_over_and_the_verdict_stays(site: Installation) -> None:
    site.knows()
    site.drop()
    site.settle(rounds(site))
    later = site.partner.clock() + timedelta(days=400)
    purge(site.ledger, site.partner.spool, site.partner.vendor, later, later)
    assert site.rows("SELECT body FROM events WHERE body IS NOT NULL") == []
    assert (site.submissions(), site.events()) == (["succeeded"], ["succeeded"])
