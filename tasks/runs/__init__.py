"""Runs: records, metrics, outcome, note and summary of every run."""
