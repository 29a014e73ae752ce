"""Progress lines of what executors do."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tasks.datasets.progress import PictureProgress

_INTERVAL = 1.0


@contextmanager
def counting(spark: Any, task: str, total: int | None) -> Iterator[Any]:
    """Yield a counter for executors and log a line every few seconds.

    Spark adds what a task counted when the task ends; what a lost task counted is counted again.

    Args:
        spark: the Spark context.
        task: what is done to pictures, the first words of every line.
        total: how many there are, if that is known.
    """
    done = spark.accumulator(0)
    progress = PictureProgress(task, total)
    finished = threading.Event()

    def watch() -> None:
        while not finished.wait(_INTERVAL):
            progress.add(done.value - progress.done)

    watcher = threading.Thread(target=watch, name="picture-progress", daemon=True)
    watcher.start()
    try:
        yield done
    finally:
        finished.set()
        watcher.join()
    progress.add(done.value - progress.done)
    progress.finish()
