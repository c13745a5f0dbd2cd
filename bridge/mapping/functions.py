"""What a document is for: its function code (353, 1225), read before anything else.

`mappings/functions.toml` says by standard and document type where the code stands and which code means
what; a mapping's own `[function]` and `[document_name]` override it code by code.
"""

from __future__ import annotations

from typing import get_args

import msgspec

from bridge.domain.events import Function, MappingResult
from bridge.edi.model import Interchange
from bridge.mapping.fields import Field
from bridge.mapping.lookup import Scope

MEANINGS: frozenset[str] = frozenset(get_args(Function))
_OF_FLAT_FILES = "functions"
TABLES = ("function", "document_name")
"""The tables of a mapping, in the order in which they are read: the first that is not `original` counts."""


class FunctionTable(msgspec.Struct, frozen=True):
    """Where a code stands, and the meaning of each; `*` is any other code."""

    code: Field
    meanings: dict[str, Function]

    def read(self, root: Scope) -> Reading | None:
        """Return what the document says of itself here, None where it says nothing."""
        code = self.code.text(root)
        if not code:
            return None
        if self._meaning(code) == "original":
            return ORIGINAL  # as nearly always: where it stands does not matter
        found = self.code.places(root)
        code, place = found[0]
        component = f".{place.component}" if place.component > 1 else ""
        told = f"{place.segment.tag}{place.element:02}{component} = {code}"
        return Reading(self._meaning(code), told, self.code.name)

    def _meaning(self, code: str) -> Function:
        return self.meanings.get(code) or self.meanings.get("*", "hold")


class Reading(msgspec.Struct, frozen=True):
    """The function of a document, and where it says so, for operators."""

    function: Function = "original"
    told: str = ""
    table: str = ""


ORIGINAL = Reading()


def function_of(tables: tuple[FunctionTable, ...], root: Scope) -> Reading:
    """Return what a document is for; one that says nothing is an original."""
    for table in tables:
        reading = table.read(root)
        if reading is not None and reading.function != "original":
            return reading
    return ORIGINAL


def as_function(
    results: list[MappingResult], reading: Reading, mapping: str, *, about_packages: bool
) -> list[MappingResult]:
    """Return what the function of a document makes of its results."""
    if reading.function == "original":
        return results
    if reading.function == "cancel":
        return [_cancelling(result, reading, about_packages=about_packages) for result in results]
    return [_as_function(result, reading, mapping) for result in results]


def withheld(result: MappingResult, reason: str) -> MappingResult:
    """Return a result of which nothing is sent, with the reason; its errors are reported all the same."""
    if result.nothing_to_send or result.errors:
        return (
            result
            if result.errors
            else msgspec.structs.replace(result, function="none", hold="", told=reason)
        )
    told = f"{reason} (it would be held: {result.hold})" if result.hold else reason
    return msgspec.structs.replace(
        result, function="none", event=None, hold="", told=told, about=result.event or result.about
    )


def test_of(interchange: Interchange) -> str:
    """Return where an interchange says that it is no production data; empty where it does not."""
    if interchange.standard == "x12":
        usage = interchange.header[15].strip() if len(interchange.header) > 15 else ""
        usage = usage or "T" * interchange.test
        return {"T": "ISA15 = T, a test", "I": "ISA15 = I, for information"}.get(usage, "")
    return "UNB 0035, a test" if interchange.test else ""


def withheld_as_test(results: list[MappingResult], interchange: Interchange) -> list[MappingResult]:
    """Return the results of a test interchange, of which nothing is sent."""
    told = test_of(interchange)
    if not told:
        return results
    reason = f"{told}: nothing of this interchange is sent (test_interchanges of the partner)"
    return [withheld(result, reason) for result in results]


def _as_function(result: MappingResult, reading: Reading, mapping: str) -> MappingResult:
    if result.nothing_to_send:
        return result
    if reading.function == "none":
        return withheld(result, f"{reading.told}: nothing is sent for it")
    if reading.function == "hold":
        reason = f"{reading.told}: {_left_to_an_operator(reading, mapping)}"
        return msgspec.structs.replace(
            result, function="hold", hold="; ".join(filter(None, [reason, result.hold]))
        )
    return msgspec.structs.replace(result, function=reading.function, told=reading.told)


def _left_to_an_operator(reading: Reading, mapping: str) -> str:
    if reading.table == _OF_FLAT_FILES:
        return (
            "this word is not known; send it again with a known one, or add it to [functions] of a "
            f"{mapping}.toml in a folder of mappings of your own, and rerun the batch"
        )
    return (
        f"the mapping {mapping!r} leaves documents of this kind to an operator; to have them read otherwise, "
        f"add the code to [{reading.table}.values] of a mapping that extends it, and rerun the batch"
    )


def _cancelling(result: MappingResult, reading: Reading, *, about_packages: bool) -> MappingResult:
    """Return a cancellation. Of what it is about only the order, or the package and its status, count."""
    held = ""
    if about_packages:
        if result.nothing_to_send:
            return result
        if result.event is None:
            held = result.hold or "; ".join(error.message for error in result.errors)
        elif not result.tracking_number:
            held = f"{reading.told}: a cancellation that names no package"
    elif not result.purchase_order_number:
        held = f"{reading.told}: a cancellation that names no order"
    return MappingResult(
        function="cancel",
        hold=held,
        told=reading.told,
        about=result.event,
        purchase_order_number=result.purchase_order_number,
        tracking_number=result.tracking_number if about_packages else "",
        summary=f"cancellation ({reading.told}) of {result.summary}",
    )
