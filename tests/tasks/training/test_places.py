"""Both places are tested with a training in ``test_tuned.py``; here is what a thread may do."""

import numpy as np
from threadpoolctl import threadpool_info

from tasks.training import places


def test_blas_has_one_thread_for_each_of_the_pool() -> None:
    before = blas_threads()
    with places._threads(2) as pool:
        assert set(pool.map(lambda _: max(blas_threads()), range(4))) == {1}
    assert blas_threads() == before


def blas_threads() -> list[int]:
    np.ones((2, 2)) @ np.ones((2, 2))
    return [each["num_threads"] for each in threadpool_info() if each["user_api"] == "blas"]
