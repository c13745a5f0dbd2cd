"""Documents to events by mappings that are data: `load_mappings` once, `translate` each document."""

from bridge.mapping.load import load_mappings
from bridge.mapping.mappings import Mapping, Mappings
from bridge.mapping.profile import VendorProfile, explain_profile
from bridge.mapping.translate import translate

__all__ = ["Mapping", "Mappings", "VendorProfile", "explain_profile", "load_mappings", "translate"]
