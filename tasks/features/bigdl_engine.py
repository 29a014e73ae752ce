"""The ``bigdl`` engine: the dump, recovered by BigDL in the executors' JVMs (see ``jvm/``)."""

import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from tasks.dumps.description import GRAPH, TENSORS, Dump
from tasks.errors import UnavailableError
from tasks.features.bridge import java_chunk, java_list
from tasks.features.chunks import Chunk
from tasks.spark.errors import user_errors
from tasks.spark.jvm import graft_package
from tasks.spark.runtime import scala_jar
from tasks.storage.locations import Location


class BigdlEngine:
    """Runs the pipeline in BigDL; neither TensorFlow nor Python takes part on the executors.

    Raises:
        SetupError: the compiled Scala is not on the driver's class path.
        UnavailableError: BigDL's native library is not made for this machine.
    """

    def __init__(self, context: Any) -> None:
        self._context = context
        self._jvm = context._jvm
        self._package = graft_package(self._jvm)
        self._require_native_library()
        self.version = scala_jar().stem
        self._spark = context._jsc.sc()
        self._done = self._spark.longAccumulator("records with features")

    def _require_native_library(self) -> None:
        try:
            loaded = self._jvm.com.intel.analytics.bigdl.mkl.MklDnn.isLoaded()
        except Exception:
            loaded = False
        if not loaded:
            raise UnavailableError(
                f"BigDL's native library, for Linux on x86-64, does not load on this "
                f"{platform.system()} on {platform.machine()}: choose feature_engine tensorflow"
            )

    def done(self) -> int:
        """Return how many records have been through."""
        return int(self._done.value())

    def extract(self, chunks: Sequence[Chunk], pipeline: Dump, folder: Location) -> int:
        """Write the features of chunks, a Parquet file for each; return how many there are.

        Raises:
            DataError: a record cannot be read or decoded; shard and record are named.
        """
        java_chunks = java_list(self._context, [java_chunk(self._context, c) for c in chunks])
        dump = self._dump(pipeline)
        with user_errors():
            written = self._package.FeatureEngine.extract(
                self._spark, dump, java_chunks, str(folder), self._done
            )
        return int(written)

    def end_points(
        self, chunk: Chunk, pipeline: Dump, shapes: Mapping[str, Sequence[int]], folder: Path
    ) -> dict[str, npt.NDArray[np.float32]]:
        """Run a few records on the driver and return the values of named nodes.

        Args:
            chunk: the records, all in one batch.
            pipeline: the dump.
            shapes: of one record, by node; ``nodes.image_batch`` may be among them.
            folder: an empty folder, through which the values pass.
        """
        names = java_list(self._context, list(shapes))
        only = java_chunk(self._context, chunk)
        with user_errors():
            self._package.FeatureEngine.writeEndPoints(
                self._spark, self._dump(pipeline), only, names, str(folder)
            )
        return {
            name: np.fromfile(folder / str(i), "<f4").reshape(chunk.records, *shape)
            for i, (name, shape) in enumerate(shapes.items())
        }

    def extract_with_getrdd(self, pipeline: Dump, folder: Path) -> int:
        """Write the features that BigDL's own ``session.getRDD`` gives; return how many.

        The reference that ``extract`` is measured against: right, slow, and without origins.
        """
        with user_errors():
            written = self._package.FeatureEngine.extractWithGetRdd(
                self._spark, self._dump(pipeline), str(folder)
            )
        return int(written)

    def _dump(self, pipeline: Dump) -> Any:
        nodes = self._jvm.java.util.HashMap()
        for role, name in asdict(pipeline.nodes).items():
            nodes.put(role, name)
        return self._package.FeatureEngine.dump(
            pipeline.digests["weights"],
            str(pipeline.path / GRAPH),
            str(pipeline.path / TENSORS),
            nodes,
            pipeline.image_size,
            pipeline.feature_size,
        )
