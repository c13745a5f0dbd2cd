"""Application advice in X12: an 824 for each document, addressed back to its sender.

All go in one interchange, in a group (AG) for each group they answer, since groups may differ in their
version. An 824 names its original in OTI, one for each line: an order, or a package's status. A document
that has one verdict is judged as a whole (TA, TE, TR), one with several line by line (IA, IE, IR). What
is held for an operator is accepted with errors: 004010 and 005010 have no code for it.

A reason's text begins in TED02 and goes on in NTE02, and in further TED where a hundred NTE do not hold
it: put together with blanks it is the whole text, but for what `bridge.edi.character_repertoire` replaces.
A separator in the data becomes a blank, since X12 has no way to release it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import cycle
from typing import Final, NamedTuple

import msgspec

from bridge.edi.advice_values import Advice, AdviceLine, AdvisedDocument, Reason, Standing
from bridge.edi.character_repertoire import lines_of, plain
from bridge.edi.model import Delimiters, Party
from bridge.edi.verdicts import ControlNumbers
from bridge.edi.x12.writer import STANDARD, SegmentWriter

ACKNOWLEDGMENTS: Final[dict[Standing, tuple[str, str]]] = {
    "accepted": ("TA", "IA"),
    "held": ("TE", "IE"),
    "rejected": ("TR", "IR"),
}
"""110, of the whole transaction set and of an item of it; an accepted one with reasons is as if held."""

OTHER: Final = "024"
"""647: other unlisted reason; the code itself stands before the text."""
_TED_WIDTH: Final = 60
_NTE_WIDTH: Final = 80
_MOST_NOTES: Final = 100
"""NTE in one TED."""
_CHARACTERS: Final = frozenset(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 !\"&'()*+,-./:;?=%~@[]_{}\\|<>#$"
)
"""The extended character set; it has no `^` and no backtick."""
_QUALIFIERS: Final = {"1": "01"}
"""I05 by 0007: D-U-N-S. All else that is not X12's own is mutually defined."""


def write_824(advice: Advice, control: ControlNumbers, now: datetime) -> Iterator[bytes]:
    """Write the advice as X12, whatever the standard of what it answers; nothing if it has no line.

    `now` is the time of preparation as it is written. Uses one number for the interchange, one for each
    group and one for each document. The lines are gone through once for each group, and once before.
    """
    groups = list(dict.fromkeys(_group_of(document) for document in advice.documents()))
    if not groups:
        return
    version = _interchange_version(advice, {group.release for group in groups})
    writer = SegmentWriter(_delimiters(advice, version))
    writing = _Writing(advice, writer, control, now, f"{control.next('interchange') % 10**9:09}")
    writer.isa(writing.parties(), now, version, writing.number, test=advice.test)
    for group in groups:
        yield from writing.group(group)
    writer.segment("IEA", len(groups), writing.number)
    yield writer.rest()


class _Group(NamedTuple):
    """What an answering group answers, and the version it is written in."""

    control_number: str
    release: str


def _group_of(document: AdvisedDocument) -> _Group:
    return _Group(document.group_control_number, _release(document))


def _release(document: AdvisedDocument) -> str:
    """Return the version of the answer: the one of the two we know that is nearest to the original's."""
    digits = document.version[:6]
    return "005010" if digits.isdigit() and digits >= "005" else "004010"


def _interchange_version(advice: Advice, releases: set[str]) -> str:
    version = advice.interchange_version
    if advice.standard == "x12" and len(version) == 5 and version.isascii() and version.isdigit():
        return version
    return "00501" if "005010" in releases else "00401"


def _delimiters(advice: Advice, version: str) -> Delimiters:
    """Take the sender's separators if they can be written, with a repetition separator from 00402 on."""
    given = advice.delimiters if advice.standard == "x12" else None
    chosen = given if given is not None and _can_write(given) else STANDARD
    if version < "00402":
        return msgspec.structs.replace(chosen, repetition="")
    taken = chosen.element + chosen.component + chosen.segment
    wanted = chosen.repetition + "^!|"
    return msgspec.structs.replace(chosen, repetition=next(one for one in wanted if one not in taken))


def _can_write(delimiters: Delimiters) -> bool:
    single = [delimiters.element, delimiters.component]
    if delimiters.segment not in ("\n", "\r", "\r\n"):
        single.append(delimiters.segment)
    return len({delimiters.segment, *single}) == 3 and all(
        len(one) == 1 and one.isascii() and not one.isalnum() and not one.isspace() for one in single
    )


class _Reference(NamedTuple):
    qualifier: str
    value: str
    description: str = ""


