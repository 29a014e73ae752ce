"""Params of a run, and settings of an installation."""
