"""The jobs, and the drain that runs them."""
