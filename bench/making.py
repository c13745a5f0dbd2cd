"""Traffic to measure with: shipment statuses as carriers send them, all right, no two alike.

Names, places and times change from one to the next, the same in every run, so that nothing is fast only
because it was seen just before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

_CITIES = ("Springfield", "Columbus", "Albany", "Reno", "Fort Worth", "Salem", "Macon", "Boise", "Dover")
_STATES = ("IL", "OH", "NY", "NV", "TX", "OR", "GA", "ID", "DE")
_X12_CODES = ("D1", "AF", "X4", "AJ", "SD", "P1")
_EDIFACT_CODES = ("21", "31", "13", "24")


def _moment(number: int) -> tuple[str, str]:
    """Return a day and a minute; they repeat after 40,320."""
    return f"202401{1 + number * 11 % 28:02}", f"{number * 7 % 24:02}{number * 13 % 60:02}"


def tracking_number(number: int) -> str:
    """Return a package's number; those of neighbours lie far apart, as if many shippers took turns."""
    return f"1Z999AA1{number * 2_654_435_761 % 10**10:010}"


def order_number(number: int) -> str:
    """Return the number of a package's order, as far from its neighbour's."""
    return f"4{number * 654_435_761 % 10**9:09}"


def _segments(lines: list[str], end: str) -> bytes:
    return "".join([line + end for line in lines]).encode()


def _opening(functional_id: str, sender: str, control: int) -> bytes:
    """Return ISA and GS."""
    blank = " " * 10
    isa = f"ISA*00*{blank}*00*{blank}*02*{sender:15}*ZZ*{'ACME':15}*240102*1430*U*00401*{control:09}*0*P*>"
    return _segments([isa, f"GS*{functional_id}*{sender}*ACME*20240102*1430*{control}*X*004010"], "~\n")


def _closing(count: int, control: int) -> bytes:
    return _segments([f"GE*{count}*{control}", f"IEA*1*{control:09}"], "~\n")


def ship_notices(count: int, first: int = 1, control: int = 1) -> Iterator[bytes]:
    """Return one X12 interchange of `count` 856s of sixteen segments, set by set.

    They announce the packages of `shipment_statuses`, numbered from `first`; `control` is the number
    of the interchange.
    """
    yield _opening("SH", "ACMEWH", control)
    for number in range(first, first + count):
        day, minute = _moment(number)
        lines = [
            f"ST*856*{number:09}",
            f"BSN*00*SHIP{number}*{day}*{minute}*0001",
            "HL*1**S",
            "TD5**2*UPSN*M*UPS Ground",
            f"DTM*011*{day}*{minute}*ET",
            "N1*SF*Acme Newark*92*ACM1",
            "HL*2*1*O",
            f"PRF*{order_number(number)}",
            "HL*3*2*P",
            "TD1*CTN*1****G*4.5*LB",
            f"MAN*GM*{number:020}**CP*{tracking_number(number)}",
            "HL*4*3*I",
            f"LIN*1*BP*B07{number % 9973:07}*VP*SKU-{number % 991}",
            f"SN1**{1 + number % 5}*EA",
            "CTT*4",
            f"SE*16*{number:09}",
        ]
        yield _segments(lines, "~\n")
    yield _closing(count, control)


def shipment_statuses(count: int, first: int = 1, control: int = 1) -> Iterator[bytes]:
    """Return one X12 interchange of `count` 214s of thirteen segments, set by set.

    They are numbered from `first`; `control` is the interchange's number.
    """
    yield _opening("QM", "UPSN", control)
    for number in range(first, first + count):
        place = number * 5 % len(_CITIES)
        day, minute = _moment(number)
        lines = [
            f"ST*214*{number:09}",
            f"B10*{tracking_number(number)}*SHIP{number}*UPSN",
            f"L11*{order_number(number)}*PO",
            f"N1*ST*Jane Doe {number % 977}",
            f"N3*{number % 991} Main Street",
            f"N4*{_CITIES[place]}*{_STATES[place]}*{10000 + number % 80000}*US",
            "LX*1",
            f"AT7*{_X12_CODES[number % len(_X12_CODES)]}*NS***{day}*{minute}*CT",
            f"MS1*{_CITIES[place - 1]}*{_STATES[place - 1]}*US",
            f"MS2*UPSN*{number % 9973}",
            f"L11*{tracking_number(number)}*2I",
            f"AT8*G*L*{1 + number % 40}*1",
            f"SE*13*{number:09}",
        ]
        yield _segments(lines, "~\n")
    yield _closing(count, control)


def transport_statuses(count: int) -> Iterator[bytes]:
    """Return one EDIFACT interchange of `count` IFTSTAs of twelve segments, message by message."""
    yield _segments(["UNB+UNOC:3+CARRIER:ZZ+ACME:ZZ+240102:1430+1"], "'\n")
    for number in range(1, count + 1):
        city = _CITIES[number * 5 % len(_CITIES)]
        day, minute = _moment(number)
        lines = [
            f"UNH+{number}+IFTSTA:D:01B:UN",
            f"BGM+77+{number}+9",
            f"DTM+137:{day}1430:203",
            "NAD+CA+DHL::92",
            f"RFF+ON:4{number:08}",
            f"CNI+1+JJD{number:012}",
            f"STS+1+{_EDIFACT_CODES[number % len(_EDIFACT_CODES)]}",
            f"RFF+CW:JJD{number:012}",
            f"DTM+78:{day}{minute}:203",
            f"NAD+CN+++Jane Doe {number % 977}+Main St. {number % 991}+{city}++{10000 + number % 80000}+DE",
            f"LOC+14+{10000 + number % 80000}:16::{city}+DE:162",
            f"UNT+12+{number}",
        ]
        yield _segments(lines, "'\n")
    yield _segments([f"UNZ+{count}+1"], "'\n")


MAKERS: dict[str, Callable[[int], Iterator[bytes]]] = {
    "x12": shipment_statuses,
    "edifact": transport_statuses,
}


def write(kind: str, count: int, folder: Path) -> Path:
    """Write a file of so many documents, piece by piece, unless it is there."""
    path = folder / f"{kind}-{count}.edi"
    if not path.exists():
        with path.open("wb", buffering=1 << 20) as file:
            file.writelines(MAKERS[kind](count))
    return path
