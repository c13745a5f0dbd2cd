"""The account of a round: what was dropped, against Amazon, the ledger and the vendors' folders."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from simulator.records import Accepted
from tests.crash.audit_files import audit_files
from tests.crash.audit_outbox import audit_outbox
from tests.crash.place import Place
from tests.crash.tasks import SAID_TWICE, half_purged
from tests.crash.trade import LABEL, UPDATE, Drop, Fact, expected_facts, first_drops

_TROUBLE = re.compile(
    r"Traceback|job_failed|drain_crashed|drain_failed|translation_failed|drop_folder_failed|not_delivered"
)


@dataclass(slots=True)
class Account:
    """What an audit found; `problems` are sentences, empty where all is as it should be."""

    documents: int = 0
    files: int = 0
    lost: int = 0
    twice: int = 0
    """Confirmations and label requests that Amazon took, with success, more than once."""
    repeated: int = 0
    """Status updates that Amazon took once more, as the policy allows."""
    corrected: int = 0
    """Facts that Amazon failed at first, and that an operator had sent again."""
    doubted: Counter[str] = field(default_factory=Counter)
    """Submissions that were in doubt for a while, by operation."""
    purged: int = 0
    spooled: int = 0
    delivered: Counter[str] = field(default_factory=Counter)
    """Files in the outboxes, by kind."""
    problems: list[str] = field(default_factory=list)

    def add(self, other: Account) -> None:
        """Add that of another round."""
        for name in ("documents", "files", "lost", "twice", "repeated", "corrected", "purged", "spooled"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.doubted += other.doubted
        self.delivered += other.delivered
        self.problems += other.problems


def audit(place: Place, drops: Sequence[Drop], said: Mapping[int, int] | None = None) -> Account:
    """Compare; the bridge must be through with its work.

    `said` tells how often an operator said a word that has a batch reported anew, by batch.
    """
    account = Account(documents=sum(drop.documents for drop in drops), files=len(drops))
    files = place.rows("SELECT * FROM files")
    account.purged = sum(row["purged_at"] is not None for row in files)
    account.spooled = len({row["spool_name"] for row in files} - {""})
    doubts = place.rows("SELECT operation, state FROM submissions WHERE doubted_at IS NOT NULL")
    account.doubted.update(row["operation"] for row in doubts)
    account.problems += [
        *(f"left in doubt: {row['operation']}" for row in doubts if row["state"] == "in_doubt"),
        *_amazon(account, place, drops),
        *_events(place, drops),
        *audit_files(place, drops),
        *audit_outbox(place, drops, said or {}, account.delivered),
        *([half] if (half := half_purged(place)) else []),
        *troubles_of(place.log),
    ]
    return account


def _fact_of(one: Accepted) -> Fact:
    if one.operation == UPDATE:
        return UPDATE, one.item["statusUpdateDetails"]["trackingNumber"]
    return one.operation, one.item["purchaseOrderNumber"]


def _amazon(account: Account, place: Place, drops: Sequence[Drop]) -> Iterator[str]:
    """Each fact reached Amazon, by its vendor's account and code; again only where it may."""
    expected, verdicts = expected_facts(drops), place.amazon.verdicts
    told: dict[Fact, list[str]] = defaultdict(list)
    doomed = {order for drop in drops for order in drop.doomed}
    for one in place.amazon.accepted:
        fact = _fact_of(one)
        told[fact].append(verdicts[one.transaction_id])
        vendor = expected.get(fact)
        whose = (one.account, one.item["sellingParty"]["partyId"])
        if vendor is not None and whose != (vendor.account, vendor.code):
            yield f"{fact} of {vendor.name} was told as {whose}"
    yield from (f"nobody dropped {fact}" for fact in sorted(told.keys() - expected.keys()))
    for fact in sorted(expected):
        taken, succeeded = len(told[fact]), told[fact].count("Success")
        failed = taken - succeeded
        account.lost += not succeeded
        account.corrected += fact[1] in doomed and bool(failed)
        if not succeeded:
            yield f"lost: {fact} never succeeded at Amazon, which took it {taken} times"
        if fact[0] == UPDATE:
            account.repeated += taken - succeeded + max(0, succeeded - 1)
            if failed:
                yield f"{fact} was told too early: Amazon failed it {failed} times"
            continue
        # What Amazon failed is sent again, alone or when it is corrected; what it took with success never.
        early = told[fact].index("Success") if succeeded else taken
        again = max(0, taken - early - 1)
        account.twice += again
        if again:
            yield f"twice: Amazon took {fact} {again} times more after it had succeeded"
    yield from _in_vain(place, doomed)


