"""Whatever segments a document holds, mapping it gives results and never fails."""

from __future__ import annotations

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.edi.model import Document, Segment
from bridge.mapping import explain_profile, translate
from tests.golden import shipped_mappings
from tests.mapping.support import edifact, x12
from tests.mapping.test_positions_856 import NOTICE
from tests.mapping.test_positions_desadv import ADVICE
from tests.mapping.test_positions_status import CARRIER, TRANSPORT
from tests.programs.vendor_direct_fulfillment.test_label_requests import LINES, RESPONSE

BASES = [
    x12("856", NOTICE),
    x12("214", CARRIER),
    edifact("DESADV", ADVICE),
    edifact("IFTSTA", TRANSPORT),
    x12("855", f"BAK*00*AC*PO1*20260302\n{LINES}"),
    edifact("ORDRSP", RESPONSE.format("4", "LIN+1+3+1:EN'QTY+21:2'QTY+113:1'").replace("'", "\n")),
]


@st.composite
def documents(draw: st.DrawFn) -> Document:
    """Take segments of a good document away, double and shuffle them."""
    base = draw(st.sampled_from(BASES))
    picked: list[Segment] = draw(st.lists(st.sampled_from(list(base.segments)), max_size=30))
    return msgspec.structs.replace(base, segments=picked)


@given(documents())
@settings(max_examples=200, deadline=None)
def test_any_selection_of_segments_gives_facts(document: Document) -> None:
    found = translate(document, explain_profile(), shipped_mappings())
    assert found
    for one in found:
        assert one.summary
        assert not (one.hold and one.errors)
