"""A thousand sets, seven broken in seven ways: the others reach Amazon, and the 997 says which did not."""

from __future__ import annotations

import re
from collections.abc import Callable

from tests.system.conftest import Site
from tests.system.traffic import order, ship_notice, x12

Breaking = Callable[[list[str]], list[str]]


def without(tag: str) -> Breaking:
    return lambda body: [segment for segment in body if not segment.startswith(tag)]


def instead(old: str, new: str) -> Breaking:
    return lambda body: [re.sub(old, new, segment) for segment in body]


# What is broken (567: the count in its trailer), and the AK3, AK4 or AK5 that must tell it.
BREAKINGS: dict[int, tuple[Breaking, str]] = {
    11: (without("BSN"), "AK3*BSN*2**3~"),
    123: (instead(r"^BSN\*00\*[0-9]+", "BSN*00*"), "AK4*2*396*1~"),
    234: (instead(r"^SN1\*\*2", "SN1**two"), "AK4*2*382*6*two~"),
    345: (instead(r"20261101\*0812", "20261341*0812"), "AK4*2*373*8*20261341~"),
    456: (instead(r"^HL\*4\*3\*I", "HL*4*9*I"), "AK3*HL*"),
    567: (lambda body: body, "AK5*R*4~"),
    678: (instead(r"^HL\*2\*1\*O", "HL*two*1*O"), "AK3*HL*"),
}


def test_the_993_good_ones_go_to_amazon_and_the_997_tells_of_the_seven(site: Site) -> None:
    bodies = [BREAKINGS[n][0](ship_notice(n)) if n in BREAKINGS else ship_notice(n) for n in range(1000)]
    data = x12("856", "SH", "004010", 1, bodies)
    site.configure("batch_size = 50")
    site.drop("856.edi", re.sub(rb"SE\*\d+\*0568~", b"SE*99*0568~", data))

    done = site.edibridge("run", "--settle")

    assert done.returncode == 1, done.stderr
    sent = {record.item["purchaseOrderNumber"] for record in site.amazon.accepted}
    assert sent == {order(n) for n in range(1000) if n not in BREAKINGS}
    (path,) = site.outbox("acknowledgements")
    told = path.read_text().replace("\n", "")
    assert "AK9*P*1000*1000*993~" in told
    assert told.count("AK5*R") == len(BREAKINGS)
    for number, (_, reason) in BREAKINGS.items():
        answer = re.search(rf"AK2\*856\*{number + 1:04}~(.*?AK5\*[A-Z][^~]*~)", told)
        assert answer, number
        assert reason in answer[1], (number, answer[1])
        assert "AK5*R" in answer[1]
