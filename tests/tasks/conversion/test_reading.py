"""The counts of the first pass."""

from collections import Counter

from tasks.conversion.looked import SCHEMA
from tasks.conversion.reading import count_looked
from tasks.datasets.entry import Found
from tasks.spark.cluster import Cluster


def test_counts_and_classes(cluster: Cluster) -> None:
    from pyspark.sql import SparkSession

    session = SparkSession(cluster.context)
    rest = (None,) * 10
    rows = [
        ("picture", "2", "b.jpg", None, '"ä"', "x", ["turned"], False, True, *rest),
        ("picture", "1", "a.jpg", None, '"ä"', "y", ["turned", "cut"], True, True, *rest),
        ("picture", "3", "c.jpg", None, "7", "", [], True, False, *rest),
        ("bad", "4", "d.jpg", "is empty", *(None,) * 5, *rest),
        ("other", "5", "e.txt", *(None,) * 6, *rest),
    ]
    session.createDataFrame(rows, SCHEMA).createOrReplaceTempView("looked")
    reading = count_looked(session)
    counts = (reading.pictures, reading.bad, reading.passed_over)
    assert counts == (4, 1, 1)
    assert (reading.converted, reading.standard) == (1, 2)
    assert reading.remarks == Counter(turned=2, cut=1)
    assert reading.classes == [Found("ä", "a.jpg", ("x", "y")), Found(7, "c.jpg", ("",))]
