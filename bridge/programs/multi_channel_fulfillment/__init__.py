"""Multi-Channel Fulfillment: Amazon ships a merchant's orders of other channels from its stock.

Orders go in; what became of each comes back.
"""

from __future__ import annotations

from bridge.programs.contract import Probe, Program
from bridge.programs.multi_channel_fulfillment.event_types import EVENT_TYPES
from bridge.programs.multi_channel_fulfillment.features import FEATURES
from bridge.programs.multi_channel_fulfillment.flatfiles import FLAT_FILES
from bridge.programs.multi_channel_fulfillment.follow_up import FOLLOW_UPS
from bridge.programs.multi_channel_fulfillment.inventory import SNAPSHOTS
from bridge.programs.multi_channel_fulfillment.notices import NOTICES
from bridge.programs.multi_channel_fulfillment.operations import GET, ID_KEY, OPERATIONS, VERSIONS
from bridge.programs.multi_channel_fulfillment.producers import PRODUCERS
from bridge.programs.multi_channel_fulfillment.profile import NAME
from bridge.programs.multi_channel_fulfillment.return_follow_up import FOLLOW_UP as RETURN_FOLLOW_UP
from bridge.programs.multi_channel_fulfillment.rules import CONDITIONS
from bridge.programs.multi_channel_fulfillment.settings import SETTINGS

PROGRAM = Program(
    name=NAME,
    versions=VERSIONS,
    operations=OPERATIONS,
    event_types=EVENT_TYPES,
    follow_ups=(*FOLLOW_UPS, RETURN_FOLLOW_UP),
    producers=PRODUCERS,
    snapshots=SNAPSHOTS,
    flat_files=FLAT_FILES,
    features=FEATURES,
    notices=NOTICES,
    # Any answer proves an authorization, that it knows no such order, too.
    probe=Probe(operation=GET, names={ID_KEY: "edibridge-authorization"}),
    conditions=CONDITIONS,
    settings=SETTINGS,
)
