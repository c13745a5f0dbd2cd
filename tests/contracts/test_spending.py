"""Money: never more than a day's limit, never twice for one thing, and what is in doubt counts as spent."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest

from bridge.ledger.new_rows import NewEvent
from tests.contracts.programs.small_stamps import BUY, StampWanted
from tests.contracts.small import SmallSite, killed
from tests.spapi.server import Answer, json_answer

CUT = Answer(200, cut="in body", body=b"{}  ")


def wanted(site: SmallSite, *letters: str, whole: bool = True) -> int:
    """Take in a file by which a stamp is wanted for each of these letters; return its batch."""
    events = [
        NewEvent(
            operation=BUY,
            ordering_key=f"letter:{letter}",
            occurred_at=site.clock(),
            body=msgspec.json.encode(StampWanted(letter=letter, whole=whole)),
            purchase_order_number=letter,
        )
        for letter in letters
    ]
    return site.take_in(letters[0], events)


def states(site: SmallSite, batch: int) -> dict[str, str]:
    return {one.purchase_order_number: one.state for one in site.ledger.batch(batch).events}


def spent(site: SmallSite) -> tuple[str, str]:
    """Return what is spent today, and what is reserved or in doubt."""
    day = site.clock().astimezone().date()
    found = site.ledger.spent("acme", day) or site.ledger.spent("acme", day - timedelta(days=1))
    return (str(found[0].spent), str(found[0].reserved)) if found else ("0", "0")


def refused(code: str, message: str = "no") -> Answer:
    return json_answer(400, {"errors": [{"code": code, "message": message}]})


def test_what_is_bought_is_spent_at_what_amazon_charged_and_known_by_its_number(small: SmallSite) -> None:
    small.amazon.stamp_answers.append(
        json_answer(200, {"payload": {"letter": "A1", "price": "4.25", "stampId": "S1"}})
    )
    batch = wanted(small, "A1")
    small.drain()
    assert states(small, batch) == {"A1": "succeeded"}
    assert spent(small) == ("4.25", "0")
    assert small.outbox("stamps") == {"A1.S1.txt": "4.25\n"}
    assert small.ledger.trace("S1").submissions


def test_what_would_go_beyond_the_limit_of_the_day_is_held_and_goes_on_the_next(small: SmallSite) -> None:
    batch = wanted(small, "A1", "A2", "A3")
    small.drain()
    assert sorted(states(small, batch).values()) == ["held", "succeeded", "succeeded"]
    (held,) = [one for one in small.ledger.batch(batch).events if one.state == "held"]
    assert "it costs 4.00 USD: with the 8.00 USD" in held.reason
    assert "more than 10.00 USD a day" in held.reason
    small.ledger.release_event(held.id, small.clock())
    small.passes(minutes=1)
    assert len(small.amazon.stamps) == 2
    small.clock.now += timedelta(days=1)
    small.ledger.release_event(held.id, small.clock())
    small.drain()
    assert len(small.amazon.stamps) == 3


def test_what_is_in_doubt_counts_as_spent(small: SmallSite) -> None:
    small.amazon.stamp_answers.extend([CUT, CUT])
    first = wanted(small, "A1", "A2", whole=False)
    small.drain()
    second = wanted(small, "A3")
    small.drain()
    assert (set(states(small, first).values()), states(small, second)) == ({"grouped"}, {"A3": "held"})
    assert spent(small) == ("0", "8.00")


@pytest.mark.parametrize("taken", [True, False], ids=["taken", "not-taken"])
def test_what_may_be_sent_again_settles_its_doubt_by_that_and_is_bought_once(
    small: SmallSite, taken: bool
) -> None:
    small.amazon.stamp_answers.extend([CUT] if taken else [Answer(502), Answer(502)])
    small.amazon.offered = "2.00"
    batch = wanted(small, "A1")
    for _ in range(5):
        small.passes(minutes=2, seconds=5)
    assert states(small, batch) == {"A1": "succeeded"}
    assert len(small.amazon.stamps) == 1
    assert small.outbox("stamps") == {"A1.S1.txt": "2.00\n"}
    assert spent(small)[0] == "2.00"


def test_what_would_be_bought_twice_is_never_sent_again_but_left_to_an_operator(small: SmallSite) -> None:
    small.amazon.sells_again = True
    small.amazon.stamp_answers.append(CUT)
    batch = wanted(small, "A1", whole=False)
    for _ in range(9):
        small.passes(minutes=20)
    assert (states(small, batch), len(small.amazon.stamps)) == ({"A1": "grouped"}, 1)
    (doubt,) = small.ledger.in_doubt("acme")
    assert "a second one would be one more" in small.alerts()[f"in_doubt:{doubt.id}"]
    small.ledger.resolve(doubt.id, None, small.clock(), taken=True)
    assert spent(small) == ("4.00", "0")


def test_a_doubt_that_no_repetition_settles_is_left_to_an_operator(small: SmallSite) -> None:
    small.amazon.stamp_answers.extend([Answer(502)] * 9)
    small.amazon.offered = "2.00"
    wanted(small, "A1")
    for _ in range(9):
        small.passes(minutes=3)
    (doubt,) = small.ledger.in_doubt("acme")
    assert "sent 3 times again" in small.alerts()[f"in_doubt:{doubt.id}"]
    assert len(small.amazon.stamp_answers) == 5
    small.ledger.resolve(doubt.id, None, small.clock())
    assert spent(small) == ("0", "0")


def test_a_doubt_whose_repetition_the_limit_forbids_stays_one(small: SmallSite) -> None:
    small.amazon.offered = "6.00"
    small.amazon.stamp_answers.append(CUT)
    batch = wanted(small, "A1")
    for _ in range(3):
        small.passes(minutes=3)
    (doubt,) = small.ledger.in_doubt("acme")
    assert "more than 10.00 USD a day" in small.alerts()[f"in_doubt:{doubt.id}"]
    assert (states(small, batch), spent(small), len(small.amazon.stamps)) == (
        {"A1": "grouped"},
        ("0", "6.00"),
        1,
    )


@pytest.mark.parametrize("point", ["submit.intent_committed", "submit.posted"])
def test_a_kill_while_it_is_bought_buys_it_once(small: SmallSite, point: str) -> None:
    batch = wanted(small, "A1")
    killed(small, point)
    for _ in range(3):
        small.passes(minutes=2, seconds=5)
    assert (states(small, batch), len(small.amazon.stamps)) == ({"A1": "succeeded"}, 1)
    assert list(small.outbox("stamps")) == ["A1.S1.txt"]


def test_an_offer_that_is_gone_is_asked_for_anew_twice_and_then_held(small: SmallSite) -> None:
    small.amazon.stamp_answers.extend([refused("Gone")] * 3)
    batch = wanted(small, "A1")
    for _ in range(6):
        small.passes(seconds=10)
    (held,) = small.ledger.batch(batch).events
    assert (held.state, held.reason) == ("held", "its offer is gone")
    assert len(small.amazon.stamp_answers) == 0
    assert spent(small) == ("0", "0")
    small.ledger.release_event(held.id, small.clock())
    small.passes(minutes=1)
    assert len(small.amazon.stamps) == 1


def test_while_amazon_takes_nothing_it_waits_an_hour_and_operators_are_told(small: SmallSite) -> None:
    small.amazon.stamp_answers.append(refused("NoFunds"))
    batch = wanted(small, "A1")
    small.passes(seconds=1)
    small.passes(minutes=50)
    assert (len(small.amazon.stamps), states(small, batch)) == (0, {"A1": "grouped"})
    assert "there is no money left" in small.alerts()[f"stopped:main/{BUY}"]
    for _ in range(3):
        small.passes(minutes=10)
    assert (len(small.amazon.stamps), states(small, batch)) == (1, {"A1": "succeeded"})
    assert f"stopped:main/{BUY}" not in small.alerts()


def test_what_exists_without_a_doubt_is_somebody_elses_and_held(small: SmallSite) -> None:
    small.amazon.stamps.append({"letter": "A1", "price": "1.00", "stampId": "S1"})
    batch = wanted(small, "A1")
    small.drain()
    (held,) = small.ledger.batch(batch).events
    assert (held.state, held.reason) == ("held", "there is stamp S1 already")


def test_what_exists_after_a_doubt_and_is_another_is_left_to_an_operator(small: SmallSite) -> None:
    small.amazon.stamps.append({"letter": "A1", "price": "1.00", "stampId": "S1"})
    small.amazon.stamp_answers.append(Answer(502))
    small.amazon.another = "A2"
    wanted(small, "A1")
    for _ in range(5):
        small.passes(minutes=3)
    (doubt,) = small.ledger.in_doubt("acme")
    assert "S1 of it already, which is not what was to be sent" in small.alerts()[f"in_doubt:{doubt.id}"]
    assert small.amazon.bought == 2
