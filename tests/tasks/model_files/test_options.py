import pytest

from tasks.errors import ParamsError
from tasks.model_files.options import Options
from tasks.networks.recipe import inception, vgg


def test_a_preprocessing_has_the_size_of_the_input() -> None:
    assert Options("inception").recipe(96) == inception(96)
    assert Options("vgg").recipe(224) == vgg(224)


def test_a_picture_smaller_than_the_input_is_refused() -> None:
    message = (
        "^preprocessing is vgg, which scales a picture's shorter side to 256 pixels, but the model "
        "takes 299 x 299$"
    )
    with pytest.raises(ParamsError, match=message):
        Options("vgg").recipe(299)