class _Writing:
    """One interchange of advice while it is written."""

    def __init__(
        self, advice: Advice, writer: SegmentWriter, control: ControlNumbers, now: datetime, number: str
    ) -> None:
        self.advice = advice
        self.writer = writer
        self.control = control
        self.number = number
        self.date, self.time = now.strftime("%Y%m%d"), now.strftime("%H%M")
        marks = writer.delimiters
        self._taken = frozenset(marks.element + marks.component + marks.segment + marks.repetition)
        self._mark = " " if "?" in self._taken else "?"

    def parties(self) -> list[str]:
        """Return ISA05 to 08: sender and receiver, exchanged."""
        return [*self._party(self.advice.receiver), *self._party(self.advice.sender)]

    def group(self, group: _Group) -> Iterator[bytes]:
        """Write the 824 that answer one group."""
        advice, number = self.advice, str(self.control.next("group") % 10**9)
        sender = self._application(advice.group_receiver or advice.receiver.id)
        receiver = self._application(advice.group_sender or advice.sender.id)
        release = group.release
        self.writer.segment("GS", "AG", sender, receiver, self.date, self.time, number, "X", release)
        count = 0
        for document in advice.documents():
            if _group_of(document) == group:
                self._document(document, 50 if release == "005010" else 30)
                count += 1
                yield from self.writer.pieces()
        self.writer.segment("GE", count, number)

    def _document(self, document: AdvisedDocument, longest: int) -> None:
        reference = f"{self.control.next('document') % 10**9:04}"
        start = len(self.writer)
        self.writer.segment("ST", "824", reference)
        answered = self._plain(self.advice.control_number)[:longest]
        # 353: 11 is a response. BGN02 is unique for as long as the two control numbers are.
        self.writer.segment("BGN", "11", self.number + reference, self.date, self.time, "", answered)
        for line in document.lines:
            self._line(document, line, longest)
        self.writer.segment("SE", len(self.writer) - start + 1, reference)

    def _line(self, document: AdvisedDocument, line: AdviceLine, longest: int) -> None:
        references = list(self._references(document, line))
        main = references[0]
        standing = "held" if line.reasons and line.standing == "accepted" else line.standing
        code = ACKNOWLEDGMENTS[standing][0 if document.whole else 1]
        original = self._original(document)
        self.writer.segment("OTI", code, main.qualifier, main.value[:longest], *original)
        if len(main.value) <= longest:
            references = references[1:]
        for one in references:
            told = one.value if len(one.value) > longest else one.description
            self.writer.segment("REF", one.qualifier, one.value[:longest], told[:80])
        for reason in line.reasons:
            self._reason(reason)

    def _references(self, document: AdvisedDocument, line: AdviceLine) -> Iterator[_Reference]:
        """Return what the line is about, the chief thing first; there is always one.

        128: purchase order, tracking number, item of the order, Amazon's transaction, the original.
        """
        given = {
            "PO": line.purchase_order_number,
            "2I": line.tracking_number,
            "FJ": line.item,
            "TN": line.amazon_transaction_id,
        }
        found = [(qualifier, self._plain(value)) for qualifier, value in given.items()]
        yield from (_Reference(qualifier, value) for qualifier, value in found if value)
        named = any(value for _, value in found)
        if not named or not _is_set_number(document.reference) or self.advice.standard != "x12":
            yield _Reference("F8", self._plain(document.reference) or "UNKNOWN", self._plain(document.type))

    def _original(self, document: AdvisedDocument) -> list[str]:
        """Return OTI04 to 11: the original's envelope, as far as an 824 can name it."""
        if self.advice.standard != "x12":
            return []
        parties = [self.advice.group_sender, self.advice.group_receiver]
        group, version = document.group_control_number, self._plain(document.version)
        return [
            *(party if 2 <= len(party) <= 15 else "" for party in parties),
            "",
            "",
            group if group.isascii() and group.isdigit() and len(group) <= 9 else "",
            document.reference if _is_set_number(document.reference) else "",
            document.type if len(document.type) == 3 else "",
            version[:12],
        ]

    def _reason(self, reason: Reason) -> None:
        """Write TED and NTE, as many as the text needs."""
        text = self._plain(str(reason))
        widths = cycle([_TED_WIDTH, *[_NTE_WIDTH] * _MOST_NOTES])
        condition = reason.condition or OTHER
        for number, line in enumerate(lines_of(text, widths)):
            if number % (_MOST_NOTES + 1):
                self.writer.segment("NTE", "", line)
            else:
                self.writer.segment("TED", condition, line)
        if not text:
            self.writer.segment("TED", condition)

    def _party(self, party: Party) -> tuple[str, str]:
        """Return qualifier and identification at their widths."""
        qualifier = party.qualifier
        if self.advice.standard != "x12":
            qualifier = _QUALIFIERS.get(qualifier, "ZZ")
        return f"{qualifier or 'ZZ':2.2}", f"{self._plain(party.id) or 'UNKNOWN':15.15}"

    def _application(self, party: str) -> str:
        """Return GS02 or 03."""
        return (self._plain(party) or "UNKNOWN")[:15]

    def _plain(self, text: str) -> str:
        cleaned = "".join(" " if character in self._taken else character for character in text)
        return plain(cleaned, self._fits, self._mark)

    def _fits(self, character: str) -> bool:
        return character in _CHARACTERS and character not in self._taken


def _is_set_number(reference: str) -> bool:
    """Return whether a reference can stand in OTI09."""
    return 4 <= len(reference) <= 9 and reference.isascii() and reference.isalnum()
