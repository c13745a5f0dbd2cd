"""What a document wants done with a package: quoted and bought in turn, and each bought once."""

from __future__ import annotations

from tests.programs.merchant_fulfillment.conftest import ORDER, USUAL, Desk, row


def test_a_package_that_was_quoted_is_bought_when_it_comes_again_and_then_no_more(desk: Desk) -> None:
    desk.sets(purchase="buy", **USUAL)
    desk.order()
    desk.takes(row(action="quote"))
    assert (len(desk.bought()), len(desk.outbox("quotes"))) == (0, 1)
    desk.takes(row(action="buy"), name="again.csv")
    desk.takes(row(), name="more.csv")
    assert len(desk.bought()) == 1
    told = desk.events()[ORDER]
    assert [state for state, _ in told] == ["not_sent", "succeeded", "not_sent"]
    assert "a duplicate of event 2" in told[2][1]
    desk.takes(row(pieces=2), name="other.csv")
    assert "has the number of package 1 of order" in desk.events()[ORDER][3][1]
    assert len(desk.bought()) == 1


def test_a_document_buys_nothing_where_the_seller_only_quotes(desk: Desk) -> None:
    desk.order()
    desk.takes(row(action="buy"))
    assert desk.bought() == []
    assert [state for state, _ in desk.events()[ORDER]] == ["not_sent"]
