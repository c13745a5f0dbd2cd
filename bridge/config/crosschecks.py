"""Checks that span several keys. They read the raw tables, so that a mistake elsewhere hides none of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path, PurePath, PurePosixPath
from typing import Any, Literal

from bridge.config.account import Account
from bridge.programs.registry import installed
from bridge.spapi.consent import COUNTRIES
from bridge.spapi.endpoints import REGIONS
from bridge.toml_lines import Place

Complaint = tuple[Place, str]
Raw = dict[str, Any]

PARTNERS: tuple[Literal["vendors", "sellers"], ...] = ("vendors", "sellers")
"""The tables of trading partners."""
FOLDERS = ("inbox", "archive", "quarantine", "outbox")


def cross_checks(raw: Raw, folder: Path) -> Iterator[Complaint]:
    """Yield every complaint, as a place and a message. `folder` is that of the configuration file."""
    accounts, vendors = table(raw, "accounts"), table(raw, "vendors")
    partners = [(kind, name) for kind in PARTNERS for name in table(raw, kind)]
    if not accounts:
        yield ("accounts",), "no [accounts.A] table: nothing can be sent to Amazon"
    if not partners:
        yield ("vendors",), "no [vendors.V] or [sellers.S] table: there is nothing to do"
    for name in accounts:
        yield from _country(table(accounts, name), ("accounts", name))
    for kind, name in partners:
        partner, place = table(table(raw, kind), name), (kind, name)
        if kind == "sellers" and name in vendors:
            yield place, f"[vendors.{name}] has this name, too; give each partner a name of its own"
        yield from _account(partner, accounts, place)
        yield from _choices(partner, accounts, place)
        yield from _one_drop_folder(partner, place)
        yield from _sftp(partner, place)
        yield from _local(partner, place, folder)
        yield from _schedule(partner, place)
    yield from _shared_inboxes(
        [((kind, name), table(table(raw, kind), name)) for kind, name in partners], folder
    )
    for kind in PARTNERS:
        yield from _shared_values(table(raw, kind), kind)
    yield from _shared_codes(vendors)
    yield from _documents_of_others(vendors)


def table(raw: Raw, key: str) -> Raw:
    """Return a table of the raw configuration; an empty one where there is none, or something else."""
    found = raw.get(key)
    return found if isinstance(found, dict) else {}


def _account(vendor: Raw, accounts: Raw, place: Place) -> Iterator[Complaint]:
    name = vendor.get("account")
    if isinstance(name, str) and name and name not in accounts:
        known = f"there are {', '.join(accounts)}" if accounts else "there is none"
        yield (*place, "account"), f"no such account: [accounts.{name}] is missing; {known}"


def _country(account: Raw, place: Place) -> Iterator[Complaint]:
    known, region = COUNTRIES.get(_text(account, "country", "")), _text(account, "region", "")
    if known and region in REGIONS and known.region != region:
        yield (*place, "country"), f'is not of this region: set region = "{known.region}", or another country'


def _choices(vendor: Raw, accounts: Raw, place: Place) -> Iterator[Complaint]:
    """Complain of an operation that is chosen where the account's version of the API has it not."""
    account = _text(vendor, "account", "")
    default = str(Account.model_fields["api_version"].default)
    version = _text(table(accounts, account), "api_version", default)
    choices = (one.choices for one in installed().settings(str(place[0])))
    for key, words in (chosen for one in choices for chosen in one.items()):
        word = _text(vendor, key, "")
        if word in words and (served := installed().served_in(words[word], version)):
            message = (
                f'"{word}" needs Amazon\'s API in version {" or ".join(served)}: set api_version = '
                f'"{served[-1]}" in [accounts.{account}] (it is {version}), or choose another {key}'
            )
            yield (*place, key), message


def _one_drop_folder(vendor: Raw, place: Place) -> Iterator[Complaint]:
    match [key for key in ("sftp", "local") if key in vendor]:
        case []:
            yield place, f"has no drop folder: add [{'.'.join(map(str, place))}.sftp] or .local"
        case ["sftp", "local"]:
            yield (*place, "local"), "has two drop folders: keep [...sftp] or [...local], not both"


def _sftp(vendor: Raw, place: Place) -> Iterator[Complaint]:
    if not isinstance(vendor.get("sftp"), dict):
        return
    sftp, place = vendor["sftp"], (*place, "sftp")
    match [key for key in ("private_key", "password") if key in sftp]:
        case []:
            yield place, "cannot log in: set private_key or password"
        case ["private_key", "password"]:
            yield (*place, "password"), "set private_key or password, not both"
    match [key for key in ("known_hosts", "host_key") if key in sftp]:
        case []:
            yield place, "cannot know the server: set known_hosts or host_key (ssh-keyscan prints it)"
        case ["known_hosts", "host_key"]:
            yield (*place, "host_key"), "set known_hosts or host_key, not both"
    if "passphrase" in sftp and "private_key" not in sftp:
        yield (*place, "passphrase"), "opens a private_key, and there is none"
    yield from _distinct({name: PurePosixPath(_text(sftp, name, name)) for name in FOLDERS}, place)


