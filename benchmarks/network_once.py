"""Both feature engines on the dump of one network, in turns, as a Spark job."""

import argparse
import json
import logging
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from tasks.dumps.description import Dump, read_dump
from tasks.features.bridge import Bridge
from tasks.features.chunks import Chunk, plan_chunks
from tasks.features.comparison import Rows, compare, rows_like
from tasks.features.engines import ENGINES, Engine
from tasks.features.store import load_tables
from tasks.spark.cluster import spark_cluster


def main() -> None:
    """Print the rates and the difference of both engines as JSON, in a line of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("dump", type=Path)
    parser.add_argument("--chunks", type=int, required=True, help="of 16 pictures each")
    parser.add_argument("--rounds", type=int, required=True)
    options = parser.parse_args()
    logging.basicConfig(level=logging.INFO)
    dump = read_dump(options.dump)
    with spark_cluster("networks") as cluster, tempfile.TemporaryDirectory() as folder:
        bridge = Bridge(cluster.context)
        chunks = plan_chunks(dump.shards, dump.records_per_chunk)[: options.chunks]
        turns = _Turns(bridge, dump, chunks, Path(folder))
        turns.warm_up(cluster.cores)
        result = {**turns.rates(options.rounds), **turns.difference()}
    sys.stdout.write(f"\n{json.dumps(result)}\n")


class _Turns:
    """Both engines on the same chunks."""

    def __init__(self, bridge: Bridge, dump: Dump, chunks: Sequence[Chunk], folder: Path) -> None:
        self._bridge = bridge
        self._dump = dump
        self._chunks = chunks
        self._folder = folder
        self._engines = {name: make(bridge) for name, make in ENGINES.items()}

    def warm_up(self, cores: int) -> None:
        """Have every core build its network."""
        for engine in self._engines.values():
            self._extract(engine, self._chunks[: 2 * cores])

    def rates(self, rounds: int) -> dict[str, float]:
        """Return each engine's images per second, and the median of the ratios of the rounds."""
        seconds: dict[str, list[float]] = {name: [] for name in self._engines}
        for number in range(rounds):
            # The order changes, so that neither is always the first one after a pause.
            for name in sorted(self._engines, reverse=number % 2 == 1):
                seconds[name].append(self._extract(self._engines[name], self._chunks))
        images = sum(chunk.records for chunk in self._chunks)
        ratios = [
            theirs / ours
            for ours, theirs in zip(seconds["bigdl"], seconds["tensorflow"], strict=True)
        ]
        rates = {name: images / statistics.median(taken) for name, taken in seconds.items()}
        return {"images": images, **rates, "ratio": statistics.median(ratios)}

    def difference(self) -> dict[str, float]:
        """Return the largest relative difference between the engines, and the tolerance."""
        tables = {name: load_tables(self._bridge, self._folder / name) for name in self._engines}
        theirs = Rows("tensorflow", tables["tensorflow"])
        ours = Rows("bigdl", rows_like(theirs.table, tables["bigdl"]))
        return {
            "difference": compare(ours, theirs).largest,
            "tolerance": self._dump.tolerance,
        }

    def _extract(self, engine: Engine, chunks: Sequence[Chunk]) -> float:
        """Return how many seconds the features of chunks took."""
        started = time.monotonic()
        engine.extract(chunks, self._dump, self._folder / engine.name)
        return time.monotonic() - started


if __name__ == "__main__":
    main()
