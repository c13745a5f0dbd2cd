"""Values to documents by mappings that are data, the other way round than `bridge.mapping.translate`."""

from bridge.mapping.outbound.fill import Filled, fill, says_nothing
from bridge.mapping.outbound.rules import OutboundMapping

__all__ = ["Filled", "OutboundMapping", "fill", "says_nothing"]
