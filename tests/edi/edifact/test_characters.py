from __future__ import annotations

import pytest

from bridge.edi.edifact.characters import (
    DEFAULT,
    ENCODINGS,
    LEVEL_B,
    CharsetError,
    ServiceCharacters,
    ServiceCharactersError,
    decoder,
    from_header,
)

STANDARD = ServiceCharacters(component=b":", element=b"+", terminator=b"'")


@pytest.mark.parametrize(
    ("head", "characters", "before"),
    [
        (b"UNB+UNOC:3", DEFAULT, 0),
        (b"UNB\x1dUNOB\x1f1", LEVEL_B, 0),
        (b"UNA:+.? 'UNB+UNOC:3", STANDARD, 9),
        (b"UNA:+.?'UNB+UNOC:3", STANDARD, 8),
        (b"UNA:+.?'\r\nUNB+UNOC:3", STANDARD, 10),
        (b"UNA:+.? '\r\nUNB+UNOC:3", STANDARD, 11),
        (b"UNA:+.? \nUNB+UNOC:3", ServiceCharacters(component=b":", element=b"+", terminator=b"\n"), 9),
        (b"UNA:+.? ''UNB+UNOC:3", STANDARD, 10),
        (b"UNA:+.?*'UNB+UNOC:4", ServiceCharacters(b":", b"+", b"'", repetition=b"*"), 9),
        (b"UNA:+,? 'UNB+UNOC:3", ServiceCharacters(b":", b"+", b"'", decimal=b","), 9),
        (b"UNA;|.\\ ~UNB|UNOC;3", ServiceCharacters(b";", b"|", b"~", release=b"\\"), 9),
        (b"UNA:+.  'UNB+UNOC:3", ServiceCharacters(b":", b"+", b"'", release=b""), 9),
    ],
)
def test_service_characters_are_those_of_the_header(
    head: bytes, characters: ServiceCharacters, before: int
) -> None:
    assert from_header(head) == (characters, before)


@pytest.mark.parametrize(
    "head",
    [
        b"UNA:+.?",
        b"UNA:+.?* 'UNB+",
        b"UNA::.? 'UNB+",
        b"UNAA+.? 'UNB+",
        b"UNA:+.'UNB+",
        b"UNA\xe4+.? 'UNB+",
        b"UNA:+.? 'UNH+",
    ],
)
def test_unusable_service_characters_are_refused(head: bytes) -> None:
    with pytest.raises(ServiceCharactersError):
        from_header(head)


@pytest.mark.parametrize("syntax", sorted(ENCODINGS))
def test_every_syntax_level_has_a_codec(syntax: str) -> None:
    assert decoder(syntax)(b"TEXT")[0] == "TEXT"


@pytest.mark.parametrize(
    ("syntax", "raw", "text", "other"),
    [
        ("UNOC", "Größe".encode("latin-1"), "Größe", ""),
        ("UNOC", "Größe".encode(), "Größe", "UTF-8"),
        ("UNOC", "5 €".encode("cp1252"), "5 €", "Windows-1252"),
        ("UNOA", "Größe".encode(), "Größe", "UTF-8"),
        ("UNOA", "Größe".encode("latin-1"), "Größe", "Windows-1252"),
        ("UNOD", "Łódź".encode("iso8859-2"), "Łódź", ""),
        ("UNOE", "Москва".encode("iso8859-5"), "Москва", ""),
        ("UNOF", "Αθήνα".encode("iso8859-7"), "Αθήνα", ""),
        ("UNOY", "Łódź".encode(), "Łódź", ""),
        ("IATB", "Größe".encode("latin-1"), "Größe", ""),
    ],
)
def test_texts_are_read_as_declared_or_as_what_they_are(
    syntax: str, raw: bytes, text: str, other: str
) -> None:
    assert decoder(syntax)(raw) == (text, other)


@pytest.mark.parametrize(
    ("syntax", "raw", "position"),
    [("UNOC", b"NAD\x81", 3), ("UNOY", b"NAD+\xe4", 4), ("UNOD", b"\x90\xb3", 0), ("UNOF", b"AB\xff", 2)],
)
def test_what_is_no_text_is_refused_at_its_first_bad_byte(syntax: str, raw: bytes, position: int) -> None:
    with pytest.raises(CharsetError) as caught:
        decoder(syntax)(raw)
    assert caught.value.position == position


def test_the_operators_encoding_goes_before_all_others() -> None:
    assert decoder("UNOY", "cp1252")("5 €".encode("cp1252")) == ("5 €", "")
    with pytest.raises(CharsetError):
        decoder("UNOC", "utf-8")(b"\xe4")
