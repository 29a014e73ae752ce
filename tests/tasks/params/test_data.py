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
        (
            "data_layout",
            "zip",
            "data_layout is 'zip', expected to be 'auto', 'folder',",
        ),
        ("bad_pictures", "mend", "bad_pictures is 'mend', expected to be 'fail' or 'skip'"),
        ("max_bad", 1.5, "max_bad is 1.5, expected to be less than or equal to 1"),
        ("max_bad", -1, "max_bad is -1, expected to be greater than or equal to 0"),
        ("validation_share", 0, "validation_share is 0, expected to be greater than or equal to"),
        ("validation_share", 0.6, "validation_share is 0.6, expected to be less than or equal to"),
        ("test_share", 0.5, "test_share is 0.5, expected to be less than or equal to 0.4"),
        ("dataset_url", 5, "dataset_url is 5, expected to be a valid string"),
        ("dataset_sha256", "12ab", "dataset_sha256 is '12ab', expected 64 digits of 0 to 9 and a"),
    ],
)
def test_bad_values(
    model: Any, name: str, value: Any, message: str, refusal: Callable[..., str]
) -> None:
    assert refusal(model, name, value).startswith(message)
