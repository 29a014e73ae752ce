"""Graft's work, step by step. Nothing in here knows of Airflow."""
