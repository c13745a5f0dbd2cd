from __future__ import annotations

import pytest

from bridge.edi.edifact.service_characters import (
    DEFAULT,
    LEVEL_B,
    ServiceCharacters,
    ServiceCharactersError,
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
