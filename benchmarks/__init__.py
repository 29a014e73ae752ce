"""Benchmarks: every result is a ratio of two measurements of one run."""
