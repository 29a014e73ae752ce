"""A Spark job that extracts a dump's features with the bigdl engine, and does nothing else."""

import sys
from pathlib import Path

from tasks.dumps.description import read_dump
from tasks.errors import GraftError
from tasks.features.bigdl_engine import BigdlEngine
from tasks.features.bridge import Bridge
from tasks.features.chunks import plan_chunks


def main() -> None:
    from pyspark import SparkContext

    dump = read_dump(Path(sys.argv[1]))
    with SparkContext(appName="extract features") as spark:
        engine = BigdlEngine(Bridge(spark))
        chunks = plan_chunks(dump.shards, dump.records_per_chunk)
        try:
            engine.extract(chunks, dump, Path(sys.argv[2]))
            print(f"{engine.done()} records")
        except GraftError as error:
            print(f"{type(error).__name__}: {error}")


if __name__ == "__main__":
    main()
