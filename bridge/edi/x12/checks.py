"""What the envelope must fulfil: counts, control numbers, dates, kinds; and the values made of it.

Errors of a document that its ST, SE or place in the group shows reject it. Those of a trailer (GE,
IEA) come after documents that were already read and stand for themselves, so they are reported to the
sender (AK9 `E`, TA1 `E`) and reject nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

from bridge.edi.counters import Counters, SeenNumbers
from bridge.edi.model import Document, EdiError, Group, Interchange, Party
from bridge.edi.x12.codes import FUNCTIONAL_GROUPS, SET_GROUPS, group_error, interchange_error, set_error
from bridge.edi.x12.header import Header
from bridge.edi.x12.segment import X12Segment

APPLICATION_LENGTH = 15
"""GS02, GS03."""
NUMBER_LENGTH = 9
"""GS06, ST02: the control numbers that an acknowledgement must name."""
_MONTH_DAYS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def make_interchange(header: Header, counters: Counters, offset: int) -> Interchange:
    """Make the interchange of an ISA, with the errors that its elements show."""
    fields = [field.strip() for field in header.elements]
    interchange = Interchange(
        standard="x12",
        number=counters.next_interchange(),
        offset=offset,
        control_number=fields[13],
        sender=Party(fields[6], fields[5]),
        receiver=Party(fields[8], fields[7]),
        delimiters=header.delimiters,
        version=fields[12],
        prepared=f"{fields[9]}:{fields[10]}",
        acknowledgement_requested=fields[14] == "1",
        test=fields[15] == "T",
        header=header.elements,
    )
    errors = interchange.errors
    if not is_date(fields[9], (6,)):
        errors.append(interchange_error("014"))
    if not is_time(fields[10]):
        errors.append(interchange_error("015"))
    if not _is_number(fields[13]):
        errors.append(interchange_error("018"))
    for place, code in ((6, "006"), (8, "008")):
        if not fields[place]:
            errors.append(interchange_error(code, fatal=True))
    parties = (fields[5], fields[6], fields[7], fields[8])
    if not counters.is_new(parties, fields[13]):
        errors.append(interchange_error("025"))
    return interchange


def make_group(elements: Sequence[str], number: int, offset: int) -> Group:
    """Make the group of a GS, with the errors that its elements show."""
    fields = [*elements, *[""] * (9 - len(elements))]
    group = Group(
        functional_id=fields[1],
        control_number=fields[6],
        sender=Party(fields[2]),
        receiver=Party(fields[3]),
        version=fields[8],
        number=number,
        offset=offset,
    )
    for place, what in ((2, "sender"), (3, "receiver")):
        if not fields[place]:
            group.errors.append(group_error("1", f"GS{place:02} names no {what}", fatal=True, segment="GS"))
        elif len(fields[place]) > APPLICATION_LENGTH:
            detail = f"GS{place:02} has more than {APPLICATION_LENGTH} characters"
            group.errors.append(group_error("1", detail, fatal=True, segment="GS"))
    if not _is_number(fields[6]) or len(fields[6]) > NUMBER_LENGTH:
        detail = f"GS06 is no number of 1 to {NUMBER_LENGTH} digits"
        group.errors.append(group_error("6", detail, fatal=True, segment="GS"))
    if not is_date(fields[4], (6, 8)) or not is_time(fields[5]):
        group.errors.append(group_error("", "the date or time of GS is invalid", segment="GS"))
    return group


def make_document(segments: Sequence[X12Segment], interchange: Interchange, group: Group | None) -> Document:
    """Make the document that `segments` are, ST first (or a TA1 alone)."""
    first = segments[0]
    version = group.version if group is not None else ""
    lone = first.tag == "TA1"
    return Document(
        standard="x12",
        type="TA1" if lone else first.value(1),
        version=interchange.version if lone else version,
        reference=first.value(1) if lone else first.value(2),
        number=0,
        offset=0,
        length=0,
        segments=segments,
        interchange=interchange,
        group=group,
        association=first.value(3) or version[6:],
    )


def check_document(document: Document, *, complete: bool, references: SeenNumbers) -> None:
    """Check ST against the group and, if it has one, SE against ST and the segments."""
    errors = document.errors
    group = document.group
    if group is None:
        errors.append(
            set_error("", "the transaction set stands outside of a functional group", at=("ST", 1, 0))
        )
    elif document.type not in FUNCTIONAL_GROUPS.get(group.functional_id, {document.type}) or (
        SET_GROUPS.get(document.type, group.functional_id) != group.functional_id
    ):
        # Partners do this: the set is what its ST says.
        detail = f"a {document.type} does not belong in a group {group.functional_id}"
        errors.append(set_error("6", detail, fatal=False, at=("ST", 1, 1)))
    if not document.type:
        errors.append(set_error("6", at=("ST", 1, 1)))
    if not document.reference:
        errors.append(set_error("7", at=("ST", 1, 2)))
    elif len(document.reference) > NUMBER_LENGTH:
        detail = f"the transaction set control number has more than {NUMBER_LENGTH} characters"
        errors.append(set_error("7", detail, at=("ST", 1, 2)))
    elif not references.add(document.reference):
        errors.append(set_error("23", at=("ST", 1, 2)))
    if complete:
        _check_trailer(document)


def errors_above(document: Document) -> list[EdiError]:
    """Return the errors of the group and interchange that reject all that is in them."""
    above = [*document.interchange.errors, *(document.group.errors if document.group else ())]
    return [error for error in above if error.fatal]


def _check_trailer(document: Document) -> None:
    trailer = document.segments[-1]
    position = len(document.segments)
    claimed = trailer.value(1)
    if not _is_number(claimed) or int(claimed) != position:
        detail = (
            f"SE counts {claimed or 'nothing'}, there are {position} segments" if _is_number(claimed) else ""
        )
        document.errors.append(set_error("4", detail, at=("SE", position, 1)))
    if trailer.value(2) != document.reference:
        document.errors.append(set_error("3", at=("SE", position, 2)))


def check_group_end(group: Group, elements: Sequence[str], documents: int) -> None:
    """Check GE against GS and the count of documents."""
    fields = [*elements, "", ""]
    if _is_number(fields[1]):
        group.document_count_claimed = int(fields[1])
    if group.document_count_claimed != documents:
        detail = f"GE counts {fields[1] or 'nothing'}, there are {documents} transaction sets"
        group.errors.append(group_error("5", detail if _is_number(fields[1]) else "", segment="GE"))
    if not _same_number(fields[2], group.control_number):
        group.errors.append(group_error("4", segment="GE"))


def check_interchange_end(interchange: Interchange, elements: Sequence[str], groups: int) -> None:
    """Check IEA against ISA and the count of groups."""
    fields = [*elements, "", ""]
    if not _is_number(fields[1]) or int(fields[1]) != groups:
        interchange.errors.append(interchange_error("021"))
    if not _same_number(fields[2], interchange.control_number):
        interchange.errors.append(interchange_error("001"))


def find_long_segments(segments: Sequence[X12Segment], limit: int) -> list[EdiError]:
    """Find segments of more than `limit` characters."""
    return [
        set_error("5", f"the segment is longer than {limit} bytes", at=(segment.tag[:3], segment.number, 0))
        for segment in segments
        if sum(map(len, segment.elements)) > limit
    ]


def is_date(text: str, lengths: tuple[int, ...]) -> bool:
    """Return whether `text` is a date yymmdd or ccyymmdd of one of the lengths."""
    if not _is_number(text) or len(text) not in lengths:
        return False
    month, day = int(text[-4:-2]), int(text[-2:])
    return 1 <= month <= 12 and 1 <= day <= _MONTH_DAYS[month - 1]


def is_time(text: str) -> bool:
    """Return whether `text` is a time hhmm, hhmmss, or with decimals of the second."""
    if not _is_number(text) or len(text) not in (4, 6, 7, 8):
        return False
    return text[:2] < "24" and text[2:4] < "60" and (len(text) == 4 or text[4:6] < "60")


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 20


def _same_number(one: str, other: str) -> bool:
    if _is_number(one) and _is_number(other):
        return int(one) == int(other)
    return one == other
