import dataclasses
import logging
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from support.damage import flip_byte
from tasks.errors import DataError
from tasks.networks.checkpoint import fetch_checkpoint, load_weights, prefix_of
from tasks.networks.checkpoint_checks import check_values
from tasks.networks.checkpoint_reader import read_shapes, read_weights
from tasks.networks.inception import INCEPTION_V1
from tasks.networks.network import Network
from tasks.networks.structure import network_variables
from tasks.networks.tensorflow import import_tensorflow
from tasks.storage.local_files import file_sha256
from tasks.storage.manifest import read_manifest

Fetch = Callable[..., Any]


@pytest.fixture
def fetch(tmp_path: Path) -> Fetch:
    def fetch(*files: Path) -> Any:
        archive = tmp_path / "inception.tar"
        with tarfile.open(archive, "w") as tar:
            for path in files:
                tar.add(path, path.name)
        return fetch_checkpoint(
            archive, file_sha256(archive), INCEPTION_V1, tmp_path / "checkpoints"
        )

    return fetch


def save_v1(path: Path, tensors: dict[str, Any]) -> Path:
    tf = import_tensorflow()
    names = sorted(tensors)
    data = [tf.constant(tensors[name]) for name in names]
    tf.raw_ops.Save(filename=str(path), tensor_names=names, data=data)
    return path


def save_v2(prefix: Path, tensors: dict[str, Any]) -> list[Path]:
    tf = import_tensorflow()
    names = sorted(tensors)
    tf.raw_ops.SaveV2(
        prefix=str(prefix),
        tensor_names=names,
        shape_and_slices=[""] * len(names),
        tensors=[tf.constant(tensors[name]) for name in names],
    )
    return sorted(prefix.parent.glob(f"{prefix.name}.*"))


def copy(source: Path, target: Path, keep: float = 1.0) -> Path:
    content = source.read_bytes()
    target.write_bytes(content[: int(len(content) * keep)])
    return target


def nothing_left(folder: Path) -> bool:
    return not [path for path in folder.glob("*") if path.is_dir()]


class TestGood:
    def test_says_how_many_variables_of_which_network(
        self, checkpoint_file: Path, fetch: Fetch, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.INFO)
        fetch(checkpoint_file)
        assert "inception.tar has all 228 variables of inception_v1" in caplog.messages

    def test_v1_as_the_release(self, checkpoint: Path, weights: dict[str, Any]) -> None:
        assert (checkpoint / "inception_v1.ckpt").is_file()
        shapes = {name: value.shape for name, value in weights.items()}
        assert shapes == network_variables(INCEPTION_V1)
        assert {value.dtype for value in weights.values()} == {np.dtype(np.float32)}

    def test_v2(self, weights: dict[str, Any], tmp_path: Path, fetch: Fetch) -> None:
        files = save_v2(tmp_path / "inception_v1.ckpt", weights)
        assert [path.suffix for path in files] == [".data-00000-of-00001", ".index"]
        fetched = fetch(*files)
        read = read_weights(prefix_of(fetched.path), INCEPTION_V1)
        assert set(read) == set(weights)
        for name, value in weights.items():
            np.testing.assert_array_equal(read[name], value)

    def test_second_time_is_reused(self, checkpoint_archive: Path, checkpoint: Path) -> None:
        digest = file_sha256(checkpoint_archive)
        again = fetch_checkpoint(checkpoint_archive, digest, INCEPTION_V1, checkpoint.parent)
        assert again.reused
        assert again.path == checkpoint

    def test_reads_only_what_the_features_need(self, checkpoint_prefix: Path) -> None:
        more = set(read_shapes(checkpoint_prefix)) - set(network_variables(INCEPTION_V1))
        assert more == {
            "InceptionV1/Logits/Conv2d_0c_1x1/weights",
            "InceptionV1/Logits/Conv2d_0c_1x1/biases",
        }

    def test_the_fixtures(self, fixtures_folder: Path, tmp_path: Path) -> None:
        archive = fixtures_folder / "inception_v1_2016_08_28.tar.gz"
        fetched = fetch_checkpoint(archive, file_sha256(archive), INCEPTION_V1, tmp_path)
        assert (fetched.path / "inception_v1.ckpt").is_file()


