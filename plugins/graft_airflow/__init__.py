"""Graft in Airflow: params, tasks, the Spark operator and the pages."""
