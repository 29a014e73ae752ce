from collections.abc import Callable
from typing import Any

import pytest

from tasks.params.definitions import RunParams
from tasks.params.spark import SparkParams


def test_defaults() -> None:
    params = SparkParams()
    assert (params.executors, params.executor_cores) == (2, 1)
    assert (params.executor_memory, params.driver_memory) == ("2g", "4g")


@pytest.mark.parametrize("model", [SparkParams, RunParams])
@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("executors", 0, "executors is 0, expected to be greater than or equal to 1"),
        ("executors", 1001, "executors is 1001, expected to be less than or equal to 1000"),
        ("executor_cores", 0, "executor_cores is 0, expected to be greater than or equal to 1"),
        ("executor_cores", 257, "executor_cores is 257, expected to be less than or equal to 256"),
        ("driver_memory", "4", "driver_memory is '4', expected a size such as 4g or 512m"),
        ("executor_memory", "0g", "executor_memory is '0g', expected a size such as"),
    ],
)
def test_bad_values(
    model: Any, name: str, value: Any, message: str, refusal: Callable[..., str]
) -> None:
    assert refusal(model, name, value).startswith(message)
