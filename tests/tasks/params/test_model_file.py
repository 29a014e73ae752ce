from typing import Any

import pytest

from tasks.errors import ParamsError
from tasks.params.definitions import RunParams
from tasks.params.parser import parse

GIVEN = {"network": "file", "checkpoint_url": "/m.keras", "preprocessing": "keras:tf"}


def test_a_models_file_and_what_it_does_not_say_of_itself() -> None:
    params = parse(RunParams, {**GIVEN, "feature_node": "avg_pool", "image_size": 96})
    assert params.checkpoint == "/m.keras"
    assert (params.preprocessing, params.feature_node) == ("keras:tf", "avg_pool")


def test_other_networks_need_none_of_it() -> None:
    assert parse(RunParams, {"network": "vgg_16"}).preprocessing is None


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        (
            {"preprocessing": "keras"},
            "^preprocessing is 'keras', expected one of inception, vgg, keras:caffe, keras:tf, "
            "keras:torch, none$",
        ),
        ({"preprocessing": None}, "^network is file: give preprocessing, one of inception, vgg, "),
        ({"checkpoint_url": None}, "^network is file: give checkpoint_url, the model's file or f"),
        (
            {"network": "vgg_16"},
            "^preprocessing is for network file, but network is vgg_16: leave preprocessing empty$",
        ),
        ({"ema": True}, "^ema is for checkpoints, but network is file: leave it false$"),
        ({"image_size": 4}, "^image_size is 4, expected to be greater than or equal to 8"),
        ({"feature_node": ""}, "^feature_node is '', expected to have at least 1 character"),
    ],
)
def test_what_does_not_fit_is_refused(changed: dict[str, Any], message: str) -> None:
    with pytest.raises(ParamsError, match=message):
        parse(RunParams, {**GIVEN, **changed})


@pytest.mark.parametrize(("name", "value"), [("feature_node", "pool"), ("image_size", 96)])
def test_what_is_for_a_file_alone_is_refused(name: str, value: Any) -> None:
    with pytest.raises(ParamsError, match=f"^{name} is for network file, but network is incept"):
        parse(RunParams, {name: value})
