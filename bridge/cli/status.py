"""The status of each vendor, and what an operator has to do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from bridge.cli.advice import REJECTED, STATES, advice_on, advice_on_held
from bridge.cli.lines import Line
from bridge.cli.money import money_of, money_words
from bridge.cli.output import cell
from bridge.cli.words import alert_words, counted

if TYPE_CHECKING:
    from bridge.config import Config
    from bridge.ledger.read_models import AlertRow, BatchView, FollowUpCounts
    from bridge.ledger.rows import SnapshotState
    from bridge.ledger.store import Ledger
    from bridge.pipeline.validity import Validity

RECENT = timedelta(hours=24)
"""So long a batch with rejected documents, or invalid or rejected events, asks for attention."""
_KINDS = ("files", "events", "submissions", "outbound")
_TITLES = {"files": "files", "events": "events", "submissions": "submissions", "outbound": "outbox"}
_NAMED = 5


def status_of(config: Config, ledger: Ledger, vendors: Sequence[str]) -> dict[str, Any]:
    """Gather how vendors stand: {"attention", "vendors", "accounts", "paused_accounts", "alerts"}."""
    from bridge.adapters import credential_dates_of
    from bridge.pipeline.validity import validity_of

    counts, now = ledger.counts(), datetime.now(UTC)
    told = {
        name: _of_vendor(ledger, name, counts.get(name, {}), now)
        | {"money": money_of(config, ledger, name, now)}
        for name in vendors
    }
    accounts = sorted({config.partners[name].account for name in vendors})
    alerts = [
        alert
        for alert in ledger.alerts()
        if alert.vendor in vendors or (not alert.vendor and alert.account in accounts)
    ]
    pauses = {
        account: {"until": pause.until, "reason": pause.reason}
        for account in accounts
        if (pause := ledger.pause(account, now)) is not None
    }
    good = {
        name: validity_of(ledger.authorized_at(name), credential_dates_of(config.accounts[name]))
        for name in accounts
    }
    attention = bool(alerts or pauses or any(vendor["attention"] for vendor in told.values()))
    return {
        "attention": attention,
        "vendors": told,
        "accounts": good,
        "paused_accounts": pauses,
        "alerts": alerts,
    }


def _of_vendor(
    ledger: Ledger, vendor: str, counts: dict[str, dict[str, int]], now: datetime
) -> dict[str, Any]:
    last = ledger.batches(vendor=vendor, limit=1)
    troubled = ledger.troubled_since(vendor, now - RECENT)
    verifying = ledger.verifying(vendor)
    waiting = any(_needing(counts, verifying, kind, state) for kind, state in STATES)
    return {
        "attention": bool(waiting or troubled),
        "oldest": ledger.ages(vendor),
        "verifying": verifying,
        "delayed": _delayed(ledger, vendor, now),
        "held": ledger.held_summary(vendor),
        "follow_ups": ledger.follow_up_counts(vendor),
        "snapshots": ledger.snapshots(vendor),
        "last_file": {"batch": last[0].id, "name": last[0].name, "received_at": last[0].received_at}
        if last
        else None,
        **{kind: counts.get(kind, {}) for kind in _KINDS},
        "troubled_batches": [_troubled(view) for view in troubled],
    }


def _needing(counts: dict[str, dict[str, int]], verifying: int, kind: str, state: str) -> int:
    """Return how many ask for attention by their state; a doubt about which Amazon is asked does not."""
    count = counts.get(kind, {}).get(state, 0)
    return max(0, count - verifying) if (kind, state) == ("submissions", "in_doubt") else count


def _delayed(ledger: Ledger, vendor: str, now: datetime) -> dict[str, Any]:
    """Return how many events wait for their own time, and when the first of them goes."""
    events, first = ledger.delayed(vendor, now)
    return {"events": events, "first": first}


def _troubled(view: BatchView) -> dict[str, Any]:
    return {
        "batch": view.id,
        "name": view.name,
        "received_at": view.received_at,
        "documents": view.documents,
        "rejected": view.rejected,
        "events": {state: view.events.get(state, 0) for state in ("refused", "failed")},
    }


def status_lines(told: dict[str, Any]) -> Iterator[Line]:
    """Render how vendors stand."""
    for name, vendor in told["vendors"].items():
        yield Line(name, "title")
        yield from _vendor(vendor)
        yield Line("")
    known = {account: words for account, good in told["accounts"].items() if (words := validity_words(good))}
    for account, words in known.items():
        yield Line(f"Account {account}: {words}", rest="  ")
    if known:
        yield Line("")
    for account, pause in told["paused_accounts"].items():
        text = f"Account {account} sends nothing until {cell(pause['until'])}: {pause['reason']}"
        yield Line(text, rest="  ", style="bad")
    if told["alerts"]:
        yield Line("Alerts", "title")
    for alert in told["alerts"]:
        whose, kind = alert.vendor or alert.account, alert_words(alert.kind)
        head = f"{cell(alert.raised_at)} {whose} {kind}: {alert.message}"
        yield Line(head, first="  ", rest="    ", style="bad")
        yield _to_do(_advice_on(alert, told["vendors"]))
    if told["alerts"] or told["paused_accounts"]:
        yield Line("")
    if told["attention"]:
        yield Line(f"Manual action needed: {_first_step(told)}", rest="  ", style="bad")
    else:
        yield Line("All is well.", "good")


def _advice_on(alert: AlertRow, vendors: dict[str, Any]) -> str:
    held = vendors.get(alert.vendor, {}).get("held") if alert.kind == "held" else None
    return advice_on_held(held.batch, held.event, held.sendable) if held else advice_on(alert.kind, alert.key)


def _first_step(told: dict[str, Any]) -> str:
    """Return the advice that knows its numbers best: an alert's, else that of what is counted."""
    steps = [_advice_on(alert, told["vendors"]) for alert in told["alerts"]]
    steps += [advice for vendor in told["vendors"].values() for _, advice in _troubles(vendor)]
    return next(iter(steps), "`edibridge check --connect`")


