"""Codes of the standard that the envelope checks speak in, with their meanings."""

from __future__ import annotations

from bridge.edi.model import EdiError

# 479 functional identifier code -> 143 transaction set identifiers that belong in such a group.
FUNCTIONAL_GROUPS = {
    "SH": {"856"},
    "QM": {"214"},
    "PR": {"855"},
    "PO": {"850"},
    "FA": {"997", "999"},
    "AG": {"824"},
    "IN": {"810"},
    "IM": {"210"},
    "IB": {"846"},
    "OW": {"940"},
    "RE": {"944"},
    "SW": {"945"},
}
SET_GROUPS = {kind: group for group, kinds in FUNCTIONAL_GROUPS.items() for kind in kinds}

# 718 transaction set syntax error code
SET_ERRORS = {
    "1": "the transaction set is not supported",
    "2": "the transaction set trailer (SE) is missing",
    "3": "the control numbers of ST and SE do not match",
    "4": "the number of segments in SE does not match the actual count",
    "5": "one or more segments are in error",
    "6": "the transaction set identifier is missing or wrong",
    "7": "the transaction set control number is missing or wrong",
    "23": "the transaction set control number is not unique within the group",
}
# 716 functional group syntax error code
GROUP_ERRORS = {
    "1": "the functional group is not supported",
    "2": "the version of the functional group is not supported",
    "3": "the functional group trailer (GE) is missing",
    "4": "the control numbers of GS and GE do not match",
    "5": "the number of transaction sets in GE does not match the actual count",
    "6": "the group control number violates syntax",
    "19": "the group control number is not unique within the interchange",
}
# I18 interchange note code
INTERCHANGE_ERRORS = {
    "001": "the control numbers of ISA and IEA do not match",
    "006": "ISA names no sender (ISA06)",
    "008": "ISA names no receiver (ISA08)",
    "014": "the interchange date is invalid",
    "015": "the interchange time is invalid",
    "018": "the interchange control number is invalid",
    "021": "the number of groups in IEA does not match the actual count",
    "022": "the control structure is invalid",
    "023": "the interchange ends without its trailer (IEA)",
    "024": "the content of the interchange is invalid",
    "025": "the interchange control number occurred before in this file",
}
# 720 segment syntax error code
SEGMENT_ERRORS = {
    "1": "the segment identifier is not known",
    "2": "the segment does not belong in this transaction set",
    "3": "a mandatory segment is missing",
    "4": "the loop occurs more often than allowed",
    "5": "the segment occurs more often than allowed",
    "6": "the segment is not in a defined transaction set",
    "7": "the segment is not in its proper place",
    "8": "the segment has data element errors",
}
# 723 data element syntax error code
ELEMENT_ERRORS = {
    "1": "a mandatory element is missing",
    "2": "an element that others require is missing",
    "3": "there are too many elements",
    "4": "the element is too short",
    "5": "the element is too long",
    "6": "the element holds an invalid character",
    "7": "the code value is not in the code list",
    "8": "the date is invalid",
    "9": "the time is invalid",
    "10": "elements are present that exclude one another",
}


def interchange_error(code: str, detail: str = "", *, fatal: bool = False) -> EdiError:
    """Make an error of the interchange; most are reported (TA1 `E`) but reject nothing."""
    return EdiError(level="interchange", code=code, message=detail or INTERCHANGE_ERRORS[code], fatal=fatal)


def group_error(code: str, detail: str = "", *, fatal: bool = False, segment: str = "") -> EdiError:
    """Make an error of a group; its documents stand for themselves, so most reject nothing (`E`)."""
    message = detail or GROUP_ERRORS[code]
    return EdiError(level="group", code=code, message=message, segment=segment, fatal=fatal)


def set_error(
    code: str, detail: str = "", *, fatal: bool = True, at: tuple[str, int, int] = ("", 0, 0)
) -> EdiError:
    """Make an error of a document, with a 718 code; an empty code is for people only.

    `at` is the segment's tag, its position and the element.
    """
    segment, position, element = at
    return EdiError(
        level="document",
        code=code,
        message=detail or SET_ERRORS[code],
        segment=segment,
        position=position,
        element=element,
        fatal=fatal,
    )
