"""The six jobs and the drain that runs them."""
