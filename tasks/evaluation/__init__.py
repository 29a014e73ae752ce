"""Evaluation of a classifier: accuracy with its interval, scores of classes, calibration."""