def _local(vendor: Raw, place: Place, folder: Path) -> Iterator[Complaint]:
    if not isinstance(vendor.get("local"), dict):
        return
    local, place = vendor["local"], (*place, "local")
    missing = [name for name in FOLDERS if name not in local]
    if missing and "root" not in local:
        yield place, f"set root, or {', '.join(missing)} too"
        return
    yield from _distinct(_local_folders(local, folder), place)


def _local_folders(local: Raw, folder: Path) -> dict[str, PurePath]:
    root = folder / _text(local, "root", "")
    return {
        name: (folder / local[name]) if isinstance(local.get(name), str) else root / name for name in FOLDERS
    }


def _distinct(folders: dict[str, PurePath], place: Place) -> Iterator[Complaint]:
    """Nothing may be put where files are taken from, nor may two purposes share a folder.

    Nested is fine the one way round that is usual, `inbox/archive`, since folders in the inbox are
    not looked at; an inbox inside another folder would take in what the bridge puts there.
    """
    for index, name in enumerate(FOLDERS):
        for other in FOLDERS[:index]:
            if folders[name] == folders[other]:
                yield (*place, name), f"is the same folder as {other}"
    for name in FOLDERS[1:]:
        if folders[name] in folders["inbox"].parents and folders[name] != folders["inbox"]:
            yield (*place, name), "must not hold the inbox"


def _schedule(vendor: Raw, place: Place) -> Iterator[Complaint]:
    if {"poll", "cron"} <= table(vendor, "schedule").keys():
        yield (*place, "schedule", "cron"), "set poll or cron, not both"


def _shared_inboxes(partners: list[tuple[tuple[str, str], Raw]], folder: Path) -> Iterator[Complaint]:
    """Two partners on one inbox would take each other's files."""
    seen: dict[tuple[str, ...], str] = {}
    for place, partner in partners:
        for kind, inbox in _inbox(partner, folder):
            if inbox in seen:
                yield (*place, kind), f"has the same server, user and inbox as [{seen[inbox]}]"
            seen.setdefault(inbox, ".".join(place))


def _inbox(vendor: Raw, folder: Path) -> Iterator[tuple[str, tuple[str, ...]]]:
    if isinstance(vendor.get("sftp"), dict) and isinstance(vendor["sftp"].get("host"), str):
        sftp = vendor["sftp"]
        inbox = str(PurePosixPath(_text(sftp, "inbox", "inbox")))
        port = str(sftp.get("port", 22))
        yield "sftp", (sftp["host"].lower(), port, _text(sftp, "username", ""), inbox)
    if isinstance(vendor.get("local"), dict) and vendor["local"].keys() & {"root", "inbox"}:
        yield "local", ("", str(_local_folders(vendor["local"], folder)["inbox"]))


def _shared_values(partners: Raw, kind: Literal["vendors", "sellers"]) -> Iterator[Complaint]:
    """Complain of a value that partners of one account share, and that a program wants to be their own."""
    wanted = [
        (key, why, str(keys.model_fields[key].default))
        for one in installed().settings(kind)
        if (keys := one.keys) is not None
        for key, why in one.unique.items()
    ]
    for key, why, default in wanted:
        seen: dict[tuple[str, str], str] = {}
        for name in partners:
            partner = table(partners, name)
            account, value = _text(partner, "account", ""), _text(partner, key, default)
            if account and (other := seen.setdefault((account, value), name)) != name:
                message = (
                    f'is "{value}" in [{kind}.{other}], too, and both have account {account}: {why}; give '
                    "each its own"
                )
                yield (kind, name, key), message


def _shared_codes(vendors: Raw) -> Iterator[Complaint]:
    """One vendor code of one account in two tables would be two halves of a ledger."""
    seen: dict[tuple[str, str], str] = {}
    for name in vendors:
        key = (_text(table(vendors, name), "account", ""), _text(table(vendors, name), "selling_party", ""))
        if all(key) and key in seen:
            message = (
                f"is the vendor code of [vendors.{seen[key]}] already; one vendor code has one drop folder"
            )
            yield ("vendors", name, "selling_party"), message
        seen.setdefault(key, name)


def _documents_of_others(vendors: Raw) -> Iterator[Complaint]:
    """Complain of documents that do not say whose they are: on a shared account only warehouses tell."""
    silent = [one.key for one in installed().feeds.values() if not one.says_whose]
    for name in vendors:
        wants = table(table(vendors, name), "fetch")
        chosen = [key for key in silent if wants.get(key) is True]
        account, own = _text(table(vendors, name), "account", ""), _warehouses(vendors, name)
        for other in vendors:
            if not chosen or other == name or _text(table(vendors, other), "account", "") != account:
                continue
            theirs = _warehouses(vendors, other)
            if own and theirs and not own & theirs:
                continue
            message = (
                f"would bring the customers' addresses of [vendors.{other}], too: both have account "
                f"{account}, and Amazon does not say whose they are; give each its own warehouses or account"
            )
            yield from ((("vendors", name, "fetch", key), message) for key in chosen)
            break


def _warehouses(vendors: Raw, name: str) -> set[str]:
    told = table(vendors, name).get("warehouses", ())
    return {str(one) for one in told} if isinstance(told, list) else {str(told)} if told else set()


def _text(raw: Raw, key: str, default: str) -> str:
    found = raw.get(key, default)
    return found if isinstance(found, str) else default
