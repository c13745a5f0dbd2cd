"""The EDIFACT grammar: what the tables say is wrong with a message, as errors of the model."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bridge.edi.edifact.codes import Code, shown
from bridge.edi.edifact.elements import Fault, faults
from bridge.edi.edifact.headers import unh_error
from bridge.edi.edifact.patterns import Checks
from bridge.edi.edifact.segment import EdifactSegment
from bridge.edi.edifact.structures import MessageTable, Structures
from bridge.edi.edifact.walk import Finding, Plan, Walk
from bridge.edi.model import Document, EdiError, Segment


class EdifactGrammar:
    """Checks messages against the tables; it serves any number of interchanges and keeps nothing of them."""

    def __init__(self, structures: Structures) -> None:
        self.structures = structures
        self._plans: dict[tuple[str, str], Plan] = {}

    def check(self, document: Document, *, strict: bool = False) -> list[EdiError]:
        """Return what is wrong with the segments of a message, its counts and references apart."""
        unh = document.segments[0] if document.segments else None
        if not isinstance(unh, EdifactSegment) or unh.tag != "UNH" or not document.type:
            return []
        table, exact = self.structures.find(document.type, unh.value(2, 2), unh.value(2, 3))
        if table is None:
            message = f"messages of type {shown(document.type)} are not supported"
            return [unh_error(Code.VALUE_NOT_SUPPORTED, message, (2, 1), document.type)]
        errors = []
        if not exact:
            message = f"no tables of {shown(document.version)}; read by those of {table.directory}"
            at, version = (2, 3), document.version
            errors.append(unh_error(Code.VALUE_NOT_SUPPORTED, message, at, version, fatal=False))
        errors.extend(self._body_errors(document, table, strict=strict))
        return errors

    def _body_errors(self, document: Document, table: MessageTable, *, strict: bool) -> Iterator[EdiError]:
        key = (table.type, table.directory)
        plan = self._plans.get(key)
        if plan is None:
            plan = self._plans[key] = Plan(table)
        segments = document.segments
        unsure = _unsure(segments, plan.checks_for(document.interchange.delimiters))
        tags = " ".join([segment.tag for segment in segments])
        sound = tags.count(" ") < len(segments)  # a tag with a blank in it would pass for two
        if sound and plan.knows(tags) and not unsure:
            return
        walk, rules, decimal = Walk(plan), table.segments, document.interchange.delimiters.decimal
        right = True
        for segment in segments[1:]:
            for finding in walk.step(segment.tag):
                right = False
                yield _segment_error(finding, segment.number, strict=strict)
            rule = rules.get(segment.tag)
            if rule is not None and segment.number in unsure and isinstance(segment, EdifactSegment):
                for fault in faults(segment, rule, decimal):
                    yield _element_error(fault, segment, walk.group, strict=strict)
        if right and sound:
            plan.learn(tags)


def _unsure(segments: Sequence[Segment], checks: Checks) -> set[int]:
    """Return the numbers of the segments, UNH apart, whose elements the fast checks do not find right."""
    unsure = set()
    for segment in segments[1:]:
        check = checks[segment.tag]
        if check is not None and not (isinstance(segment, EdifactSegment) and check.passes(segment)):
            unsure.add(segment.number)
    return unsure


def _segment_error(finding: Finding, position: int, *, strict: bool) -> EdiError:
    return EdiError(
        level="segment",
        code=finding.code,
        message=finding.message,
        segment=finding.tag,
        position=position,
        loop=finding.group,
        fatal=strict or not finding.tolerable,
    )


def _element_error(fault: Fault, segment: EdifactSegment, group: str, *, strict: bool) -> EdiError:
    return EdiError(
        level="element",
        code=fault.code,
        message=fault.message,
        segment=segment.tag,
        position=segment.number,
        element=fault.element,
        component=fault.component,
        value=shown(fault.value),
        loop=group,
        data_element=fault.data_element,
        fatal=strict or not fault.tolerable,
    )
