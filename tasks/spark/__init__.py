"""Spark: its settings, its JVM, its files and its errors."""
