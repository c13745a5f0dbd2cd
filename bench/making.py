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
    """Give a day and a minute; they repeat after 40,320."""
    return f"202401{1 + number * 11 % 28:02}", f"{number * 7 % 24:02}{number * 13 % 60:02}"


def _segments(lines: list[str], end: str) -> bytes:
    return "".join([line + end for line in lines]).encode()


def shipment_statuses(count: int) -> Iterator[bytes]:
    """Give one X12 interchange of `count` 214s of thirteen segments, set by set."""
    sender, receiver = f"{'UPSN':15}", f"{'ACME':15}"
    blank = " " * 10
    isa = f"ISA*00*{blank}*00*{blank}*02*{sender}*ZZ*{receiver}*240102*1430*U*00401*000000001*0*P*>"
    yield _segments([isa, "GS*QM*UPSN*ACME*20240102*1430*1*X*004010"], "~\n")
    for number in range(1, count + 1):
        place = number * 5 % len(_CITIES)
        day, minute = _moment(number)
        lines = [
            f"ST*214*{number:09}",
            f"B10*1Z999AA1{number:010}*SHIP{number}*UPSN",
            f"L11*4{number:08}*PO",
            f"N1*ST*Jane Doe {number % 977}",
            f"N3*{number % 991} Main Street",
            f"N4*{_CITIES[place]}*{_STATES[place]}*{10000 + number % 80000}*US",
            "LX*1",
            f"AT7*{_X12_CODES[number % len(_X12_CODES)]}*NS***{day}*{minute}*CT",
            f"MS1*{_CITIES[place - 1]}*{_STATES[place - 1]}*US",
            f"MS2*UPSN*{number % 9973}",
            f"L11*97{number}*2I",
            f"AT8*G*L*{1 + number % 40}*1",
            f"SE*13*{number:09}",
        ]
        yield _segments(lines, "~\n")
    yield _segments([f"GE*{count}*1", "IEA*1*000000001"], "~\n")


def transport_statuses(count: int) -> Iterator[bytes]:
    """Give one EDIFACT interchange of `count` IFTSTAs of twelve segments, message by message."""
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
