"""What an answer to an order (855, ORDRSP) says of it: accepted as a whole, or why not.

The codes of the order and its lines are translated by the mapping (`order_verdict`, `line_verdict`).
Amazon takes no partial shipment, so that one line that is not accepted in full leaves the order out.
A code that the mapping does not know is held for an operator, never guessed.
"""

from __future__ import annotations

from decimal import Decimal

import msgspec

from bridge.mapping.lookup import Place, Scope
from bridge.mapping.reader import Reader
from bridge.mapping.units import parse_number

LINE_VERDICTS = frozenset({"accepted", "changed", "rejected", "open", "hold"})
"""`changed`: accepted with another quantity or more; the quantities decide. `open`: not decided yet,
a later answer will. `hold`: an operator decides."""
ORDER_VERDICTS = frozenset({"accepted", "by_lines", "rejected", "open", "hold"})
"""`accepted`: with every line that says nothing else. `by_lines`: each line must say so itself."""

_TOLD = {
    "rejected": "is rejected",
    "open": "is not decided yet",
}


class Judgement(msgspec.Struct, frozen=True):
    """`refusal` says why the order is not accepted as a whole, `hold` what an operator must decide.

    Neither of them: it is accepted.
    """

    refusal: str = ""
    hold: str = ""


def judge_order(reader: Reader, scope: Scope, lines: list[Scope]) -> Judgement:
    """Judge an order by its own verdict and those of its lines. Bad quantities go to the findings."""
    verdict, code = _order_verdict(reader, scope)
    if verdict in _TOLD:
        return Judgement(refusal=f"it {_TOLD[verdict]}{code}")
    if verdict not in {"accepted", "by_lines"}:
        return Judgement(hold=_unknown("order", "order_verdict", reader, code, verdict))
    if verdict == "by_lines" and not lines:
        return Judgement(hold=f"the order's verdict{code} leaves it to its lines, and there are none")
    judged = [_judge_line(reader, line, agreed=verdict == "accepted") for line in lines]
    refusals = [one.refusal for one in judged if one.refusal]
    if refusals:
        return Judgement(refusal=f"{'; '.join(refusals)}: Amazon takes no partial shipment")
    return Judgement(hold="; ".join(one.hold for one in judged if one.hold))


def _order_verdict(reader: Reader, scope: Scope) -> tuple[str, str]:
    found = reader.fields["order_verdict"].places(scope)
    if not found:
        return reader.fields["order_verdict"].default, ""
    verdict, place = found[0]
    return verdict, f" ({_raw(place)})"


def _judge_line(reader: Reader, line: Scope, *, agreed: bool) -> Judgement:
    """Judge one line; `agreed`: the order as a whole is accepted, a silent line with it."""
    name = _name(reader, line)
    found = reader.fields["line_verdict"].places(line)
    for verdict, place in found:
        if verdict in _TOLD:
            return Judgement(refusal=f"{name} {_TOLD[verdict]} ({_raw(place)})")
    for verdict, place in found:
        if verdict not in {"accepted", "changed"}:
            return Judgement(hold=_unknown(name, "line_verdict", reader, f" ({_raw(place)})", verdict))
    return _judge_quantities(reader, line, name) or _judge_silence(
        name, {verdict for verdict, _ in found} or {reader.fields["line_verdict"].default}, agreed=agreed
    )


def _judge_quantities(reader: Reader, line: Scope, name: str) -> Judgement | None:
    """Compare what was ordered with what is accepted; None where a line does not tell both."""
    ordered, accepted = _sum(reader, "ordered_quantity", line), _sum(reader, "accepted_quantity", line)
    if ordered is None or accepted is None:
        return None
    if accepted < ordered:
        return Judgement(refusal=f"{name} has {accepted} of {ordered} accepted")
    return Judgement()


def _judge_silence(name: str, told: set[str], *, agreed: bool) -> Judgement:
    """Judge a line that does not tell its quantities."""
    if "changed" in told:
        return Judgement(hold=f"{name} is accepted with changes, and does not tell both its quantities")
    if "accepted" in told or agreed:
        return Judgement()
    return Judgement(hold=f"{name} does not say whether it is accepted")


def _sum(reader: Reader, name: str, line: Scope) -> Decimal | None:
    """Add up a quantity that several segments may tell in part; None where none does."""
    found = reader.fields[name].places(line)
    try:
        return sum((parse_number(text, reader.mark) for text, _ in found), Decimal(0)) if found else None
    except ValueError as error:
        reader.findings.error(found[0][1], "QUANTITY", f"{name}: {error}")
        return None


def _name(reader: Reader, line: Scope) -> str:
    number = reader.text("item_sequence_number", line)
    if number:
        return f"line {number}"
    return f"the line at segment {line.first.number}" if line.first is not None else "a line"


def _raw(place: Place) -> str:
    return place.segment.value(place.element, place.component).strip()


def _unknown(what: str, field: str, reader: Reader, code: str, verdict: str) -> str:
    if verdict == "hold":
        return f"{what}{code}: the mapping {reader.mapping.name!r} says that a person decides"
    if not code:
        return f"{what}: nothing says whether it is accepted"
    return (
        f"{what}{code}: this code is not in [fields.{field}] of the mapping {reader.mapping.name!r}: add it "
        "to the values of a mapping of your own that extends it"
    )
