"""What answers an interchange is written in pieces: its memory does not grow with the documents."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from bridge.edi.advice_values import AdviceLine
from bridge.edi.answers import AdviceKind, acknowledge, advise
from bridge.edi.model import Document, DocumentRead, EdiError, Group, Interchange, Party
from bridge.edi.reader import read
from bridge.edi.verdicts import DocumentVerdict, GroupResult, InterchangeResult, VerdictList
from tests.edi.advising import NOW, Numbers, advice, edifact, line
from tests.edi.test_reader import grammar

SMALL, LARGE = 2_500, 15_000
PIECE = 128 * 1024
BROKEN = EdiError(code="3", message="no such segment", level="segment", segment="ZZ", position=4, fatal=True)


def result_of(standard: str, accepted: bool, count: int) -> InterchangeResult:
    interchange, group = envelope(standard)
    verdicts = VerdictList()
    for number in range(count):
        errors = () if accepted else (BROKEN,)
        kind = "856" if standard == "x12" else "DESADV"
        made = DocumentVerdict(type=kind, reference=f"{number:07}", errors=errors, accepted=accepted)
        verdicts.append(made)
    return InterchangeResult(interchange=interchange, groups=[GroupResult(group=group, documents=verdicts)])


def envelope(standard: str) -> tuple[Interchange, Group | None]:
    """Read the envelope of an advice of ours: it is as good as any."""
    given = advice(line()) if standard == "x12" else edifact(line())
    data = b"".join(advise(given, Numbers(), NOW))
    (found,) = [event.document for event in read([data], grammar()) if isinstance(event, DocumentRead)]
    assert isinstance(found, Document)
    group = found.group
    if group is not None:
        group = Group(functional_id="SH", control_number="1", sender=Party("A"), receiver=Party("B"))
    return found.interchange, group


@dataclass(frozen=True)
class Lines:
    """So many lines of advice, made while they are gone through."""

    count: int

    def __iter__(self) -> Iterator[AdviceLine]:
        for number in range(self.count):
            yield line(document_number=number, document_reference=f"{number:07}", verdict="Held")


def peak_of(write: Callable[[], Iterator[bytes]]) -> tuple[int, int, int]:
    """Write and forget; give the greatest memory meanwhile, the greatest piece, and the size of all."""
    tracemalloc.start()
    sizes = [0, 0]
    for piece in write():
        sizes = [max(sizes[0], len(piece)), sizes[1] + len(piece)]
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak, sizes[0], sizes[1]


@pytest.mark.parametrize("accepted", [True, False], ids=["accepted", "rejected"])
@pytest.mark.parametrize("standard", ["x12", "edifact"])
def test_an_acknowledgement_of_many_documents_takes_no_more_memory(standard: str, accepted: bool) -> None:
    def write(count: int) -> Callable[[], Iterator[bytes]]:
        answer = acknowledge(result_of(standard, accepted, count), Numbers(), NOW)
        assert answer is not None
        return lambda: answer.data

    small, _, _ = peak_of(write(SMALL))
    peak, piece, size = peak_of(write(LARGE))
    assert peak < 1.5 * small + PIECE
    assert piece <= PIECE
    assert size > 20 * LARGE or (standard, accepted) == (
        "edifact",
        True,
    )  # CONTRL lists only what is rejected


@pytest.mark.parametrize("kind", ["824", "APERAK"])
def test_advice_on_many_documents_takes_no_more_memory(kind: AdviceKind) -> None:
    def write(count: int) -> Callable[[], Iterator[bytes]]:
        given = advice(version="004010", lines=Lines(count))
        return lambda: advise(given, Numbers(), NOW, kind)

    small, _, _ = peak_of(write(SMALL // 4))
    peak, piece, size = peak_of(write(LARGE // 4))
    assert peak < 1.5 * small + PIECE
    assert piece <= PIECE
    assert size > 20 * LARGE


def test_control_numbers_are_taken_in_the_order_in_which_they_stand() -> None:
    numbers = Numbers()
    answer = acknowledge(result_of("x12", True, LARGE), numbers, NOW)
    assert answer is not None
    assert not numbers.given
    assert b"*000000001*0*P*" in next(answer.data)
    assert numbers.given == {"interchange": 1, "group": 1, "document": 1}
