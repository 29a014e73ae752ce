import math
from collections.abc import Callable
from typing import Any

import pytest

from tasks.params.definitions import RunParams
from tasks.params.training import ReuseParams, TrainingParams


def test_defaults_are_the_original_recipe() -> None:
    params = TrainingParams()
    assert (params.batch_size, params.epochs, params.seed) == (None, 10, 1)
    assert (params.learning_rate, params.decay_rate) == (0.001, 0.9)
    assert params.standardize is True


def test_a_model_is_reused_by_default() -> None:
    assert ReuseParams().force is False


@pytest.mark.parametrize("model", [TrainingParams, RunParams])
@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("epochs", 0, "epochs is 0, expected to be greater than or equal to 1"),
        ("epochs", 1001, "epochs is 1001, expected to be less than or equal to 1000"),
        ("epochs", "many", "epochs is 'many', expected to be a valid integer"),
        ("epochs", 1.5, "epochs is 1.5, expected to be a valid integer"),
        ("epochs", None, "epochs is None, expected to be a valid integer"),
        ("batch_size", 0, "batch_size is 0, expected to be greater than or equal to 1"),
        ("batch_size", 8193, "batch_size is 8193, expected to be less than or equal to 8192"),
        ("learning_rate", -0.1, "learning_rate is -0.1, expected to be greater than or equal to"),
        ("learning_rate", 11, "learning_rate is 11, expected to be less than or equal to 10"),
        ("learning_rate", math.nan, "learning_rate is nan, expected to be a finite number"),
        ("decay_rate", -1, "decay_rate is -1, expected to be greater than or equal to 0"),
        ("decay_rate", 1, "decay_rate is 1, expected to be less than or equal to 0.9999"),
        ("seed", -1, "seed is -1, expected to be greater than or equal to 0"),
        ("seed", 2**31, "seed is 2147483648, expected to be less than or equal to 2147483647"),
        ("standardize", "maybe", "standardize is 'maybe', expected to be a valid boolean"),
    ],
)
def test_bad_values(
    model: Any, name: str, value: Any, message: str, refusal: Callable[..., str]
) -> None:
    assert refusal(model, name, value).startswith(message)
