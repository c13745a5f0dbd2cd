"""What is written for operators is true: verbs, alerts, exit codes and log lines stand in the runbook."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bridge.cli import exits
from bridge.cli.advice import ALERTS, STATES
from bridge.cli.app import VERBS
from bridge.cli.words import STATES_OF_BATCHES
from bridge.pipeline import alerts

REPOSITORY = Path(__file__).parents[1]
README = (REPOSITORY / "README.md").read_text(encoding="utf-8")
RUNBOOK = (REPOSITORY / "docs" / "runbook.md").read_text(encoding="utf-8")

TEXTS = [
    *(
        REPOSITORY / name
        for name in ("README.md", "CHANGELOG.md", "samples/README.md", "config.example.toml")
    ),
    *sorted(text for folder in ("docs", "mappings") for text in (REPOSITORY / folder).rglob("*.md")),
]
_LINK = re.compile(r"\]\(([^)#]+)(?:#([^)]*))?\)|\]\(#([^)]*)\)")
_PATH = re.compile(r"(?<![\w/.-])((?:bridge|simulator|tests|tools|bench|docs)/[\w./-]*\w)")
_NAME_AND_FILE = re.compile(r"`(?:\w+\.)?(\w+)` (?:\(|in )`([\w/]+\.py)`")
_LOGGED = re.compile(r"\blog\.(?:info|warning|error|exception)\(\s*\"(\w+)\"")


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_stands_in_the_readme_and_the_runbook(verb: str) -> None:
    assert re.search(rf"`{verb}[` ]", README)
    assert re.search(rf"^\| `{verb}` \| \S", RUNBOOK, re.MULTILINE)


def test_every_kind_of_alert_stands_in_the_runbook_and_has_advice() -> None:
    raised = {value for name, value in vars(alerts).items() if name.isupper() and isinstance(value, str)}
    assert raised <= ALERTS.keys()
    assert not [kind for kind in ALERTS if f"| `{kind}` |" not in RUNBOOK]


def test_every_exit_code_stands_in_the_runbook() -> None:
    codes = [value for name, value in vars(exits).items() if name.isupper() and isinstance(value, int)]
    assert len(codes) >= 6
    assert not [code for code in codes if f"\n| {code} |" not in RUNBOOK]


def test_every_log_event_stands_in_the_runbook() -> None:
    sources = (path.read_text(encoding="utf-8") for path in (REPOSITORY / "bridge").rglob("*.py"))
    events = {event for source in sources for event in _LOGGED.findall(source)}
    assert len(events) > 15
    assert not [event for event in events if f"`{event}`" not in RUNBOOK]


def test_every_state_of_a_batch_stands_in_the_runbook() -> None:
    rows = [line for line in RUNBOOK.splitlines() if line.startswith("| ")]
    assert not [state for state in STATES_OF_BATCHES if not any(state in row.split("|")[1] for row in rows)]


def test_every_command_that_is_named_is_one() -> None:
    texts = [README, RUNBOOK, *ALERTS.values(), *(advice for _, advice in STATES.values())]
    named = {verb for text in texts for verb in re.findall(r"`edibridge ([a-z]+)", text)}
    assert len(named) > 8
    assert named <= VERBS.keys()


@pytest.mark.parametrize("text", TEXTS, ids=lambda text: str(text.relative_to(REPOSITORY)))
def test_every_path_and_every_link_that_is_named_leads_somewhere(text: Path) -> None:
    content = text.read_text(encoding="utf-8")
    # A decision is named by its number, too: docs/decisions/0007.
    lost = [
        path
        for path in _PATH.findall(content)
        if not (REPOSITORY / path).exists() and not list(REPOSITORY.glob(f"{path}-*"))
    ]
    for path, heading, here in _LINK.findall(content):
        target = text.parent / path if path else text
        headings = _headings(target) if heading or here else set()
        lost += [path] * (not target.exists()) + [
            one for one in (heading, here) if one and one not in headings
        ]
    assert not lost


def _headings(text: Path) -> set[str]:
    """Return the anchors of a text's headings."""
    lines = re.findall(r"^#+ (.*)$", text.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", line.lower()).replace(" ", "-") for line in lines}


def test_every_name_that_is_said_to_stand_in_a_file_stands_there() -> None:
    content = (REPOSITORY / "docs" / "code.md").read_text(encoding="utf-8")
    named = _NAME_AND_FILE.findall(content)
    assert len(named) > 20
    assert not [
        (name, path)
        for name, path in named
        if not re.search(rf"\b{name}\b", (REPOSITORY / path).read_text(encoding="utf-8"))
    ]
