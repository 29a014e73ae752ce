"""Checks of a data set: copies, leaks, wrong labels, and pictures unlike all others."""
