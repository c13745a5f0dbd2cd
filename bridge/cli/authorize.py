"""authorize: gives an account its authorization at Amazon, or renews it.

The question to the selling partner lives in this process alone, which waits for the answer: nothing of it is
on a disk to be found, to be used a second time, or to be left there.
"""

from __future__ import annotations

import getpass
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bridge.cli.context import AsJson, known_account, probes_of, settings_of, tables_of
from bridge.cli.exits import DONE, REJECTED
from bridge.cli.output import complain, emit, say
from bridge.errors import AmazonError, ConfigurationError

if TYPE_CHECKING:
    from bridge.config import Account, Config
    from bridge.spapi.consent import Partners

_BY_DEFAULT: Partners = "vendors"
_LONGEST_LINE = 16_384
_NOTHING_CHANGED = "edibridge: nothing was changed"


def authorize(
    context: typer.Context,
    account: Annotated[str, typer.Argument(metavar="ACCOUNT", help="The account, as in [accounts.ACCOUNT].")],
    paste: Annotated[
        bool,
        typer.Option("--paste", help="Read the refresh token of a private application from standard input."),
    ] = False,
    authorized_on: Annotated[
        datetime | None,
        typer.Option(
            "--on",
            formats=["%Y-%m-%d"],
            metavar="YYYY-MM-DD",
            help="With --paste: the day on which the token was made; else today.",
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Authorize an account at Amazon, for the first time or anew.

    Prints the address of the page on which the selling partner consents, and waits for the address at which
    the browser then ends. The refresh token goes into the account's file and nowhere else; the old one stays
    beside it. A private application has no such page: copy the refresh token that Vendor Central or Seller
    Central shows, and use --paste.
    """
    from bridge.spapi.consent import ConsentRefused

    settings = settings_of(context)
    config = settings.config()
    known_account(config, account)
    now = datetime.now(UTC)
    at = authorized_on.replace(tzinfo=UTC) if authorized_on else now
    if authorized_on and (not paste or at > now):
        why = "must not be in the future" if paste else "goes with --paste"
        raise typer.BadParameter(why, param_hint="--on")
    _check(config, account, paste=paste)
    with settings.ledger() as ledger:  # before anything is asked: what cannot be kept is not asked for
        try:
            done = _with_pasted(config, account) if paste else _with_consent(config, account)
        except (AmazonError, ConsentRefused) as error:
            complain(f"{error}")
            complain(_NOTHING_CHANGED)
            complain(f"To begin anew: edibridge authorize {account}{' --paste' if paste else ''}")
            raise typer.Exit(REJECTED) from error
        ledger.record_authorized(account, at if paste else done.at, now, clears=_ALERTS)
    _tell(account, done, as_json=as_json)


_ALERTS = ("credentials", "authorization")


@dataclass(frozen=True, slots=True)
class _Done:
    """What was done. `refused` says why the authorization is not proved; empty where it is."""

    file: Path
    previous: Path | None
    at: datetime
    proof: str
    refused: str = ""


def _check(config: Config, name: str, *, paste: bool) -> None:
    """Raise ConfigurationError, with lines, for all that would keep the command from its end."""
    from bridge.errors import Problem
    from bridge.toml_lines import line_of, lines_of

    lines = lines_of(config.source.read_text(encoding="utf-8-sig"))
    problems = [
        Problem(f"accounts.{name}.{key}", why, line_of(lines, ("accounts", name, key)))
        for key, why in _complaints(config, name, paste=paste)
    ]
    if problems:
        raise ConfigurationError(str(config.source), problems)
    account = config.accounts[name]
    account.client_id.reveal()
    account.client_secret.reveal()


def _complaints(config: Config, name: str, *, paste: bool) -> Iterator[tuple[str, str]]:
    from bridge.config.secret_file import why_not_replaceable

    account = config.accounts[name]
    path = account.refresh_token.path
    if path is None:
        instead = f'refresh_token = "file:secrets/{name}.refresh-token"'
        yield "refresh_token", f"a variable cannot be written to: set {instead}, and remove the variable"
    elif why := why_not_replaceable(path):
        yield "refresh_token", why
    else:
        for place in _others_in(config, name, path):
            yield "refresh_token", f"{path} holds {place}, too: give the refresh token a file of its own"
    if paste:
        return
    if account.application_id is None:
        yield "application_id", "is missing; a private application has none: use --paste"
    if account.redirect_uri is None:
        yield "redirect_uri", "is missing: an OAuth redirect URI of the application as registered at Amazon"
    if not _central(config, account):
        if account.country is None:
            yield "country", "is missing: in whose Vendor Central or Seller Central consent is given"
        else:
            yield "central", "is missing: no such page of this country is known here"


def _others_in(config: Config, name: str, path: Path) -> Iterator[str]:
    """Yield the places of other secrets that are kept in a file."""
    from bridge.config import secrets_of

    for place, secret in secrets_of(config):
        own = place == f"accounts.{name}.refresh_token"
        if not own and secret.path is not None and secret.path.resolve() == path.resolve():
            yield place


def _central(config: Config, account: Account) -> str:
    from bridge.spapi.consent import central_of

    partners = next(iter(tables_of(config, account)), _BY_DEFAULT)
    return account.central or central_of(account.country or "", partners)


def _with_pasted(config: Config, name: str) -> _Done:
    """Take a refresh token from standard input; it is proved before it replaces the old one."""
    from bridge.spapi.consent import refresh_token_of

    prompt = f"Paste the refresh token of account {name} (it is not shown): "
    at_terminal = sys.stdin.isatty()
    token = refresh_token_of(getpass.getpass(prompt) if at_terminal else sys.stdin.readline(_LONGEST_LINE))
    proof = _prove(config, name, token)
    path, previous = _keep(config, name, token)
    return _Done(path, previous, datetime.now(UTC), proof)


def _with_consent(config: Config, name: str) -> _Done:
    """Ask for the selling partner's consent. The token is kept before it is proved: its code is used up."""
    from bridge.spapi.consent import ConsentRequest

    account = config.accounts[name]
    consent = ConsentRequest()
    address = consent.address(
        _central(config, account),
        application_id=account.application_id or "",
        redirect_uri=account.redirect_uri or "",
        draft=account.application_draft,
    )
    _instruct(address, account)
    code = consent.code_of(sys.stdin.readline(_LONGEST_LINE))
    token, at = _exchange(account, code), datetime.now(UTC)
    path, previous = _keep(config, name, token)
    try:
        return _Done(path, previous, at, _prove(config, name, token))
    except AmazonError as error:
        return _Done(path, previous, at, "", refused=str(error))


def _instruct(address: str, account: Account) -> None:
    """Print what to do on standard error: standard output has the result alone."""
    draft = "" if account.application_draft else ", or it is a draft (application_draft = true)"
    for line in (
        "1. Open this address in a browser, sign in as the selling partner, and confirm:",
        f"   {address}",
        f"   Error MD1000 there: application_id is not the application's{draft}.",
        "   Error MD5101 there: redirect_uri is not as registered.",
        f"2. The browser then goes to {account.redirect_uri}; whether a page opens there does not matter.",
        "3. Paste the whole address at which it ended, within five minutes, and press Enter:",
    ):
        print(line, file=sys.stderr)
    sys.stderr.flush()


def _exchange(account: Account, code: str) -> str:
    from bridge.spapi.auth import exchange_code
    from bridge.spapi.client import user_agent
    from bridge.spapi.endpoints import AUTH_ENDPOINT, is_loopback, token_address
    from bridge.spapi.transport import Timeouts, http_client

    endpoint = account.auth_endpoint or AUTH_ENDPOINT
    with http_client(
        Timeouts(), user_agent=user_agent(), connections=1, direct=is_loopback(endpoint)
    ) as http:
        return exchange_code(
            http,
            token_address(endpoint),
            code=code,
            redirect_uri=account.redirect_uri or "",
            client_id=account.client_id.reveal(),
            client_secret=account.client_secret.reveal(),
        )


def _prove(config: Config, name: str, token: str) -> str:
    """Call what changes nothing, and return its name. Raises `AmazonError` where Amazon lets us not in."""
    from contextlib import closing

    from bridge.adapters import amazon_client_of
    from bridge.spapi.auth import Credentials
    from bridge.spapi.errors import CredentialsRefused

    account = config.accounts[name]
    credentials = Credentials(account.client_id.reveal(), account.client_secret.reveal(), token, name)
    probes = probes_of(config, account)
    with closing(amazon_client_of(name, account, credentials=credentials)) as client:
        if not probes:
            client.ask_time()
            return "an access token"
        for probe in probes[:-1]:  # another program may lack its role
            try:
                client.probe(probe)
            except CredentialsRefused:
                continue
            return probe.operation
        client.probe(probes[-1])
        return probes[-1].operation


def _keep(config: Config, name: str, token: str) -> tuple[Path, Path | None]:
    """Write the token into the account's file; return that, and where the old one is kept."""
    from bridge.config.secret_file import replace_secret
    from bridge.errors import Problem

    path = config.accounts[name].refresh_token.path
    if path is None:
        raise ValueError("_check lets no reference pass that is not a file")
    try:
        return path, replace_secret(path, token)
    except OSError as error:
        problem = Problem(f"accounts.{name}.refresh_token", f"{path} cannot be written: {error.strerror}")
        raise ConfigurationError(str(config.source), [problem]) from error


def _tell(account: str, done: _Done, *, as_json: bool) -> None:
    if as_json:
        emit(
            {
                "account": account,
                "file": done.file,
                "previous": done.previous,
                "authorized_at": done.at,
                "proved": not done.refused,
                "proof": done.proof,
                "reason": done.refused,
            }
        )
    else:
        say(f"Account {account} is authorized; the refresh token is in {done.file}")
        if done.previous:
            say(f"The old one is kept in {done.previous}: delete it once all goes well")
        if done.proof:
            say(f"Amazon lets it in ({done.proof}). A daemon takes it up by itself.")
    if done.refused:
        complain(f"The new authorization is not proved: {done.refused}")
        complain("Try it again with `edibridge check --connect`")
    raise typer.Exit(REJECTED if done.refused else DONE)
