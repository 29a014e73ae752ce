import json

import pytest

from tasks.networks.recipe import Preprocessing, inception, vgg


@pytest.mark.parametrize("recipe", [inception(299), vgg(224), Preprocessing(size=8, bgr=True)])
def test_a_recipe_comes_back_from_json(recipe: Preprocessing) -> None:
    assert Preprocessing.from_json(json.loads(json.dumps(recipe.as_json()))) == recipe


def test_inceptions_crop_is_tf_slims() -> None:
    assert inception(224).crop == 0.875
    assert inception(224).cropped(1.0) == inception(224, crop=1.0)
