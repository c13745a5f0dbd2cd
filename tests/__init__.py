"""Tests mirror the package; contracts/ and system/ span it."""
