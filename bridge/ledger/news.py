"""News for partners: files that are queued, and documents that wait until they can be written."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from pathlib import PurePosixPath

import msgspec
from sqlalchemy import Connection, bindparam, delete, insert, select, update

from bridge.ledger.database import Store
from bridge.ledger.new_rows import NewOutbound
from bridge.ledger.outbound import next_number, queue
from bridge.ledger.outbound_schema import held_documents
from bridge.ledger.row_conversion import row_as, seconds, storable
from bridge.ledger.rows import Fence, HeldDocument
from bridge.ledger.schema import files, is_kept
from bridge.programs.follow_ups import NewsDocument, NewsFile

_OF_VENDOR = (
    select(held_documents).where(held_documents.c.vendor == bindparam("v")).order_by(held_documents.c.id)
)
_ONE = held_documents.c.id == bindparam("which")
_TOUCH = (
    update(files)
    .where(files.c.id == bindparam("file"), is_kept)
    .values(updated_at=bindparam("now"))
)  # fmt: skip


def queue_news(connection: Connection, vendor: str, batch: int | None, file: NewsFile, now: datetime) -> str:
    """Queue a file with the batch that it is about, within a write; return its path in the outbox."""
    data = file.data
    if callable(data):
        data = data(partial(next_number, connection, vendor))
    facts = NewOutbound(kind=file.kind, folder=file.folder, name=file.name, data=data)
    added = queue(connection, vendor, batch, facts, now)
    connection.execute(_TOUCH, {"file": batch, "now": seconds(now)})
    return str(PurePosixPath(file.folder, added.name))


def hold_documents(
    connection: Connection,
    vendor: str,
    file_id: int | None,
    held: Sequence[tuple[NewsDocument, str]],
    now: datetime,
) -> list[str]:
    """Keep documents that cannot be written, within a write; return what they are, with the reasons."""
    for news, reason in held:
        connection.execute(
            insert(held_documents).values(
                vendor=vendor,
                file_id=file_id,
                document=news.document,
                name=news.name,
                body=msgspec.json.encode(news).decode(),
                reason=storable(reason),
                held_at=seconds(now),
            )
        )
    return [f"{news.document} {news.name} is held: {reason}" for news, reason in held]


class NewsStore(Store):
    """What the ledger keeps of documents that could not be written."""

    def held_documents(self, vendor: str) -> list[HeldDocument]:
        """List the documents of a vendor that wait, the oldest first."""
        with self._db.read() as connection:
            rows = connection.execute(_OF_VENDOR, {"v": vendor}).mappings()
            return [row_as(HeldDocument, row) for row in rows]

    def still_held(self, fence: Fence, held: HeldDocument, reason: str) -> None:
        """Note why a document cannot be written now."""
        with self._db.write(fence) as connection:
            change = update(held_documents).where(_ONE).values(reason=storable(reason))
            connection.execute(change, {"which": held.id})

    def release_document(
        self, fence: Fence, held: HeldDocument, file: NewsFile | None, now: datetime
    ) -> bool:
        """Queue a document that can be written at last; return False where it waits no more.

        Without a file there is nothing to be told any more.
        """
        with self._db.write(fence) as connection:
            if connection.execute(delete(held_documents).where(_ONE), {"which": held.id}).rowcount == 0:
                return False
            if file is not None:
                queue_news(connection, held.vendor, held.file_id, file, now)
            return True
