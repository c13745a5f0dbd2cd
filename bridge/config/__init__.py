"""Settings: `load_config(path)` gives a `Config`, or all that is wrong with the file at once."""

from bridge.config.account import Account, BridgeSettings
from bridge.config.folder import Local, Pickup, Schedule, Sftp
from bridge.config.load import Config, default_path, load_config, parse_config, refuse_loose_secrets
from bridge.config.secret import Secret, TextOrSecret, secrets_of
from bridge.config.vendor import Seller, Vendor

__all__ = [
    "Account",
    "BridgeSettings",
    "Config",
    "Local",
    "Pickup",
    "Schedule",
    "Secret",
    "Seller",
    "Sftp",
    "TextOrSecret",
    "Vendor",
    "default_path",
    "load_config",
    "parse_config",
    "refuse_loose_secrets",
    "secrets_of",
]