def _in_vain(place: Place, doomed: set[str]) -> Iterator[str]:
    """Amazon failed a fact once for its own sake, and with each other that takes its whole POST with it."""
    refused_in: dict[str, set[str]] = defaultdict(set)
    failed: dict[Fact, list[str]] = defaultdict(list)
    for one in place.amazon.accepted:
        fact = _fact_of(one)
        if fact[1] in doomed:
            refused_in[one.transaction_id].add(fact[1])
        if fact[0] != UPDATE and place.amazon.verdicts[one.transaction_id] != "Success":
            failed[fact].append(one.transaction_id)
    for fact, transactions in sorted(failed.items()):
        with_others = sum(bool(refused_in[one] - {fact[1]}) for one in transactions)
        if len(transactions) > with_others + (fact[1] in doomed):
            yield f"{fact} was sent {len(transactions)} times in vain, {with_others} with what is refused"


def _events(place: Place, drops: Sequence[Drop]) -> Iterator[str]:
    """Each fact is one event that succeeded, by a transaction in which Amazon took it."""
    verdicts = place.amazon.verdicts
    transactions = {
        (*_fact_of(one), one.transaction_id)
        for one in place.amazon.accepted
        if verdicts[one.transaction_id] == "Success"
    }
    expected, told = expected_facts(drops), Counter[Fact]()
    dropped: Counter[tuple[str, str]] = Counter()
    for row in place.rows(
        "SELECT e.*, f.sha256, s.amazon_transaction_id AS transaction_id, s.state AS sent FROM events e"
        " JOIN files f ON f.id = e.file_id LEFT JOIN submissions s ON s.id = e.submission_id"
        " WHERE e.state != 'replaced'"
    ):
        subject = "tracking_number" if row["operation"] == UPDATE else "purchase_order_number"
        fact = (row["operation"], row[subject])
        # A purge takes the reason: it may quote a document.
        if row["state"] == "refused" and row["reason"] in {SAID_TWICE, ""}:
            dropped[row["vendor"], row["sha256"]] += 1
            continue
        told[fact] += 1
        if row["state"] != "succeeded" or row["sent"] != "succeeded":
            yield f"event {row['id']} of {fact} is {row['state']} ({row['reason']}), sent: {row['sent']}"
        # A label found at Amazon settles its request without the transaction being known.
        elif (*fact, row["transaction_id"]) not in transactions and (
            fact[0] != LABEL or row["transaction_id"]
        ):
            yield f"event {row['id']} of {fact} names another's transaction {row['transaction_id']!r}"
        if fact in expected and row["vendor"] != expected[fact].name:
            yield f"event {row['id']} of {fact} is of {row['vendor']}"
    yield from (f"{fact} is no event of the ledger" for fact in sorted(expected.keys() - told.keys()))
    yield from (
        f"{fact} is {count} events" for fact, count in told.items() if count != 1 or fact not in expected
    )
    for key, drop in first_drops(drops).items():
        if dropped[key] != drop.repeated:
            yield f"{drop.name} has {dropped[key]} events that an operator dropped, not {drop.repeated}"


def troubles_of(log: str) -> Iterator[str]:
    """Report the lines of a log that no run should have."""
    yield from (f"the log says: {line[:400]}" for line in log.splitlines() if _TROUBLE.search(line))
