"""The sets of characters that a document may be written in, by their names in settings."""

from __future__ import annotations

import string
from typing import Final

import msgspec

from bridge.edi.character_repertoire import plain
from bridge.edi.edifact.characters import ENCODINGS
from bridge.edi.model import Standard

LEVEL_A: Final = frozenset(string.ascii_uppercase + string.digits + " .,-()/='+:?!\"%&*;<>")
"""UNOA (ISO 9735, level A)."""
LEVEL_B: Final = LEVEL_A | frozenset(string.ascii_lowercase)
BASIC: Final = frozenset(string.ascii_uppercase + string.digits + " !\"&'()*+,-./:;?=")
"""X12's basic set."""
EXTENDED: Final = BASIC | frozenset(string.ascii_lowercase + "%~@[]_{}\\|<>#$")
"""X12's extended set, as far as ASCII has it; `^` and the grave accent came later than 004010."""
_LIMITED: Final = {"UNOA": LEVEL_A, "UNOB": LEVEL_B, "basic": BASIC, "extended": EXTENDED}
X12_SETS: Final = ("basic", "extended", "UTF-8")
EDIFACT_SETS: Final = tuple(sorted(ENCODINGS.keys() - {"UNOX"}))
"""Syntax identifiers; UNOX has code extension by escape sequences, which is not written."""
DEFAULTS: Final[dict[Standard, str]] = {"x12": "extended", "edifact": "UNOC"}
_LACKING: Final = "\ufffd"


class CharacterSet(msgspec.Struct, frozen=True):
    """A set by its name: `basic`, `extended` or `UTF-8` of X12, `UNOA` to `UNOY` of EDIFACT."""

    name: str

    @property
    def encoding(self) -> str:
        """Return the codec of its bytes."""
        return ENCODINGS.get(self.name) or ("utf-8" if self.name == "UTF-8" else "ascii")

    def has(self, character: str) -> bool:
        """Return whether it has a character."""
        limited = _LIMITED.get(self.name)
        if limited is not None:
            return character in limited
        if not character.isprintable() or character == _LACKING:
            return False
        try:
            character.encode(self.encoding)
        except UnicodeEncodeError:
            return False
        return True

    def fit(self, text: str, exact: bool) -> str:
        """Return a text in its characters: as it is, or (not `exact`) with the nearest ones.

        Raises ValueError where it lacks a character, and for an exact text with blanks at its ends, which
        readers drop.
        """
        if not exact:
            text = plain(text, self.has, _LACKING)
        elif text != text.strip():
            raise ValueError("begins or ends with a blank")
        lacking = [one for one in dict.fromkeys(text) if not self.has(one)]
        if _LACKING in lacking:
            raise ValueError(f"has letters that cannot be written in the character set {self.name}")
        if lacking:
            shown = " ".join(map(repr, lacking))
            raise ValueError(f"has characters that the character set {self.name} has not: {shown}")
        return text
