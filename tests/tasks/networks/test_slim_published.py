from typing import Any

import pytest

from tasks.errors import ParamsError
from tasks.networks.recipe import inception, vgg
from tasks.networks.slim_published import preprocessing_of, published, published_url

LISTED = {"mine": "vgg_preprocessing", "lenet": "lenet_preprocessing", "vgg_16": "other"}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("inception_v4", inception(224)),
        ("mobilenet_v3_large", inception(224)),
        ("nasnet_large", inception(224)),
        ("pnasnet_mobile", inception(224)),
        ("vgg_16", vgg(224)),
        ("resnet_v1_200", vgg(224)),
        ("resnet_v2_50", inception(299)),
        ("mine", vgg(224)),
    ],
)
def test_preprocessing(name: str, expected: Any) -> None:
    assert preprocessing_of(name, 224, LISTED) == expected


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("lenet", "slim:lenet is preprocessed by lenet_preprocessing, expected inception_prepro"),
        ("nasnet_cifar", "slim:nasnet_cifar has no preprocessing: list it in preprocessing_fn_map"),
    ],
)
def test_preprocessing_that_is_not_computed(name: str, message: str) -> None:
    with pytest.raises(ParamsError, match=f"^{message}"):
        preprocessing_of(name, 28, LISTED)


@pytest.mark.parametrize(
    ("name", "end", "top1"),
    [
        ("inception_v4", "models/inception_v4_2016_09_09.tar.gz", 0.802),
        ("mobilenet_v3_large", "checkpoints/v3-large_224_1.0_float.tgz", 0.752),
        ("mobilenet_v1_050", "mobilenet_v1_2018_02_22/mobilenet_v1_0.5_224.tgz", 0.633),
        ("resnet_v2_101", "resnet_v2_101_2017_04_14.tar.gz", 0.77),
    ],
)
def test_what_was_published(name: str, end: str, top1: float) -> None:
    found = published(name)
    assert found
    assert (found.url.endswith(end), found.top1) == (True, top1)
    assert published_url(f"slim:{name}") == found.url


def test_what_was_not() -> None:
    assert published("vgg_a") is None
    message = r"^checkpoint_url is empty and no checkpoint of slim:vgg_a was published: give the a"
    with pytest.raises(ParamsError, match=message):
        published_url("slim:vgg_a")
