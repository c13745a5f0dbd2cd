"""Benchmarks against named peers: `make bench`; the figures and what they mean are in docs/benchmarks.md."""
