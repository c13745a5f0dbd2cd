"""EDIFACT: envelope, segments, structures, CONTRL. pydifact parses and serializes one segment at a time."""
