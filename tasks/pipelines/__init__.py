"""Pipelines of an installation: one for each data set, with a DAG, a registry and runs."""
