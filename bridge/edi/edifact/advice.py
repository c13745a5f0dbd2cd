"""Application advice in EDIFACT: an APERAK for each message, addressed back to its sender.

All go in one interchange. BGM tells the verdict on the message (1225 and 4343: accepted, rejected, held,
or under conditions where its facts fared differently), RFF names it (ACW), its interchange (ACD) and what
it is about. Each reason is an ERC with its code, cut to eight characters, and FTX+AAO with the whole code
and text in lines of 70. Where a message has several facts that were not all accepted, each is told with an
ERC, the accepted ones too, and named in the group below it; what has no room there is told in FTX+AAI.

Nothing of a reason's text is lost but what `bridge.edi.character_repertoire` replaces and leaves out at
breaks: an ERC that has no more room is repeated with the rest, and so is a message that has no room for
another ERC.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import chain, repeat
from typing import Final, NamedTuple, TypeVar

from bridge.edi.advice_values import Advice, AdviceLine, AdvisedDocument, Reason, Standing
from bridge.edi.character_repertoire import lines_of, plain
from bridge.edi.character_sets import LEVEL_A, LEVEL_B
from bridge.edi.edifact.characters import ENCODINGS
from bridge.edi.edifact.headers import VERSIONS
from bridge.edi.edifact.writer import DEFAULT, REPLACEMENT, Line, serialize, unb
from bridge.edi.model import Party
from bridge.edi.verdicts import ControlNumbers


class Directory(NamedTuple):
    """What the APERAK of a directory has room for."""

    release: str
    """0054: `96A`."""
    errors: int
    """ERC in a message."""
    references: int
    """RFF below an ERC."""
    reference_length: int
    """1154."""
    named: bool
    """Whether 1001 knows 312 (acknowledgement) and 313 (error)."""


D96A: Final = Directory("96A", 999, 1, 35, named=False)
D99B: Final = Directory("99B", 99999, 9, 35, named=True)
D01B: Final = Directory("01B", 99999, 9, 70, named=True)

FUNCTIONS: Final[dict[frozenset[Standing], tuple[str, str]]] = {
    frozenset({"accepted"}): ("29", "AP"),
    frozenset({"rejected"}): ("27", "RE"),
    frozenset({"held"}): ("12", ""),
}
"""1225 and 4343 where all facts of a message stand alike: 12 is received, but not yet processed."""
MIXED: Final = ("11", "CA")
"""A response; accepted under the conditions that the message states."""
ACCEPTED: Final = Reason("ACCEPTED")

_OWN_CODES: Final = "86"
"""3055: the list is the originator's own."""
_CODE_LENGTH: Final = 8
_WIDTH: Final = 70
_TEXT_LINES: Final = 5
"""4440 in one FTX."""
_MOST_TEXTS: Final = 9
"""FTX below one RFF, and in the header."""
_SYNTAX: Final = re.compile("[A-Z]{3}[A-Z0-9]")
_DIRECTORY: Final = re.compile("D([0-9]{2}[A-Z])")
_QUALIFIERS: Final = {"01": "1"}
"""0007 by I05: D-U-N-S. All else that is not EDIFACT's own is mutually defined."""

_T = TypeVar("_T")


def write_aperak(advice: Advice, control: ControlNumbers, now: datetime) -> Iterator[bytes]:
    """Write the advice as EDIFACT, whatever the standard of what it answers; nothing if it has no line.

    `now` is the time of preparation as it is written. Uses one number for the interchange and one for
    each message.
    """
    documents = advice.documents()
    first = next(documents, None)
    if first is None:
        return
    own = advice.standard == "edifact"
    syntax = advice.syntax if own and _SYNTAX.fullmatch(advice.syntax) else "UNOC"
    version = advice.interchange_version if own and advice.interchange_version in VERSIONS else "3"
    writing = _Writing(advice, control, now, syntax, str(control.next("interchange")))
    lines = writing.interchange(version, chain([first], documents))
    delimiters = advice.delimiters if own else None
    yield from serialize(lines, delimiters or DEFAULT, syntax=syntax)


def directory_of(version: str) -> Directory:
    """Return the newest of our directories that is not newer than the original's, else the oldest."""
    found = _DIRECTORY.fullmatch(version)
    if found is None:
        return D96A
    wanted = _dated(found[1])
    known = [one for one in (D96A, D99B, D01B) if _dated(one.release) <= wanted]
    return known[-1] if known else D96A


def _dated(release: str) -> str:
    """Put the century before a release, so that it can be compared."""
    return ("19" if release >= "9" else "20") + release


class _Reference(NamedTuple):
    qualifier: str
    value: str
    label: str
    item: str = ""


