"""What an event type says right before a call is the last word: nothing is sent against it."""

from __future__ import annotations

from tests.contracts.small import SmallSite


def test_what_is_not_sendable_is_held_even_where_an_operator_releases_it(small: SmallSite) -> None:
    batch, other = small.place("A1", pieces=0), small.place("A2")
    small.drain()
    (held,) = small.ledger.batch(batch).events
    assert (held.state, held.reason) == ("held", "there is nothing in it")
    small.ledger.release_event(held.id, small.clock())
    small.passes(minutes=1)
    (again,) = small.ledger.batch(batch).events
    assert (again.state, again.reason) == ("held", "there is nothing in it")
    told = [
        one.body for one in small.amazon.requests if one.method == "POST" and one.path.startswith("/small/")
    ]
    assert told == [b'{"orderId":"A2","pieces":2}']
    assert small.ledger.batch(other).events[0].state == "succeeded"
