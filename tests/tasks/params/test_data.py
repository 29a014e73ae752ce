from collections.abc import Callable
from typing import Any

import pytest

from tasks.params.data import FLOWERS_URL, DataParams
from tasks.params.definitions import RunParams


def test_defaults_are_the_official_flowers() -> None:
    params = DataParams()
    assert (params.source, params.dataset_url) == ("urls", FLOWERS_URL)
    assert params.dataset_sha256 is None


@pytest.mark.parametrize("model", [DataParams, RunParams])
@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("source", "tulips", "source is 'tulips', expected to be 'urls' or 'sample'"),
        ("dataset_url", "flowers", "dataset_url is 'flowers', expected a URL such as https://"),
        ("dataset_url", 5, "dataset_url is 5, expected to be a valid string"),
        ("dataset_sha256", "12ab", "dataset_sha256 is '12ab', expected 64 digits of 0 to 9 and a"),
    ],
)
def test_bad_values(
    model: Any, name: str, value: Any, message: str, refusal: Callable[..., str]
) -> None:
    assert refusal(model, name, value).startswith(message)
