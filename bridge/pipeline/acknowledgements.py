"""Acknowledgements: the syntax verdict on each interchange, queued for the vendor."""

from __future__ import annotations

import structlog

from bridge.edi.acknowledge import acknowledge
from bridge.edi.reader import read
from bridge.edi.verdicts import InterchangeResult, Verdicts
from bridge.faultpoints import reached
from bridge.ledger.rows import FileRow, NewOutbound
from bridge.ledger.writer import FileWriter
from bridge.outfiles.names import stem_of
from bridge.pipeline.numbers import LedgerNumbers
from bridge.pipeline.partner import Desk

log = structlog.get_logger(__name__)


def queue_acknowledgement(desk: Desk, writer: FileWriter, result: InterchangeResult) -> None:
    """Queue the 997, 999 or CONTRL of one interchange, where it is to be answered at all."""
    policies = desk.policies
    answer = acknowledge(
        result,
        LedgerNumbers(writer, result.interchange),
        desk.clock(),
        kind=policies.acknowledgement_kind,
        ta1=policies.ta1,
    )
    if answer is None:
        return
    file, number = writer.file, result.interchange.number
    name = f"{answer.kind}.{stem_of(file.name)}.{file.id}.{number}.edi"
    writer.outbound(NewOutbound(kind=answer.kind, folder="acknowledgements", name=name, data=answer.data))


def acknowledge_again(desk: Desk, file: FileRow, arrival_id: int, moved_to: str) -> None:
    """Answer a file that came again, and note that it left the inbox: both or neither.

    Its acknowledgements are made anew, and nothing else. Raises OSError where its bytes were purged.
    """
    verdicts = Verdicts()
    with desk.ledger.answering(desk.fence, file.id, desk.clock()) as writer:
        for event in read(desk.spool.read(file.spool_name), desk.grammar, options=desk.read_options):
            result = verdicts.add(event)
            if result is not None:
                queue_acknowledgement(desk, writer, result)
        writer.moved(arrival_id, moved_to)
        reached("put_away.acknowledged")
    log.info("acknowledged_again", vendor=desk.vendor, batch=file.id)
