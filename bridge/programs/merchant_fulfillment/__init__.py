"""Merchant Fulfillment (Buy Shipping): a merchant ships orders himself, by labels bought of Amazon."""

from __future__ import annotations

from bridge.programs.contract import Probe, Program
from bridge.programs.merchant_fulfillment.event_types import EVENT_TYPES
from bridge.programs.merchant_fulfillment.flatfiles import FLAT_FILES
from bridge.programs.merchant_fulfillment.labels import FOLLOW_UP as LABELS
from bridge.programs.merchant_fulfillment.market_orders import WATCH as MARKET_ORDERS
from bridge.programs.merchant_fulfillment.operations import (
    CREATE,
    GET_ORDER,
    OPERATIONS,
    ORDER_KEY,
    VERSIONS,
)
from bridge.programs.merchant_fulfillment.producers import PRODUCERS
from bridge.programs.merchant_fulfillment.profile import NAME
from bridge.programs.merchant_fulfillment.refunds import FOLLOW_UP as REFUNDS
from bridge.programs.merchant_fulfillment.rules import CONDITIONS
from bridge.programs.merchant_fulfillment.settings import SETTINGS

PROGRAM = Program(
    name=NAME,
    versions=VERSIONS,
    operations=OPERATIONS,
    event_types=EVENT_TYPES,
    follow_ups=(LABELS, REFUNDS),
    watches=(MARKET_ORDERS,),
    policies={"purchases": CREATE},
    producers=PRODUCERS,
    flat_files=FLAT_FILES,
    # Any answer proves an authorization, that it knows no such order, too.
    probe=Probe(operation=GET_ORDER, names={ORDER_KEY: "000-0000000-0000000"}),
    conditions=CONDITIONS,
    settings=SETTINGS,
)
