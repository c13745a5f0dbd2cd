"""Documents for mapping tests: written as lines, read by the real reader."""

from __future__ import annotations

from typing import Any

from bridge.domain.events import Event, MappingResult
from bridge.edi.model import Document, DocumentRead
from bridge.edi.reader import read
from bridge.mapping import VendorProfile, explain_profile, translate
from bridge.programs.vendor_direct_fulfillment.events import ShipmentConfirmed, ShipmentStatusChanged
from tests.golden import changed, shipped_grammar, shipped_mappings


def x12(kind: str, lines: str, version: str = "004010", sender: str = "SENDER") -> Document:
    """Make a transaction set from the lines between ST and SE."""
    body = [line.strip() for line in lines.strip().splitlines()]
    control = "00501" if version.startswith("005010") else "00401"
    eleven = "^" if control == "00501" else "U"
    identity = f"00*          *00*          *ZZ*{sender:15}*ZZ*RECEIVER       *260302*1200"
    segments = [
        f"ISA*{identity}*{eleven}*{control}*000000001*0*P*>",
        f"GS*{'SH' if kind == '856' else 'QM'}*{sender}*RECEIVER*20260302*1200*1*X*{version}",
        f"ST*{kind}*0001",
        *body,
        f"SE*{len(body) + 2}*0001",
        "GE*1*1",
        "IEA*1*000000001",
    ]
    return _document("~".join(segments) + "~")


def edifact(
    kind: str, lines: str, version: str = "D:96A", *, una: str = "UNA:+.? '", syntax: str = "3"
) -> Document:
    """Make a message from the lines between UNH and UNT."""
    body = [line.strip() for line in lines.strip().splitlines()]
    segments = [
        f"{una}UNB+UNOC:{syntax}+SENDER+RECEIVER+260302:1200+1",
        f"UNH+1+{kind}:{version}:UN",
        *body,
        f"UNT+{len(body) + 2}+1",
        "UNZ+1+1",
    ]
    return _document("'".join(segments) + "'")


def mapped(document: Document, profile: VendorProfile | None = None, **changes: Any) -> list[MappingResult]:
    """Translate with the shipped mappings, for the stand-in vendor changed by `changes`."""
    return translate(document, changed(profile or explain_profile(), **changes), shipped_mappings())


def event_of(document: Document, **changes: Any) -> Event:
    """Translate to the one event that may be sent."""
    (one,) = mapped(document, **changes)
    assert one.errors == ()
    assert one.hold == ""
    assert one.event is not None
    return one.event


def confirmation(document: Document, **changes: Any) -> ShipmentConfirmed:
    event = event_of(document, **changes)
    assert isinstance(event, ShipmentConfirmed)
    return event


def status(document: Document, **changes: Any) -> ShipmentStatusChanged:
    event = event_of(document, **changes)
    assert isinstance(event, ShipmentStatusChanged)
    return event


def codes(document: Document, **changes: Any) -> list[str]:
    """Translate to the codes of all errors."""
    return [error.code for one in mapped(document, **changes) for error in one.errors]


def vendor(**changes: Any) -> VendorProfile:
    """Make a configured vendor."""
    base = VendorProfile(
        vendor="acme", selling_party="ACMEV", warehouses=("ACM1", "ACM2"), timezone="America/New_York"
    )
    return changed(base, **changes)


def _document(text: str) -> Document:
    (document,) = [
        event.document
        for event in read([text.encode()], shipped_grammar())
        if isinstance(event, DocumentRead)
    ]
    return document
