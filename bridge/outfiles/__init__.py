"""Shipping documents and verdicts as named bytes. Pure."""
