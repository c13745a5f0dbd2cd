"""Log lines at debug level hold no contents: no names, no addresses, no words of Amazon's, no secrets."""

from __future__ import annotations

import json

from tests.system.conftest import Site
from tests.system.traffic import carrier_status, order, ship_notice, x12

PERSON = "JANE ROE OF SESAME STREET"
WORDS = "cannot be delivered to Jane Roe in Sesame Street"


def test_debug_log_lines_hold_no_contents(site: Site) -> None:
    first, *rest = carrier_status(2)
    status = [first, f"N1*CN*{PERSON}", "N3*1 SESAME STREET", "N4*COLUMBUS*OH*43215*US", *rest]
    party = {"partyId": "ABCD", "address": {"name": PERSON, "addressLine1": "1 SESAME STREET"}}
    request = {"purchaseOrderNumber": order(3), "shipFromParty": party}
    site.amazon.fail_orders[order(1)] = ("INVALID", WORDS)
    site.drop("notice.edi", x12("856", "SH", "004010", 1, [ship_notice(1), ship_notice(2)]))
    site.drop("status.edi", x12("214", "QM", "004010", 2, [status]))
    site.drop("request.json", json.dumps(request).encode())
    done = site.edibridge("--log-level", "debug", "run", "--settle", "--timeout", "60")
    told = done.stderr
    assert "sqlalchemy" in told, "the debug level reaches the libraries"
    assert WORDS in site.edibridge("show", "1").stdout, "Amazon's words are told where they belong"
    for secret in (PERSON, "SESAME", "Jane Roe", *site.addresses.environment.values()):
        assert secret not in told, secret