class _Writing:
    """One interchange of advice while it is written."""

    def __init__(
        self, advice: Advice, control: ControlNumbers, now: datetime, syntax: str, reference: str
    ) -> None:
        self.advice = advice
        self.control = control
        self.now = now
        self.reference = reference
        self._syntax = syntax
        self._encoding = ENCODINGS.get(syntax, "iso8859-1")
        self._level = {"UNOA": LEVEL_A, "UNOB": LEVEL_B}.get(syntax)

    def interchange(self, version: str, documents: Iterable[AdvisedDocument]) -> Iterator[Line]:
        """Write all segments."""
        yield self._unb(version)
        count = 0
        for document in documents:
            for message in self._messages(document):
                count += 1
                yield from message
        yield "UNZ", [str(count), self.reference]

    def _unb(self, version: str) -> Line:
        """Return the UNB: same syntax, parties exchanged."""
        parties = self._party(self.advice.receiver), self._party(self.advice.sender)
        return unb((self._syntax, version), parties, self.now, self.reference, test=self.advice.test)

    def _messages(self, document: AdvisedDocument) -> Iterator[list[Line]]:
        """Write the APERAK on one document: one, unless its reasons are more than one has room for."""
        directory = directory_of(document.version if self.advice.standard == "edifact" else "")
        errors = list(self._errors(document, directory))
        for part in _batches(errors, directory.errors) or [[]]:
            reference = str(self.control.next("document"))
            body = [
                *self._header(document, directory, reference),
                *(line for error in part for line in error),
            ]
            unh: Line = ("UNH", [reference, ["APERAK", "D", directory.release, "UN"]])
            yield [unh, *body, ("UNT", [str(len(body) + 2), reference])]

    def _header(self, document: AdvisedDocument, directory: Directory, reference: str) -> Iterator[Line]:
        function, response = FUNCTIONS.get(frozenset(one.standing for one in document.lines), MIXED)
        name = ("312" if response == "AP" else "313") if directory.named else ""
        yield "BGM", [name, f"{self.reference}-{reference}", function, response]
        yield "DTM", [["137", self.now.strftime("%Y%m%d%H%M"), "203"]]
        references = [
            _Reference("ACW", document.reference, f"{document.type} reference"),
            _Reference("ACD", self.advice.control_number, "Interchange"),
        ]
        if len(document.lines) == 1:
            references += _references(document.lines[0])
        told = [f"Group {document.group_control_number}"] if document.group_control_number else []
        told += _cut(references, directory)
        for text in _batches(self._lines(told), _TEXT_LINES)[:_MOST_TEXTS]:
            yield "FTX", ["AAI", "", "", text]
        yield from (_rff(one, directory) for one in references if one.value)
        for role, party in (("MS", self.advice.receiver), ("MR", self.advice.sender)):
            if party.id:
                # 3055: 9 is EAN (GS1), whose numbers 0007 calls 14.
                agency = "9" if self.advice.standard == "edifact" and party.qualifier == "14" else ""
                yield "NAD", [role, [party.id[:35], "", agency]]

    def _errors(self, document: AdvisedDocument, directory: Directory) -> Iterator[list[Line]]:
        """Write each ERC with the group below it, as a list of segments."""
        alone = len(document.lines) == 1
        plainly = all(one.standing == "accepted" for one in document.lines)
        original = _Reference("ACW", document.reference or "UNKNOWN", f"{document.type} reference")
        for line in document.lines:
            about = [*_references(line), original]
            named = [] if alone else about[:-1] or about
            for reason in line.reasons or (() if plainly else (ACCEPTED,)):
                yield from self._error(reason, named, about[0], directory)

    def _error(
        self, reason: Reason, named: Sequence[_Reference], main: _Reference, directory: Directory
    ) -> Iterator[list[Line]]:
        """Write one reason; `named` stand below it, `main` only if the text needs the group."""
        code = self._plain(reason.code)[:_CODE_LENGTH].strip() or "ERROR"
        erc: Line = ("ERC", [[code, "", _OWN_CODES]])
        references = named[: directory.references] or [main]
        unnamed = [f"{one.label} {one.value}" for one in named[directory.references :]]
        notes = _batches(self._lines([*unnamed, *_cut(references, directory)]), _TEXT_LINES)
        texts = _batches(self._lines([str(reason)] if reason != ACCEPTED else []), _TEXT_LINES)
        room = 1 + max(_MOST_TEXTS - len(notes), 1)
        for part in _batches(texts, room) or [[]]:
            below = [("FTX", ["AAI", "", "", text]) for text in notes[: _MOST_TEXTS - 1]]
            below += [("FTX", ["AAO", "", "", text]) for text in part[1:]]
            group = [_rff(one, directory) for one in references] if named or below else []
            first: list[Line] = [("FTX", ["AAO", "", "", text]) for text in part[:1]]
            yield [erc, *first, *group[:1], *below, *group[1:]]

    def _lines(self, texts: Sequence[str]) -> list[str]:
        return [line for text in texts for line in lines_of(self._plain(text), repeat(_WIDTH))]

    def _party(self, party: Party) -> list[str]:
        qualifier = party.qualifier
        if self.advice.standard != "edifact":
            qualifier = _QUALIFIERS.get(qualifier, "ZZZ")
        return [party.id[:35] or "UNKNOWN", qualifier[:4]]

    def _plain(self, text: str) -> str:
        return plain(text, self._fits, REPLACEMENT)

    def _fits(self, character: str) -> bool:
        """Return whether the syntax level has a character; codes and texts are ours to choose."""
        if self._level is not None:
            return character in self._level
        try:
            character.encode(self._encoding)
        except UnicodeEncodeError:
            return False
        return True


def _references(line: AdviceLine) -> list[_Reference]:
    """Return what a line is about, the chief thing first; an item short enough stands with its order."""
    order = line.purchase_order_number
    item = line.item if order and len(line.item) <= 6 else ""
    found = [
        _Reference("ON", order, "Order", item),
        _Reference("CN", line.tracking_number, "Tracking number"),
        _Reference("LI", "" if item else line.item, "Item"),
        _Reference("TN", line.amazon_transaction_id, "Transaction"),
    ]
    return [one for one in found if one.value]


def _rff(reference: _Reference, directory: Directory) -> Line:
    return "RFF", [[reference.qualifier, reference.value[: directory.reference_length], reference.item]]


def _cut(references: Sequence[_Reference], directory: Directory) -> list[str]:
    """Write out in full what RFF has no room for."""
    long = [one for one in references if len(one.value) > directory.reference_length]
    return [f"{one.label} {one.value}" for one in long]


def _batches(items: Sequence[_T], size: int) -> list[Sequence[_T]]:
    return [items[start : start + size] for start in range(0, len(items), size)]
