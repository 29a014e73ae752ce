"""Fixtures that several modules share; whatever takes seconds is made once per session."""

import copy
import functools
import os
import shutil
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from support import plain_slim, python_programs, run_files, tiny_dataset, tiny_saved_model
from support.archives import pack
from support.plain_slim import FloatArray
from support.tiny_dataset import BATCH_SIZE, Encode, Picture, Records
from support.viewfs import ViewFs
from support.xdist_groups import Groups
from tasks.datasets.dataset import SPLITS
from tasks.networks.inception import INCEPTION_V1
from tasks.storage.artifact import Artifact
from tasks.storage.local_files import file_sha256
from tasks.storage.paths import CHECKOUT, Home

_AIRFLOW = pytest.StashKey[str]()


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Groups:
    return Groups(config, log)


def pytest_configure(config: pytest.Config) -> None:
    # Airflow makes this folder when it is imported; set, no test writes into the user's own.
    config.stash[_AIRFLOW] = tempfile.mkdtemp(prefix="graft-airflow-")
    os.environ["AIRFLOW_HOME"] = config.stash[_AIRFLOW]
    for line in (
        "ignore:tostring:DeprecationWarning:bigdl",
        "ignore:`layer.apply` is deprecated:UserWarning:tensorflow",
    ):
        config.addinivalue_line("filterwarnings", line)


def pytest_unconfigure(config: pytest.Config) -> None:
    shutil.rmtree(config.stash[_AIRFLOW], ignore_errors=True)


@pytest.fixture(scope="session")
def viewfs(tmp_path_factory: pytest.TempPathFactory) -> ViewFs:
    """A file system that only Hadoop reaches."""
    return ViewFs(tmp_path_factory.mktemp("store"), tmp_path_factory.mktemp("hadoop conf"))


@pytest.fixture(scope="session")
def short_lived_jvms() -> dict[str, str]:
    """Spark settings for JVMs that live seconds.

    The second compiler costs more than it saves in so short a time: without it the jobs of the
    tests take a third less processor time.
    """
    return {
        f"spark.{role}.defaultJavaOptions": "-XX:TieredStopAtLevel=1"
        for role in ("driver", "executor")
    }


@pytest.fixture(scope="session")
def fixtures_folder() -> Path:
    """The real input beside the checkout; tests that need it are skipped elsewhere."""
    folder = CHECKOUT.parent / "shared" / "fixtures"
    if not folder.is_dir():
        pytest.skip(f"no {folder}: this is not the machine where the fixtures are")
    return folder


@pytest.fixture(scope="session")
def pictures() -> dict[str, list[Picture]]:
    """JPEGs and labels of the tiny data set by split, in reading order."""
    return tiny_dataset.draw_pictures()


@pytest.fixture(scope="session")
def encode() -> Encode:
    """Serialises a picture and its label as the official data set does."""
    return tiny_dataset.encoder()


@pytest.fixture(scope="session")
def records(pictures: dict[str, list[Picture]], encode: Encode) -> Records:
    """Every record by split, in reading order."""
    return {split: [encode(*picture) for picture in pictures[split]] for split in SPLITS}


