"""Work on all cores, in order and in bounded memory.

Threads, not processes: what takes time (reading, digests, Pillow's decoders and encoders) runs
without Python's lock, so processes were no faster; and threads end with their process, however it
ends, while a killed parent leaves a pool's processes waiting for ever.
"""

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from tasks.storage.cgroups import cpu_limit

Item = TypeVar("Item")
Result = TypeVar("Result")


def cores() -> int:
    """Return how many cores this process may use, by its affinity and by its control group."""
    available = len(os.sched_getaffinity(0))
    return min(available, cpu_limit() or available)


def in_parallel(
    work: Callable[[Item], Result], items: Iterable[Item], weight: Callable[[Item], int], most: int
) -> Iterator[Result]:
    """Yield ``work(item)`` for every item, in order, a few ahead of who takes them.

    Args:
        work: called in a thread.
        items: taken one by one in the calling thread.
        weight: of an item while it waits, such as its bytes in memory.
        most: how much may wait together; a single item may weigh more.
    """
    waiting: deque[tuple[Future[Result], int]] = deque()
    weighing = 0
    with ThreadPoolExecutor(cores(), "pictures") as pool:
        try:
            for item in items:
                waiting.append((pool.submit(work, item), weight(item)))
                weighing += waiting[-1][1]
                while len(waiting) > 2 * cores() or (weighing > most and len(waiting) > 1):
                    future, given = waiting.popleft()
                    weighing -= given
                    yield future.result()
            while waiting:
                yield waiting.popleft()[0].result()
        finally:
            pool.shutdown(cancel_futures=True)
