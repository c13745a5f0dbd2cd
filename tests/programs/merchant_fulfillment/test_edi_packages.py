"""Ship notices and orders in EDI at a stand-in Amazon: a label a package, whatever its siblings are."""

from __future__ import annotations

from bridge.programs.merchant_fulfillment.events import Dimensions, Weight
from bridge.programs.merchant_fulfillment.profile import PackageType
from tests.programs.merchant_fulfillment.conftest import ORDER, USUAL, Desk
from tests.system.traffic import x12


def package(number: int, weight: str = "TD1******G*2*LB") -> list[str]:
    """Return the loops of a package with one mug; its HL are numbered from it."""
    lines = [f"HL*{number}*2*P", "PO4**********12*9*4*IN", weight, f"MAN*GM*PACK{number}"]
    return [*filter(None, lines), f"HL*{number + 1}*{number}*I", "LIN*1*SK*MUG", "SN1**1*EA"]


def notice(number: int, *packages: list[str]) -> bytes:
    head = ["BSN*00*N1*20261122*0755*0001", "HL*1**S", "N1*SF*SHOP*92*WAREHOUSE", "HL*2*1*O", f"PRF*{ORDER}"]
    return x12("856", "SH", "004010", number, [[*head, *(line for one in packages for line in one)]])


def test_each_package_of_an_856_gets_its_label_and_a_bad_one_none_until_it_is_corrected(desk: Desk) -> None:
    desk.sets(purchase="buy", **USUAL)
    desk.order(MUG=2)
    desk.drop("a.edi", notice(1, package(3), package(5, weight="")))
    desk.passes(2, seconds=2)
    assert [state for state, _ in desk.events()[ORDER]] == ["succeeded", "refused"]
    assert len(desk.bought()) == 1
    assert any(b"AK5*A~" in data for data in desk.outbox("acknowledgements").values())
    told = b"".join(data for name, data in desk.outbox("statuses").items() if name.endswith(".csv"))
    assert b"the package has no weight" in told

    desk.drop("b.edi", notice(2, package(3), package(5)))
    desk.passes(2, seconds=2)
    assert [state for state, _ in desk.events()[ORDER]] == ["succeeded", "refused", "not_sent", "succeeded"]
    assert len(desk.bought()) == 2


def test_a_940_is_one_package_of_the_default_size(desk: Desk) -> None:
    desk.sets(
        purchase="buy",
        default_type=PackageType(dimensions=Dimensions("12", "9", "4", "inches")),
        default_weight=Weight("32", "oz"),
        **USUAL,
    )
    desk.prefers("x12-940-package")
    desk.order(MUG=2)
    body = [f"W05*N*1001*{ORDER}", "N1*WH*Shop*92*WAREHOUSE", "LX*1", "W01*2*EA**SK*MUG", "W76*2"]
    desk.drop("a.edi", x12("940", "OW", "004010", 1, [body]))
    desk.passes(2, seconds=2)
    assert [state for state, _ in desk.events()[ORDER]] == ["succeeded"]
    assert len(desk.bought()) == 1
