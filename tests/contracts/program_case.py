"""What the contract suite of programs needs of one: a document a kind of event, and what Amazon answers.

A partner as the wiring makes it works on a real ledger; Amazon is a scripted server on a real socket.
"""

from __future__ import annotations

import re
import sqlite3
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

import pytest

from bridge.ledger.store import Ledger
from bridge.pipeline.partner import Partner
from bridge.programs.event_types import EventType
from bridge.programs.operations import Operation
from bridge.programs.registry import installed
from tests.pipeline.partners import partner_in, with_policies
from tests.pipeline.stubs import Clock, drained, drop
from tests.spapi.server import RESTRICTED_PATH, TOKEN_PATH, Answer, Request, ScriptedServer

NOTHING = Answer(404, b'{"errors": [{"code": "NotFound", "message": "made up"}]}')


@dataclass(frozen=True, kw_only=True)
class ProgramCase:
    """One kind of event: a file with one document that becomes one of it, and Amazon's answers.

    `taken` says that Amazon took it. `before` are the replies of the reads before it is sent, `afterwards`
    those of the reads once Amazon took it, the verdict and what a verification finds among them; `repeated`
    is what Amazon says to the same call once more, where that settles a doubt. `mappings` are files of the
    partner's own, `settings` further tables of its configuration, `policies` those that differ from the usual
    ones, and `api_version` is the account's
    where that matters. `after` is the case of what must stand at Amazon before: what the event is about.
    """

    operation: str
    file: str
    document: bytes
    taken: Answer
    before: Mapping[str, Answer] = field(default_factory=dict)
    afterwards: Mapping[str, Answer] = field(default_factory=dict)
    repeated: Answer | None = None
    settings: str = ""
    policies: Mapping[str, Any] = field(default_factory=dict)
    api_version: str = "v1"
    mappings: Mapping[str, str] = field(default_factory=dict)
    after: ProgramCase | None = None

    @property
    def declared(self) -> Operation:
        return installed().operations[self.operation]

    @property
    def table(self) -> Literal["vendors", "sellers"]:
        """The table of the configuration whose partners have such documents."""
        return "vendors" if installed().serves("vendors", self.operation) else "sellers"

    @property
    def event_type(self) -> EventType:
        return installed().of_operation(self.operation)


class ScriptedAmazon(ScriptedServer):
    """Knows each call by its operation. `script` has answers to the next calls of one, in turn."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[str] = []
        self.bodies: list[bytes] = []
        self.script: dict[str, deque[Answer]] = {}
        self.usual: dict[str, Answer] = {}
        self.when_called: Callable[[str], None] = lambda _operation: None

    def next_answer(self, request: Request) -> Answer:
        if request.path in {TOKEN_PATH, RESTRICTED_PATH}:
            return super().next_answer(request)
        super().next_answer(request)  # which keeps it
        operation = operation_of(request.method, request.path)
        self.calls.append(operation)
        self.when_called(operation)
        answers = self.script.get(operation)
        return answers.popleft() if answers else self.usual.get(operation, NOTHING)


def operation_of(method: str, target: str) -> str:
    """Name the operation of a request, by the paths that the installed programs declare."""
    path = target.partition("?")[0]
    for one in installed().operations.values():
        for template in one.paths.values():
            pattern = re.sub(r"\\{\w+\\}", "[^/]+", re.escape(template.partition("?")[0]))
            if one.method == method and re.fullmatch(pattern, path):
                return one.name
    raise AssertionError(f"no program declares {method} {path}")


@dataclass
class Installation:
    """A partner of one case, its folder and its Amazon."""

    case: ProgramCase
    folder: Path
    amazon: ScriptedAmazon
    partner: Partner

    @property
    def ledger(self) -> Ledger:
        return self.partner.ledger

    def drop(self) -> None:
        drop(self.folder, self.case.file, self.case.document)

    def answers(self, *answers: Answer) -> None:
        """Say what Amazon answers to the next calls that tell it of the event."""
        self.amazon.script[self.case.operation] = deque(answers)

    def knows(self) -> None:
        """Have Amazon know what was sent: its reads return it from now on."""
        self.amazon.usual.update(self.case.afterwards)

    def took(self) -> None:
        """Have Amazon know what was sent, and say so where it is sent once more."""
        self.knows()
        if self.case.repeated is not None:
            self.answers(self.case.repeated)

    def drain(self, rounds: int = 1) -> None:
        """Drain so often, two minutes apart."""
        drained(self.partner, rounds=rounds)

    def settle(self, rounds: int) -> None:
        """Drain until all is settled, and twice more; so often at most."""
        for _ in range(rounds):
            self.drain()
            if self._settled():
                break
        self.drain(2)

    def _settled(self) -> bool:
        """Return whether there is something, and nothing of it may go on by itself."""
        over = {"succeeded", "refused", "failed", "withdrawn"}
        if self.case.declared.in_doubt == "hold":
            over.add("in_doubt")
        states = self.submissions()
        return bool(states) and over.issuperset(states) and not {"ready", "waiting"} & set(self.events())

    @property
    def batch(self) -> int:
        """Return the number of the batch that the case's file becomes."""
        return 1 if self.case.after is None else 2

    def submissions(self) -> list[str]:
        return [row[0] for row in self.rows(f"SELECT state FROM submissions WHERE {self._own} ORDER BY id")]

    def events(self) -> list[str]:
        query = f"SELECT state FROM events WHERE state != 'replaced' AND file_id = {self.batch} ORDER BY id"
        return [row[0] for row in self.rows(query)]

    @property
    def _own(self) -> str:
        return f"operation = '{self.case.operation}'"

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Ask the ledger's file by a connection of one's own: what is committed, and nothing else."""
        with closing(sqlite3.connect(self.folder / "ledger.sqlite")) as connection:
            return connection.execute(query).fetchall()

    def sent(self) -> int:
        """Return how often Amazon was told of the event."""
        return self.amazon.calls.count(self.case.operation)


def install(case: ProgramCase, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Installation]:
    """Make an installation of a case; its partner's lists are not read."""
    with ScriptedAmazon() as amazon:
        amazon.usual.update({case.operation: case.taken, **case.before})
        write_mappings(folder / "mappings", case.mappings)
        wired = partner_in(
            folder,
            monkeypatch,
            endpoint=amazon.url,
            api_version=case.api_version,
            table=case.table,
            settings=case.settings,
        )
        partner = with_policies(replace(wired, clock=Clock(), amazon_time=None), **case.policies)
        partner.state.fetching.due_at = float("inf")
        watched = installed().watches_for(case.table)
        partner.state.watching.due_at = {one.name: float("inf") for one in watched}
        made = Installation(case, folder, amazon, partner)
        if case.after is not None:
            _take_first(made, case.after)
        yield made
        partner.amazon.close()
        partner.ledger.close()


def _take_first(site: Installation, case: ProgramCase) -> None:
    """Have Amazon take what a case is about, before the case's own file comes."""
    site.amazon.usual.update({case.operation: case.taken, **case.before, **case.afterwards})
    drop(site.folder, case.file, case.document)
    site.drain(2)
    assert site.rows("SELECT state FROM submissions") == [("succeeded",)]


def write_mappings(folder: Path, files: Mapping[str, str]) -> None:
    """Write the files of a folder of mappings."""
    folder.mkdir()
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")


def cases_by_name(cases: Sequence[ProgramCase]) -> list[Any]:
    """Return pytest's parameters of cases."""
    return [pytest.param(case, id=case.operation) for case in cases]
