"""Values of application advice: what became, after the syntax check, of the documents of one interchange.

They say nothing of a form; `bridge.edi.x12.advice` writes them as 824, `bridge.edi.edifact.advice` as
APERAK. The syntax verdict (997, CONTRL) is another matter and stands in `bridge.edi.verdicts`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Final, Literal

import msgspec

from bridge.edi.model import Delimiters, Group, Interchange, Party, Standard

Verdict = Literal[
    "Success",
    "Taken",
    "Failure",
    "Refused",
    "Held",
    "Overdue",
    "Rejected",
    "Cancelled",
    "Superseded",
    "NotSent",
]
"""The words of the transaction-status files (`bridge.outfiles.statuses`)."""

Standing = Literal["accepted", "held", "rejected"]
STANDINGS: Final[dict[Verdict, Standing]] = {
    "Success": "accepted",
    "Taken": "accepted",
    "Failure": "rejected",
    "Refused": "rejected",
    "Rejected": "rejected",
    "Held": "held",
    "Overdue": "held",
    # Not sent, and told so with the reason: nobody may take it for shipped.
    "Cancelled": "rejected",
    "Superseded": "rejected",
    "NotSent": "accepted",
}
"""What a verdict means to the standards, which know no more than this."""


class Reason(msgspec.Struct, frozen=True):
    """Why a fact was not taken: Amazon's or the bridge's own code and text, as they came.

    `condition` is what X12 has for the code (element 647), of those that every version since 003050 has:
    006 duplicate, 007 missing, 008 out of range, 009 invalid date, 010 out of balance, 011 not matching,
    012 invalid combination. Empty: none of these.
    """

    code: str
    text: str = ""
    condition: str = ""

    def __str__(self) -> str:
        # A colon would be a separator in most of X12.
        return f"{self.code} - {self.text}" if self.code and self.text else self.code or self.text


UNEXPLAINED: Final[dict[Verdict, Reason]] = {
    "Taken": Reason("TAKEN", "Amazon has it by the operator's word; there is no verdict of Amazon's"),
    "Failure": Reason("FAILURE", "Amazon did not take it and gave no reason"),
    "Refused": Reason("REFUSED", "it breaks a rule and was not sent to Amazon"),
    "Rejected": Reason("REJECTED", "the document could not be read; see the acknowledgement"),
    "Held": Reason("HELD", "it waits for an operator's decision"),
    "Overdue": Reason("OVERDUE", "Amazon has given no verdict in time; it is asked on"),
    "Cancelled": Reason("CANCELLED", "a later document cancels it; it was not sent"),
    "Superseded": Reason("SUPERSEDED", "a later document replaces it; it was not sent"),
    "NotSent": Reason("NOT_SENT", "nothing is sent for it"),
}
"""Stands where no reason is known: advice that rejects must say something."""


class AdviceLine(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one fact: an order of a ship notice, a status of a package, or a whole document."""

    document_type: str
    document_reference: str
    """ST02 or UNH 0062."""
    document_number: int = 0
    """Distinguishes documents that share type and reference; any number that does so."""
    document_version: str = ""
    """`004010`, `D96A`; empty takes that of the advice."""
    group_control_number: str = ""
    """GS06 or UNE 0048; empty takes that of the advice."""
    verdict: Verdict
    purchase_order_number: str = ""
    item: str = ""
    """Amazon's itemSequenceNumber, where the line is about one item."""
    tracking_number: str = ""
    amazon_transaction_id: str = ""
    errors: tuple[Reason, ...] = ()

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """The errors, or a reason that says that none is known; none for a plain success."""
        if self.errors or self.verdict == "Success":
            return self.errors
        return (UNEXPLAINED[self.verdict],)

    @property
    def standing(self) -> Standing:
        """What the verdict means."""
        return STANDINGS[self.verdict]


class AdvisedDocument(msgspec.Struct, frozen=True, kw_only=True):
    """One original document with its lines in their order."""

    type: str
    reference: str
    version: str
    group_control_number: str
    lines: tuple[AdviceLine, ...]

    @property
    def whole(self) -> bool:
        """Return whether the one verdict there is holds for the document as a whole."""
        return len(self.lines) == 1 and not self.lines[0].item


class Advice(msgspec.Struct, frozen=True, kw_only=True):
    """The verdicts on documents of one interchange, and the facts of it that the answer needs.

    `sender` and `receiver` are those of the answered interchange: the advice goes back to `sender`.
    Only `standard`, the parties and the control number must be known; the rest has sound defaults. Those
    of a document stand together in `lines`, which are gone through more than once: where there are a
    million, they need not be in memory.
    """

    standard: Standard
    sender: Party
    receiver: Party
    control_number: str
    delimiters: Delimiters | None = None
    interchange_version: str = ""
    """ISA12 or the syntax version of UNB."""
    syntax: str = ""
    """`UNOC`; empty for X12."""
    test: bool = False
    version: str = ""
    """The version of the documents, unless a line says otherwise: `004010`, `D96A`."""
    group_control_number: str = ""
    group_sender: str = ""
    """GS02 of the answered group; empty takes the interchange's sender."""
    group_receiver: str = ""
    lines: Iterable[AdviceLine] = ()

    def documents(self) -> Iterator[AdvisedDocument]:
        """Return the original documents in order, each with its lines."""
        for (group, _, kind, reference), found in groupby(self.lines, self._document_of):
            lines = tuple(found)
            yield AdvisedDocument(
                type=kind,
                reference=reference,
                version=lines[0].document_version or self.version,
                group_control_number=group,
                lines=lines,
            )

    def _document_of(self, line: AdviceLine) -> tuple[str, int, str, str]:
        group = line.group_control_number or self.group_control_number
        return group, line.document_number, line.document_type, line.document_reference


def answering(interchange: Interchange, lines: Iterable[AdviceLine], group: Group | None = None) -> Advice:
    """Make the advice that answers an interchange as it was read (and one of its groups, if it has any)."""
    return Advice(
        standard=interchange.standard,
        sender=interchange.sender,
        receiver=interchange.receiver,
        control_number=interchange.control_number,
        delimiters=interchange.delimiters,
        interchange_version=interchange.version,
        syntax=interchange.syntax,
        test=interchange.test,
        version=group.version if group else "",
        group_control_number=group.control_number if group else "",
        group_sender=group.sender.id if group else "",
        group_receiver=group.receiver.id if group else "",
        lines=lines,
    )
