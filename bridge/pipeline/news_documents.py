"""Documents that programs tell partners: written by the partner's mapping, or held until they can be."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

import msgspec

from bridge.mapping.outbound.write import NothingToTell, NotWritten, Prepared, prepare
from bridge.pipeline.partner import Partner
from bridge.programs.follow_ups import NewsDocument, NewsFile, NextNumber


class _Numbers:
    """The control numbers of one interchange, from the partner's own counters."""

    def __init__(self, next_number: NextNumber, scope: str) -> None:
        self._next = next_number
        self._scope = scope

    def next(self, kind: str) -> int:
        """Return the next number of its kind."""
        return self._next(self._scope, kind)


def write_news(
    partner: Partner, news: Sequence[NewsFile | NewsDocument], now: datetime
) -> tuple[list[NewsFile], list[tuple[NewsDocument, str]]]:
    """Return the files of some news, and the documents that cannot be written, each with the reason."""
    files: list[NewsFile] = []
    held: list[tuple[NewsDocument, str]] = []
    for one in news:
        if isinstance(one, NewsFile):
            files.append(one)
            continue
        try:
            files.append(_file_of(partner, one, now))
        except NothingToTell:
            continue
        except NotWritten as error:
            held.append((one, str(error)))
    return files, held


def _file_of(partner: Partner, news: NewsDocument, now: datetime) -> NewsFile:
    """Write a document but for its control numbers, which are taken when it is committed."""
    prepared = prepare(
        news,
        mappings=partner.mappings,
        profile=partner.profile,
        addressing=partner.addressing,
        checker=partner.grammar,
        now=now,
    )
    return NewsFile(kind=news.document, folder=news.folder, name=news.name, data=_data_of(prepared, now))


def _data_of(prepared: Prepared, now: datetime) -> Callable[[NextNumber], bytes]:
    return lambda number: prepared.data(_Numbers(number, prepared.envelope.scope), now)


def try_held_documents(partner: Partner) -> int:
    """Try the held documents once a process: mapping and settings are those that it began with."""
    if partner.state.news.tried_held:
        return 0
    released = 0
    for held in partner.ledger.held_documents(partner.vendor):
        now = partner.clock()
        file: NewsFile | None = None
        try:
            file = _file_of(partner, msgspec.json.decode(held.body, type=NewsDocument), now)
        except NotWritten as error:
            partner.ledger.still_held(partner.fence, held, str(error))
            continue
        except NothingToTell:
            pass
        released += partner.ledger.release_document(partner.fence, held, file, now)
    partner.state.news.tried_held = True
    return released
