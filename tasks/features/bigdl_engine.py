"""The ``bigdl`` engine: BigDL runs the dump in the executors' JVMs (see ``jvm/``)."""

import os
import platform
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from tasks.dumps.description import GRAPH, TENSORS, Dump
from tasks.errors import UnavailableError
from tasks.features.bridge import Bridge
from tasks.features.chunks import Chunk
from tasks.features.written_file import WrittenFile, parse_written
from tasks.networks.recipe import Preprocessing
from tasks.spark.errors import user_errors
from tasks.spark.failures import NOEXEC
from tasks.spark.runtime import scala_jar
from tasks.storage.locations import Location


class BigdlEngine:
    """Runs the pipeline in BigDL, without TensorFlow or Python on the executors.

    Raises:
        UnavailableError: BigDL's native library is not made for this machine.
    """

    name = "bigdl"

    def __init__(self, bridge: Bridge) -> None:
        _require_native_library(bridge.jvm)
        self.version = scala_jar().stem
        self._bridge = bridge
        self._scala = bridge.scala.FeatureEngine
        self._done = bridge.jvm_spark.longAccumulator("records with features")

    def done(self) -> int:
        """Return how many records this engine has turned into features so far."""
        return int(self._done.value())

    def extract(self, chunks: Sequence[Chunk], dump: Dump, folder: Location) -> list[WrittenFile]:
        """Write the features of chunks, as ``Engine.extract`` says."""
        java_chunks, java_dump = self._bridge.java_chunks(chunks), self._java_dump(dump)
        with user_errors():
            lines = self._scala.extract(
                self._bridge.jvm_spark, java_dump, java_chunks, str(folder), self._done
            )
        return parse_written(lines)

    def end_points(
        self, chunk: Chunk, dump: Dump, nodes: Sequence[str]
    ) -> dict[str, npt.NDArray[np.float32]]:
        """Return the values of named nodes, as ``Engine.end_points`` says."""
        names = self._bridge.java_list(nodes)
        java_chunk, java_dump = self._bridge.java_chunk(chunk), self._java_dump(dump)
        with tempfile.TemporaryDirectory() as folder:
            with user_errors():
                self._scala.writeEndPoints(
                    self._bridge.jvm_spark, java_dump, java_chunk, names, folder
                )
            return {
                node: np.fromfile(Path(folder, str(i)), "<f4").reshape(chunk.records, -1)
                for i, node in enumerate(nodes)
            }

    def layers(self, dump: Dump) -> list[str]:
        """Return the kinds of layers that the network of a dump becomes, in their order.

        Tests read networks with it that are too large to be computed there.

        Raises:
            UnsupportedGraphError: the engine cannot run the dump's graph; the node is named.
        """
        with user_errors():
            return list(self._scala.readNetwork(self._java_dump(dump)))

    def answers(self, elements: Any, dump: Dump) -> Any:
        """Return features of pictures that pass by, as ``Engine.answers`` says."""
        scoring = self._bridge.scala.Scoring
        return self._bridge.through(scoring.features, elements, self._java_dump(dump))

    def extract_with_getrdd(self, dump: Dump, folder: Path) -> int:
        """Write the features that BigDL's own ``session.getRDD`` gives; return how many.

        It is slow, and its rows do not say which records they are of. Tests and the benchmark
        compare ``extract`` with it.
        """
        with user_errors():
            written = self._scala.extractWithGetRdd(
                self._bridge.jvm_spark, self._java_dump(dump), str(folder)
            )
        return int(written)

    def _java_dump(self, dump: Dump) -> Any:
        return self._scala.dump(
            dump.digests["weights"],
            str(dump.path / GRAPH),
            str(dump.path / TENSORS),
            self._bridge.java_map(asdict(dump.nodes)),
            self._java_recipe(dump.preprocessing),
            dump.feature_size,
        )

    def _java_recipe(self, preprocessing: Preprocessing) -> Any:
        return self._scala.recipe(
            preprocessing.size,
            preprocessing.scale,
            preprocessing.crop,
            preprocessing.shorter_side or 0,
            self._bridge.java_list(preprocessing.subtract),
            self._bridge.java_list(preprocessing.multiply),
            preprocessing.bgr,
        )


def _require_native_library(jvm: Any) -> None:
    try:
        loaded = jvm.com.intel.analytics.bigdl.mkl.MklDnn.isLoaded()
    except Exception:
        loaded = False
    if not loaded:
        if _is_noexec(jvm):
            raise UnavailableError(NOEXEC)
        raise UnavailableError(
            f"BigDL's native library, for Linux on x86-64, does not load on this "
            f"{platform.system()} on {platform.machine()}"
        )


def _is_noexec(jvm: Any) -> bool:
    """Return whether the driver's JVM unpacks libraries where none may be loaded."""
    folder = str(jvm.java.lang.System.getProperty("java.io.tmpdir"))
    return bool(os.statvfs(folder).f_flag & os.ST_NOEXEC)
