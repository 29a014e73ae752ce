"""The bridge to ``jvm/Pictures.scala``: folders that executors list, read and write, as bytes."""

from collections.abc import Iterable, Sequence
from typing import Any

from tasks.spark.errors import user_errors
from tasks.spark.jvm import graft_package
from tasks.storage.locations import Location

_MISSING = b"m"
#: Letters with which an element of ``write`` starts.
FILE, BYTES, RESULT = b"n", b"d", b"r"


class PictureStore:
    """Folders of pictures as a Spark context sees them.

    Args:
        spark: the Spark context.
    """

    def __init__(self, spark: Any) -> None:
        self.spark = spark
        self._pictures = graft_package(spark._jvm).Pictures
        self._configuration = spark._jsc.hadoopConfiguration()

    def list(self, folders: Sequence[str], root: Location) -> Any:
        """Return an RDD of what is directly in folders, in the form of ``Pictures.list``."""
        names = self.distribute([folder.encode() for folder in folders])
        return self._rdd(self._pictures.list(self._java(names), str(root)))

    def part(self, root: Location, name: str, first: int, most: int) -> bytes | None:
        """Return at most ``most`` bytes of one file; None if there is no such file."""
        with user_errors():
            found = self._pictures.part(str(root), name, first, most, self._configuration)
        content = bytes(found)
        return None if content == _MISSING else content[1:]

    def read(self, requests: Any, root: Location, spills: Location) -> Any:
        """Return an RDD of parts of files, in the form of ``Pictures.read``."""
        return self._rdd(self._pictures.read(self._java(requests), str(root), str(spills)))

    def stage(self, names: Sequence[str], root: Location) -> Any:
        """Return an RDD of the executors' local folders that files were copied to, one a task."""
        found = self.distribute([name.encode() for name in names], len(names))
        return self._rdd(self._pictures.stage(self._java(found), str(root)))

    def write(self, elements: Any, folder: Location) -> Any:
        """Return an RDD of the results among elements, whose files are written on the way."""
        return self._rdd(self._pictures.write(self._java(elements), str(folder)))

    def copy(self, names: Sequence[str], root: Location, folder: Location) -> None:
        """Copy files from one folder to another."""
        found = self.distribute([name.encode() for name in names], len(names))
        with user_errors():
            self._pictures.copy(self._java(found), str(root), str(folder))

    def holds_any(self, folder: Location) -> bool:
        """Return whether there is anything in a folder."""
        with user_errors():
            return bool(self._pictures.holdsAny(str(folder), self._configuration))

    def rename(self, folder: Location, target: Location) -> bool:
        """Rename a folder, and return whether that succeeded."""
        with user_errors():
            renamed = self._pictures.rename(str(folder), str(target), self._configuration)
        return bool(renamed)

    def distribute(self, items: Iterable[Any], partitions: int | None = None) -> Any:
        """Return an RDD of a few items."""
        held = list(items)
        most = partitions or min(len(held), 4 * self.spark.defaultParallelism)
        return self.spark.parallelize(held, max(most, 1))

    def _java(self, elements: Any) -> Any:
        # As PySpark does to save text: elements reach the JVM as the bytes that they are.
        plain = elements.mapPartitions(iter)
        plain._bypass_serializer = True
        return plain._jrdd

    def _rdd(self, java_rdd: Any) -> Any:
        from pyspark import RDD
        from pyspark.serializers import NoOpSerializer

        return RDD(java_rdd, self.spark, NoOpSerializer())


def file_request(name: str, most: int, beside: bytes) -> bytes:
    """Return the element of ``PictureStore.read`` for a whole file of the source."""
    return f"f\t0\t{most}\t{name}\0".encode("utf-8", "surrogateescape") + beside


def spill_request(name: str, first: int, length: int, beside: bytes) -> bytes:
    """Return the element of ``PictureStore.read`` for a part of a spill file."""
    return f"s\t{first}\t{length}\t{name}\0".encode() + beside


def pairs(elements: Iterable[bytes]) -> Iterable[tuple[bytes, bytes | None]]:
    """Yield what stood beside each request, and the content; None where there is no such file."""
    iterator = iter(elements)
    for beside in iterator:
        content = next(iterator)
        yield beside, None if content == _MISSING else content[1:]