def _vendor(vendor: dict[str, Any]) -> Iterator[Line]:
    last = vendor["last_file"]
    seen = f"{last['name']}, {cell(last['received_at'])}, batch {last['batch']}" if last else "none yet"
    yield _fact("last file", seen)
    open_work = {_TITLES[kind]: counted(vendor[kind], kind) for kind in _KINDS}
    for title, counts in open_work.items():
        if counts:
            yield _fact(title, counts)
    if not any(open_work.values()):
        yield _fact("open", "nothing")
    if vendor["delayed"]["events"]:
        yield _fact("of these", delayed_words(**vendor["delayed"]))
    if vendor["follow_ups"].open:
        yield _fact("followed", followed_words(vendor["follow_ups"]))
    for words in money_words(vendor["money"]):
        yield _fact("spent", words)
    for one in vendor["snapshots"]:
        yield _fact(one.name, snapshot_words(one))
    for trouble, advice in _troubles(vendor):
        yield Line(trouble, first="  ! ", rest="    ", style="bad")
        yield _to_do(advice)


def _troubles(vendor: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield what needs manual action of a vendor's, each with the advice on it."""
    for (kind, state), (meaning, advice) in STATES.items():
        if count := _needing(vendor, vendor["verifying"], kind, state):
            noun = "file" if kind == "outbound" else kind.removesuffix("s")
            since = vendor["oldest"].get(state)
            age = f"; the oldest since {cell(since)}" if since else ""
            yield f"{count} {noun}{'s' * (count != 1)} {meaning}{age}", advice
    if vendor["troubled_batches"]:
        yield _of_troubled(vendor["troubled_batches"]), REJECTED


def validity_words(good: Validity) -> str:
    """Write until when an account's credentials are good, as far as that is known."""
    told = []
    if good.authorized_at is not None and good.authorization_ends is not None:
        until = f"{good.authorization_ends:%Y-%m-%d}"
        told.append(f"authorized on {good.authorized_at:%Y-%m-%d}, until {until}")
    if good.secret_ends:
        told.append(f"its client secret is good until {good.secret_ends:%Y-%m-%d}")
    return "; ".join(told)


def delayed_words(events: int, first: datetime) -> str:
    """Write how many events wait for their own time, and until when."""
    if events == 1:
        return f"1 event waits for its own time, until {cell(first)}"
    return f"{events} events wait for their own time, the first until {cell(first)}"


def followed_words(counts: FollowUpCounts) -> str:
    """Write how much Amazon is asked about, and how much of it cannot be looked at."""
    failing = f", {counts.failing} cannot be looked at ({counts.reason})" if counts.failing else ""
    return f"{counts.open} at Amazon{failing}"


def snapshot_words(one: SnapshotState) -> str:
    """Write when a list was told last that is told once a day, and what keeps the next one."""
    told = f"told {cell(one.told_at)}, {one.told_count} in it" if one.told_at else "never told"
    held = f"; one of {one.held_count} is held since {cell(one.held_at)}" if one.held_at else ""
    broken = f"; read again after {one.failures} that broke: {one.reason}" if one.failures else ""
    return told + held + broken


def _of_troubled(batches: list[dict[str, Any]]) -> str:
    documents = sum(batch["rejected"] for batch in batches)
    events = sum(sum(batch["events"].values()) for batch in batches)
    named = ", ".join(f"{batch['batch']} ({batch['name']})" for batch in batches[:_NAMED])
    more = f" and {len(batches) - _NAMED} more" if len(batches) > _NAMED else ""
    what = [f"{documents} document{'s' * (documents != 1)} rejected"] if documents else []
    what += [f"{events} event{'s' * (events != 1)} invalid or rejected by Amazon"] if events else []
    which = "batch" if len(batches) == 1 else "batches"
    return f"in the last 24 hours {' and '.join(what)}, in {which} {named}{more}"


def _fact(name: str, text: str) -> Line:
    return Line(text, first=f"  {name:<12}", rest=" " * 14)


def _to_do(advice: str) -> Line:
    return Line(advice, first="    -> ", rest="       ", style="words")
