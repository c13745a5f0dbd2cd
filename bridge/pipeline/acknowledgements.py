"""Acknowledgements: the syntax verdict on each interchange, queued for the vendor."""

from __future__ import annotations

import structlog

from bridge.edi.answers import acknowledge
from bridge.edi.model import Interchange
from bridge.edi.verdicts import InterchangeResult, Verdicts
from bridge.faultpoints import reached
from bridge.ledger.new_rows import NewOutbound
from bridge.ledger.rows import FileRow
from bridge.ledger.writer import FileWriter
from bridge.outfiles.names import stem_of
from bridge.pipeline.partner import ReadingContext

log = structlog.get_logger(__name__)


class LedgerNumbers:
    """The control numbers of our answers to the sender of one interchange, counted by the ledger.

    They are taken when the writer commits, and never repeated.
    """

    def __init__(self, writer: FileWriter, answered: Interchange) -> None:
        self._writer = writer
        # By vendor too: two partners must not wait for each other's numbers.
        self._scope = f"{writer.file.vendor}:{answered.standard}:{answered.receiver.id}:{answered.sender.id}"

    def next(self, kind: str) -> int:
        """Return the next number of its kind: interchange, group or document."""
        return self._writer.next_control_number(self._scope, kind)


def queue_acknowledgement(context: ReadingContext, writer: FileWriter, result: InterchangeResult) -> None:
    """Queue the 997, 999 or CONTRL of one interchange, where it is to be answered at all."""
    policies = context.policies
    answer = acknowledge(
        result,
        LedgerNumbers(writer, result.interchange),
        context.clock(),
        kind=policies.acknowledgement_kind,
        ta1=policies.ta1,
    )
    if answer is None:
        return
    file, number = writer.file, result.interchange.number
    name = f"{answer.kind}.{stem_of(file.name)}.{file.id}.{number}.edi"
    writer.outbound(NewOutbound(kind=answer.kind, folder="acknowledgements", name=name, data=answer.data))


def acknowledge_again(context: ReadingContext, file: FileRow, arrival_id: int, moved_to: str) -> None:
    """Answer a file that came again, and note that it left the inbox: both or neither.

    Its acknowledgements are made anew, and nothing else. Raises OSError where its bytes were purged.
    """
    verdicts = Verdicts()
    with context.ledger.answering(context.fence, file.id, context.clock()) as writer:
        for event in context.read(file.spool_name):
            result = verdicts.add(event)
            if result is not None:
                queue_acknowledgement(context, writer, result)
        writer.moved(arrival_id, moved_to)
        reached("put_away.acknowledged")
    log.info("acknowledged_again", vendor=context.vendor, batch=file.id)
