"""Application advice and the other forms in which a vendor hears of verdicts."""

from __future__ import annotations

from tests.system.conftest import Site
from tests.system.traffic import despatch_advice, edifact, order, ship_notice, x12

NOTICES = x12("856", "SH", "004010", 1, [ship_notice(number) for number in (1, 2)])
DESPATCHES = edifact("DESADV", "96A", 1, [despatch_advice(number) for number in (3, 4)])


def test_x12_senders_get_an_824_and_edifact_senders_an_aperak_with_amazons_words(site: Site) -> None:
    config = site.config.read_text().replace(
        "carrier = {", 'status_files = ["824", "aperak", "csv"]\ncarrier = {'
    )
    site.config.write_text(config)
    for number in (1, 3):
        site.amazon.fail_orders[order(number)] = ("INVALID_ORDER_ID", "is unknown")
    site.drop("856.edi", NOTICES)
    site.drop("desadv.edi", DESPATCHES)

    assert site.edibridge("run", "--settle").returncode == 1

    told = {path.name: path.read_text() for path in site.outbox("statuses")}
    assert sorted(name.partition(".")[0] for name in told) == ["824", "856", "APERAK", "desadv"]
    advice = next(text for name, text in told.items() if name.startswith("824."))
    assert "OTI*TR*PO*PO0000001" in advice
    assert "INVALID_ORDER_ID" in advice
    assert "OTI*TA*PO*PO0000002" in advice
    error = next(text for name, text in told.items() if name.startswith("APERAK."))
    assert "RFF+ON:PO0000003" in error
    assert "INVALID" in error
    for name, text in told.items():
        if name.startswith(("824", "APERAK")):
            back = site.home / name
            back.write_text(text)
            assert site.edibridge("explain", str(back)).returncode == 0
