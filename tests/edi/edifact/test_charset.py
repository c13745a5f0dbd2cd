from __future__ import annotations

import pytest

from bridge.edi.edifact.charset import ENCODINGS, CharsetError, decoder


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
