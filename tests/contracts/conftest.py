"""Fixtures of the contract suites."""

from tests.contracts.drop_folder_fixtures import sshd, stand_in, vendor

__all__ = ["sshd", "stand_in", "vendor"]
