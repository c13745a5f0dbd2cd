"""Checks a document against the grammar of its transaction set."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Protocol

import msgspec

from bridge.edi.model import Document, EdiError
from bridge.edi.x12.codes import set_error
from bridge.edi.x12.maps import Checks, MapIndex, SegmentCheck, TransactionMap
from bridge.edi.x12.ordering import IMPLIED, IMPLIED_TAG
from bridge.edi.x12.pyx12_validator import Pyx12Validator, element_error, segment_error, validate_elements
from bridge.edi.x12.segment import X12Segment
from bridge.errors import ConfigurationError

_MOST_ERRORS = 500
_MOST_NOTES = 100


class DocumentChecker(Protocol):
    """Checks a document against the standard."""

    def check(self, document: Document, *, strict: bool = False) -> list[EdiError]:
        """Return what is wrong with the document's body."""
        ...


class X12Grammar:
    """The maps of one or more folders, ready to check documents."""

    def __init__(self, *folders: Path) -> None:
        """Read the index of the maps, a later folder overriding earlier ones; raises ConfigurationError."""
        self.maps = MapIndex(folders)

    def check(self, document: Document, *, strict: bool = False) -> list[EdiError]:
        """Return what is wrong with a document's segments and elements; the envelope is checked elsewhere."""
        transaction, exact = self.maps.find(document.version, document.type)
        if transaction is None:
            detail = f"{document.type} of {document.version or 'no version'} is not supported"
            return [set_error("1", detail[:80], at=("ST", 1, 1))]
        segments = [segment for segment in document.segments if isinstance(segment, X12Segment)]
        segments[0].transcript.composites = transaction.composites
        checking = _Checking(transaction, self.maps.is_known, segments, strict=strict)
        errors = sorted(checking.errors(), key=lambda error: error.position)
        if not exact:
            errors.append(
                set_error("", f"there is no map of {document.version[:12]}; a near one was used", fatal=False)
            )
        return errors


