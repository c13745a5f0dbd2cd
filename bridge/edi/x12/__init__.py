"""X12: envelopes, grammar (through pyx12) and acknowledgements."""
