import dataclasses
from pathlib import Path

import pytest

from tasks.dumps.description import Dump, read_dump
from tasks.errors import DataError, GraftError, StorageError
from tasks.features.extraction import _raise_first
from tasks.spark.errors import user_error
from tasks.storage.artifact import Artifact
from tasks.training.job import require_pair


@pytest.fixture(scope="module")
def pair(dumps: dict[str, Artifact]) -> tuple[Dump, Dump]:
    return read_dump(dumps["train"].path), read_dump(dumps["validation"].path)


def test_two_dumps_of_one_checkpoint_go_together(pair: tuple[Dump, Dump]) -> None:
    require_pair(*pair)


def test_the_training_split_is_no_validation(pair: tuple[Dump, Dump]) -> None:
    train, validation = pair
    with pytest.raises(DataError, match="is a dump of the train split, expected validation"):
        require_pair(train, train)
    with pytest.raises(DataError, match="is a dump of the validation split, expected train"):
        require_pair(validation, train)


def test_other_classes_are_named(pair: tuple[Dump, Dump]) -> None:
    train, validation = pair
    other = dataclasses.replace(validation, class_names=("cat", "dog", "cow"))
    with pytest.raises(DataError, match=r"do not go together: class_names is .*cat"):
        require_pair(train, other)


def test_another_network_is_named(pair: tuple[Dump, Dump]) -> None:
    train, validation = pair
    other = dataclasses.replace(validation, network="vgg_16")
    message = r"do not go together: network is inception_v1 in .* and vgg_16 in "
    with pytest.raises(DataError, match=message):
        require_pair(train, other)


def test_other_weights_are_refused(pair: tuple[Dump, Dump]) -> None:
    train, validation = pair
    other = dataclasses.replace(validation, digests={**validation.digests, "weights": "x"})
    with pytest.raises(DataError, match="were made from different checkpoints"):
        require_pair(train, other)


def test_a_full_disk_below_spark_is_told_in_one_line() -> None:
    error = user_error(RuntimeError("a trace\njava.io.IOException: No space left on device\n"))
    assert isinstance(error, StorageError)
    assert "no room left" in str(error)


def test_the_error_of_a_worker_comes_before_what_spark_says_of_a_full_disk() -> None:
    text = f"OSError: No space left on device\ntasks.errors.StorageError: writing {Path('x')}"
    assert str(user_error(RuntimeError(text))) == "writing x"


def test_an_error_of_ours_comes_before_the_cancelling_that_followed() -> None:
    with pytest.raises(GraftError, match="a bad record"):
        _raise_first([RuntimeError("cancelled"), None, DataError("a bad record")])
    _raise_first([None, None])
