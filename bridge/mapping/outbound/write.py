"""A notice to the bytes of an interchange: the partner's mapping, addresses and characters, and the check.

What does not fit is never cut or replaced: the document is not written, with every reason at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec

from bridge.edi.addressing import Addressing, Origin
from bridge.edi.character_sets import DEFAULTS, EDIFACT_SETS, X12_SETS, CharacterSet
from bridge.edi.model import Delimiters, EdiError, Party, Standard
from bridge.edi.outgoing import Envelope, Written, write_interchange
from bridge.edi.read_back import mistakes_in
from bridge.edi.verdicts import ControlNumbers
from bridge.edi.x12.grammar import DocumentChecker
from bridge.mapping.mappings import Mappings
from bridge.mapping.outbound.fill import Filled, fill, says_nothing
from bridge.mapping.outbound.rules import OutboundMapping, is_version
from bridge.mapping.profile import VendorProfile
from bridge.programs.follow_ups import NewsDocument
from bridge.programs.notices import Values
from bridge.programs.registry import installed

_MOST_REASONS = 5
_LONGEST: dict[Standard, tuple[int, int]] = {"x12": (15, 2), "edifact": (35, 4)}
"""Characters of a party's id and its qualifier in ISA and UNB."""


class NotWritten(Exception):
    """A document that cannot be written; the text says why, and what to do."""


class NothingToTell(Exception):
    """The mapping has nothing to write of it."""


class Prepared(msgspec.Struct, frozen=True):
    """A document that is known to be good, but for its control numbers."""

    envelope: Envelope
    body: tuple[Written, ...]
    mapping: str

    def data(self, numbers: ControlNumbers, now: datetime) -> bytes:
        """Write it; control numbers are taken meanwhile."""
        return write_interchange(self.envelope, self.body, numbers, now)


class TrialNumbers:
    """Control numbers to try a document with."""

    def next(self, kind: str) -> int:
        """Return the first number of any kind."""
        del kind
        return 1


def prepare(  # noqa: PLR0913 - all that a document depends on
    news: NewsDocument,
    *,
    mappings: Mappings,
    profile: VendorProfile,
    addressing: Addressing,
    checker: DocumentChecker,
    now: datetime,
) -> Prepared:
    """Write a document by the partner's mapping and read it as a strict partner would.

    Raises NotWritten, and NothingToTell where the mapping has nothing to write of it.
    """
    mapping = _chosen(news, mappings, profile)
    origin = news.origin if news.origin and news.origin.standard == mapping.standard else None
    envelope = _envelope(mapping, addressing, origin)
    return prepared_by(mapping, envelope, news.values, timezone=profile.timezone, checker=checker, now=now)


def prepared_by(  # noqa: PLR0913 - all that a document depends on
    mapping: OutboundMapping,
    envelope: Envelope,
    values: Values,
    *,
    timezone: str,
    checker: DocumentChecker,
    now: datetime,
) -> Prepared:
    """Write values by one mapping, in an envelope, and read them back. Raises as `prepare`."""
    notice = installed().notices[mapping.writes]
    filled, unfit = fill(
        mapping, notice, values, version=envelope.version, timezone=timezone, fit=envelope.character_set.fit
    )
    if says_nothing(mapping, filled, unfit):
        raise NothingToTell
    if unfit:
        raise NotWritten(_said(mapping, [str(one) for one in unfit]))
    prepared = Prepared(envelope, tuple((one.tag, one.elements()) for one in filled), mapping.name)
    try:
        data = prepared.data(TrialNumbers(), now)
    except ValueError as error:
        raise NotWritten(_said(mapping, [str(error)])) from error
    wrong = [_told(error, filled) for error in mistakes_in(data, prepared.body, checker)]
    if wrong:
        raise NotWritten(_said(mapping, wrong))
    return prepared


def sample_envelope(mapping: OutboundMapping, version: str) -> Envelope:
    """Return an envelope to show or try a mapping with, between nobody in particular."""
    own = Addressing(sender=Party("SENDER"), receiver=Party("RECEIVER"), versions=(version,))
    return _envelope(mapping, own, None)


def _chosen(news: NewsDocument, mappings: Mappings, profile: VendorProfile) -> OutboundMapping:
    found = [one for one in mappings.outbound if (one.document, one.writes) == (news.document, news.notice)]
    fitting = [one for one in found if _fit(one, profile) is not None]
    if not fitting:
        raise NotWritten(
            f"no outbound mapping writes a {news.document} of {news.notice} for this partner: add one to "
            "mappings/outbound/"
        )
    return max(fitting, key=lambda one: _fit(one, profile) or (False, False))


