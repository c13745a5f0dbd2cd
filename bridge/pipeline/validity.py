"""How long an account's credentials are good: the authorization a year, the client secret half of one.

The alerts are the account's, not a vendor's, so that several vendors of one account raise each once.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

import structlog

from bridge.pipeline.alerts import AUTHORIZATION, CLIENT_SECRET
from bridge.pipeline.partner import CredentialDates, Partner

log = structlog.get_logger(__name__)

AUTHORIZATION_LASTS = timedelta(days=365)
SECRET_LASTS = timedelta(days=180)
WARNINGS = (30, 7, 1)
"""Days before the end at which an operator is told, each time anew."""
SEEN_EVERY = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Validity:
    """Since when an account's credentials are good, and until when; None: it is not known."""

    authorized_at: datetime | None
    authorization_ends: datetime | None
    secret_ends: datetime | None


def validity_of(recorded: datetime | None, dates: CredentialDates) -> Validity:
    """Return how long credentials are good; `recorded` is when `edibridge authorize` wrote the last one.

    Of that and what the configuration says the later day counts: each tells of one that was given.
    """
    told = [at for at in (recorded, _begin(dates.authorized_on)) if at is not None]
    authorized, made = max(told, default=None), _begin(dates.secret_made_on)
    return Validity(authorized, authorized and authorized + AUTHORIZATION_LASTS, made and made + SECRET_LASTS)


def warning_of(end: datetime, now: datetime) -> str:
    """Return the text that something ends soon, or has ended; empty while there is time."""
    left = end - now
    if left <= timedelta(0):
        return f"ended on {end:%Y-%m-%d}"
    due = [days for days in WARNINGS if left <= timedelta(days=days)]
    if not due:
        return ""
    return f"ends within {min(due)} day{'s' * (min(due) != 1)}, on {end:%Y-%m-%d}"


def review_validity(partner: Partner) -> None:
    """Raise and clear the alerts on credentials that end soon."""
    now, timers = partner.clock(), partner.state.timers
    if timers.validity_checked_at is not None and abs(now - timers.validity_checked_at) < SEEN_EVERY:
        return
    timers.validity_checked_at = now
    account = partner.account
    good = validity_of(partner.ledger.authorized_at(account), partner.credential_dates)
    renewal = f"then Amazon takes nothing of it. Renew it: edibridge authorize {account}"
    _tell(partner, AUTHORIZATION, good.authorization_ends, f"the authorization of account {account}", renewal)
    another = (
        "then Amazon takes nothing. Make another one at Amazon, put it where client_secret says, set "
        f"secret_made_on in [accounts.{account}], and reload the configuration"
    )
    _tell(partner, CLIENT_SECRET, good.secret_ends, f"the client secret of account {account}", another)


def _tell(partner: Partner, kind: str, end: datetime | None, what: str, then: str) -> None:
    now, account = partner.clock(), partner.account
    warning = warning_of(end, now) if end else ""
    wanted = [f"{what} {warning}; {then}"] if warning else []
    open_now = partner.ledger.alerts("", limit=10_000)
    told = [alert.message for alert in open_now if (alert.kind, alert.key) == (kind, account)]
    if told == wanted:
        return
    # Raised anew at each warning: who has put the first one aside hears of it again.
    partner.ledger.clear_alert(kind, "", account, now)
    for message in wanted:
        partner.ledger.raise_alert(kind, "", account, message, now, account=account)
        log.warning("credentials_end", account=account, kind=kind, on=f"{end:%Y-%m-%d}")


def _begin(day: date | None) -> datetime | None:
    return None if day is None else datetime.combine(day, time(), UTC)
