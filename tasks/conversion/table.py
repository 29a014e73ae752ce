"""The table of pictures on the executors, on which the same rules decide as on one machine."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from tasks.datasets.index import CONTRADICTING


class SparkTable:
    """A table of pictures that Spark holds; see ``tasks.datasets.index.Table``.

    Every change makes a new data frame, which stays on the executors' disks.

    Args:
        session: the Spark session; its views ``pictures``, ``skipped`` and ``contradicting`` are
            the table's from then on.
        pictures: the data frame of the pictures.
        skipped: name and reason of those that are left out.
    """

    def __init__(self, session: Any, pictures: Any, skipped: Any) -> None:
        self._session = session
        self._pictures: Any = None
        self._count = 0
        self._skip(skipped)
        self._replace(pictures)

    @property
    def pictures(self) -> Any:
        """The data frame as it is now."""
        return self._pictures

    def rows(self, query: str, *values: Any) -> Iterator[tuple[Any, ...]]:
        """Yield what a query finds."""
        for row in self._session.sql(query, args=list(values)).toLocalIterator():
            yield tuple(bytes(each) if isinstance(each, bytearray) else each for each in row)

    def value(self, query: str, *values: Any) -> int:
        """Return the one number that a query finds, 0 for none."""
        ((found,),) = self.rows(query, *values)
        return int(found or 0)

    def set_labels(self, labels: Sequence[int]) -> None:
        """Give every picture its label."""
        schema = "source_label INT, label INT"
        by_source = self._session.createDataFrame(list(enumerate(labels)), schema)
        self._replace(self._pictures.drop("label").join(_small(by_source), "source_label"))

    def delete(self, query: str) -> int:
        """Delete the pictures whose ``id`` a query finds, and return how many they are."""
        before = self._count
        self._replace(self._pictures.join(self._session.sql(query), "id", "left_anti"))
        return before - self._count

    def leave_out(self, query: str, reason: str) -> None:
        """Move the pictures whose ``sha256`` a query finds to those that are left out."""
        from pyspark.sql.functions import lit

        leaving = self._session.sql(query)
        gone = self._pictures.join(leaving, "sha256", "left_semi")
        named = gone.select(gone.name.cast("string").alias("name"), lit(reason).alias("reason"))
        self._skip(self._session.table("skipped").union(named))
        self._replace(self._pictures.join(leaving, "sha256", "left_anti"))

    def split_by(self, rule: Callable[[bytes], str]) -> None:
        """Give pictures without a split, or for training, the split that a rule finds by unit."""
        from pyspark.sql.functions import col, udf, when

        side = udf(lambda unit: rule(bytes(unit)), "string")
        open_to_it = col("split").isNull() | (col("split") == "train")
        split = when(open_to_it, side(col("unit"))).otherwise(col("split"))
        self._replace(self._pictures.withColumn("split", split))

    def move_units(self, sides: Mapping[bytes, str]) -> None:
        """Move training and validation pictures of units to another side."""
        from pyspark.sql.functions import col, when

        rows = [(bytearray(unit), side) for unit, side in sides.items()]
        moved = self._session.createDataFrame(rows, "unit BINARY, side STRING")
        moves = col("side").isNotNull() & col("split").isin("train", "validation")
        joined = self._pictures.join(_small(moved), "unit", "left")
        split = when(moves, col("side")).otherwise(col("split"))
        self._replace(joined.withColumn("split", split).drop("side"))

    def _replace(self, pictures: Any) -> None:
        older = self._pictures
        self._pictures = _kept(pictures)
        self._pictures.createOrReplaceTempView("pictures")
        self._session.sql(CONTRADICTING).createOrReplaceTempView("contradicting")
        self._count = self._pictures.count()
        if older is not None:
            older.unpersist()

    def _skip(self, skipped: Any) -> None:
        kept = _kept(skipped)
        kept.count()
        kept.createOrReplaceTempView("skipped")


def _kept(frame: Any) -> Any:
    from pyspark import StorageLevel

    return frame.persist(StorageLevel.DISK_ONLY)


def _small(frame: Any) -> Any:
    from pyspark.sql.functions import broadcast

    return broadcast(frame)
