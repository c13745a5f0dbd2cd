"""Field positions and status tables: documents to events. Pure once loaded."""
