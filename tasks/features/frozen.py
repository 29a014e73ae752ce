"""The frozen graph of a dump, where a Python worker can read it."""

import tempfile
import threading
from pathlib import Path
from typing import Any

from tasks.dump import FROZEN, Pipeline
from tasks.hadoop_files import HadoopFiles

_SENDING = threading.Lock()


def frozen_path(pipeline: Pipeline) -> Path:
    """Return the graph's path on the driver or in a worker; ``send_frozen`` puts it there."""
    from pyspark import SparkFiles

    if isinstance(pipeline.path, Path):
        return pipeline.path / FROZEN
    return Path(SparkFiles.get(_copy_name(pipeline)))


def send_frozen(context: Any, pipeline: Pipeline) -> None:
    """Give every worker the graph of a remote dump, once; a local one it reads by its path."""
    if isinstance(pipeline.path, Path):
        return
    with _SENDING:
        if not frozen_path(pipeline).exists():
            # Workers fetch it from here; Spark deletes its folder in the end.
            folder = Path(tempfile.mkdtemp(dir=frozen_path(pipeline).parent))
            copy = folder / _copy_name(pipeline)
            HadoopFiles.of(context).download(pipeline.path / FROZEN, copy)
            context.addFile(str(copy))


def _copy_name(pipeline: Pipeline) -> str:
    # Spark's files have one folder for all: dumps of the same weights share a graph.
    return f"{pipeline.digests['weights']}-{FROZEN}"
