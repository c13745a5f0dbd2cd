"""The command `edibridge simulator`: its options, and what it says of itself."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Literal

import msgspec
import typer

Port = Annotated[int, typer.Option(min=0, max=65535, help="Amazon's port; 0 takes a free one.")]
SftpFolder = Annotated[
    Path | None, typer.Option(metavar="FOLDER", help="Serve the folders acme and shop in this one by SFTP.")
]
SftpPort = Annotated[int, typer.Option(min=0, max=65535, help="Its port; 0 takes a free one.")]
Journal = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="Write each accepted item to it, a line of JSON each."),
]
LabelFormat = Annotated[Literal["PNG", "ZPL"], typer.Option(help="Format of the labels.")]
PackingSlips = Annotated[bool, typer.Option("--packing-slips", help="Make a packing slip with every label.")]
Invoices = Annotated[bool, typer.Option("--invoices", help="Make a customer invoice with every label.")]
Rate = Annotated[
    float, typer.Option(metavar="N", min=0, help="Requests a second of each operation; 0: no limit.")
]
Burst = Annotated[int, typer.Option(metavar="N", min=1, help="Requests that may come at once.")]
VerdictDelay = Annotated[
    float, typer.Option(metavar="S", min=0, help="Seconds until a verdict is available.")
]
VerdictPolls = Annotated[
    int, typer.Option(metavar="N", min=0, help='Return "Processing" this many times first.')
]
OutboundRate = Annotated[
    float,
    typer.Option(metavar="N", min=0, help="The same for sellers' orders; 0, or --rate 0: no limit."),
]
OrderStep = Annotated[
    float,
    typer.Option(
        metavar="S", min=0, help="Seconds after which a seller's order goes on; 0: it waits to be moved."
    ),
]
OrderCourses = Annotated[
    Literal["plain", "mixed"],
    typer.Option(help="Whether all orders ship whole, or some in parts, planned anew, Invalid, ..."),
]
TrackingAfter = Annotated[
    float, typer.Option(metavar="S", min=0, help="Seconds from a shipment to its tracking numbers.")
]
RepeatedOrder = Annotated[
    Literal["200", "400"], typer.Option(help="Status of the reply to a second order with the same id.")
]
ClockSpeed = Annotated[
    float, typer.Option(metavar="N", min=1, help="Seconds that pass for the stand-in in one second.")
]
Merchant = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        exists=True,
        dir_okay=False,
        help="JSON: marketplace orders, and how labels are sold for them.",
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON (stable keys).")]


def simulator(  # noqa: PLR0913, PLR0917 - the options are parameters
    port: Port = 8080,
    sftp_folder: SftpFolder = None,
    sftp_port: SftpPort = 2222,
    journal: Journal = None,
    label_format: LabelFormat = "PNG",
    packing_slips: PackingSlips = False,
    invoices: Invoices = False,
    rate: Rate = 10.0,
    burst: Burst = 10,
    verdict_delay: VerdictDelay = 0.0,
    verdict_polls: VerdictPolls = 0,
    outbound_rate: OutboundRate = 2.0,
    order_step: OrderStep = 60.0,
    order_courses: OrderCourses = "plain",
    tracking_after: TrackingAfter = 0.0,
    repeated_order: RepeatedOrder = "400",
    clock_speed: ClockSpeed = 1.0,
    merchant: Merchant = None,
    as_json: AsJson = False,
) -> None:
    """Run a stand-in Amazon, to rehearse.

    With --sftp-folder an SFTP server, too, for a vendor and a seller. On this machine only, until Ctrl-C.
    Prints the config.toml to use, the same at every start; with --json in one line.
    """
    # The stand-ins need what an installation without the extra has not.
    from simulator.rehearsal import serve  # noqa: PLC0415

    try:
        serve(
            port=port,
            sftp_root=sftp_folder.resolve() if sftp_folder else None,
            sftp_port=sftp_port,
            journal=journal,
            as_json=as_json,
            out=sys.stdout,
            label_format=label_format,
            packing_slips=packing_slips,
            invoices=invoices,
            rate=rate or None,
            burst=burst,
            verdict_delay=verdict_delay,
            verdict_polls=verdict_polls,
            outbound_rate=outbound_rate or None,
            order_step=order_step or None,
            order_courses=order_courses,
            tracking_after=tracking_after,
            repeated_order=int(repeated_order),
            clock_speed=clock_speed,
            merchant=msgspec.json.decode(merchant.read_bytes()) if merchant else {},
        )
    except msgspec.DecodeError as error:
        raise typer.BadParameter(f"{merchant}: {error}") from error
    except OSError as error:
        raise typer.BadParameter(f"the stand-ins cannot serve: {error}") from error
