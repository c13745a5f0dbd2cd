"""The answer to an X12 interchange: a 997 (or 999) for each of its groups, and a TA1 if it asks for one.

All go in one interchange, addressed back to the sender in the sender's own delimiters. Errors reject
(`R`); notes of a kind that the sender can correct are reported with an acceptance (`E`). Values missing from
an incomplete code list are our affair and not reported. Acknowledgements are never acknowledged.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Literal

from bridge.edi.model import EdiError, Group, Interchange, Party
from bridge.edi.verdicts import ControlNumbers, DocumentVerdict, GroupResult, InterchangeResult
from bridge.edi.x12.checks import APPLICATION_LENGTH
from bridge.edi.x12.writer import SegmentWriter

Kind = Literal["997", "999"]
_ANSWERS = frozenset({"997", "999", "TA1"})
_MOST_CODES = 5
"""AK502 to 06, AK905 to 09."""
_MOST_ELEMENTS = 99
"""AK4 in one AK3."""
_MOST_SEGMENTS = 1000
"""AK3 in one AK2; the standard allows 999,999, of use to nobody."""
MOST_COUNTED = 999_999
"""97, 123 and 2, the counts in AK9, have six digits."""
_VERSION_999 = "005010X231"


def acknowledge(
    result: InterchangeResult,
    control: ControlNumbers,
    now: datetime,
    *,
    kind: Kind = "997",
    ta1: bool | None = None,
) -> Iterator[bytes] | None:
    """Write the answer to an interchange, in pieces; None where there is nothing to answer.

    `ta1` None sends a TA1 if ISA14 asks for it, True always, False never. An interchange without groups
    gets a TA1 alone, if any. What holds nothing but acknowledgements gets none even if it asks for it: two
    partners who always answer would never stop. `now` is the time of preparation as it is written.
    """
    groups = groups_to_answer(result)
    if ta1 is None:
        ta1 = result.interchange.acknowledgement_requested
    ta1 = ta1 and (bool(groups) or not (result.groups or result.answers))
    if not groups and not ta1:
        return None
    return _written(result.interchange, groups, control, now, kind, ta1=ta1)


def groups_to_answer(result: InterchangeResult) -> list[GroupResult]:
    """Return the groups that are answered: all but those of acknowledgements."""
    return [group for group in result.groups if _wants_answer(group)]


def _written(  # noqa: PLR0913 - what `acknowledge` was given, and found
    interchange: Interchange,
    groups: list[GroupResult],
    control: ControlNumbers,
    now: datetime,
    kind: Kind,
    *,
    ta1: bool,
) -> Iterator[bytes]:
    writer = SegmentWriter(interchange.delimiters)
    number = f"{control.next('interchange') % 10**9:09}"
    parties = [*_party(interchange.receiver), *_party(interchange.sender)]
    writer.isa(parties, now, _fitting(interchange.version, 5, 5, "00401"), number, test=interchange.test)
    if ta1:
        _write_ta1(writer, interchange)
    for group in groups:
        yield from _write_group(writer, interchange, group, control, now, kind)
    writer.segment("IEA", len(groups), number)
    yield writer.rest()


def _wants_answer(result: GroupResult) -> bool:
    group = result.group
    if group is None or group.functional_id == "FA":
        return False
    return not result.documents or any(verdict.type not in _ANSWERS for verdict in result.documents)


def _party(party: Party) -> tuple[str, str]:
    """Return qualifier and identification at their widths; no ISA that can be read has longer ones."""
    return f"{party.qualifier or 'ZZ':2.2}", f"{party.id or 'UNKNOWN':15.15}"


def _write_ta1(writer: SegmentWriter, interchange: Interchange) -> None:
    """Answer the envelope itself: accepted, accepted with errors, rejected, and the first note code."""
    errors = [error for error in interchange.errors if error.code]
    status = "R" if any(error.fatal for error in errors) else "E" if errors else "A"
    date, _, time = interchange.prepared.partition(":")
    control = interchange.control_number.zfill(9)
    writer.segment("TA1", control, date, time, status, errors[0].code if errors else "000")


def _write_group(  # noqa: PLR0913, PLR0917 - what `acknowledge` was given, and found
    writer: SegmentWriter,
    interchange: Interchange,
    result: GroupResult,
    control: ControlNumbers,
    now: datetime,
    kind: Kind,
) -> Iterator[bytes]:
    group = result.group
    assert group is not None  # noqa: S101  # those without are left out
    number = str(control.next("group") % 10**9)
    reference = f"{control.next('document') % 10**9:04}"
    version = _VERSION_999 if kind == "999" else _release_of(group)
    moment = now.strftime("%Y%m%d"), now.strftime("%H%M")
    sender = _application(writer, group.receiver, interchange.receiver)
    receiver = _application(writer, group.sender, interchange.sender)
    writer.segment("GS", "FA", sender, receiver, *moment, number, "X", version)
    start = len(writer)
    writer.segment("ST", kind, reference, version if kind == "999" else "")
    identifier = _fitting(group.functional_id, 2, 2, "ZZ")
    answered = group.control_number if group.control_number.isdigit() else ""
    version_answered = _fitting(group.version, 1, 12, "") if kind == "999" else ""
    writer.segment("AK1", identifier, _fitting(answered, 1, 9, "0"), version_answered)
    told: Counter[str] = Counter()
    whole = any(error.fatal for error in (*interchange.errors, *group.errors))
    if whole:
        told["R"] = len(result.documents)
    else:
        for verdict in result.documents:
            told[_write_document(writer, verdict, kind, result)] += 1
            yield from writer.pieces()
    _write_ak9(writer, group, told, whole=whole)
    writer.segment("SE", len(writer) - start + 1, reference)
    writer.segment("GE", 1, number)


def _release_of(group: Group) -> str:
    """Return the release of the group answered, or 004010 where it names none that there could be."""
    release = group.version[:6]
    named = release.isascii() and release.isdigit() and len(release) == 6 and release.startswith("00")
    return release if named else "004010"


def _write_document(writer: SegmentWriter, verdict: DocumentVerdict, kind: Kind, group: GroupResult) -> str:
    """Write AK2 to AK5 (IK5) of one document; return the status."""
    association = verdict.association if kind == "999" and verdict.association.startswith("0") else ""
    kind_answered = _fitting(verdict.type, 3, 3, "000")
    reference = _fitting(verdict.reference, 1, 9, "") or _nobody(group)
    writer.segment("AK2", kind_answered, reference, _fitting(association, 1, 35, ""))
    errors = [error for error in verdict.errors if (error.fatal if not verdict.accepted else _is_told(error))]
    body = [error for error in errors if error.level in ("segment", "element")]
    _write_notes(writer, body, "IK" if kind == "999" else "AK")
    codes = [error.code for error in errors if error.level == "document" and error.code]
    if body or (not codes and not verdict.accepted):
        codes.append("5")
    status = "R" if not verdict.accepted else "E" if errors else "A"
    writer.segment("IK5" if kind == "999" else "AK5", status, *_unique(codes))
    return status


def _fitting(value: str, low: int, high: int, otherwise: str) -> str:
    """Return a value that must be echoed, whole, if it can be: a part of it would name something else."""
    value = value.strip()
    whole = low <= len(value) <= high and value[0].isalnum() and value[-1].isalnum()
    return value if whole and value.isascii() and value.isprintable() else otherwise


def _nobody(group: GroupResult) -> str:
    """Return a control number that no document of the group has, in place of one that cannot be echoed."""
    taken = {verdict.reference for verdict in group.documents}
    return next((one for one in ("0" * size for size in range(4, 10)) if one not in taken), "0000")


def _application(writer: SegmentWriter, party: Party, otherwise: Party) -> str:
    """Return GS02 or GS03: the group's party, or the interchange's where that cannot be one.

    An id of separators alone is none: nothing would be left of it when it is written.
    """
    fits = 0 < len(party.id) <= APPLICATION_LENGTH and writer.clean(party.id).strip()
    if fits:
        return party.id
    return otherwise.id if writer.clean(otherwise.id).strip() else "UNKNOWN"


def _is_told(error: EdiError) -> bool:
    """Return whether a note is the sender's to correct.

    Values missing from our code lists are not, nor is the order of segments, of which the tables of
    the standard themselves disagree.
    """
    return bool(error.code) and not (error.code == "7" and error.level in ("segment", "element"))


def _write_notes(writer: SegmentWriter, errors: Iterable[EdiError], prefix: str) -> None:
    """Write AK3 and AK4 (IK3, IK4), segment by segment in file order."""
    by_segment: dict[tuple[int, str, str, str], list[EdiError]] = {}
    for error in errors:
        code = "8" if error.level == "element" else error.code
        by_segment.setdefault((error.position, error.segment, error.loop, code), []).append(error)
    for (position, tag, loop, code), found in sorted(by_segment.items(), key=lambda item: item[0][0])[
        :_MOST_SEGMENTS
    ]:
        name = tag if tag.isascii() and tag.isalnum() and 2 <= len(tag) <= 3 else "ZZ"
        writer.segment(f"{prefix}3", name, position, loop, code)
        for error in found[:_MOST_ELEMENTS]:
            if error.level == "element":
                place = (str(error.element or 1), str(error.component) if error.component else "")
                number = error.data_element if error.data_element.isdigit() else ""
                writer.segment(f"{prefix}4", place, number, error.code, error.value[:99])


def _write_ak9(writer: SegmentWriter, group: Group, told: Counter[str], *, whole: bool) -> None:
    """Sum up a group; `told` counts its documents by status, `whole` rejects the group itself."""
    received = told.total()
    rejected = told["R"]
    codes = _unique(error.code for error in group.errors if error.code)
    if whole or (received and rejected == received):
        status = "R"
    elif rejected:
        status = "P"
    else:
        status = "E" if codes or told["E"] else "A"
    claimed = received if group.document_count_claimed is None else group.document_count_claimed
    counts = (min(count, MOST_COUNTED) for count in (claimed, received, received - rejected))
    writer.segment("AK9", status, *counts, *codes)


def _unique(codes: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(codes))[:_MOST_CODES]
