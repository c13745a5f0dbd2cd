"""What the envelope readers must remember across the interchanges of one file."""

from __future__ import annotations

from bisect import bisect_right

_MOST_RUNS = 4096


class SeenNumbers:
    """Control numbers met so far, in little memory: runs of consecutive numbers are kept as runs.

    `0001` and `001` count as different numbers. Numbers that are not digits are kept one by one, and so
    are those beyond some thousand runs, as of a sender that numbers at random: keeping so many runs in
    order would take longer with each.
    """

    __slots__ = ("_ends", "_others", "_starts")

    def __init__(self) -> None:
        self._starts: dict[int, list[int]] = {}
        self._ends: dict[int, list[int]] = {}
        self._others: set[str] = set()

    def add(self, number: str) -> bool:
        """Remember a number; True if it is new."""
        if not (number.isascii() and number.isdigit()):
            return self._add_other(number)
        value = int(number[:4000])  # int() itself refuses more than 4300 digits
        starts = self._starts.setdefault(len(number), [])
        ends = self._ends.setdefault(len(number), [])
        place = bisect_right(starts, value) - 1
        if place >= 0 and value <= ends[place]:
            return False
        if number in self._others:
            return False
        if place >= 0 and value == ends[place] + 1:
            ends[place] = value
        elif len(starts) >= _MOST_RUNS:
            return self._add_other(number)
        else:
            place += 1
            starts.insert(place, value)
            ends.insert(place, value)
        if place + 1 < len(starts) and starts[place + 1] == value + 1:
            ends[place] = ends.pop(place + 1)
            starts.pop(place + 1)
        return True

    def _add_other(self, number: str) -> bool:
        new = number not in self._others
        self._others.add(number)
        return new


class Counters:
    """Counts and control numbers of one file; `reader.read` makes one and hands it on."""

    __slots__ = ("_interchanges_seen", "documents", "interchanges", "segments")

    def __init__(self) -> None:
        self.interchanges = 0
        self.documents = 0
        self.segments = 0
        """Segments read so far, those of the envelope among them."""
        self._interchanges_seen: dict[tuple[str, ...], SeenNumbers] = {}

    def next_interchange(self) -> int:
        """Return the number of the next interchange, from 1."""
        self.interchanges += 1
        return self.interchanges

    def next_document(self) -> int:
        """Return the number of the next document, from 1."""
        self.documents += 1
        return self.documents

    def is_new(self, parties: tuple[str, ...], control_number: str) -> bool:
        """Remember an interchange; False if the file had one of this number between these parties."""
        return self._interchanges_seen.setdefault(parties, SeenNumbers()).add(control_number)
