"""The bridge from Python to the Scala of ``jvm/``: chunks, records and files, as bytes.

Executors reach files through the JVM alone, so that Python's workers run on any file system of
Hadoop's.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from tasks.features.chunks import Chunk
from tasks.features.written_file import WrittenFile, parse_written
from tasks.spark.errors import user_errors
from tasks.spark.files import HadoopFiles
from tasks.spark.jvm import graft_package
from tasks.storage.locations import Location

_PARTITIONS_PER_CORE = 4


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

    def digests(self, folder: Location, names: Sequence[str]) -> dict[str, str]:
        """Return the SHA-256 of a folder's files by name, which executors read for that.

        It is empty where the file system itself finds a file damaged.
        """
        if not names:
            return {}
        paths = {str(folder / name): name for name in names}
        partitions = min(len(names), _PARTITIONS_PER_CORE * self.spark.defaultParallelism)
        storage = self.scala.Storage
        with user_errors():
            lines = storage.digests(self.jvm_spark, self.java_list(paths), partitions)
        pairs = (line.split("\t", 1) for line in lines.split("\n"))
        return {paths[path]: digest for digest, path in pairs}

    def write_features(
        self, contents: Any, folder: Location, chunks: Sequence[Chunk]
    ) -> list[WrittenFile]:
        """Write Parquet files and return them.

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
            lines = self.scala.FeatureFile.writeAll(contents._jrdd, str(folder), names)
        return parse_written(lines)

    def present_files(self, chunks: Sequence[Chunk], folder: Location) -> list[WrittenFile]:
        """Return the chunks' files in ``folder`` that hold the right records, undamaged."""
        if not chunks:
            return []
        java_chunks = self.java_chunks(chunks)
        with user_errors():
            lines = self.scala.FeatureFile.present(self.jvm_spark, java_chunks, str(folder))
        return parse_written(lines)

    def through(self, function: Callable[..., Any], elements: Any, *arguments: Any) -> Any:
        """Return the RDD of bytes that a Scala function makes of one that Python makes.

        Args:
            function: takes the elements and the arguments.
            elements: an RDD of bytes.
            arguments: of the function.
        """
        plain = elements.mapPartitions(iter)
        # As PySpark does to save text: elements reach the JVM as the bytes that they are.
        plain._bypass_serializer = True
        return self._rdd_of_bytes(function(plain._jrdd, *arguments))

    def _rdd_of_bytes(self, java_rdd: Any) -> Any:
        from pyspark import RDD
        from pyspark.serializers import NoOpSerializer

        return RDD(java_rdd, self.spark, NoOpSerializer())
