from __future__ import annotations

import pytest

from bridge.edi.x12.header import BadHeader, Header, read_header

FULL = (
    b"ISA*00*          *00*          *02*UPSN           *ZZ*ACME           "
    b"*240102*1430*U*00401*000000001*0*P*>~"
)


def header_of(data: bytes) -> Header:
    header = read_header(data)
    assert isinstance(header, Header), header
    return header


def test_a_name_outside_of_ascii_may_fill_its_element() -> None:
    name = "Müller & Söhne "
    assert header_of(FULL.replace(b"ACME           ", name.encode())).elements[8] == name


def test_a_full_header_is_read_to_its_terminator() -> None:
    header = header_of(FULL + b"GS*QM")
    assert header.length == 106
    assert header.elements[6].strip() == "UPSN"
    assert (header.separators.element, header.separators.component, header.separators.segment) == (
        b"*",
        b">",
        b"~",
    )


def test_an_unpadded_header_is_not_sliced_by_width() -> None:
    header = header_of(b"ISA*00**00**02*UPSN*ZZ*ACME*240102*1430*U*00401*000000001*0*P*>~GS*QM*")
    assert header.length == 68 - 4
    assert header.elements[8] == "ACME"


@pytest.mark.parametrize(
    ("end", "segment", "shown"),
    [
        (b"\n", b"\n", "\n"),
        (b"\r\n", b"\n", "\r\n"),
        (b"\r", b"\r", "\r"),
        (b"'", b"'", "'"),
        (b"\x1c", b"\x1c", "\x1c"),
        (b"\x85", b"\x85", "\x85"),
        ("§".encode(), "§".encode(), "§"),
        (b"\xa7", b"\xa7", "§"),
    ],
)
def test_the_terminator_is_what_follows_the_component_separator(
    end: bytes, segment: bytes, shown: str
) -> None:
    header = header_of(FULL[:-1] + end + b"GS*QM*")
    assert header.separators.segment == segment
    assert header.delimiters.segment == shown
    assert header.length == 105 + len(end)


def test_a_star_may_end_segments() -> None:
    header = header_of(FULL.replace(b"*", b"|")[:-1] + b"*GS|QM")
    assert header.separators.segment == b"*"


def test_a_header_wrapped_at_80_columns_is_read() -> None:
    header = header_of(FULL[:80] + b"\r\n" + FULL[80:] + b"GS*QM")
    assert header.length == 108
    assert header.separators.segment == b"~"
    assert header.elements[12] == "00401"


@pytest.mark.parametrize(
    ("eleven", "version", "repetition"),
    [
        ("U", "00401", b""),
        ("U", "00501", b""),
        ("^", "00501", b"^"),
        ("^", "00403", b"^"),
        ("^", "00401", b""),
        ("^", "0040¹", b""),
    ],
)
def test_isa11_repeats_from_version_402_on(eleven: str, version: str, repetition: bytes) -> None:
    data = FULL.replace(b"*U*00401", f"*{eleven}*{version}".encode("latin-1"))
    assert header_of(data).separators.repetition == repetition


@pytest.mark.parametrize(
    "data",
    [
        b"ISA",
        b"ISAAAAA",
        b"ISA*00*only a few*elements~GS*QM~",
        FULL[:60],
        FULL[:-2] + b"A~",
        FULL[:-1] + b"G",
        FULL[:-2] + b"*~",
        FULL[:-2] + b"~~",
        FULL.replace(b"ACME  ", b"ACME AND MORE THAN FITS"),
    ],
)
def test_what_is_no_header_is_refused_with_a_reason(data: bytes) -> None:
    header = read_header(data)
    assert isinstance(header, BadHeader)
    assert header.reason
    assert header.code in ("004", "008", "022", "026", "027")


@pytest.mark.parametrize(
    ("old", "new", "element", "code", "reason"),
    [
        (b"*00*          *02", b"*00*            *02", 0, "", ""),
        (b"*02*", b"*002*", 5, "005", "ISA05 has more than 2 characters"),
        (b"ACME  ", b"ACME AND MORE THAN FITS", 8, "008", "ISA08 has more than 15 characters"),
        (b"*240102*", b"*20240102*", 9, "014", "ISA09 has more than 6 characters"),
        (b"*000000001*", b"*0000000001*", 13, "018", "ISA13 has more than 9 characters"),
    ],
)
def test_an_element_that_is_too_long_is_named(
    old: bytes, new: bytes, element: int, code: str, reason: str
) -> None:
    assert old in FULL
    header = read_header(FULL.replace(old, new, 1))
    if not element:
        assert isinstance(header, Header)  # blanks at the end mean nothing
        return
    assert isinstance(header, BadHeader)
    assert (header.element, header.code) == (element, code)
    assert header.reason.startswith(reason)
