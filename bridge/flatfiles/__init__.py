"""CSV and JSON documents to the same values that a mapping makes of EDI documents."""
