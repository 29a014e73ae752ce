"""Runs: what every run leaves of itself."""
