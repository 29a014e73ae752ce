"""Keeps what Spark's Python workers do between two tasks short."""

import gc
import sys


def settle() -> None:
    """Call once in a worker, when everything that its tasks need is imported and loaded.

    After every task pyspark collects garbage and invalidates the import system's caches, which has
    each importer of Spark's zip files read its archive again. With TensorFlow loaded that took
    0.2 s of the 2 s of a task: now there is neither garbage to look through nor an archive to read.
    """
    gc.collect()
    gc.freeze()
    for path in [path for path in sys.path_importer_cache if ".zip" in path]:
        del sys.path_importer_cache[path]
