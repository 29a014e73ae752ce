"""The seam between Airflow and ``tasks``: params, steps and the Spark operator."""
