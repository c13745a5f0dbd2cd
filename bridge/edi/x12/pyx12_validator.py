"""The thorough check: pyx12 walks its tree with one document and reports what is wrong, segment by segment.

It sees one transaction set at a time. Of a cascade (everything after a missing LX is out of place) only
the first error is reported. Its messages hold data, so they are replaced by our own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pyx12.map_walker
import pyx12.segment
from pyx12.error_item import EleError
from pyx12.map_if import segment_if, x12_node

from bridge.edi.model import EdiError
from bridge.edi.x12.codes import ELEMENT_ERRORS, SEGMENT_ERRORS
from bridge.edi.x12.maps import TransactionMap, element_number
from bridge.edi.x12.segment import X12Segment

_CONTROL = {chr(code) for code in range(32)} | {"\x7f"}
_LONGEST_VALUE = 99
"""Element 724, the copy of bad data in an acknowledgement, has 99 characters."""


class Pyx12Validator:
    """Walks one document. `strict` turns notes into errors."""

    def __init__(self, transaction: TransactionMap, is_known: Callable[[str], bool], *, strict: bool) -> None:
        self._map = transaction
        self._is_known = is_known
        self._strict = strict
        self._node = transaction.start
        self._walker = pyx12.map_walker.walk_tree()
        self._walker.forceWalkCounterToLoopStart("/ISA_LOOP/GS_LOOP/ST_LOOP", "/ISA_LOOP/GS_LOOP/ST_LOOP/ST")
        self._lost = False
        self._exceeded: set[tuple[str, str]] = set()

    def place(self, segment: X12Segment) -> Iterator[EdiError]:
        """Find the segment's place in the structure; yield what that shows to be wrong."""
        tag = segment.tag
        if tag not in self._map.rules:
            code = "2" if self._is_known(tag) else "1"
            yield segment_error(code, segment, fatal=self._strict)
            return
        node, _, _, errors = self._walker.walk_errors(
            self._node, to_pyx12(segment), segment.number, segment.number, None
        )
        if node is not None:
            self._node = node
        elif self._lost:
            return
        self._lost = node is None
        for error in errors:
            missing = error.err_cde == "3"
            found = error.map_node if missing and error.map_node is not None else None
            code = "7" if error.err_cde == "1" else error.err_cde
            fatal = True
            if code in ("4", "5"):
                if (code, tag) in self._exceeded:
                    continue  # the hundredth too many is the same mistake
                self._exceeded.add((code, tag))
                # Two of what there may be one of contradict each other; one too many of many does not.
                fatal = self._strict or error.map_node is None or error.map_node.get_max_repeat() == 1
            yield segment_error(
                code, segment, tag=found.id if found else "", loop=loop_of(found or self._node), fatal=fatal
            )

    def imply(self, tag: str, before: X12Segment) -> None:
        """Walk on as if there were a segment of this tag, which the caller has reported as missing."""
        implied = X12Segment([tag, "1"], before.number, before.transcript, tag)
        list(self.place(implied))

    def node_of(self, segment: X12Segment) -> segment_if | None:
        """Return the place found last if it is this segment's, else None."""
        return self._node if not self._lost and self._node.id == segment.tag else None


def validate_elements(
    node: segment_if, segment: X12Segment, transaction: TransactionMap, *, strict: bool
) -> Iterator[EdiError]:
    """Check the elements of a segment against one node of the tree of pyx12."""
    try:
        _, errors = node.is_valid_errors(to_pyx12(segment))
    except IndexError:  # pyx12 counts one too far where a composite has too many components
        yield element_error("3", segment, (0, 0), fatal=strict)
        return
    told = set()
    for error in errors:
        element, component = _reference(str(error.refdes or ""), segment.tag)
        if error.map_node is None and error.err_cde == "2":
            element = _missing(node.syntax, element, segment)
        if (error.err_cde, element, component) in told:
            continue
        told.add((error.err_cde, element, component))
        # The whole element, unless one component is at fault: a separator in a simple element cuts its value.
        value = segment.value(element, component) if component else _whole(segment, element)
        yield element_error(
            error.err_cde,
            segment,
            (element, component),
            number=element_number(error.map_node) or transaction.number_of(segment.tag, element),
            fatal=strict or _is_fatal(error, value, segment, transaction),
        )


