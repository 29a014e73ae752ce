"""What the Scala of ``jvm/`` does for both engines: files of records and features, as bytes.

Executors reach files through the JVM alone, so that Python's workers run on any file system of
Hadoop's.
"""

from collections.abc import Sequence
from typing import Any

from tasks.features.chunks import Chunk
from tasks.spark.errors import user_errors
from tasks.spark.jvm import graft_package
from tasks.storage.locations import Location


def java_chunk(context: Any, chunk: Chunk) -> Any:
    """Return a chunk as the Scala knows it."""
    return graft_package(context._jvm).Chunk(
        chunk.shard, chunk.offset, chunk.skip, chunk.first, chunk.records, chunk.file_name
    )


def java_list(context: Any, items: Sequence[Any]) -> Any:
    """Return a Java list."""
    result = context._jvm.java.util.ArrayList()
    for item in items:
        result.add(item)
    return result


def chunk_records(context: Any, chunks: Sequence[Chunk]) -> Any:
    """Return an RDD of serialised examples, a partition for each chunk."""
    records = graft_package(context._jvm).FeatureEngine.records(
        context._jsc.sc(), _java_chunks(context, chunks)
    )
    return _rdd_of_bytes(context, records)


def file_contents(context: Any, paths: Sequence[Location], partitions: int) -> Any:
    """Return an RDD of the contents of files, in their order."""
    texts = java_list(context, [str(path) for path in paths])
    storage = graft_package(context._jvm).Storage
    return _rdd_of_bytes(context, storage.contents(context._jsc.sc(), texts, partitions))


def write_features(contents: Any, folder: Location, chunks: Sequence[Chunk]) -> int:
    """Write what an RDD of bytes holds, the Parquet of one chunk in every partition.

    Returns:
        How many rows were written.
    """
    context = contents.context
    names = java_list(context, [chunk.file_name for chunk in chunks])
    # As PySpark does to save text: elements reach the JVM as the bytes that they are.
    contents._bypass_serializer = True
    feature_file = graft_package(context._jvm).FeatureFile
    with user_errors():
        return int(feature_file.writeAll(contents._jrdd, str(folder), names))


def present_files(context: Any, chunks: Sequence[Chunk], folder: Location) -> set[str]:
    """Return the names of those chunks' files that are in a folder and hold the right records."""
    feature_file = graft_package(context._jvm).FeatureFile
    with user_errors():
        names = feature_file.present(context._jsc.sc(), _java_chunks(context, chunks), str(folder))
    return set(names.splitlines())


def _java_chunks(context: Any, chunks: Sequence[Chunk]) -> Any:
    return java_list(context, [java_chunk(context, chunk) for chunk in chunks])


def _rdd_of_bytes(context: Any, java_rdd: Any) -> Any:
    from pyspark import RDD
    from pyspark.serializers import NoOpSerializer

    return RDD(java_rdd, context, NoOpSerializer())
