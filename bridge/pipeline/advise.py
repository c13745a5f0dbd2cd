"""Application advice: the verdicts on a batch, written as 824 or APERAK to the senders of its file."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from contextlib import closing
from itertools import groupby
from typing import Final, NamedTuple

from bridge.edi.advice_values import AdviceLine, Reason, answering
from bridge.edi.answers import ADVICE_KINDS, AdviceKind, advise
from bridge.edi.model import Document, DocumentRead, Group, Interchange
from bridge.ledger.new_rows import NewOutbound
from bridge.ledger.outbound_buffer import StructBuffer
from bridge.ledger.rows import FileRow
from bridge.ledger.writer import FileWriter
from bridge.outfiles.names import stem_of
from bridge.outfiles.statuses import StatusLine, StatusReport
from bridge.pipeline.acknowledgements import LedgerNumbers
from bridge.pipeline.partner import ReadingContext
from bridge.programs.registry import installed

FORMS: dict[str, AdviceKind] = {"824": "824", "aperak": "APERAK"}
"""The forms of a vendor's status files that are application advice."""
_NO_MORE: Final[tuple[None, tuple[StatusLine, ...]]] = (None, ())


class _Addressed(NamedTuple):
    """Lines that answer one group (or an interchange without groups)."""

    interchange: Interchange
    group: Group | None
    lines: StructBuffer[AdviceLine]


def advice_files(
    context: ReadingContext, writer: FileWriter, report: StatusReport, forms: Collection[str]
) -> Iterator[NewOutbound]:
    """Write the advice on a batch, one interchange for each group that it answers.

    X12 is answered by an 824 and EDIFACT by an APERAK, or by the other one where `forms` has that alone.
    Documents with a bad syntax are left to the acknowledgement. The raw file is read once more for the
    senders' own addresses and separators; raises FileNotFoundError where it was purged.
    """
    kinds = [FORMS[form] for form in forms if form in FORMS]
    if not kinds:
        return
    file, now = writer.file, context.clock()
    for number, addressed in enumerate(_addressed(context, file, report), 1):
        with closing(addressed.lines):
            own = ADVICE_KINDS[addressed.interchange.standard]
            kind = own if own in kinds else kinds[0]
            advice = answering(addressed.interchange, addressed.lines, addressed.group)
            data = advise(advice, LedgerNumbers(writer, addressed.interchange), now, kind)
            name = f"{kind}.{stem_of(file.name)}.{file.id}.{number}.edi"
            yield NewOutbound(kind=kind, folder="statuses", name=name, data=data)


def _addressed(context: ReadingContext, file: FileRow, report: StatusReport) -> Iterator[_Addressed]:
    found: _Addressed | None = None
    for document, lines in _told(context, file, report):
        if found is None or (found.interchange, found.group) != (document.interchange, document.group):
            if found is not None:
                yield found
            found = _Addressed(document.interchange, document.group, StructBuffer(AdviceLine))
        for line in lines:
            found.lines.add(_advice_line(line, document.number, document.version))
    if found is not None:
        yield found


def _told(
    context: ReadingContext, file: FileRow, report: StatusReport
) -> Iterator[tuple[Document, Iterable[StatusLine]]]:
    """Go through the file and the report side by side: both are in the order of the file."""
    told = _by_document(report)
    number, lines = next(told, _NO_MORE)
    for event in context.read(file.spool_name):
        if not isinstance(event, DocumentRead):
            continue
        while number is not None and number < event.document.number:
            number, lines = next(told, _NO_MORE)
        if number is None:
            return
        if number == event.document.number:
            yield event.document, lines


def _by_document(report: StatusReport) -> Iterator[tuple[int | None, Iterable[StatusLine]]]:
    """Group a report's lines by document, but those that are left to the acknowledgement."""
    return groupby(
        (line for line in report.lines if line.status != "Rejected"), lambda line: line.document_number
    )


def _advice_line(line: StatusLine, document_number: int, version: str) -> AdviceLine:
    return AdviceLine(
        document_type=line.document_type,
        document_reference=line.document_reference,
        document_number=document_number,
        document_version=version,
        verdict=line.status,
        purchase_order_number=line.purchase_order_number,
        tracking_number=line.tracking_number,
        amazon_transaction_id=line.amazon_transaction_id,
        errors=tuple(
            Reason(error.code, error.message, installed().conditions.get(error.code, ""))
            for error in line.errors
        ),
    )