def _missing(notes: list[tuple[str, ...]], first: int, segment: X12Segment) -> int:
    """Find the element that is missing by a syntax note that begins with element `first`."""
    for kind, *rest in notes:
        places = [int(place) for place in rest]
        wanted = places[1:] if kind in ("C", "L") else places
        absent = [place for place in wanted if not segment.value(place)]
        present = [place for place in places if segment.value(place)]
        if places[0] == first and absent and (present or kind == "R"):
            return absent[0]
    return first


def to_pyx12(segment: X12Segment) -> pyx12.segment.Segment:
    """Make pyx12's segment of ours, blanks at the ends of elements left out as they mean nothing."""
    component = segment.transcript.component
    made = pyx12.segment.Segment(None, "~", "*", component)
    made.seg_id = segment.tag
    made.elements = [pyx12.segment.Composite(text.rstrip(" "), component) for text in segment.elements[1:]]
    while made.elements and made.elements[-1].is_empty():
        made.elements.pop()
    return made


def loop_of(node: x12_node | None) -> str:
    """Return the loop that a node is in, by its opening segment; empty for the header and trailer."""
    while node is not None and not node.is_map_root() and not node.is_loop():
        node = node.parent
    name = "" if node is None or node.is_map_root() else str(node.id).removesuffix("_LOOP")
    return "" if name in ("ST", "GS", "ISA") else name[:4]


def segment_error(
    code: str, segment: X12Segment, *, tag: str = "", loop: str = "", fatal: bool = True
) -> EdiError:
    """Make an error with a 720 code at a segment; `tag` names another one that is missing there."""
    missing = code == "3" and tag
    return EdiError(
        level="segment",
        code=code,
        message=f"the mandatory segment {tag[:3]} is missing" if missing else SEGMENT_ERRORS[code],
        segment=(tag or segment.tag)[:3],
        position=segment.number,
        loop=loop,
        fatal=fatal,
    )


def element_error(
    code: str, segment: X12Segment, at: tuple[int, int], *, number: str = "", fatal: bool = True
) -> EdiError:
    """Make an error with a 723 code at an element and component (0: the whole)."""
    element, component = at
    return EdiError(
        level="element",
        code=code,
        message=ELEMENT_ERRORS[code],
        segment=segment.tag,
        position=segment.number,
        element=element,
        component=component,
        value=segment.value(element, component or 1)[:_LONGEST_VALUE] if element else "",
        data_element=number,
        fatal=fatal,
    )


def _reference(refdes: str, tag: str) -> tuple[int, int]:
    """Read `MEA04-01`, `AT701` or `05` as element and component."""
    element, _, component = refdes.removeprefix(tag).partition("-")
    return (int(element) if element.isdigit() else 0), (int(component) if component.isdigit() else 0)


def _is_fatal(error: EleError, value: str, segment: X12Segment, transaction: TransactionMap) -> bool:
    """Return whether an element's error rejects the document, or is only noted.

    Rejected is what any reader would call wrong: a mandatory value that is missing, a number or date that is
    none. Noted is what only a table calls wrong: values missing from an incomplete code list, texts,
    codes and numbers longer or shorter than the table has them, letters outside of the character set and
    component separators in texts,
    elements too many, and broken relations between elements (a name without its identifier).
    """
    kind = getattr(error.map_node, "data_type", "")
    if error.err_cde in ("4", "5"):
        return kind in ("DT", "TM") or _is_closed(error, transaction)
    if error.err_cde == "7":
        return _is_closed(error, transaction)
    if error.err_cde == "6" and kind in ("AN", "ID"):
        cut = kind == "ID" and segment.transcript.component in value
        return cut or not _CONTROL.isdisjoint(value)
    return error.err_cde not in ("2", "3", "10")


def _is_closed(error: EleError, transaction: TransactionMap) -> bool:
    """Return whether the element has a list of all the codes that there are."""
    return getattr(error.map_node, "external_codes", None) in transaction.codes.closed


def _whole(segment: X12Segment, element: int) -> str:
    return segment.elements[element] if 0 < element < len(segment.elements) else ""
