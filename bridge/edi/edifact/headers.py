"""Facts of the service segments UNB, UNG and UNH, and what is wrong with them."""

from __future__ import annotations

from typing import Final

from bridge.edi.edifact.codes import Code, shown
from bridge.edi.edifact.segment import EdifactSegment
from bridge.edi.model import Delimiters, EdiError, Group, Interchange, Party

TYPE_LENGTH: Final = 6
NUMBER_LENGTH: Final = 14
"""0020, 0048, 0062: references of interchange, group and message."""
PARTY_LENGTH: Final = 35
QUALIFIER_LENGTH: Final = 4
VERSIONS: Final = ("1", "2", "3", "4")
"""Syntax versions of ISO 9735."""


_HEADER_ELEMENTS: Final = (
    (2, "sender", PARTY_LENGTH),
    (3, "recipient", PARTY_LENGTH),
    (5, "control reference", NUMBER_LENGTH),
)
"""What an answer must name: element of UNB and UNG, name, most characters."""


_TESTS = frozenset({"1", "2", "3", "4"})
"""0035: a test, a test of the syntax alone, and (from syntax 4) the two directions of an echo."""


def interchange_of(
    unb: EdifactSegment, header: tuple[str, ...], number: int, delimiters: Delimiters
) -> Interchange:
    """Make the interchange of its UNB; missing facts are empty and reported in `errors`."""
    interchange = Interchange(
        standard="edifact",
        number=number,
        offset=unb.offset,
        control_number=unb.value(5),
        sender=Party(unb.value(2), unb.value(2, 2)),
        receiver=Party(unb.value(3), unb.value(3, 2)),
        delimiters=delimiters,
        version=unb.value(1, 2),
        syntax=unb.value(1),
        prepared=":".join(unb.components(4)),
        acknowledgement_requested=unb.value(9) == "1",
        test=unb.value(11).strip() in _TESTS,
        errors=[],
        header=header,
    )
    for element, what, most in _HEADER_ELEMENTS:
        value = unb.value(element)
        if not value.strip():
            interchange.errors.append(unb_error(Code.MISSING, f"UNB has no {what}", element, fatal=True))
        elif len(value) > most:
            message = f"the {what} of UNB has more than {most} characters"
            interchange.errors.append(unb_error(Code.TOO_LONG, message, element, fatal=True))
    if not interchange.version:
        interchange.errors.append(unb_error(Code.MISSING, "UNB has no syntax version", 1, component=2))
    elif interchange.version not in VERSIONS:
        message = f"syntax version {shown(interchange.version)} is not known; read as version 3"
        interchange.errors.append(unb_error(Code.SYNTAX_VERSION, message, 1, component=2))
    if not interchange.prepared:
        interchange.errors.append(unb_error(Code.MISSING, "UNB has no date of preparation", 4))
    return interchange


def unb_error(  # noqa: PLR0913 - the fields of an error
    code: Code,
    message: str,
    element: int = 0,
    *,
    component: int = 0,
    fatal: bool = False,
    segment: str = "UNB",
) -> EdiError:
    """Make an error of the interchange; most are reported but reject nothing."""
    return EdiError(
        level="interchange",
        code=code,
        message=message,
        segment=segment,
        element=element,
        component=component,
        fatal=fatal,
    )


def group_of(ung: EdifactSegment, number: int) -> Group:
    """Make the group of its UNG."""
    group = Group(
        functional_id=ung.value(1),
        control_number=ung.value(5),
        sender=Party(ung.value(2), ung.value(2, 2)),
        receiver=Party(ung.value(3), ung.value(3, 2)),
        version=ung.value(7) + ung.value(7, 2),
        number=number,
        offset=ung.offset,
        errors=[],
    )
    for element, what, most in _HEADER_ELEMENTS:
        value = ung.value(element)
        if not value.strip():
            text = f"UNG has no {what}"
            group.errors.append(group_error(Code.MISSING, text, "UNG", element, fatal=True))
        elif len(value) > most:
            text = f"the {what} of UNG has more than {most} characters"
            group.errors.append(group_error(Code.TOO_LONG, text, "UNG", element, fatal=True))
    return group


def group_error(code: Code, message: str, segment: str, element: int = 0, *, fatal: bool = False) -> EdiError:
    """Make an error of a group; its messages stand for themselves, so most reject nothing."""
    return EdiError(level="group", code=code, message=message, segment=segment, element=element, fatal=fatal)


def unh_errors(unh: EdifactSegment) -> list[EdiError]:
    """Return the errors of UNH: what is missing, what is too long."""
    identifier = unh.components(2)
    reference = unh.value(1)
    right = len(identifier) >= 4 and all(identifier[:4]) and len(identifier[0]) <= TYPE_LENGTH
    if right and 0 < len(reference) <= NUMBER_LENGTH and not reference.isspace():
        return []
    wanted = ((1, 1, "reference"), (2, 1, "type"), (2, 2, "version"), (2, 3, "release"), (2, 4, "agency"))
    errors = [
        unh_error(
            Code.MISSING,
            f"UNH has no message {what}",
            (element, component if element == 2 else 0),
            fatal=what in ("reference", "type"),
        )
        for element, component, what in wanted
        if not unh.value(element, component).strip()
    ]
    if len(reference) > NUMBER_LENGTH:
        message = f"the message reference has more than {NUMBER_LENGTH} characters"
        errors.append(unh_error(Code.TOO_LONG, message, (1, 0), reference))
    if len(unh.value(2)) > TYPE_LENGTH:
        message = "the message type has more than six characters"
        errors.append(unh_error(Code.TOO_LONG, message, (2, 1), unh.value(2)))
    return errors


def unh_error(
    code: Code, message: str, at: tuple[int, int], value: str = "", *, fatal: bool = True
) -> EdiError:
    """Make an error at an element and component (0: the whole) of UNH."""
    return EdiError(
        level="element",
        code=code,
        message=message,
        segment="UNH",
        position=1,
        element=at[0],
        component=at[1],
        value=shown(value),
        fatal=fatal,
    )
