"""Application advice: the verdicts on a batch, written as 824 or APERAK to the senders of its file."""

from __future__ import annotations

from collections.abc import Collection, Iterator

import msgspec

from bridge.edi.advice import KINDS, AdviceLine, Kind, Reason, advise, answering
from bridge.edi.model import DocumentRead, Group, Interchange
from bridge.edi.reader import read
from bridge.ledger.rows import FileRow, NewOutbound
from bridge.ledger.writer import FileWriter
from bridge.outfiles.names import stem_of
from bridge.outfiles.statuses import StatusLine, StatusReport
from bridge.pipeline.lane import Desk
from bridge.pipeline.numbers import LedgerNumbers

FORMS: dict[str, Kind] = {"824": "824", "aperak": "APERAK"}
"""The forms of a vendor's status files that are application advice."""


class _Addressed(msgspec.Struct):
    """Lines that answer one group (or an interchange without groups)."""

    interchange: Interchange
    group: Group | None
    lines: list[AdviceLine] = []


def advice_files(
    desk: Desk, writer: FileWriter, report: StatusReport, forms: Collection[str]
) -> Iterator[NewOutbound]:
    """Write the advice on a batch, one interchange for each group that it answers.

    X12 is answered by an 824 and EDIFACT by an APERAK, or by the other one where `forms` has that alone.
    Documents with a bad syntax are left to the acknowledgement. The raw file is read once more for the
    senders' own addresses and separators; raises FileNotFoundError where it was purged.
    """
    kinds = [FORMS[form] for form in forms if form in FORMS]
    if not kinds:
        return
    file, now = writer.file, desk.clock()
    for number, addressed in enumerate(_addressed(desk, file, report), 1):
        own = KINDS[addressed.interchange.standard]
        kind = own if own in kinds else kinds[0]
        advice = answering(addressed.interchange, addressed.lines, addressed.group)
        data = advise(advice, LedgerNumbers(writer, addressed.interchange), now, kind)
        name = f"{kind}.{stem_of(file.name)}.{file.id}.{number}.edi"
        yield NewOutbound(kind=kind, folder="statuses", name=name, data=data)


def _addressed(desk: Desk, file: FileRow, report: StatusReport) -> list[_Addressed]:
    lines: dict[int, list[StatusLine]] = {}
    for line in report.lines:
        if line.status != "Rejected":
            lines.setdefault(line.document_number, []).append(line)
    found: list[_Addressed] = []
    for event in read(desk.spool.read(file.spool_name), desk.grammar, options=desk.read_options):
        if not isinstance(event, DocumentRead) or event.document.number not in lines:
            continue
        document = event.document
        if not found or (found[-1].interchange, found[-1].group) != (document.interchange, document.group):
            found.append(_Addressed(document.interchange, document.group))
        found[-1].lines += [
            _advice_line(line, document.number, document.version) for line in lines[document.number]
        ]
    return found


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
        errors=tuple(Reason(error.code, error.message) for error in line.errors),
    )
