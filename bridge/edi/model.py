"""Values that the readers take and yield: options; segments, interchanges, documents and their errors.

A *document* is one X12 transaction set (ST-SE) or one EDIFACT message (UNH-UNT). All offsets are
byte offsets in the file; all segment numbers are 1-based positions in the document (ST or UNH is 1),
as 997 AK301, 999 IK302 and CONTRL UCS count them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal, Protocol

import msgspec

Standard = Literal["x12", "edifact"]


class Segment(Protocol):
    """One segment. Elements and components count from 1, as the standards do.

    An element, component or repetition that is absent reads as the empty string.
    """

    @property
    def tag(self) -> str:
        """Return the segment tag: `AT7`, `NAD`."""
        ...

    @property
    def number(self) -> int:
        """Count the segment in its document, ST or UNH being 1."""
        ...

    @property
    def offset(self) -> int:
        """Return the byte offset of the segment in the file."""
        ...

    def __len__(self) -> int:
        """Count the elements, the tag not included; 0 for a bare tag."""
        ...

    def value(self, element: int, component: int = 1) -> str:
        """Return one component of one element (its first repetition), unescaped and decoded."""
        ...

    def components(self, element: int) -> Sequence[str]:
        """Return all components of one element (its first repetition)."""
        ...

    def repetitions(self, element: int) -> Sequence[Sequence[str]]:
        """Return every repetition of an element, each as its components."""
        ...


class EdiError(msgspec.Struct, frozen=True, kw_only=True):
    """One thing wrong with a document, group or interchange.

    `segment` is the segment's tag, `position` its number in the document (0 for the envelope as a
    whole), `element` and `component` are 1-based or 0 for the whole segment. `code` is the standard's
    own error code at that level: X12 720 (segment), 723 (element), 718 (transaction set), 716
    (group); EDIFACT 0085. `level` says which table `code` is from. `message` is for people. `value`
    is the bad data, cut to length and for acknowledgements only: never log it.
    """

    level: Literal["interchange", "group", "document", "segment", "element"]
    code: str
    message: str
    segment: str = ""
    position: int = 0
    element: int = 0
    component: int = 0
    value: str = ""
    loop: str = ""
    data_element: str = ""
    fatal: bool = True
    """False for notes: tolerated and reported, not a reason to reject."""


class Party(msgspec.Struct, frozen=True):
    """Sender or receiver of an interchange or group: identification and its qualifier."""

    id: str
    qualifier: str = ""


class Delimiters(msgspec.Struct, frozen=True):
    """The separators in force, as text. `repetition` and `release` are empty where there is none."""

    element: str
    component: str
    segment: str
    repetition: str = ""
    release: str = ""
    decimal: str = "."
    """Each of these characters is a decimal mark: `.`, `,` or both."""


class Interchange(msgspec.Struct, kw_only=True):
    """Header facts of ISA or UNB. `number` counts the interchanges of the file from 1."""

    standard: Standard
    number: int
    offset: int
    control_number: str
    sender: Party
    receiver: Party
    delimiters: Delimiters
    version: str = ""
    """ISA12 (`00401`) or the syntax version of UNB (`3`)."""
    syntax: str = ""
    """UNOA, UNOC, ... ; empty for X12."""
    prepared: str = ""
    """Date and time as sent: `yymmdd:hhmm`."""
    acknowledgement_requested: bool = False
    test: bool = False
    errors: list[EdiError] = []
    header: tuple[str, ...] = ()
    """The header segment's raw elements (tag first), for acknowledgements that must echo them."""


class Group(msgspec.Struct, kw_only=True):
    """Header facts of GS or UNG. EDIFACT interchanges mostly have no group: then none is made."""

    functional_id: str
    control_number: str
    sender: Party
    receiver: Party
    version: str = ""
    number: int = 1
    offset: int = 0
    errors: list[EdiError] = []
    document_count_claimed: int | None = None
    """GE01 or UNE 0060 as sent; None where the trailer is missing or unreadable."""


class Document(msgspec.Struct, kw_only=True):
    """One transaction set or message with all of its segments, header and trailer included."""

    standard: Standard
    type: str
    """`856`, `214`, `DESADV`, `IFTSTA`, ..."""
    version: str
    """`004010`, `004010VICS`, `005010`; `D96A`, `D01B`."""
    reference: str
    """ST02 or UNH 0062."""
    number: int
    """Counts the documents of the file from 1."""
    segment: int = 0
    """Number of the document's first segment in the file, from 1. Segments of the envelope count (ISA, GS,
    TA1, GE, IEA; UNB, UNG, UNE, UNZ), and so do stray ones within an interchange; UNA is no segment, nor
    is an empty one, nor what belongs to no interchange."""
    offset: int
    length: int
    segments: Sequence[Segment]
    interchange: Interchange
    group: Group | None = None
    errors: list[EdiError] = []
    association: str = ""
    """UNH S009 0057 (`EAN004`) or ST03 / the tail of GS08."""
    identifier: tuple[str, ...] = ()
    """UNH S009 as sent, component by component (`DESADV`, `D`, `96A`, `UN`), for CONTRL; empty for X12."""

    @property
    def accepted(self) -> bool:
        """Return whether the syntax verdict is acceptance (with or without notes)."""
        return not any(error.fatal for error in self.errors)


# What a reader yields, in file order. The spans (offset, length) of all events tile the file.


class InterchangeOpened(msgspec.Struct):
    """An ISA (or UNA and UNB) was read."""

    interchange: Interchange
    offset: int
    length: int


class GroupOpened(msgspec.Struct):
    """A GS or UNG was read."""

    group: Group
    interchange: Interchange
    offset: int
    length: int


class DocumentRead(msgspec.Struct):
    """A whole document was read, good or bad (see `document.errors`)."""

    document: Document
    offset: int
    length: int


class GroupClosed(msgspec.Struct):
    """A GE or UNE was read, or the group ended without one (length 0, error in `group.errors`)."""

    group: Group
    interchange: Interchange
    offset: int
    length: int


class InterchangeClosed(msgspec.Struct):
    """An IEA or UNZ was read, or the interchange ended without one (length 0)."""

    interchange: Interchange
    offset: int
    length: int


class Ignored(msgspec.Struct):
    """Bytes outside of any segment that mean nothing: line ends, a BOM, trailing 0x1A."""

    offset: int
    length: int


class Unreadable(msgspec.Struct):
    """Bytes that belong to no readable segment or envelope, with the reason. Never silently dropped."""

    offset: int
    length: int
    error: EdiError


ReaderEvent = (
    InterchangeOpened | GroupOpened | DocumentRead | GroupClosed | InterchangeClosed | Ignored | Unreadable
)
Reading = Iterator[ReaderEvent]


MEBIBYTE = 1 << 20


class ReadOptions(msgspec.Struct, frozen=True, kw_only=True):
    """Choices of one reading. The defaults suit partners as they are."""

    encoding: str = ""
    """A Python codec name; empty: the standard's own rule (X12: UTF-8, else Latin-1, per document)."""
    strict: bool = False
    """What only a table calls wrong is an error instead of a note: unknown code values and segments, surplus
    elements, optional segments in another order or more often, values longer or shorter than the table has
    them. What any reader would call wrong is an error in any case."""
    max_segment: int = 64 * 1024
    """Bytes of one segment, above which it is refused."""
    max_document: int = 16 * MEBIBYTE
    """Bytes of one document, above which it is refused. A document is held whole, split up, at some
    twenty times its size."""
