"""BigDL's own way from a dump to features, ``session.getRDD``, as a Spark job."""

import argparse
import sys
import tempfile
import time
from pathlib import Path

from tasks.dumps.description import read_dump
from tasks.features.bigdl_engine import BigdlEngine
from tasks.features.bridge import Bridge
from tasks.spark.cluster import spark_cluster


def main() -> None:
    """Print the number of records and records per second."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("dump", type=Path)
    options = parser.parse_args()
    dump = read_dump(options.dump)
    with spark_cluster("getRDD") as cluster, tempfile.TemporaryDirectory() as folder:
        engine = BigdlEngine(Bridge(cluster.context))
        started = time.monotonic()
        records = engine.extract_with_getrdd(dump, Path(folder))
        rate = records / (time.monotonic() - started)
    sys.stdout.write(f"\n{records} {rate:.3f}\n")


if __name__ == "__main__":
    main()
