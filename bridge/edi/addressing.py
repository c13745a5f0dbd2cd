"""Who writes to whom, and how: by a partner's settings, else by the document that is answered."""

from __future__ import annotations

import msgspec

from bridge.edi.model import Delimiters, Document, Party, Standard


class Origin(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What an answer needs of the envelope of the document that it answers. Stored as JSON."""

    standard: Standard
    version: str
    sender: Party
    receiver: Party
    group_sender: str = ""
    group_receiver: str = ""
    delimiters: Delimiters | None = None
    syntax: str = ""
    syntax_version: str = ""
    test: bool = False


class Addressing(msgspec.Struct, frozen=True, kw_only=True):
    """A partner's settings of the documents that are written to it; empty or None: not set.

    `sender` is us, `receiver` the partner. `versions` are of either standard (`004010`, `D96A`), the
    preferred one first. `x12` and `edifact` are agreed separators.
    """

    sender: Party = Party("")
    receiver: Party = Party("")
    group_sender: str = ""
    group_receiver: str = ""
    versions: tuple[str, ...] = ()
    test: bool | None = None
    x12: Delimiters | None = None
    edifact: Delimiters | None = None
    character_set: str = ""


def origin_of(document: Document) -> Origin:
    """Return what an answer to a document needs of its envelope."""
    interchange, group = document.interchange, document.group
    edifact = document.standard == "edifact"
    return Origin(
        standard=document.standard,
        version=document.version,
        sender=interchange.sender,
        receiver=interchange.receiver,
        group_sender=group.sender.id if group else "",
        group_receiver=group.receiver.id if group else "",
        delimiters=interchange.delimiters,
        syntax=interchange.syntax,
        syntax_version=interchange.version if edifact else "",
        test=interchange.test,
    )
