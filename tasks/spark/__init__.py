"""Spark: settings, cluster, JVM, files and errors."""
