"""What goes round the documents, as text: the interchange's header, and the acknowledgement."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime

from bridge.cli.lines import Line
from bridge.edi.model import EdiError, Group, Interchange, Party
from bridge.mapping.functions import test_of
from bridge.outside_text import shown

_STANDARDS = {"x12": "X12", "edifact": "EDIFACT"}
_MOST_SEGMENTS = 40
_MOST_GROUPS = 25
_ANSWER = re.compile(r"\n(?=ISA|UNA|UNB)")


def interchange_lines(interchange: Interchange) -> Iterator[Line]:
    """Render an interchange's header in words."""
    head = f"{_STANDARDS[interchange.standard]} interchange {interchange.control_number or '(no number)'}"
    who = f"from {_party(interchange.sender)} to {_party(interchange.receiver)}"
    yield Line(f"{head}, {who}", rest="  ", style="title")
    facts = [f"prepared {_when(interchange.prepared)}"] if interchange.prepared.strip(":") else []
    facts += [f"version {interchange.version}"] if interchange.version else []
    facts += [f"character set {interchange.syntax}"] if interchange.syntax else []
    test = test_of(interchange)
    facts += [f"{test}: sent only to the sandbox, or where test_interchanges says so"] if test else []
    facts += ["asks for an acknowledgement"] if interchange.acknowledgement_requested else []
    if facts:
        yield Line(", ".join(facts), first="  ", rest="  ", style="words")
    for error in interchange.errors:
        yield _fault(error, "")


def group_lines(groups: Sequence[Group], *, everything: bool) -> Iterator[Line]:
    """Render what is wrong with groups, as the acknowledgement does."""
    most = len(groups) if everything else _MOST_GROUPS
    for group in groups[:most]:
        kind = f" ({shown(group.functional_id)})" if group.functional_id else ""
        for error in group.errors:
            yield _fault(error, f"group {shown(group.control_number) or '(no number)'}{kind}: ")
    if len(groups) > most:
        yield Line(f"  ... {len(groups) - most} more groups with something wrong; --all shows them", "words")


def _fault(error: EdiError, of: str) -> Line:
    code = f" [{error.code}]" if error.code else ""
    place = f"{error.segment}{error.element:02}: " if error.segment and error.element else ""
    sign, style = ("! ", "bad") if error.fatal else ("~ ", "note")
    text = f"{of}{place}{error.message}{code}"
    return Line(text, first=f"  {sign}", rest="    ", style=style)


def acknowledgement_lines(text: str, width: int, *, everything: bool) -> Iterator[Line]:
    """Show the acknowledgement, each segment on a line of its own, whatever segments end in."""
    yield Line("")
    if not text:
        yield Line("No acknowledgement would be sent.", "words")
        return
    lines = [line for answer in _ANSWER.split(text) for line in _segments(answer)]
    yield Line("The acknowledgement that would be sent:", "title")
    for number, line in enumerate(lines):
        if number >= _MOST_SEGMENTS and not everything:
            yield Line(f"  ... {len(lines) - number} more segments; --all shows them", "words")
            return
        yield from _cut(shown(line), max(width - 2, 20))


def _segments(answer: str) -> list[str]:
    """Cut one interchange into its segments; an answer to one of several may end in other marks."""
    ending = answer[105:106] if answer.startswith("ISA") else "'"
    lines = answer.splitlines() if ending.isspace() else answer.replace(ending, ending + "\n").splitlines()
    return [line.strip() for line in lines if line.strip()]


def _cut(line: str, room: int) -> Iterator[Line]:
    yield Line("  " + line[:room])
    for begin in range(room, len(line), room - 2):
        yield Line("    " + line[begin : begin + room - 2])


def _party(party: Party) -> str:
    name = shown(party.id.strip()) or "(none)"
    return f"{name} ({shown(party.qualifier)})" if party.qualifier.strip() else name


def _when(prepared: str) -> str:
    """Write `yymmdd:hhmm` as a date and time; as it was sent where it is no time."""
    for pattern in ("%y%m%d:%H%M", "%Y%m%d:%H%M", "%y%m%d:%H%M%S"):
        try:
            return f"{datetime.strptime(prepared, pattern):%Y-%m-%d %H:%M}"  # noqa: DTZ007 - no zone is sent
        except ValueError:
            continue
    return shown(prepared)
