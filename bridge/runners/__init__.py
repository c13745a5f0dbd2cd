"""Who drains: the embedded scheduler."""
