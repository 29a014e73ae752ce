from collections.abc import Callable
from typing import Any

import pytest

from tasks.params.definitions import JobParams, RunParams
from tasks.params.promotion import PromotionParams


def test_defaults() -> None:
    assert PromotionParams() == PromotionParams(promote="if_not_worse", min_accuracy=None)


def test_the_job_does_not_get_them() -> None:
    assert not set(PromotionParams.model_fields) & set(JobParams.model_fields)


@pytest.mark.parametrize("model", [PromotionParams, RunParams])
@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("promote", "maybe", "promote is 'maybe', expected to be 'if_not_worse', 'if_better', "),
        ("promote", None, "promote is None, expected to be"),
        ("min_accuracy", -0.1, "min_accuracy is -0.1, expected to be greater than or equal to 0"),
        ("min_accuracy", 85, "min_accuracy is 85, expected to be less than or equal to 1"),
        ("min_accuracy", "high", "min_accuracy is 'high', expected to be a valid number"),
    ],
)
def test_bad_values(
    model: Any, name: str, value: Any, message: str, refusal: Callable[..., str]
) -> None:
    assert refusal(model, name, value).startswith(message)
