"""restore: a ledger was put back from a backup, and what is open in it waits for an operator."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from bridge.cli.context import AsJson, settings_of
from bridge.cli.output import complain, emit, say
from bridge.errors import BridgeError
from bridge.pipeline.spool import Spool

if TYPE_CHECKING:
    from bridge.config import Config
    from bridge.ledger.store import Ledger

BY_HAND = "an operator says so"


def restore(
    context: typer.Context,
    account: Annotated[str | None, typer.Option(metavar="A", help="Only this account.")] = None,
    release: Annotated[
        bool, typer.Option("--release", help="Everything was checked: send what is still held.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Mark the ledger as restored from a backup.

    Run it once the backup is in place. Everything open is held, since it may be at Amazon already, and
    numbers go on far beyond those of the backup. `show`, `resolve` and `rerun` settle single ones;
    --release sends the rest.
    """
    settings = settings_of(context)
    config = settings.config()
    if account is not None and account not in config.accounts:
        raise typer.BadParameter(f"there are {', '.join(config.accounts)}", param_hint="--account")
    chosen = [account] if account else list(config.accounts)
    with settings.ledger() as ledger:
        marked = {name: ledger.restored(name) is not None for name in chosen}
        told = {name: (_release if release else _mark)(config, ledger, name) for name in chosen}
    if as_json:
        emit({"released": release, "accounts": told})
        return
    for name, counts in told.items():
        counted = f"{counts['events']} events and {counts['submissions']} submissions"
        if release and not (marked[name] or any(counts.values())):
            say(f"Account {name} was not held for a restored ledger: there is nothing to release.")
        elif release:
            say(f"Account {name} sends again; released: {counted}.")
        else:
            say(f"Account {name} sends nothing; held or in doubt: {counted}.")
    if release and any(marked.values()):
        say("The daemon goes on, or `edibridge run`.")
    elif not release:
        say("Look at each order at Amazon: `edibridge batches --state attention`, `edibridge show BATCH`.")
        say(
            "Amazon has it: `edibridge resolve ID --sent TXID` for a submission, "
            "`edibridge resolve ID --event --drop REASON` for an event."
        )
        say("When everything was checked: `edibridge restore --release` sends the rest.")


def _vendors(config: Config, account: str) -> Sequence[str]:
    return [name for name, vendor in config.partners.items() if vendor.account == account]


def _mark(config: Config, ledger: Ledger, account: str) -> dict[str, int]:
    now, spool = datetime.now(UTC), Spool(config.bridge.spool)
    ledger.claim(account, now)  # what is being sent is in doubt from now on, and a late answer settles it
    fence = ledger.mark_restored(account, BY_HAND, now, epoch=spool.epoch(account))
    spool.note_epoch(account, fence.epoch)
    for vendor in _vendors(config, account):
        ledger.hold_open(fence, vendor, now)
    return _counts(ledger, _vendors(config, account))


def _release(config: Config, ledger: Ledger, account: str) -> dict[str, int]:
    from bridge.wiring import announced_elsewhere

    now = datetime.now(UTC)
    vendors = _vendors(config, account)
    counts = _counts(ledger, vendors)
    elsewhere = announced_elsewhere(config)
    ledger.release_restored(account)  # first: a daemon beside this holds nothing anew
    for vendor in vendors:
        held, doubted = ledger.held_restored(vendor)
        for submission in doubted:
            counts["submissions"] -= _refused(ledger.send_restored, submission, now)
        for event in held:
            counts["events"] -= _refused(ledger.release_event, event, now, elsewhere=elsewhere)
    return counts


def _refused(release: Callable[..., None], number: int, now: datetime, **more: object) -> bool:
    """Release one, and report where that cannot be; the others are released all the same."""
    try:
        release(number, now, **more)
    except BridgeError as error:
        complain(f"Still held: {error}")
        return True
    return False


def _counts(ledger: Ledger, vendors: Sequence[str]) -> dict[str, int]:
    found = [ledger.held_restored(vendor) for vendor in vendors]
    return {
        "events": sum(len(held) for held, _ in found),
        "submissions": sum(len(doubted) for _, doubted in found),
    }