class _Checking:
    """The check of one document."""

    def __init__(
        self,
        transaction: TransactionMap,
        is_known: Callable[[str], bool],
        segments: list[X12Segment],
        *,
        strict: bool,
    ) -> None:
        self._map = transaction
        self._is_known = is_known
        self._segments = segments
        self._strict = strict
        self._noted: set[tuple[str, int, str]] = set()
        self._at = segments[0]

    def errors(self) -> Iterator[EdiError]:
        """Return all errors, those of the library's own failing among them, up to a limit."""
        errors = notes = 0
        try:
            for error in self._find():
                errors += error.fatal
                notes += not error.fatal
                # Notes beyond the limit are left out, so that no number of them hides an error.
                if error.fatal or notes <= _MOST_NOTES:
                    yield error
                if errors >= _MOST_ERRORS:
                    break
            if errors >= _MOST_ERRORS or notes > _MOST_NOTES:
                yield set_error("", "more errors than are told", fatal=False)
        except ConfigurationError:
            raise  # a map that cannot be loaded is no mistake of the sender's
        except Exception as failure:  # noqa: BLE001  # whatever pyx12 raises rejects this document alone
            at = (self._at.tag[:3], self._at.number, 0)
            yield set_error("5", f"the segment cannot be checked ({type(failure).__name__})", at=at)

    def _find(self) -> Iterator[EdiError]:
        transcript = self._segments[0].transcript
        checks = self._map.checks_for(transcript.element, transcript.component)
        tags = [segment.elements[0] for segment in self._segments]
        sequence = " ".join(tags)
        if sequence.count(" ") >= len(tags):  # a tag with a blank in it would pass for two
            tags = [tag.replace(" ", "?") for tag in tags]
            sequence = " ".join(tags)
        if self._map.allows(sequence):
            yield from self._find_in_elements(tags, checks)
        elif self._strict:
            yield from self._find_everywhere(range(len(tags)), checks)
        else:
            yield from self._find_in_order(tags, checks)
        if self._map.root.id == "856":
            yield from _check_hierarchy(self._segments)

    def _find_in_elements(self, tags: list[str], checks: Checks) -> Iterator[EdiError]:
        """Check the elements of segments that stand in their places; ST and SE are the envelope's."""
        body = slice(1, len(tags) - 1)
        pieces = self._segments[0].transcript.pieces
        for tag, text, segment in zip(tags[body], pieces[body], self._segments[body], strict=True):
            check = checks[tag]
            elements = segment.elements
            fast = None if check is None else check.lengths.get(len(elements)) or check.of(elements)
            if check is None or fast is None or not fast.matches(text):
                self._at = segment
                yield from validate_elements(self._map.nodes[tag], segment, self._map, strict=self._strict)
            elif fast.pick is not None and fast.pick(elements) not in fast.right:
                yield from self._unlisted(segment, check)

    def _find_in_order(self, tags: list[str], checks: Checks) -> Iterator[EdiError]:
        """Note the segments that stand elsewhere than the map has them, and check them as if they did not."""
        found = self._map.arrange(tags)
        told = set()
        for index in found.moved:
            if tags[index] not in told:  # a partner who has an order of his own has it everywhere
                told.add(tags[index])
                yield segment_error("7", self._segments[index], fatal=False)
        for index in found.implied:
            yield segment_error("3", self._segments[index], tag=IMPLIED_TAG, loop=IMPLIED_TAG, fatal=False)
        arranged = [tags[index] if index != IMPLIED else IMPLIED_TAG for index in found.order]
        if self._map.allows(" ".join(arranged)):
            yield from self._find_in_elements(tags, checks)
        else:
            yield from self._find_everywhere(found.order, checks)

    def _find_everywhere(self, order: Iterable[int], checks: Checks) -> Iterator[EdiError]:
        """Find each segment's place, and check the elements of those that have one."""
        validator = Pyx12Validator(self._map, self._is_known, strict=self._strict)
        pieces = self._segments[0].transcript.pieces
        for index in order:
            if index == IMPLIED:
                validator.imply(IMPLIED_TAG, self._at)
                continue
            self._at = segment = self._segments[index]
            tag = segment.tag
            if tag == "ST":
                continue
            yield from validator.place(segment)
            node = validator.node_of(segment)
            if node is None or tag == "SE":
                continue
            check = checks[tag]
            if check is not None and check.of(segment.elements).matches(pieces[index]):
                yield from self._unlisted(segment, check)
            else:
                yield from validate_elements(node, segment, self._map, strict=self._strict)

    def _unlisted(self, segment: X12Segment, check: SegmentCheck) -> list[EdiError]:
        """Report values that their code lists lack; once only, where a list is known to be incomplete."""
        if check.lists(segment.elements):
            return []
        errors = []
        elements = segment.elements
        for place, values, closed in check.coded:
            if place >= len(elements):
                break
            value = elements[place]
            if value and value not in values:
                key = (elements[0], place, value)
                if closed or self._strict or key not in self._noted:
                    self._noted.add(key)
                    number = self._map.number_of(elements[0], place)
                    fatal = closed or self._strict
                    errors.append(element_error("7", segment, (place, 0), number=number, fatal=fatal))
        return errors


def _check_hierarchy(segments: Sequence[X12Segment]) -> Iterator[EdiError]:
    """Check the HL segments of an 856, of any levels: HL01 is unique, and HL02 names an earlier HL01.

    A blank HL02 is the root, or a partner who leaves the tree to the order of the levels.
    """
    seen: set[str] = set()
    for segment in segments:
        if segment.tag != "HL":
            continue
        own, parent = segment.value(1), segment.value(2)
        if own and own in seen:
            yield _wrong_level(segment, 1, "628", "the hierarchical identifier (HL01) occurs twice")
        if parent and parent == own:
            yield _wrong_level(segment, 2, "734", "the level is its own parent (HL02)")
        elif parent and parent not in seen:
            yield _wrong_level(segment, 2, "734", "the parent (HL02) is no level that came before")
        seen.add(own)


def _wrong_level(segment: X12Segment, element: int, number: str, message: str) -> EdiError:
    error = element_error("7", segment, (element, 0), number=number)
    return msgspec.structs.replace(error, message=message, loop="HL")
