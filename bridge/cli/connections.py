"""Try every way out: each vendor's drop folder, each account's login at Amazon. Nothing is changed there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

from bridge.config import Account, Config, Vendor
from bridge.errors import BridgeError


def try_connections(config: Config) -> Iterator[dict[str, object]]:
    """Yield what came of each try: {"place", "kind", "ok", "fault", "told"}."""
    for name, vendor in config.vendors.items():
        kind = "sftp" if vendor.sftp else "local"
        try:
            told = _list_inbox(vendor)
        except BridgeError as error:
            yield _failed(f"vendors.{name}.{kind}", kind, error)
        else:
            yield _worked(f"vendors.{name}.{kind}", kind, told)
    for name, account in config.accounts.items():
        try:
            _log_in(account)
        except BridgeError as error:
            yield _failed(f"accounts.{name}", "amazon", error)
        else:
            yield _worked(f"accounts.{name}", "amazon", "Login with Amazon gave an access token")


def _list_inbox(vendor: Vendor) -> str:
    from bridge.wiring import drop_folder_of

    with closing(drop_folder_of(vendor)) as folder:
        count = len(folder.list_files())
    return f"{count} file{'s' * (count != 1)} in the inbox"


def _log_in(account: Account) -> None:
    from bridge.spapi.auth import Credentials, TokenSource
    from bridge.spapi.client import user_agent
    from bridge.spapi.endpoints import AUTH_ENDPOINT, is_loopback, token_address
    from bridge.spapi.transport import Timeouts, http_client

    endpoint = account.auth_endpoint or AUTH_ENDPOINT
    credentials = Credentials(
        client_id=account.client_id.reveal(),
        client_secret=account.client_secret.reveal(),
        refresh_token=account.refresh_token.reveal(),
    )
    with http_client(
        Timeouts(), user_agent=user_agent(), connections=1, direct=is_loopback(endpoint)
    ) as http:
        TokenSource(http, address=token_address(endpoint), credentials=credentials).token()


def _worked(place: str, kind: str, told: str) -> dict[str, object]:
    return {"place": place, "kind": kind, "ok": True, "fault": None, "told": told}


def _failed(place: str, kind: str, error: BridgeError) -> dict[str, object]:
    return {"place": place, "kind": kind, "ok": False, "fault": str(error.fault), "told": str(error)}
