"""Scores of many pictures by a trained model, on Spark."""