@pytest.fixture(scope="session")
def dataset_archive(records: Records, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The records in the official layout, two shards for each split."""
    folder = tmp_path_factory.mktemp("dataset")
    tiny_dataset.write_tiny_dataset(folder, records)
    return pack(folder / "tiny.tar", sorted(folder.iterdir()))


@pytest.fixture(scope="session")
def checkpoint_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bundled sample's checkpoint, V1 format."""
    # All sessions of a process share the threads of the first one, and the number of threads
    # decides the order of sums: the bytes are those of the sample only in a process of its own.
    ran = python_programs.run("write_checkpoint", tmp_path_factory.mktemp("checkpoint"))
    assert ran.returncode == 0, ran.stderr
    return Path(ran.stdout)


@pytest.fixture(scope="session")
def checkpoint_archive(checkpoint_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The checkpoint in the official layout."""
    return pack(tmp_path_factory.mktemp("archive") / "inception_v1.tar", [checkpoint_file])


@pytest.fixture(scope="session")
def graft_home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """The GRAFT_HOME of everything that is made once per session."""
    return Home(tmp_path_factory.mktemp("graft home"))


@pytest.fixture(scope="session")
def dataset(dataset_archive: Path, graft_home: Home) -> Path:
    """Folder of the extracted data set."""
    from tasks.datasets.extract import extract_dataset

    digest = file_sha256(dataset_archive)
    return extract_dataset(dataset_archive, digest, graft_home.datasets).path


@pytest.fixture(scope="session")
def checkpoint(checkpoint_archive: Path, graft_home: Home) -> Path:
    """Folder of the fetched checkpoint."""
    from tasks.networks.checkpoint import fetch_checkpoint

    digest = file_sha256(checkpoint_archive)
    return fetch_checkpoint(checkpoint_archive, digest, INCEPTION_V1, graft_home.checkpoints).path


@pytest.fixture(scope="session")
def checkpoint_prefix(checkpoint: Path) -> Path:
    """The checkpoint itself, by the name that TensorFlow's readers take."""
    return checkpoint / "inception_v1.ckpt"


@pytest.fixture(scope="session")
def weights(checkpoint_prefix: Path) -> dict[str, FloatArray]:
    """The checkpoint's variables that the features depend on."""
    from tasks.networks.checkpoint_reader import read_weights

    return read_weights(checkpoint_prefix, INCEPTION_V1)


@pytest.fixture(scope="session")
def dumps(dataset: Path, checkpoint: Path, graft_home: Home) -> dict[str, Artifact]:
    """The dumps of both splits."""
    from tasks.dumps.dump import dump_split

    return {
        split: dump_split(
            split=split,
            dataset=dataset,
            checkpoint=checkpoint,
            network=INCEPTION_V1,
            batch_size=BATCH_SIZE,
            home=graft_home,
        )
        for split in SPLITS
    }


@pytest.fixture(scope="session")
def plain_features(checkpoint_prefix: Path) -> Callable[[Sequence[bytes]], FloatArray]:
    """Computes features of JPEGs as a user of TF-Slim would, with nothing of Graft's."""
    return plain_slim.plain_features(checkpoint_prefix)


@pytest.fixture(scope="session")
def expected(
    plain_features: Callable[[Sequence[bytes]], FloatArray],
    pictures: dict[str, list[Picture]],
) -> dict[str, FloatArray]:
    """Features of every record by split, in reading order, computed by plain TF-Slim."""
    return {split: plain_features([jpeg for jpeg, _ in pictures[split]]) for split in SPLITS}


@pytest.fixture(scope="session")
def labels(pictures: dict[str, list[Picture]]) -> dict[str, list[int]]:
    """Labels of every record by split, in reading order."""
    return {split: [label for _, label in pictures[split]] for split in SPLITS}


@pytest.fixture(scope="session")
def assert_features_agree() -> Callable[[Any, Any], None]:
    """Compares the features of every record, as vectors."""
    return plain_slim.assert_features_agree


@pytest.fixture(scope="session")
def write_run_in() -> Callable[..., Home]:
    """Writes what a run of the DAG leaves, predictions of the tiny data set included."""
    return run_files.write_run


@pytest.fixture
def write_run(tmp_path: Path) -> Callable[..., Home]:
    """The same, in a home of the test's own."""
    return functools.partial(run_files.write_run, Home(tmp_path / "home"))


@pytest.fixture
def run_metrics() -> dict[str, Any]:
    """The content of a run's metrics.json."""
    return copy.deepcopy(run_files.METRICS)


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SavedModel that says red, green or blue."""
    return tiny_saved_model.save_tiny_model(tmp_path_factory.mktemp("tiny") / "1")


@pytest.fixture(scope="session")
def other_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SavedModel that says pink, lime or navy of the same pictures."""
    return tiny_saved_model.save_tiny_model(
        tmp_path_factory.mktemp("other") / "1", tiny_saved_model.OTHERS
    )
