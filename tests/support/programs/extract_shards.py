"""A Spark job that extracts features of shards of one record, one after the other.

Arguments: the dump's folder, an empty folder, the shards. Prints a line for each shard: the number
of records, or the error that a user would see.
"""

import sys
from pathlib import Path

from tasks.dumps.description import read_dump
from tasks.errors import GraftError
from tasks.features.bigdl_engine import BigdlEngine
from tasks.features.bridge import Bridge
from tasks.features.chunks import Chunk
from tasks.features.written_file import count_records
from tasks.spark.cluster import spark_cluster


def main() -> None:
    folder, shards = Path(sys.argv[2]), sys.argv[3:]
    dump = read_dump(Path(sys.argv[1]))
    with spark_cluster("extract shards") as cluster:
        engine = BigdlEngine(Bridge(cluster.context))
        for number, shard in enumerate(shards):
            target = folder / str(number)
            target.mkdir()
            try:
                print(count_records(engine.extract([Chunk(shard, 0, 0, 0, 1)], dump, target)))
            except GraftError as error:
                print(f"{type(error).__name__}: {error}")


main()
