"""Bytes to and from interchanges, groups and documents; grammars; acknowledgements. Pure."""
