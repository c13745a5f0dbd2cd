"""Where segments of the envelope begin in a run of bytes: the patterns to search for.

A file may be wrapped at 80 columns, so line breaks may stand inside a tag, and lines may be indented.
Body segments are not looked at here: a document is framed from its ST to its SE in one search.
"""

from __future__ import annotations

import re
from functools import lru_cache

import msgspec

from bridge.edi.x12.header import Separators

_BREAK = rb"[\r\n]{0,4}+"
_MARGIN = rb"[ \t\r\n]{0,300}+"
_TAGS = ("ST", "SE", "GS", "GE", "IEA", "TA1")
_BETWEEN = ("ISB", "ISE", "TA3")
"""Segments of the interchange that say nothing to us: they never stand in a document, so none ends at one."""

# An ISA of full width is one wherever it stands, even where a cut left no terminator before it; any
# other must begin a line. Each alternative begins with a letter, so that the search skips all others.
_FULL_ISA = rb"(?P<s>[^\w\s])..(?P=s).{10}(?P=s)..(?P=s).{10}(?P=s)..(?P=s).{15}(?P=s)..(?P=s).{15}(?P=s)"
_LINE_ISA = rb"(?<=[\r\n\x1a\x00]ISA)(?P<l>[^\w\s])[0-9 ]{0,2}(?P=l)"
_UNB = rb"UN(?:B[^\w\s]U[\r\n]*N[\r\n]*O|A[^\w\s][^\r\n]{3,5}[ \r\n]*'?[ \r\n]*UNB)"
FOREIGN = re.compile(rb"(?s:ISA(?:" + _FULL_ISA + rb"|" + _LINE_ISA + rb")|" + _UNB + rb")")
"""The beginning of another interchange, of whatever separators."""
LONGEST_MATCH = 512
"""Bytes in which any match of these patterns lies, with its look-ahead."""


LINE_END = re.compile(rb"[ \t\r\n]*+")
"""What may follow a terminator and counts with its segment: the line's end, the next one's indent."""


class Patterns(msgspec.Struct, frozen=True):
    """Compiled patterns for one set of separators."""

    tag: re.Pattern[bytes]
    """At a segment start: an envelope tag, in group 1, perhaps with line breaks in it."""
    next_tag: re.Pattern[bytes]
    """The next envelope tag (group `t`) that begins a segment, or the next foreign header."""
    before_tag: re.Pattern[bytes]
    """The same, beginning after the terminator before it."""
    ending: re.Pattern[bytes]
    """The end of a segment that is not empty."""
    filler: re.Pattern[bytes]
    """Empty segments, line breaks, blanks: what may stand between segments and means nothing."""


@lru_cache(maxsize=64)
def patterns_for(separators: Separators) -> Patterns:
    """Compile the patterns for a set of separators (remembered, as most files have the same)."""
    term = re.escape(separators.segment)
    after = rb"(?=" + _BREAK + rb"(?:" + re.escape(separators.element) + rb"|" + term + rb"))"
    start, outside = (_start_of(tags, after) for tags in (_TAGS, _TAGS + _BETWEEN))
    foreign = FOREIGN.pattern[4:-1]
    return Patterns(
        tag=re.compile(outside),
        next_tag=re.compile(rb"(?s:" + term + _MARGIN + start + rb"|" + foreign + rb")"),
        before_tag=re.compile(rb"(?s:(?<=" + term + rb")" + _MARGIN + outside + rb"|" + foreign + rb")"),
        ending=re.compile(rb"(?s:(?!" + term + rb")[^\s]\s{0,8}" + term + rb")"),
        filler=re.compile(rb"(?:[\s\x00\x1a]|" + term + rb")*+"),
    )


def _start_of(tags: tuple[str, ...], after: bytes) -> bytes:
    """Return the pattern of one of the tags, perhaps with line breaks in it, or of a header."""
    letters = rb"|".join(_BREAK.join(bytes([letter]) for letter in tag.encode()) for tag in tags)
    return rb"(?P<t>(?:" + letters + rb")" + after + rb"|(?:ISA|UN[AB])(?=[^\w\s]))"
