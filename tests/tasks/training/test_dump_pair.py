import dataclasses
from pathlib import Path

import pytest

from tasks.datasets.pair import Pair
from tasks.dumps.description import Dump
from tasks.errors import DataError
from tasks.storage.artifact import Artifact
from tasks.storage.files import LOCAL
from tasks.storage.locations import Location
from tasks.training.dump_pair import read_dumps, require_pair


@pytest.fixture(scope="module")
def folders(dumps: dict[str, Artifact]) -> Pair[Location]:
    return Pair(dumps["train"].path, dumps["validation"].path)


@pytest.fixture(scope="module")
def pair(folders: Pair[Location]) -> Pair[Dump]:
    return read_dumps(folders, LOCAL)


def test_two_dumps_of_one_checkpoint_go_together(pair: Pair[Dump]) -> None:
    require_pair(pair)
    assert [dump.split for dump in pair] == ["train", "validation"]


def test_the_training_split_is_no_validation(folders: Pair[Location]) -> None:
    train, validation = folders
    with pytest.raises(DataError, match="is a dump of the train split, expected validation"):
        read_dumps(Pair(train, train), LOCAL)
    with pytest.raises(DataError, match="is a dump of the validation split, expected train"):
        read_dumps(Pair(validation, train), LOCAL)


def test_a_folder_that_is_no_dump_is_named(folders: Pair[Location], tmp_path: Path) -> None:
    with pytest.raises(DataError, match=f"{tmp_path} is not a dump"):
        read_dumps(Pair(folders.train, tmp_path), LOCAL)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"class_names": ("cat", "dog", "cow")}, r"do not go together: class_names is .*cat"),
        ({"network": "vgg_16"}, r"do not go together: network is inception_v1 in .* vgg_16 in "),
        ({"feature_size": 640}, r"do not go together: feature_size is 1024 in .* and 640 in "),
    ],
)
def test_what_differs_is_named(pair: Pair[Dump], changes: dict[str, object], message: str) -> None:
    other = dataclasses.replace(pair.validation, **changes)  # type: ignore[arg-type] # any field
    with pytest.raises(DataError, match=message):
        require_pair(Pair(pair.train, other))


def test_other_weights_are_refused(pair: Pair[Dump]) -> None:
    digests = {**pair.validation.digests, "weights": "x"}
    other = dataclasses.replace(pair.validation, digests=digests)
    with pytest.raises(DataError, match="were made from different checkpoints"):
        require_pair(Pair(pair.train, other))
