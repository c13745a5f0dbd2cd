"""simulator: a stand-in Amazon and, if wanted, a stand-in SFTP server, to rehearse with."""

from __future__ import annotations

import signal
import threading
from contextlib import ExitStack
from pathlib import Path
from types import FrameType
from typing import Annotated

import typer

from bridge.cli.context import AsJson
from bridge.cli.output import emit, say


def simulator(
    port: Annotated[int, typer.Option(min=0, max=65535, help="Amazon's port; 0 takes a free one.")] = 8080,
    sftp_folder: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Serve this folder by SFTP, too.")
    ] = None,
    sftp_port: Annotated[int, typer.Option(min=0, max=65535, help="Its port; 0 takes a free one.")] = 2222,
    verdict_delay: Annotated[
        float, typer.Option(metavar="S", min=0, help="Seconds until a verdict is there.")
    ] = 0.0,
    as_json: AsJson = False,
) -> None:
    """Stand in for Amazon, to rehearse.

    And for a vendor's SFTP server, with --sftp-folder. On this machine only, until Ctrl-C.
    """
    from bridge.simulator.amazon import StandInAmazon

    ended = threading.Event()
    _end_on_signals(ended)
    with ExitStack() as stack:
        amazon = stack.enter_context(StandInAmazon(port, verdict_delay=verdict_delay))
        credentials = amazon.credentials
        told = {
            "endpoint": amazon.url,
            "auth_endpoint": amazon.auth_url,
            "client_id": credentials.client_id,
            "client_secret": credentials.client_secret,
            "refresh_token": credentials.refresh_token,
        }
        if sftp_folder is not None:
            told |= _serve_sftp(stack, sftp_folder, sftp_port)
        if as_json:
            emit(told)
        else:
            _tell(told)
        ended.wait()


def _serve_sftp(stack: ExitStack, folder: Path, port: int) -> dict[str, str]:
    from bridge.simulator.sftp_server import SftpUser, StandInSftp

    folder.mkdir(parents=True, exist_ok=True)
    (folder / "inbox").mkdir(exist_ok=True)
    server = stack.enter_context(
        StandInSftp({"vendor": SftpUser(folder.resolve(), password="vendor")}, port=port)  # noqa: S106 - no secret
    )
    return {
        "sftp_host": server.host,
        "sftp_port": str(server.port),
        "sftp_username": "vendor",
        "sftp_password": "vendor",
        "sftp_host_key": server.fingerprint,
    }


def _tell(told: dict[str, str]) -> None:
    say("Standing in for Amazon; nothing here is real. For config.toml and its secrets:")
    for key, value in told.items():
        say(f"  {key} = {value}")
    say("Ctrl-C ends it.")


def _end_on_signals(ended: threading.Event) -> None:
    def end(_number: int, _frame: FrameType | None) -> None:
        ended.set()

    signal.signal(signal.SIGINT, end)
    signal.signal(signal.SIGTERM, end)
