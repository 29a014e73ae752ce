"""Checks of ``graft doctor``, by what they look at."""
