from collections.abc import Callable
from typing import Any

import pytest

from support.own_models import plain
from tasks.errors import DataError, ParamsError
from tasks.model_files.given import Given
from tasks.model_files.picture import find_input, input_size

Make = Callable[..., Given]


class TestInput:
    def test_the_one_placeholder(self, given: Make) -> None:
        assert find_input(given()).name == "in"

    def test_several_are_named(self, given: Make) -> None:
        def build(tf: Any) -> Any:
            return plain(tf), tf.placeholder(tf.float32, [2], "other")

        message = r"^mine.pb should take one input, a picture; found: in, other$"
        with pytest.raises(DataError, match=message):
            find_input(given(build))

    def test_none_is_refused(self, given: Make) -> None:
        with pytest.raises(DataError, match="should take one input, a picture; found: none"):
            find_input(given(lambda tf: tf.constant(1.0)))

    def test_bytes_are_refused(self, given: Make) -> None:
        model = given(lambda tf: plain(tf, dtype=tf.uint8))
        with pytest.raises(
            DataError, match=r"^mine.pb: the input in is uint8, expected float32 pi"
        ):
            find_input(model)


class TestSize:
    @staticmethod
    def of(given: Make, shape: Any, asked: int | None = None) -> int:
        model = given(lambda tf: tf.placeholder(tf.float32, shape, "in"))
        return input_size(model, find_input(model), asked)

    @pytest.mark.parametrize(
        ("shape", "asked", "size"),
        [
            ([None, 40, 40, 3], None, 40),
            ([1, 40, None, 3], 40, 40),
            ([None, None, None, None], 32, 32),
            (None, 32, 32),
        ],
    )
    def test_is_the_models_or_the_one_asked_for(
        self, shape: Any, asked: int | None, size: int, given: Make
    ) -> None:
        assert self.of(given, shape, asked) == size

    @pytest.mark.parametrize("shape", [[None, 40, 40, 1], [None, 3, 40, 40], [None, 120]])
    def test_what_is_no_picture_is_refused(self, shape: Any, given: Make) -> None:
        message = r"^mine.pb: the input in is \[\?, .*\], expected \[n, height, width, 3\]$"
        with pytest.raises(DataError, match=message):
            self.of(given, shape)

    def test_an_oblong_is_refused(self, given: Make) -> None:
        with pytest.raises(DataError, match=r"is \[\?, 40, 30, 3\], expected a square picture$"):
            self.of(given, [None, 40, 30, 3])

    def test_an_open_one_must_be_given(self, given: Make) -> None:
        message = r"is \[\?, \?, \?, 3\], whose size is open: give image_size, such as 224$"
        with pytest.raises(ParamsError, match=message):
            self.of(given, [None, None, None, 3])

    def test_another_one_is_refused(self, given: Make) -> None:
        message = r"is \[\?, 40, 40, 3\], but image_size is 48: leave image_size empty$"
        with pytest.raises(ParamsError, match=message):
            self.of(given, [None, 40, 40, 3], 48)
