"""The verbs, as processes and through the runner."""
