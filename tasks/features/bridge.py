"""The bridge from Python to the Scala of ``jvm/``: chunks, records and files, as bytes.

Executors reach files through the JVM alone, so that Python's workers run on any file system of
Hadoop's.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from tasks.features.chunks import Chunk
from tasks.spark.errors import user_errors
from tasks.spark.files import HadoopFiles
from tasks.spark.jvm import graft_package
from tasks.storage.locations import Location


class Bridge:
    """The JVM of a Spark context; one is made for a job, and engines and readers hold it.

    Attributes:
        spark: the Spark context.
        files: files at local and remote places.
        jvm: py4j's view of the JVM.
        jvm_spark: the JVM's own Spark context.
        scala: the Scala of ``jvm/``.

    Raises:
        SetupError: the compiled Scala is not on the driver's class path.
    """

    def __init__(self, spark: Any) -> None:
        self.spark = spark
        self.jvm = spark._jvm
        self.jvm_spark = spark._jsc.sc()
        self.scala = graft_package(self.jvm)
        self.files = HadoopFiles.of(spark)

    def java_list(self, items: Iterable[Any]) -> Any:
        """Return a Java list."""
        result = self.jvm.java.util.ArrayList()
        for item in items:
            result.add(item)
        return result

    def java_map(self, items: Mapping[str, Any]) -> Any:
        """Return a Java map."""
        result = self.jvm.java.util.HashMap()
        for name, value in items.items():
            result.put(name, value)
        return result

    def java_chunk(self, chunk: Chunk) -> Any:
        """Return a chunk as a Scala object."""
        return self.scala.Chunk(
            chunk.shard, chunk.offset, chunk.skip, chunk.first, chunk.records, chunk.file_name
        )

    def java_chunks(self, chunks: Sequence[Chunk]) -> Any:
        """Return a Java list of chunks as Scala objects."""
        return self.java_list(self.java_chunk(chunk) for chunk in chunks)

    def records(self, chunks: Sequence[Chunk]) -> Any:
        """Return an RDD of serialised examples, a partition for each chunk."""
        return self._rdd_of_bytes(
            self.scala.FeatureEngine.records(self.jvm_spark, self.java_chunks(chunks))
        )

    def contents(self, paths: Sequence[Location], partitions: int) -> Any:
        """Return an RDD of the contents of files, in the order of ``paths``."""
        texts = self.java_list(str(path) for path in paths)
        return self._rdd_of_bytes(self.scala.Storage.contents(self.jvm_spark, texts, partitions))

    def write_features(self, contents: Any, folder: Location, chunks: Sequence[Chunk]) -> int:
        """Write Parquet files and return how many rows they hold together.

        Args:
            contents: an RDD of bytes that a Python function makes; every partition holds the
                Parquet of one chunk.
            folder: where the files go.
            chunks: they name the files, in the order of the partitions.
        """
        names = self.java_list(chunk.file_name for chunk in chunks)
        # As PySpark does to save text: elements reach the JVM as the bytes that they are.
        contents._bypass_serializer = True
        with user_errors():
            return int(self.scala.FeatureFile.writeAll(contents._jrdd, str(folder), names))

    def present_files(self, chunks: Sequence[Chunk], folder: Location) -> set[str]:
        """Return the names of the chunks' files in ``folder`` that hold the right records."""
        java_chunks = self.java_chunks(chunks)
        with user_errors():
            names = self.scala.FeatureFile.present(self.jvm_spark, java_chunks, str(folder))
        return set(names.splitlines())

    def _rdd_of_bytes(self, java_rdd: Any) -> Any:
        from pyspark import RDD
        from pyspark.serializers import NoOpSerializer

        return RDD(java_rdd, self.spark, NoOpSerializer())
