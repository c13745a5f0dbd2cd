"""What the X12 maps have beyond the tables of the standard, each with its reason."""

from __future__ import annotations

WAREHOUSE = {"940": "OW", "945": "SW", "944": "RE", "846": "IB"}
SETS = {
    "004010": {"856": "SH", "214": "QM", "855": "PR", "824": "AG", "997": "FA"} | WAREHOUSE,
    "004030": {"856": "SH", "214": "QM", "855": "PR", "824": "AG", "997": "FA"},
    "005010": {"856": "SH", "214": "QM", "855": "PR", "824": "AG", "997": "FA", "999": "FA"} | WAREHOUSE,
}
# In 004060 these two sets, and all of their segments, are as in 005010.
ALIASES = {"004010VICS": ("004010", ("856", "855", "940")), "004060": ("005010", ("856", "214"))}
CONTROL_VERSION = {"004010": "00401", "004030": "00403", "005010": "00501"}
NEWEST = "005010"
CLOSED = {"66", "623", "715", "716", "717"}
# Lists that partners do not keep to: TD512 holds whatever names a service, Amazon's ship method among them.
# What a status is called is the status tables' affair: an unknown one is held.
OPEN = {"143", "284", "1650", "1651", "1652"}
# Values of no release, or of an earlier one, that partners send, and by which they mean what they say.
ALSO = {
    "66": ("01",),  # D-U-N-S as element I05 has it
    "363": ("GFT",),  # a gift message below W01 of a 940: our own
}
MANY = 9999
# Lengths and types where the table names the element and no more (X12 data dictionary).
KNOWN = {
    "80": ("N0", 1, 7),
    "81": ("R", 1, 10),
    "183": ("R", 1, 8),
    "212": ("R", 1, 17),
    "280": ("R", 4, 10),
    "330": ("R", 1, 15),
    "329": ("ID", 1, 9),
    "337": ("TM", 4, 8),
    "354": ("N0", 1, 6),
    "356": ("N0", 1, 6),
    "357": ("R", 1, 8),
    "380": ("R", 1, 15),
    "382": ("R", 1, 10),
    "408": ("R", 1, 4),
    "646": ("R", 1, 15),
    "649": ("R", 1, 10),
    "739": ("R", 1, 20),
    "740": ("R", 1, 20),
    "741": ("R", 1, 20),
    "782": ("R", 1, 18),
    "954": ("R", 1, 10),
}
# Partners number their sets 1, 2, 3, and an acknowledgement must echo that.
WIDENED = {"329", "337"}
# Components of composites: (element, mandatory).
COMPOSITES = {
    "C001": [("355", True), ("1018", False), ("649", False)]
    + [("355", False), ("1018", False), ("649", False)] * 4,
    "C030": [("722", True), ("1528", False), ("1686", False)],
    "C040": [("128", True), ("127", True)] + [("128", False), ("127", False)] * 2,
}
COMPONENTS = {
    "355": ("ID", 2, 2),
    "1018": ("R", 1, 15),
    "649": ("R", 1, 10),
    "722": ("N0", 1, 2),
    "1528": ("N0", 1, 2),
    "1686": ("N0", 1, 4),
    "128": ("ID", 2, 3),
    "127": ("AN", 1, 50),
    "": ("AN", 1, 264),
}
COMPOSITE_AT = {"AK401": "C030", "IK401": "C030", "REF04": "C040", "N907": "C040"}
# The tables have no 999: the implementation acknowledgement of 005010 (005010X231).
STRUCTURE_999 = [
    ("", "ST", "1", "1", "loop"),
    ("ST", "AK1", "1", "1", ""),
    ("ST", "AK2", "0", "99999", "loop"),
    ("ST/AK2", "IK3", "0", "99999", "loop"),
    ("ST/AK2/IK3", "CTX", "0", "10", ""),
    ("ST/AK2/IK3", "IK4", "0", "99", "loop"),
    ("ST/AK2/IK3/IK4", "CTX", "0", "10", ""),
    ("ST/AK2", "IK5", "1", "1", ""),
    ("ST", "AK9", "1", "1", ""),
    ("ST", "SE", "1", "1", ""),
]
SEGMENTS_999 = [
    ("IK3", "01", "721", "Segment ID Code", "M", "ID", "2", "3"),
    ("IK3", "02", "719", "Segment Position in Transaction Set", "M", "N0", "1", "10"),
    ("IK3", "03", "447", "Loop Identifier Code", "O", "AN", "1", "6"),
    ("IK3", "04", "620", "Implementation Segment Syntax Error Code", "O", "ID", "1", "3"),
    ("IK4", "01", "C030", "Position in Segment", "M", "composite", "", ""),
    ("IK4", "02", "725", "Data Element Reference Number", "O", "N0", "1", "4"),
    ("IK4", "03", "621", "Implementation Data Element Syntax Error Code", "M", "ID", "1", "3"),
    ("IK4", "04", "724", "Copy of Bad Data Element", "O", "AN", "1", "99"),
    ("IK5", "01", "717", "Transaction Set Acknowledgment Code", "M", "ID", "1", "1"),
    *[
        ("IK5", f"{n:02}", "618", "Implementation Transaction Set Syntax Error Code", "O", "ID", "1", "3")
        for n in range(2, 7)
    ],
]
# Sets whose optional segments and loops are taken from the other release where their own table lacks them
# (a greater number of repeats, too). Mandatory is only what a release's own table says.
UNITED = {
    "214": "the 005010 table lacks the header's L11, MAN, K1 and N1 and the line's CD3, PRF and SPO, the"
    " 004010 table the line's N1 and the status' K1 and M7; carriers send them under either release",
    "855": "004010 has N9/MSG, 005010 N9/MTX; suppliers who moved to 005010 still send MSG",
    "856": "004010 allows one LH4, 005010 four",
    "824": "005010 has TED/CTX",
    "940": "005010 has N9 below LX, several W6 and AMT, and whole addresses below W01",
}
# (set, loop, after, segment, repeats, reason): segments that neither table has there.
ADDED = [
    ("214", "ST", "K1", "G62", 10, "pickup and delivery dates in the header instead of below an N1"),
    ("214", "ST/N1", "N4", "G62", 10, "carriers give several dates of a stop, each with its qualifier"),
    ("214", "ST/LX/N1", "N4", "G62", 10, "the same below a line"),
    ("214", "ST/N1", "N1", "N2", 2, "the 856 has two: a name of more than two lines is no mistake"),
    ("214", "ST/LX/N1", "N1", "N2", 2, "the same below a line"),
]
# (segment, element): (least, most, reason).
LENGTHS = {
    ("TD5", 12): (
        1,
        35,
        "in place of a service level (284, ID 2/2), Amazon's ship method: UPS_GR_RES",
    ),
}
# In 004010 the rows of these segments are shifted against their elements: 005010 has them right.
SHIFTED = {"LFH", "LH1", "LH2", "LH3", "LH4"}
