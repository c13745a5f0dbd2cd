"""Vendor Direct Fulfillment: vendors ship Amazon's orders.

Confirmations, status updates and label requests go in; labels, packing slips, customer invoices and verdicts
come back.
"""

from __future__ import annotations

from bridge.programs.contract import Probe, Program
from bridge.programs.vendor_direct_fulfillment.event_types import EVENT_TYPES
from bridge.programs.vendor_direct_fulfillment.feeds import FEEDS
from bridge.programs.vendor_direct_fulfillment.flatfiles import FLAT_FILES
from bridge.programs.vendor_direct_fulfillment.operations import (
    CONFIRM,
    CREATE_CONTAINER_LABEL,
    OPERATIONS,
    REQUEST_LABEL,
    TRANSACTION_STATUS,
    UPDATE_STATUS,
    VERSIONS,
)
from bridge.programs.vendor_direct_fulfillment.producers import PRODUCERS
from bridge.programs.vendor_direct_fulfillment.profile import NAME
from bridge.programs.vendor_direct_fulfillment.rules import CONDITIONS
from bridge.programs.vendor_direct_fulfillment.settings import SETTINGS

PROGRAM = Program(
    name=NAME,
    versions=VERSIONS,
    operations=OPERATIONS,
    event_types=EVENT_TYPES,
    feeds=FEEDS,
    verdicts=TRANSACTION_STATUS,
    # A transaction that there is not: what Amazon says to it shows that it let us in, and reads nothing.
    probe=Probe(
        operation=TRANSACTION_STATUS, names={"transactionId": "00000000-0000-0000-0000-000000000000"}
    ),
    policies={
        "confirmations": CONFIRM,
        "status_updates": UPDATE_STATUS,
        "label_requests": REQUEST_LABEL,
        "container_labels": CREATE_CONTAINER_LABEL,
    },
    producers=PRODUCERS,
    flat_files=FLAT_FILES,
    conditions=CONDITIONS,
    settings=SETTINGS,
)
