"""Airflow's SparkSubmitOperator, imported without OpenLineage's provider where that is off.

The Spark provider imports OpenLineage's wherever it is installed, on or off, and with it Airflow's
data base models: a tenth of the time that a parse of the DAG takes.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from importlib.util import find_spec

_LINEAGE = "airflow.providers.openlineage"


@contextmanager
def without_module(name: str) -> Iterator[None]:
    """Have imports of a module fail as if it were not installed, unless it is imported already."""
    if name in sys.modules:
        yield
        return
    # See https://docs.python.org/3/reference/import.html#the-module-cache
    sys.modules[name] = None  # type: ignore[assignment] # None says that there is no such module
    try:
        yield
    finally:
        del sys.modules[name]


def lineage_is_on() -> bool:
    """Say whether somebody told Airflow where events for lineage tools go."""
    # An Airflow of the user's own may be without it.
    if find_spec(_LINEAGE) is None:
        return False
    from airflow.providers.openlineage.conf import is_disabled

    return not is_disabled()


with nullcontext() if lineage_is_on() else without_module(f"{_LINEAGE}.utils.spark"):
    from airflow.providers.apache.spark.operators.spark_submit import SparkSubmitOperator

__all__ = ["SparkSubmitOperator"]
