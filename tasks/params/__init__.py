"""Params: what a run can be told, and what an installation sets."""
