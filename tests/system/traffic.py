"""Makes vendors' traffic of any size: files of each kind, some damaged, with what they must become."""

from __future__ import annotations

from dataclasses import dataclass, field

ISA = "ISA*00*          *00*          *ZZ*{sender:<15}*ZZ*AMAZONDF       *261101*0830*U*{version}*{number:09}*0*P*>~\n"  # noqa: E501
SENDER = "ACMEWH"


@dataclass(slots=True)
class Traffic:
    """Files by name, in the order in which they are to be dropped, and how many documents are bad."""

    files: dict[str, bytes] = field(default_factory=dict)
    documents: int = 0
    damaged: set[str] = field(default_factory=set)
    """Names of the files that hold one bad document each."""
    orders: set[str] = field(default_factory=set)
    """Orders that are to be confirmed."""
    updates: set[str] = field(default_factory=set)
    """Tracking numbers of which a status is to be told."""


def order(number: int) -> str:
    return f"PO{number:07}"


def tracking(number: int) -> str:
    return f"1Z999AA1{number:010}"


def x12(kind: str, functional: str, version: str, number: int, bodies: list[list[str]]) -> bytes:
    """Wrap transaction sets (their segments between ST and SE) into one interchange with one group."""
    text = ISA.format(sender=SENDER, version="00401" if version == "004010" else "00501", number=number)
    text += f"GS*{functional}*{SENDER}*AMAZONDF*20261101*0830*{number}*X*{version}~\n"
    for position, body in enumerate(bodies, 1):
        segments = [f"ST*{kind}*{position:04}", *body, f"SE*{len(body) + 2}*{position:04}"]
        text += "".join(f"{segment}~\n" for segment in segments)
    return (text + f"GE*{len(bodies)}*{number}~\nIEA*1*{number:09}~\n").encode("ascii")


def edifact(kind: str, release: str, number: int, bodies: list[list[str]]) -> bytes:
    """Wrap messages (their segments between UNH and UNT) into one interchange."""
    text = f"UNA:+.? '\nUNB+UNOC:3+{SENDER}:ZZ+AMAZONDF:ZZ+261101:0830+{number}'\n"
    for position, body in enumerate(bodies, 1):
        segments = [
            f"UNH+{position}+{kind}:D:{release}:UN",
            *body,
            f"UNT+{len(body) + 2}+{position}",
        ]
        text += "".join(f"{segment}'\n" for segment in segments)
    return (text + f"UNZ+{len(bodies)}+{number}'\n").encode("ascii")


def ship_notice(number: int) -> list[str]:
    """Return the body of an 856: one order, one item in one carton."""
    return [
        f"BSN*00*{number:06}*20261101*0815*0001",
        "HL*1**S",
        "TD5**92*UPS_GR_RES",
        "TD5**2*UPSN*M*UPS Ground",
        "DTM*011*20261101*0812*ET",
        "N1*SF*Acme Newark*92*ABCD",
        "HL*2*1*O",
        f"PRF*{order(number)}",
        "HL*3*2*P",
        "TD1*CTN*1****G*4.5*LB",
        f"MAN*GM*{number:020}**CP*{tracking(number)}",
        "HL*4*3*I",
        "LIN*1*BP*B07DFVDRAB*VP*SKU-1",
        "SN1**2*EA",
        "CTT*4",
    ]


def carrier_status(number: int) -> list[str]:
    """Return the body of a 214: a package delivered to Columbus, Ohio."""
    return [
        f"B10*{tracking(number)}*{number}*UPSN",
        f"L11*{order(number)}*PO",
        "LX*1",
        "AT7*D1*NS***20261102*1405*ET",
        "MS1*COLUMBUS*OH*US",
    ]


def despatch_advice(number: int) -> list[str]:
    """Return the body of a DESADV: one order, one item in one carton."""
    return [
        f"BGM+351+{number}+9",
        "DTM+137:202611010830:203",
        "DTM+11:202611010812:203",
        f"RFF+ON:{order(number)}",
        "NAD+SU+ACME::92",
        "NAD+SF+ABCD::92",
        "NAD+CA+UPSN::92",
        "TDT+20++30+31+UPSN:172:182:UPS Ground",
        "CPS+1",
        "PAC+1++CT",
        "MEA+PD+AAB+KGM:4.5",
        "PCI+33E",
        f"RFF+CN:{tracking(number)}",
        f"GIN+BJ+{number:018}",
        "LIN+1++4006381333931:EN",
        "PIA+5+B07DFVDRAB:BP+SKU-1:SA",
        "QTY+12:2:PCE",
    ]


def status_report(number: int) -> list[str]:
    """Return the body of an IFTSTA: a package delivered in Berlin."""
    return [
        f"BGM+77+{number}+9",
        "DTM+137:202611021405:203",
        "NAD+CA+UPSN::92",
        f"RFF+ON:{order(number)}",
        f"CNI+1+{tracking(number)}",
        "STS+1+21",
        "DTM+78:202611021405:203",
        "LOC+14+DEBER:139:6:Berlin",
    ]


def mixed_traffic(files: int, documents_a_file: int, damaged: int = 3) -> Traffic:
    """Make files of all kinds in turn: confirmations first, then the status updates of what they ship.

    Of the first `damaged` status files one document each is broken: its B10 or CNI is left out.
    """
    traffic = Traffic()
    half = files // 2
    for index in range(half):
        numbers = range(index * documents_a_file, (index + 1) * documents_a_file)
        traffic.orders |= {order(number) for number in numbers}
        if index % 2:
            name, data = f"desadv_{index:04}.edi", _despatches(index, numbers)
        else:
            name, data = f"856_{index:04}.edi", _notices(index, numbers)
        traffic.files[name] = data
    for index in range(half):
        numbers = range(index * documents_a_file, (index + 1) * documents_a_file)
        broken = numbers[3] if index < damaged else None
        traffic.updates |= {tracking(number) for number in numbers if number != broken}
        if index % 2:
            name, data = f"iftsta_{index:04}.edi", _reports(index, numbers, broken)
        else:
            name, data = f"214_{index:04}.edi", _statuses(index, numbers, broken)
        traffic.files[name] = data
        if broken is not None:
            traffic.damaged.add(name)
    traffic.documents = 2 * half * documents_a_file
    return traffic


def _notices(index: int, numbers: range) -> bytes:
    version = "004010" if index % 4 == 0 else "005010"
    return x12("856", "SH", version, index + 1, [ship_notice(number) for number in numbers])


def _despatches(index: int, numbers: range) -> bytes:
    release = "96A" if index % 4 == 1 else "01B"
    return edifact("DESADV", release, index + 1, [despatch_advice(number) for number in numbers])


def _statuses(index: int, numbers: range, broken: int | None) -> bytes:
    version = "004010" if index % 4 == 0 else "005010"
    bodies = [_without(carrier_status(number), number == broken, "B10") for number in numbers]
    return x12("214", "QM", version, 1000 + index, bodies)


def _reports(index: int, numbers: range, broken: int | None) -> bytes:
    release = "96A" if index % 4 == 1 else "01B"
    bodies = [_without(status_report(number), number == broken, "BGM") for number in numbers]
    return edifact("IFTSTA", release, 1000 + index, bodies)


def _without(body: list[str], leave_out: bool, tag: str) -> list[str]:
    return [segment for segment in body if not (leave_out and segment.startswith(tag))]