def _fit(mapping: OutboundMapping, profile: VendorProfile) -> tuple[bool, bool] | None:
    """Return how specifically a mapping is for a partner, None if it is for others."""
    named = mapping.name in profile.mapping
    if mapping.vendors and profile.vendor not in mapping.vendors and not named:
        return None
    return named, bool(mapping.vendors)


def _envelope(mapping: OutboundMapping, own: Addressing, origin: Origin | None) -> Envelope:
    standard = mapping.standard
    sender, receiver = own.sender, own.receiver
    if origin is not None:
        sender = sender if sender.id else origin.receiver
        receiver = receiver if receiver.id else origin.sender
    missing = [key for key, party in (("sender_id", sender), ("receiver_id", receiver)) if not party.id]
    if missing:
        raise NotWritten(
            f"it is not known who writes to whom: set {' and '.join(missing)} in the partner's edi table"
        )
    character_set = _character_set(standard, own, origin)
    _check_parties(standard, (sender, receiver), character_set)
    agreed: Delimiters | None = own.x12 if standard == "x12" else own.edifact
    return Envelope(
        standard=standard,
        document=mapping.document,
        version=_version(mapping, own, origin),
        sender=sender,
        receiver=receiver,
        group_sender=own.group_sender or _group(own.sender, origin.group_receiver if origin else ""),
        group_receiver=own.group_receiver or _group(own.receiver, origin.group_sender if origin else ""),
        group=mapping.group,
        association=mapping.association,
        character_set=character_set,
        delimiters=agreed or (origin.delimiters if origin else None),
        agreed=agreed is not None,
        syntax_version=(origin.syntax_version if origin else "") or "3",
        test=own.test if own.test is not None else bool(origin and origin.test),
    )


def _check_parties(standard: Standard, parties: Sequence[Party], character_set: CharacterSet) -> None:
    """Check that the parties can stand in an envelope, whole. Raises NotWritten."""
    longest = _LONGEST[standard]
    for text, most in (
        (text, most) for one in parties for text, most in zip((one.id, one.qualifier), longest, strict=True)
    ):
        try:
            character_set.fit(text, True)
        except ValueError as error:
            raise NotWritten(f"the id {text!r} of a party {error}") from error
        if len(text) > most:
            raise NotWritten(f"the id or qualifier {text!r} of a party has more than {most} characters")


def _group(own: Party, turned: str) -> str:
    """Return GS02 or GS03 of the document that is answered, unless the settings have another party."""
    return "" if own.id else turned


def _version(mapping: OutboundMapping, own: Addressing, origin: Origin | None) -> str:
    wanted = [*own.versions, *([origin.version] if origin else [])]
    known = [one for one in wanted if is_version(one, mapping.versions)]
    return known[0] if known else mapping.versions[0].removesuffix("*")


def _character_set(standard: Standard, own: Addressing, origin: Origin | None) -> CharacterSet:
    known = X12_SETS if standard == "x12" else EDIFACT_SETS
    wanted = (own.character_set, origin.syntax if origin else "", DEFAULTS[standard])
    return CharacterSet(next(name for name in wanted if name in known))


def _told(error: EdiError, filled: list[Filled]) -> str:
    """Return what is wrong with the document in the words of the mapping: which value stands there."""
    part = f".{error.component}" if error.component > 1 else ""
    place = f"{error.segment}{error.element:02}{part}" if error.element else error.segment
    index = error.position - 2  # the header is the first segment
    if not 0 <= index < len(filled) or filled[index].tag != error.segment:
        return f"{place}: {error.message}" if place else error.message
    segment = filled[index]
    at = (error.element, error.component or 1)
    name, value = segment.names.get(at, ""), segment.parts.get(at, "")
    what = f" ({name})" if name else f" (segments.{segment.rule})"
    shown = f": {value!r}" if value and name else ""
    return f"{place}{what}: {error.message}{shown}"


def _said(mapping: OutboundMapping, reasons: list[str]) -> str:
    told = list(dict.fromkeys(reasons))
    more = f"; and {len(told) - _MOST_REASONS} more" if len(told) > _MOST_REASONS else ""
    return f"{'; '.join(told[:_MOST_REASONS])}{more} (mapping {mapping.name}, {mapping.source})"
