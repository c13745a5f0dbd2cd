"""demo: the whole way, from a vendor's folder to Amazon and back, over real sockets to stand-ins."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from bridge.cli.context import AsJson
from bridge.cli.exits import BROKEN, DONE
from bridge.cli.output import complain, emit, line_width, progress, say, tell_lines
from bridge.cli.simulator import require_stand_ins

if TYPE_CHECKING:
    from bridge.cli.demo_stage import Stage
    from bridge.cli.demo_story import Play, Told

_TIMEOUT = 60.0


def demo(
    folder: Annotated[Path, typer.Option(help="Made afresh; removed only if the demo made it.")] = Path(
        "demo"
    ),
    as_json: AsJson = False,
) -> None:
    """See the whole way at work.

    Sends sample files from a stand-in SFTP server to a stand-in Amazon, brings back its labels, and leaves a
    folder to look into.
    """
    from bridge.cli.demo_stage import Stage
    from bridge.cli.demo_story import play_of, story_lines, surprises

    require_stand_ins()
    stage, play = Stage(folder), play_of()
    stage.clear()
    told = _perform(stage, play)
    found = surprises(play, told)
    if as_json:
        emit(
            {
                "folder": str(folder),
                "as_expected": not found,
                "surprises": found,
                "files": told.files,
                "papers": msgspec.to_builtins(told.documents),
            }
        )
    else:
        tell_lines(story_lines(told, folder, line_width()))
        _point_out(stage, told)
        for surprise in found:
            complain(f"edibridge: not as it should be: {surprise}")
    raise typer.Exit(BROKEN if found else DONE)


def _perform(stage: Stage, play: Play) -> Told:
    """Drop the files, let the bridge run once by the written configuration, and gather what happened."""
    from bridge.cli.demo_documents import documents_in, wrong_documents
    from bridge.cli.demo_stage import OUTBOX, PASSWORD, USER
    from bridge.cli.demo_story import GIFTS, SELLING_PARTY, WAREHOUSES, Told
    from bridge.config import load_config
    from bridge.logs import set_up_logs
    from bridge.wiring import open_bridge
    from simulator.amazon import StandInAmazon
    from simulator.sftp_server import SftpUser, StandInSftp

    user = SftpUser(stage.folder.resolve(), password=PASSWORD)
    with (
        StandInAmazon(invoices=True) as amazon,
        StandInSftp({USER: user}) as sftp,
        stage.log.open("w") as log,
    ):
        set_up_logs("json", level="INFO", stream=log)
        amazon.gift_orders.update(GIFTS)
        stage.configure(amazon, sftp, SELLING_PARTY, WAREHOUSES)
        stage.drop(play.files)
        with open_bridge(load_config(stage.config)) as bridge:
            with progress("the bridge works") as working:
                report = bridge.run(vendor=None, settle=True, timeout=_TIMEOUT, progress=working)
            batches = [bridge.ledger.batch(view.id) for view in reversed(bridge.ledger.batches(limit=500))]
        stage.keep_received(amazon.accepted)
    outbox = stage.folder / OUTBOX
    documents = documents_in(outbox)
    wrong = wrong_documents(outbox, documents, play.labels, GIFTS)
    return Told(
        tuple(report.problems), report.finished, tuple(batches), amazon.accepted, documents, tuple(wrong)
    )


def _point_out(stage: Stage, told: Told) -> None:
    from bridge.cli.demo_stage import ARCHIVE, OUTBOX

    held = next((batch.batch.id for batch in told.batches if batch.batch.events.get("held")), 1)
    say()
    say("Look into:")
    for path, what in stage.tour():
        say(f"  {path}")
        say(f"      {what}")
    say("Go on with:")
    for verb in ("status", "batches", f"show {held}", "trace DQ7T4M2ZP"):
        say(f"  edibridge --config {stage.config} {verb}")
    say("or see a file in words:")
    say(f"  edibridge explain {stage.folder / ARCHIVE}/856_cartons.*")
    if told.documents.labels:
        say("and look at a label:")
        say(f"  {stage.folder / OUTBOX / told.documents.labels[0].file}")
