"""Housekeeping: whether artefacts are as they were made, and which of them nobody needs."""
