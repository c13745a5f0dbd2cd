"""Outbound mappings."""
