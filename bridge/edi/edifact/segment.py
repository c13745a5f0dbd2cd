"""One EDIFACT segment, and its parsing: own splitting where nothing is released, else pydifact's."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

import msgspec
from pydifact.control.characters import Characters
from pydifact.parser import Parser, TokenIterator
from pydifact.tokenizer import Tokenizer

from bridge.edi.model import Delimiters

TAG: Final = re.compile(r"[A-Z][A-Z0-9]{2}")
# Stands for an unreleased repetition separator while pydifact parses, which knows none; refused as data.
REPETITION: Final = "\x00"

Components = tuple[str, ...]


class Repeated(msgspec.Struct, frozen=True, gc=False):
    """An element that is sent more than once (syntax 4): each time as its components."""

    each: tuple[Components, ...]


Element = str | Components | Repeated
"""A lone component, several, or several repetitions of them."""


class SegmentError(ValueError):
    """A segment that cannot be taken apart."""


class EdifactSegment(msgspec.Struct, frozen=True, gc=False):
    """One segment; see the protocol in `bridge.edi.model`. `text` is what it was split from."""

    tag: str
    number: int
    offset: int
    elements: tuple[Element, ...] = ()
    text: str = ""

    def __len__(self) -> int:
        """Count the elements."""
        return len(self.elements)

    def __bool__(self) -> bool:
        """Be true, a bare tag too."""
        return True

    def value(self, element: int, component: int = 1) -> str:
        """Return one component of one element; empty where absent."""
        elements = self.elements
        if element > len(elements):
            return ""
        item = elements[element - 1]
        if isinstance(item, str):
            return item if component == 1 else ""
        parts = item if isinstance(item, tuple) else item.each[0]
        return parts[component - 1] if component <= len(parts) else ""

    def components(self, element: int) -> Sequence[str]:
        """Return all components of one element."""
        return self.repetitions(element)[0] if 0 < element <= len(self.elements) else ()

    def repetitions(self, element: int) -> Sequence[Sequence[str]]:
        """Return every repetition of an element."""
        if element > len(self.elements):
            return ()
        item = self.elements[element - 1]
        if isinstance(item, str):
            return ((item,),)
        return item.each if isinstance(item, Repeated) else (item,)


class SegmentParser:
    """Takes segments apart, by the delimiters of one interchange."""

    def __init__(self, delimiters: Delimiters) -> None:
        self._element = delimiters.element
        self._component = delimiters.component
        self._repetition = delimiters.repetition
        self._release = delimiters.release
        self.terminator = delimiters.segment
        self._characters = Characters(  # type: ignore[no-untyped-call]
            component_separator=delimiters.component,
            data_separator=delimiters.element,
            decimal_point=delimiters.decimal[:1],
            escape_character=delimiters.release,
            segment_terminator=delimiters.segment,
        )
        self._pydifact = Parser(characters=self._characters)
        released = re.escape(delimiters.release)
        self._unreleased = re.compile(f"({released}.)|{re.escape(delimiters.repetition)}", re.DOTALL)
        self._raw_element = re.compile(
            f"(?:{released}.|[^{re.escape(delimiters.element)}])*"
            if released
            else f"[^{re.escape(self._element)}]*",
            re.DOTALL,
        )

    def parse(self, text: str) -> tuple[str, tuple[Element, ...], bool]:
        """Split a segment, given without its terminator, into tag and elements.

        The third value says that the tag had an explicit nesting indicator (`CNI:1`), which is
        dropped. Raises SegmentError if there is no tag or pydifact refuses the segment.
        """
        tag, body = text[:3], text[3:]
        if TAG.fullmatch(tag) is None:
            raise SegmentError("a segment begins without a tag of three capitals")
        nested = body.startswith(self._component)
        if nested:
            indicator, separator, rest = body.partition(self._element)
            body = separator + rest
            if not indicator[1:].replace(self._component, "").isdigit():
                raise SegmentError("a component separator follows the segment's tag")
        if not body:
            return tag, (), nested
        if not body.startswith(self._element):
            raise SegmentError("no element separator follows the segment's tag")
        if self._release and self._release in body:
            return tag, self.released(body), nested
        return tag, self.unreleased(body), nested

    def unreleased(self, body: str) -> tuple[Element, ...]:
        """Split elements (`+A:B+C`) that hold no release character: the fast path."""
        component = self._component
        if self._repetition and self._repetition in body:
            return tuple(self._repeated(item, self._repetition) for item in body.split(self._element)[1:])
        composite, items = self._composite, body.split(self._element)
        del items[0]
        if component not in body:
            return tuple(items)
        return tuple(
            [
                item
                if component not in item
                # Trailing separators mean nothing; without one, the parts are the components.
                else composite(item)
                if item[-1] == component
                else tuple(item.split(component))
                for item in items
            ]
        )

    def released(self, body: str) -> tuple[Element, ...]:
        """Split elements that hold release characters, by pydifact."""
        if self._repetition:
            body = self._unreleased.sub(lambda match: match[1] or REPETITION, body)
        tokens = Tokenizer().get_tokens("TAG" + body + self.terminator, self._characters)
        try:
            # Not Parser.parse: it takes a released "?'UNA" in data for a service string advice.
            parsed = next(self._pydifact.convert_tokens_to_raw_segments(TokenIterator(tokens)))
        except Exception as error:  # whatever the library raises, it is the segment that is refused
            raise SegmentError(f"pydifact refuses the segment: {type(error).__name__}") from error
        return tuple(self._from_pydifact(item) for item in parsed[1:])

    def raw_elements(self, text: str) -> tuple[str, ...]:
        """Return the tag and the elements as sent, release characters kept."""
        items, position = [], 0
        while True:
            match = self._raw_element.match(text, position)
            items.append(match[0] if match else "")
            position += len(items[-1]) + 1
            if position > len(text):
                return tuple(items)

    def without_separators(self, text: str) -> str:
        """Remove separators, which may be control characters (level B)."""
        return text.replace(self._element, "").replace(self._component, "").replace(self._repetition, "")

    def _composite(self, item: str) -> Element:
        """Split one composite; trailing separators mean nothing."""
        parts = item.rstrip(self._component).split(self._component)
        return tuple(parts) if len(parts) > 1 else parts[0]

    def _repeated(self, item: str, separator: str) -> Element:
        if separator not in item:
            return self._composite(item)
        each = (repetition.rstrip(self._component) for repetition in item.split(separator))
        return Repeated(tuple(tuple(repetition.split(self._component)) for repetition in each))

    def _from_pydifact(self, item: str | list[str]) -> Element:
        parts = [item] if isinstance(item, str) else item
        if not self._repetition or all(REPETITION not in part for part in parts):
            return parts[0] if len(parts) == 1 else tuple(parts)
        each: list[list[str]] = [[]]
        for part in parts:
            first, *others = part.split(REPETITION)
            each[-1].append(first)
            each.extend([other] for other in others)
        return Repeated(tuple(tuple(repetition) for repetition in each))
