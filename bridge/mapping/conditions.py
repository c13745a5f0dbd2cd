"""Conditions of references (`RFF01.1=ON`), compiled to functions once, at load."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from bridge.edi.model import Segment
from bridge.mapping.references import Condition

Segments = dict[str, list[Segment]]
"""A loop's own segments by tag, in document order."""
Test = Callable[[Segment, Segments], bool]
"""Checks whether a segment, one of those of its loop, meets a condition."""
Read = Callable[[Segment, Segments], str]
"""Returns the value that a condition is about."""


def compile_tests(conditions: tuple[Condition, ...], tag: str) -> Test | None:
    """Return one test for all conditions of a reference to segments `tag`; None if there are none."""
    if len(conditions) == 2 and {condition.tag for condition in conditions} == {tag}:
        return _pair(*conditions)
    tests = tuple(_test(condition, tag) for condition in conditions)
    if len(tests) == 1:
        return tests[0]
    return (lambda segment, segments: all(test(segment, segments) for test in tests)) if tests else None


def compile_read(condition: Condition, tag: str) -> Read:
    """Return a function to the value that a condition on segments `tag` looks at."""
    element, component, other = condition.part.element, condition.part.component, condition.tag
    if other == tag:
        return lambda segment, _: segment.value(element, component).strip()

    def read(segment: Segment, segments: Segments) -> str:
        before = [one for one in segments.get(other, ()) if one.number < segment.number]
        return before[-1].value(element, component).strip() if before else ""

    return read


def holds(conditions: tuple[Condition, ...], segments: Segments) -> bool:
    """Check whether one segment of the first condition's tag meets all conditions."""
    tag = conditions[0].tag
    meets = _tests(conditions, tag)
    return any(meets is None or meets(candidate, segments) for candidate in segments.get(tag, ()))


_tests = lru_cache(maxsize=1024)(compile_tests)


def _test(condition: Condition, tag: str) -> Test:
    values = condition.values
    if condition.tag == tag:
        # Written out, as nearly every condition is one of these and is asked of every segment.
        element, component = condition.part.element, condition.part.component
        if condition.negated:
            return lambda segment, _: segment.value(element, component).strip() not in values
        if len(values) == 1:
            (only,) = values
            return lambda segment, _: segment.value(element, component).strip() == only
        return lambda segment, _: segment.value(element, component).strip() in values
    read, negated = compile_read(condition, tag), condition.negated
    return lambda segment, segments: (read(segment, segments) in values) is not negated


def _pair(one: Condition, other: Condition) -> Test:
    """Return the test of two conditions on the segment itself in one function, as calls are what costs."""
    element, component, values, wanted = one.part.element, one.part.component, one.values, not one.negated
    element2, component2, values2 = other.part.element, other.part.component, other.values
    wanted2 = not other.negated

    def test(segment: Segment, _: Segments) -> bool:
        return (segment.value(element, component).strip() in values) is wanted and (
            segment.value(element2, component2).strip() in values2
        ) is wanted2

    return test
