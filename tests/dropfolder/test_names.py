"""File names as text and as bytes."""

from __future__ import annotations

import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.dropfolder.names import decode_name, encode_name, temporary_name
from bridge.errors import RemoteFileError

ALLOWED = st.binary(min_size=1).filter(
    lambda raw: raw not in {b".", b".."} and not any(byte < 32 or byte in b"/\\\x7f" for byte in raw)
)


@given(ALLOWED)
def test_every_name_of_bytes_has_a_text_that_leads_back(raw: bytes) -> None:
    text = decode_name(raw)
    text.encode()  # valid Unicode: JSON, SQLite and logs take it
    assert json.loads(json.dumps(text)) == text
    if any(unicodedata.category(char) == "Cc" for char in text):  # U+0080..U+009F as UTF-8
        with pytest.raises(RemoteFileError, match="control"):
            encode_name(text)
    else:
        assert encode_name(text) == raw


@given(ALLOWED, ALLOWED)
def test_two_names_never_look_the_same(one: bytes, other: bytes) -> None:
    assert (decode_name(one) == decode_name(other)) == (one == other)


@pytest.mark.parametrize(
    ("raw", "encoding", "text"),
    [
        (b"a.edi", "utf-8", "a.edi"),
        ("Größe".encode(), "utf-8", "Größe"),
        (b"Gr\xf6\xdfe", "utf-8", "Gr\ueff6\uefdfe"),
        (b"Gr\xf6\xdfe", "latin-1", "Größe"),
        (b"\x81", "cp1252", "\uef81"),
    ],
)
def test_names_in_the_encodings_of_servers(raw: bytes, encoding: str, text: str) -> None:
    assert decode_name(raw, encoding) == text
    assert encode_name(text, encoding) == raw


@pytest.mark.parametrize(
    "name", ["", ".", "..", "a/b", "/", "a\\b", "a\0", "a\n", "\x1b[31m", "\x85", "\ud800"]
)
def test_what_is_no_bare_name_is_refused_and_shown_harmlessly(name: str) -> None:
    with pytest.raises(RemoteFileError) as caught:
        encode_name(name)
    assert str(caught.value).isprintable()


def test_a_temporary_name_depends_on_name_and_content_only() -> None:
    pattern = ".{name}.{token}.part"
    first = temporary_name(pattern, "x.png", "1")
    assert first == temporary_name(pattern, "x.png", "1")
    assert first != temporary_name(pattern, "x.png", "2")
    assert first.startswith(".x.png.")
    assert temporary_name("{name}.tmp", "x.png", "1") == "x.png.tmp"
