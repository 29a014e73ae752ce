import json

import numpy as np
import pytest

from tasks.networks.preprocessing import preprocess
from tasks.networks.recipe import PREPROCESSINGS, Preprocessing, inception, vgg


@pytest.mark.parametrize("recipe", [inception(299), vgg(224), Preprocessing(size=8, bgr=True)])
def test_a_recipe_comes_back_from_json(recipe: Preprocessing) -> None:
    assert Preprocessing.from_json(json.loads(json.dumps(recipe.as_json()))) == recipe


def test_inceptions_crop_is_tf_slims() -> None:
    assert inception(224).crop == 0.875
    assert inception(224).cropped(1.0) == inception(224, crop=1.0)


@pytest.mark.parametrize("mode", ["caffe", "tf", "torch"])
def test_kerass_are_those_of_keras(mode: str) -> None:
    from keras.applications.imagenet_utils import preprocess_input

    picture = np.random.default_rng(0).integers(0, 256, (8, 8, 3)).astype(np.uint8)
    found = preprocess(picture, PREPROCESSINGS[f"keras:{mode}"](8)).numpy()
    expected = preprocess_input(
        picture.astype(np.float32)[None], data_format="channels_last", mode=mode
    )
    # The last digit of a product with 1 / x, or of a quotient by x.
    np.testing.assert_allclose(found, expected[0], rtol=1e-5, atol=1e-5)


def test_none_gives_the_bytes() -> None:
    picture = np.random.default_rng(0).integers(0, 256, (8, 8, 3)).astype(np.uint8)
    np.testing.assert_array_equal(preprocess(picture, PREPROCESSINGS["none"](8)), picture)
