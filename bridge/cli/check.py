"""check: everything that is wrong with a configuration, before anything is done with it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from bridge.cli.context import AsJson, probes_of, settings_of
from bridge.cli.exits import DONE, REJECTED, USAGE
from bridge.cli.output import complain, emit, say, table
from bridge.errors import BridgeError, ConfigurationError

if TYPE_CHECKING:
    from bridge.cli.findings import Finding
    from bridge.config import Account, Config, Seller, Vendor
    from bridge.programs.contract import Probe


def check(
    context: typer.Context,
    connect: Annotated[
        bool, typer.Option("--connect", help="Log in at each SFTP server and at Amazon, too.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Check configuration, secrets and mappings.

    All mistakes are reported at once, each with its line; exit code 2 if there is any.
    """
    from bridge.cli.findings import Finding, findings_of

    settings = settings_of(context)
    source = str(settings.path)
    tried: list[dict[str, object]] = []
    try:
        config = settings.config()
        findings = list(findings_of(config))
        if connect and not _wrong(findings):
            tried = list(try_connections(config))
    except ConfigurationError as error:
        findings = [Finding("error", problem) for problem in error.problems]
    code = USAGE if _wrong(findings) else DONE if all(one["ok"] for one in tried) else REJECTED
    if as_json:
        problems = [finding.as_json(source) for finding in findings]
        emit({"file": source, "ok": code == DONE, "problems": problems, "connections": tried})
    else:
        _tell(source, findings, tried)
    raise typer.Exit(code)


def _tell(source: str, findings: list[Finding], tried: list[dict[str, object]]) -> None:
    for finding in findings:
        file = finding.problem.file or source
        problem = replace(finding.problem, file="")
        complain(f"{file}: {'warning: ' if finding.level == 'warning' else ''}{problem}")
    columns = ["place", "kind", "state", "what"]
    rows = [(one["place"], one["kind"], "ok" if one["ok"] else "error", one["told"]) for one in tried]
    table(columns, rows, folding=("what",))
    errors = _wrong(findings)
    if errors:
        say(f"{source}: {len(errors)} mistake{'s' * (len(errors) != 1)}; nothing else was tried")
        return
    failed = sum(1 for one in tried if not one["ok"])
    if failed:
        say(f"{source}: good, but {failed} of {len(tried)} connections failed")
    else:
        say(f"{source}: good" + ("" if tried else "; --connect tries the servers and credentials, too"))


def _wrong(findings: list[Finding]) -> list[Finding]:
    return [finding for finding in findings if finding.level == "error"]


def try_connections(config: Config) -> Iterator[dict[str, object]]:
    """Try each drop folder and each login at Amazon: {"place", "kind", "ok", "fault", "told"}.

    Each account is tried by the reads of its partners' programs, too: one may lack the role for it.
    """
    for name, vendor in config.partners.items():
        kind = "sftp" if vendor.sftp else "local"
        yield _tried(f"{config.place_of(name)}.{kind}", kind, partial(_list_inbox, vendor))
    for name, account in config.accounts.items():
        logged_in = _tried(f"accounts.{name}", "amazon", partial(_log_in, name, account))
        yield logged_in
        for probe in probes_of(config, account) if logged_in["ok"] else ():
            yield _tried(f"accounts.{name}", probe.operation, partial(_let_in, name, account, probe))


def _tried(place: str, kind: str, attempt: Callable[[], str]) -> dict[str, object]:
    try:
        told, fault = attempt(), None
    except BridgeError as error:
        told, fault = str(error), str(error.fault)
    return {"place": place, "kind": kind, "ok": fault is None, "fault": fault, "told": told}


def _list_inbox(vendor: Vendor | Seller) -> str:
    from bridge.adapters import drop_folder_of

    with closing(drop_folder_of(vendor)) as folder:
        count = len(folder.list_files())
    return f"{count} file{'s' * (count != 1)} in the inbox"


def _log_in(name: str, account: Account) -> str:
    from bridge.adapters import credentials_of
    from bridge.spapi.auth import TokenSource
    from bridge.spapi.client import user_agent
    from bridge.spapi.endpoints import AUTH_ENDPOINT, is_loopback, token_address
    from bridge.spapi.transport import Timeouts, http_client

    endpoint = account.auth_endpoint or AUTH_ENDPOINT
    credentials = credentials_of(name, account)
    with http_client(
        Timeouts(), user_agent=user_agent(), connections=1, direct=is_loopback(endpoint)
    ) as http:
        TokenSource(http, address=token_address(endpoint), credentials=credentials).token()
    return "Login with Amazon gave an access token"


def _let_in(name: str, account: Account, probe: Probe) -> str:
    from bridge.adapters import amazon_client_of
    from bridge.spapi.errors import CredentialsRefused

    with closing(amazon_client_of(name, account)) as client:
        try:
            client.probe(probe)
        except CredentialsRefused as refused:
            why = "the application lacks a role for it, or the authorization is older than the role"
            raise CredentialsRefused(f"{refused}: {why}; then `edibridge authorize {name}`") from refused
    return "Amazon lets the account in"
