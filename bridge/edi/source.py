"""A stream of bytes that can be looked at ahead of the reading position, and knows its offset.

The envelope readers search for headers and trailers in it, then take what they found. It holds no
more than what was looked at: after `take`, the bytes are gone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

BLOCK = 64 * 1024


class ByteSource:
    """Chunks of any size, read as one run of bytes.

    All positions given and returned are relative to the reading position; `offset` is where that
    stands in the input. `block` is how much is read ahead at least (tests set it to 1, so that every
    look-ahead crosses a chunk border).
    """

    __slots__ = ("_block", "_buffer", "_chunks", "_ended", "_position", "offset")

    def __init__(self, chunks: Iterable[bytes], *, block: int = BLOCK) -> None:
        self._chunks = iter(chunks)
        self._block = block
        self._buffer = b""
        self._position = 0
        self._ended = False
        self.offset = 0

    def at_end(self) -> bool:
        """Return whether every byte was taken."""
        return not self._available(1)

    def peek(self, size: int) -> bytes:
        """Return the next `size` bytes without taking them; fewer only at the end of the input."""
        self._available(size)
        return self._buffer[self._position : self._position + size]

    def take(self, size: int) -> bytes:
        """Take the next `size` bytes; fewer only at the end of the input."""
        taken = self.peek(size)
        self._position += len(taken)
        self.offset += len(taken)
        return taken

    def find(self, needle: bytes, start: int = 0, limit: int | None = None) -> int:
        """Find `needle` at or after `start`; -1 if it does not begin within the first `limit` bytes."""
        searched = start
        while True:
            end = len(self._buffer)
            if limit is not None:
                end = min(end, self._position + limit + len(needle) - 1)
            found = self._buffer.find(needle, self._position + searched, end)
            if found >= 0:
                return found - self._position
            available = len(self._buffer) - self._position
            if (limit is not None and available >= limit + len(needle) - 1) or not self._fill():
                return -1
            searched = max(searched, available - len(needle) + 1)

    def search(
        self, pattern: re.Pattern[bytes], start: int = 0, limit: int | None = None, *, overlap: int = 64
    ) -> tuple[int, int] | None:
        """Find the first match of `pattern` at or after `start` as (start, end); None if there is none.

        `overlap` must be the greatest length of a match with its look-ahead: a longer one may be missed
        where it crosses a border of what is buffered. `limit` bounds where a match may begin.
        """
        searched = start
        while True:
            match = pattern.search(self._buffer, self._position + searched)
            begin = match.start() - self._position if match else -1
            # Near the end of the buffer it might be longer, or another, with more bytes.
            if match is not None and (match.end() + overlap <= len(self._buffer) or self._ended):
                return None if limit is not None and begin >= limit else (begin, match.end() - self._position)
            available = len(self._buffer) - self._position
            if limit is not None and available >= limit + overlap and not 0 <= begin < limit:
                return None
            if not self._fill() and match is None:
                return None
            searched = max(searched, available - overlap)
            if match is not None:
                searched = min(searched, begin)

    def _available(self, size: int) -> bool:
        while len(self._buffer) - self._position < size:
            if not self._fill():
                return False
        return True

    def _fill(self) -> bool:
        """Read at least one more block; False at the end of the input."""
        if self._ended:
            return False
        held = self._buffer[self._position :]
        # As much again as is held, so that a large document is copied a constant number of times.
        wanted = max(self._block, len(held)) if self._block >= BLOCK else self._block
        pieces = [held]
        for chunk in self._chunks:
            pieces.append(chunk)
            wanted -= len(chunk)
            if wanted <= 0:
                break
        else:
            self._ended = True
        self._buffer = b"".join(pieces)
        self._position = 0
        return len(self._buffer) > len(held) or not self._ended