class TestDamage:
    def test_a_flipped_byte_is_made_anew_from_the_archive(
        self, fetch: Fetch, checkpoint_file: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        first = fetch(checkpoint_file)
        flip_byte(first.path / checkpoint_file.name)
        again = fetch(checkpoint_file)
        assert not again.reused
        assert (again.path / checkpoint_file.name).read_bytes() == checkpoint_file.read_bytes()
        assert f"{first.path} was changed after it was made ({checkpoint_file.name})" in caplog.text

    def test_an_archive_that_changed_after_its_download(self, tmp_path: Path) -> None:
        archive = tmp_path / "a.tar"
        archive.write_bytes(b"whole")
        digest = file_sha256(archive)
        flip_byte(archive)
        with pytest.raises(DataError, match=r"/a\.tar has another content, .* run the DAG again"):
            fetch_checkpoint(archive, digest, INCEPTION_V1, tmp_path)


class TestValues:
    @pytest.mark.parametrize(
        ("name", "value", "told"),
        [
            ("Conv2d_1a_7x7/weights", np.nan, "holds NaN in 1 of 9,408 values, expected finite"),
            ("Mixed_3b/Branch_0/Conv2d_0a_1x1/weights", -np.inf, "holds infinity in 1 of 12,288"),
            (
                "Conv2d_1a_7x7/BatchNorm/moving_variance",
                -0.5,
                "is a variance and holds -0.5, expected 0 or more",
            ),
        ],
    )
    def test_what_no_training_leaves_is_refused_by_name(
        self,
        weights: dict[str, Any],
        tmp_path: Path,
        fetch: Fetch,
        name: str,
        value: float,
        told: str,
    ) -> None:
        changed = weights[f"InceptionV1/{name}"].copy()
        changed.flat[0] = value
        path = save_v1(tmp_path / "odd.ckpt", {**weights, f"InceptionV1/{name}": changed})
        with pytest.raises(DataError) as caught:
            fetch(path)
        assert str(caught.value).startswith(
            f"inception.tar: odd.ckpt: the variable InceptionV1/{name} {told}"
        )
        assert nothing_left(tmp_path / "checkpoints")

    def test_another_type_is_told(self) -> None:
        with pytest.raises(DataError, match=r"^a: the variable b holds int64, expected float32$"):
            check_values("a", {"b": np.zeros(2, np.int64)})

    def test_a_variance_of_zero_is_none_of_its_business(self) -> None:
        check_values("a", {"b/moving_variance": np.zeros(2, np.float32)})


class TestPaths:
    def test_v1_below_a_path_that_looks_like_a_pattern(
        self, checkpoint_file: Path, tmp_path: Path
    ) -> None:
        archive = tmp_path / "inception.tar"
        with tarfile.open(archive, "w") as tar:
            tar.add(checkpoint_file, "inception [v1]*?.ckpt")
            tar.add(checkpoint_file, "._inception [v1]*?.ckpt")
        home = tmp_path / "home [a]\\b *?"
        fetched = fetch_checkpoint(archive, file_sha256(archive), INCEPTION_V1, home)
        assert prefix_of(fetched.path).name == "inception [v1]*?.ckpt"
        assert not list(fetched.path.glob("._*"))

    def test_a_training_folder_of_tf_slim(
        self, weights: dict[str, Any], tmp_path: Path, fetch: Fetch
    ) -> None:
        newest = save_v2(tmp_path / "model.ckpt-1000", weights)
        older = save_v2(tmp_path / "model.ckpt-999", {"a": np.zeros(1, np.float32)})
        state = tmp_path / "checkpoint"
        state.write_text(
            'model_checkpoint_path: "/home/me/train/model.ckpt-1000"\n'
            'all_model_checkpoint_paths: "/home/me/train/model.ckpt-999"\n'
        )
        (tmp_path / "graph.pbtxt").write_text("node {}")
        fetched = fetch(*older, *newest, state, tmp_path / "graph.pbtxt")
        assert prefix_of(fetched.path).name == "model.ckpt-1000"


class TestAnotherNetwork:
    def test_wrong_shape_and_missing_variables_are_named(
        self, weights: dict[str, Any], tmp_path: Path, fetch: Fetch
    ) -> None:
        changed = {
            **weights,
            "InceptionV1/Conv2d_1a_7x7/weights": np.zeros((3, 3, 3, 64), np.float32),
        }
        del changed["InceptionV1/Conv2d_2b_1x1/weights"]
        with pytest.raises(DataError) as caught:
            fetch(save_v1(tmp_path / "other.ckpt", changed))
        assert str(caught.value) == (
            "inception.tar is not a checkpoint of inception_v1, whose features need 228 "
            "variables: InceptionV1/Conv2d_1a_7x7/weights is (3, 3, 3, 64) instead of "
            "(7, 7, 3, 64); InceptionV1/Conv2d_2b_1x1/weights is missing"
        )
        assert nothing_left(tmp_path / "checkpoints")

    def test_the_network_is_named(
        self, checkpoint_archive: Path, tiny_network: Network, tmp_path: Path
    ) -> None:
        message = (
            r"^inception_v1\.tar is not a checkpoint of tiny, whose features need 8 variables: "
            r"Tiny/a/weights is missing; .*; and 5 more$"
        )
        with pytest.raises(DataError, match=message):
            fetch_checkpoint(
                checkpoint_archive, file_sha256(checkpoint_archive), tiny_network, tmp_path
            )

    def test_one_archive_checked_for_two_networks_is_two_artefacts(
        self, tiny_checkpoint: Path, tiny_network: Network, tmp_path: Path
    ) -> None:
        archive = tmp_path / "tiny.tar"
        with tarfile.open(archive, "w") as tar:
            tar.add(prefix_of(tiny_checkpoint), "tiny.ckpt")
        digest = file_sha256(archive)
        twin = dataclasses.replace(tiny_network, name="twin")
        paths = [
            fetch_checkpoint(archive, digest, network, tmp_path / "checkpoints").path
            for network in (tiny_network, twin)
        ]
        assert paths[0] != paths[1]
        assert [read_manifest(path).recipe["network"] for path in paths] == ["tiny", "twin"]

    def test_only_the_first_are_named(self, tmp_path: Path, fetch: Fetch) -> None:
        path = save_v1(tmp_path / "vgg_16.ckpt", {"vgg_16/fc8/biases": np.zeros(3, np.float32)})
        message = r"need 228 variables: InceptionV1/\S+ is missing; .* is missing; and 225 more$"
        with pytest.raises(DataError, match=message):
            fetch(path)


class TestDamaged:
    @pytest.mark.parametrize("keep", [0.0, 0.001, 0.5, 0.999999])
    def test_truncated_v1(
        self, keep: float, checkpoint_prefix: Path, tmp_path: Path, fetch: Fetch
    ) -> None:
        cut = copy(checkpoint_prefix, tmp_path / "cut.ckpt", keep)
        message = r"^cut\.ckpt cannot be read as a TensorFlow checkpoint, is it whole\? \S+"
        with pytest.raises(DataError, match=message):
            fetch(cut)
        assert nothing_left(tmp_path / "checkpoints")

    def test_damaged_in_the_middle_of_v1(
        self, checkpoint_prefix: Path, tmp_path: Path, fetch: Fetch
    ) -> None:
        damaged = copy(checkpoint_prefix, tmp_path / "damaged.ckpt")
        with damaged.open("r+b") as stream:
            stream.seek(damaged.stat().st_size // 4)
            stream.write(bytes(1000))
        with pytest.raises(DataError, match=r"^damaged\.ckpt cannot be read as a TensorFlow check"):
            fetch(damaged)

    def test_truncated_v2(self, weights: dict[str, Any], tmp_path: Path, fetch: Fetch) -> None:
        data, index = save_v2(tmp_path / "whole.ckpt", weights)
        cut = [
            copy(data, tmp_path / data.name.replace("whole", "cut"), 0.5),
            copy(index, tmp_path / "cut.ckpt.index"),
        ]
        with pytest.raises(
            DataError, match=r"^cut\.ckpt cannot be read as a TensorFlow checkpoint"
        ):
            fetch(*cut)
        assert nothing_left(tmp_path / "checkpoints")

    def test_v2_without_its_data(
        self, weights: dict[str, Any], tmp_path: Path, fetch: Fetch
    ) -> None:
        _, index = save_v2(tmp_path / "half.ckpt", weights)
        with pytest.raises(DataError, match=r"^half\.ckpt cannot be read as a TensorFlow checkpo"):
            fetch(index)


class TestWhichOne:
    def test_none(self, tmp_path: Path, fetch: Fetch) -> None:
        (tmp_path / "README").write_text("")
        message = (
            r"^inception\.tar should hold one checkpoint, \*\.ckpt or \*\.ckpt\.index, or a file "
            r"'checkpoint' that names the newest of several; found: none$"
        )
        with pytest.raises(DataError, match=message):
            fetch(tmp_path / "README")

    def test_two(self, tmp_path: Path, fetch: Fetch) -> None:
        files = [tmp_path / name for name in ("a.ckpt", "b.ckpt.index", "b.ckpt.data-0")]
        for path in files:
            path.touch()
        with pytest.raises(DataError, match=r"one checkpoint, .*; found: a\.ckpt, b\.ckpt$"):
            fetch(*files)


TINY_GAMMA = "Tiny/a/BatchNorm/gamma"


@pytest.fixture
def keep(tmp_path: Path, tiny_network: Network) -> Callable[..., Any]:
    """Saves variables as a checkpoint of the tiny network and fetches it."""

    def keep(tensors: dict[str, Any], name: str = "tiny.ckpt", *, ema: bool = False) -> Any:
        path = save_v1(tmp_path / name, tensors)
        return fetch_checkpoint(path, file_sha256(path), tiny_network, tmp_path / "kept", ema=ema)

    return keep


def averages_of(weights: dict[str, Any], *, statistics: bool = True) -> dict[str, Any]:
    return {
        f"{name}/ExponentialMovingAverage": value + np.float32(1)
        for name, value in weights.items()
        if statistics or "/moving_" not in name
    }


class TestAverages:
    @pytest.mark.parametrize("statistics", [True, False])
    def test_they_are_read_where_they_are_asked_for(
        self,
        keep: Callable[..., Any],
        tiny_weights: dict[str, Any],
        tiny_network: Network,
        statistics: bool,
    ) -> None:
        both = {**tiny_weights, **averages_of(tiny_weights, statistics=statistics)}
        plain, averaged = keep(both), keep(both, ema=True)
        assert plain.digest != averaged.digest
        for made, more in ((plain, 0), (averaged, 1)):
            for name, value in load_weights(made.path, tiny_network).items():
                added = more if statistics or "/moving_" not in name else 0
                np.testing.assert_array_equal(value, tiny_weights[name] + np.float32(added))

    def test_averages_that_are_not_used_are_told(
        self,
        keep: Callable[..., Any],
        tiny_weights: dict[str, Any],
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        caplog.set_level(logging.INFO)
        keep({**tiny_weights, **averages_of(tiny_weights)})
        said = "has moving averages, which are not used; ema: true uses them"
        assert f"tiny.ckpt {said}" in caplog.messages

    def test_a_checkpoint_without_them_is_refused(
        self, keep: Callable[..., Any], tiny_weights: dict[str, Any]
    ) -> None:
        message = (
            r"^tiny\.ckpt has no moving averages, which ema: true asks for, of tiny, whose "
            r"features need 8 variables: Tiny/a/weights/ExponentialMovingAverage is missing; "
        )
        with pytest.raises(DataError, match=message):
            keep(tiny_weights, ema=True)

    def test_the_archives_of_mobilenet_v3_have_them_in_a_folder(
        self, tmp_path: Path, tiny_weights: dict[str, Any], tiny_network: Network
    ) -> None:
        averaged = {name: value + np.float32(1) for name, value in tiny_weights.items()}
        for place, weights in (("ema/model-5", averaged), ("pristine/model.ckpt-5", tiny_weights)):
            (tmp_path / place).parent.mkdir()
            save_v2(tmp_path / place, weights)
        archive = tmp_path / "v3.tar"
        with tarfile.open(archive, "w") as tar:
            for name in ("ema", "pristine"):
                tar.add(tmp_path / name, name)
        for ema, more in ((False, 0), (True, 1)):
            made = fetch_checkpoint(
                archive, file_sha256(archive), tiny_network, tmp_path / "kept", ema=ema
            )
            read = load_weights(made.path, tiny_network)["Tiny/a/weights"]
            np.testing.assert_array_equal(read, tiny_weights["Tiny/a/weights"] + np.float32(more))


class TestGammas:
    def test_one_that_the_network_would_ignore_is_refused(
        self, keep: Callable[..., Any], tiny_weights: dict[str, Any]
    ) -> None:
        gamma = np.array([1, 1, 1.5, 0.25], np.float32)
        with pytest.raises(DataError) as caught:
            keep({**tiny_weights, TINY_GAMMA: gamma})
        assert str(caught.value) == (
            f"tiny.ckpt: {TINY_GAMMA} would be ignored, for tiny is built without it; its values "
            "are 0.25 to 1.5, expected 1"
        )

    def test_gammas_of_1_and_of_other_layers_change_nothing(
        self, keep: Callable[..., Any], tiny_weights: dict[str, Any]
    ) -> None:
        others = {TINY_GAMMA: np.ones(4, np.float32), "Head/BatchNorm/gamma": np.zeros(1)}
        assert keep({**tiny_weights, **others}).path.is_dir()

    def test_the_averages_are_what_counts_where_they_are_used(
        self, keep: Callable[..., Any], tiny_weights: dict[str, Any]
    ) -> None:
        both = {**tiny_weights, **averages_of(tiny_weights), TINY_GAMMA: np.ones(4, np.float32)}
        average = {f"{TINY_GAMMA}/ExponentialMovingAverage": np.full(4, 2, np.float32)}
        with pytest.raises(
            DataError, match=f"^tiny.ckpt: {TINY_GAMMA} would be ignored, .* 2 to 2"
        ):
            keep({**both, **average}, ema=True)
        assert keep({**both, **average}).path.is_dir()


class TestSingleFile:
    def test_a_file_without_an_archive(
        self, keep: Callable[..., Any], tiny_weights: dict[str, Any], tiny_network: Network
    ) -> None:
        made = keep(tiny_weights, "weights")
        assert prefix_of(made.path).name == "weights.ckpt"
        assert set(load_weights(made.path, tiny_network)) == set(tiny_weights)

    def test_an_index_alone_is_refused(
        self, tmp_path: Path, tiny_weights: dict[str, Any], tiny_network: Network
    ) -> None:
        _, index = save_v2(tmp_path / "model.ckpt-5", tiny_weights)
        message = r"^model\.ckpt-5\.index is the index of a checkpoint without its data: give the "
        with pytest.raises(DataError, match=message):
            fetch_checkpoint(index, file_sha256(index), tiny_network, tmp_path)
