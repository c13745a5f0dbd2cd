"""An authorization ends after a year, a client secret after half of one: an operator is told in time."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from bridge.domain.outcomes import Outcome
from bridge.ledger.read_models import AlertRow
from bridge.pipeline.alerts import TRIES_IN_VAIN, is_told
from bridge.pipeline.partner import CredentialDates, Partner
from bridge.pipeline.state import PartnerState
from bridge.pipeline.validity import review_validity, validity_of
from tests.pipeline.stubs import Clock, StubAmazon, drained, drop, partner_with
from tests.system.traffic import ship_notice, x12

GIVEN = datetime(2026, 1, 10, tzinfo=UTC)


@pytest.fixture
def amazon() -> StubAmazon:
    return StubAmazon()


@pytest.fixture
def partner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, amazon: StubAmazon) -> Partner:
    made = partner_with(tmp_path, monkeypatch, amazon)
    return replace(made, credential_dates=CredentialDates(authorized_on=GIVEN.date()))


def alerts(partner: Partner, *, open_only: bool = True) -> list[AlertRow]:
    return partner.ledger.alerts("", open_only=open_only)


def on_day(partner: Partner, days: int, given: datetime = GIVEN) -> list[str]:
    """Drain once so many days after the credentials were given; return what is then told."""
    assert isinstance(partner.clock, Clock)
    partner.clock.now = given + timedelta(days=days, minutes=1)
    drained(partner, rounds=1)
    return [alert.message for alert in alerts(partner)]


def test_the_end_of_an_authorization_is_told_30_7_and_1_days_before(partner: Partner) -> None:
    assert on_day(partner, 334) == []
    (first,) = on_day(partner, 335)
    assert first.startswith("the authorization of account main ends within 30 days, on 2027-01-10; ")
    assert first.endswith("Renew it: edibridge authorize main")
    assert on_day(partner, 357) == [first]
    assert ["within 7 days" in text for text in on_day(partner, 358)] == [True]
    assert ["within 1 day, on 2027-01-10" in text for text in on_day(partner, 364)] == [True]
    assert ["ended on 2027-01-10" in text for text in on_day(partner, 366)] == [True]
    assert len(alerts(partner, open_only=False)) == 4, "each warning is an alert of its own"


def test_the_alert_is_over_when_the_account_is_authorized_again(partner: Partner) -> None:
    assert on_day(partner, 360)
    now = partner.clock()
    partner.ledger.record_authorized("main", now, now, clears=["authorization"])
    assert alerts(partner) == []
    assert on_day(partner, 361) == []
    assert ["ends within 30 days" in text for text in on_day(partner, 335, now)] == [True]


def test_the_alert_is_over_when_the_configuration_says_so(partner: Partner) -> None:
    assert on_day(partner, 360)
    later = CredentialDates(authorized_on=(GIVEN + timedelta(days=359)).date())
    reloaded = replace(partner, credential_dates=later, state=PartnerState())
    reloaded.state.fetching.due_at = float("inf")
    assert on_day(reloaded, 360) == []


def test_the_end_of_a_client_secret_is_told_30_7_and_1_days_before(partner: Partner) -> None:
    partner = replace(partner, credential_dates=CredentialDates(secret_made_on=GIVEN.date()))
    assert on_day(partner, 149) == []
    for day, words in ((150, "within 30 days, on 2026-07-09"), (173, "within 7"), (179, "within 1 day,")):
        (told,) = on_day(partner, day)
        assert told.startswith(f"the client secret of account main ends {words}")
        assert "secret_made_on in [accounts.main]" in told


def test_nothing_is_told_where_nothing_is_known(partner: Partner) -> None:
    assert on_day(replace(partner, credential_dates=CredentialDates()), 4000) == []


def test_vendors_of_one_account_tell_it_once(partner: Partner) -> None:
    assert isinstance(partner.clock, Clock)
    partner.clock.now = GIVEN + timedelta(days=360)
    for one in (partner, replace(partner, vendor="bmce", state=PartnerState())):
        review_validity(one)
    (told,) = alerts(partner, open_only=False)
    assert (told.vendor, told.account, told.key) == ("", "main", "main")


def test_of_two_days_the_later_one_counts() -> None:
    said = CredentialDates(authorized_on=date(2026, 3, 1))
    assert validity_of(GIVEN, said).authorized_at == datetime(2026, 3, 1, tzinfo=UTC)
    assert validity_of(datetime(2026, 5, 1, tzinfo=UTC), said).authorized_at == datetime(
        2026, 5, 1, tzinfo=UTC
    )
    assert validity_of(None, CredentialDates()).authorization_ends is None


def test_an_authorization_ends_the_accounts_pause_and_takes_nothing_over(
    partner: Partner, tmp_path: Path, amazon: StubAmazon
) -> None:
    amazon.answer = lambda _items: Outcome(kind="unauthorized", reason="invalid_grant")
    drop(tmp_path, "notice.edi", x12("856", "SH", "004010", 1, [ship_notice(1)]))
    drained(partner, rounds=1)
    now = partner.clock()
    assert partner.ledger.pause("main", now)
    assert is_told(partner, "credentials", "main")
    partner.ledger.record_authorized("main", now - timedelta(days=3), now, clears=["credentials"])
    assert partner.ledger.pause("main", now) is None
    assert "credentials" not in {alert.kind for alert in partner.ledger.alerts("acme")}
    assert partner.ledger.authorized_at("main") == now - timedelta(days=3)
    partner.ledger.check(partner.fence)
    amazon.answer = lambda _items: Outcome(kind="not_taken", reason="no line")
    drained(partner, rounds=TRIES_IN_VAIN + 1)
    assert is_told(partner, "sending", ""), "the alert that was cleared beside us hides no other"
    amazon.answer = None
    drained(partner, rounds=4)
    assert len(amazon.items) == 1
