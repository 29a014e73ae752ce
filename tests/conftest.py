"""Fixtures that several modules share; whatever takes seconds is made once per session."""

import functools
import io
import os
import shutil
import tarfile
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image
from xdist.scheduler import LoadScopeScheduling

from tasks.datasets.dataset import LABELS, SPLITS, shard_name
from tasks.datasets.example import IMAGE_ENCODED, LABEL
from tasks.datasets.tfrecord import write_records
from tasks.models.predictions import PARQUET
from tasks.networks.inception import INCEPTION_V1
from tasks.networks.tensorflow import import_tensorflow
from tasks.runs.outcome import write_metrics
from tasks.runs.record import TASK_IDS, record_step
from tasks.storage.artifact import Artifact
from tasks.storage.local_files import file_sha256
from tasks.storage.paths import CHECKOUT, Home

CLASS_NAMES = ("stripes", "spots")
#: Records of every shard, by split.
SHARD_SIZES = {"train": (5, 3), "validation": (2, 2)}
#: Images per batch of the dumps: both splits are whole batches.
BATCH_SIZE = 4

FloatArray = npt.NDArray[np.float32]
Records = dict[str, list[bytes]]


#: Where pytest-xdist runs them, tests of one folder, or with one beginning of their path, stay in
#: one process and share what a session has once: a cluster, a make ui, a GRAFT_HOME with features.
GROUPS = ("tests/cluster", "tests/e2e/test_ui", "tests/e2e", "tests")


class Groups(LoadScopeScheduling):
    """Gives every process one group of tests at a time."""

    def _split_scope(self, nodeid: str) -> str:
        return next(group for group in GROUPS if nodeid.startswith(group))


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


_AIRFLOW = pytest.StashKey[str]()


@dataclass(frozen=True)
class OtherFiles:
    """A file system of Hadoop's that no path of the operating system leads to.

    Attributes:
        url: a folder on it.
        store: where that folder's files really are.
        conf: a HADOOP_CONF_DIR that knows it, as a user would write one.
    """

    url: str
    store: Path
    conf: Path


@pytest.fixture(scope="session")
def viewfs(tmp_path_factory: pytest.TempPathFactory) -> OtherFiles:
    """Hadoop's ViewFileSystem: its mount table alone says where its files are."""
    store, conf = tmp_path_factory.mktemp("store"), tmp_path_factory.mktemp("hadoop conf")
    (conf / "core-site.xml").write_text(
        "<configuration><property><name>fs.viewfs.mounttable.graft.link./home</name>"
        f"<value>{store.as_uri()}</value></property></configuration>"
    )
    return OtherFiles("viewfs://graft/home", store, conf)


@pytest.fixture(scope="session")
def short_lived_jvms() -> dict[str, str]:
    """Spark settings for JVMs that live seconds.

    What their second compiler costs they do not earn back: without it the jobs of the tests take a
    third less processor time.
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
def pictures() -> dict[str, list[tuple[bytes, int]]]:
    """JPEGs and labels by split, in reading order: odd sizes, one grey, one progressive."""
    rng = np.random.default_rng(7)
    return {split: [_picture(rng, i) for i in range(sum(SHARD_SIZES[split]))] for split in SPLITS}


def _picture(rng: np.random.Generator, number: int) -> tuple[bytes, int]:
    label = int(rng.integers(len(CLASS_NAMES)))
    small = rng.integers(0, 256, (6, 6 if label else 1, 3), np.uint8)
    width, height = (int(side) for side in rng.integers(40, 300, 2))
    image = Image.fromarray(small).resize((width, height), Image.Resampling.BICUBIC)
    jpeg = io.BytesIO()
    image.convert("L" if number == 1 else "RGB").save(jpeg, "JPEG", progressive=number == 2)
    return jpeg.getvalue(), label


@pytest.fixture(scope="session")
def encode() -> Callable[[bytes, int], bytes]:
    """Serialise a picture and its label as the official data set does."""
    import_tensorflow()
    from tensorflow.core.example import example_pb2

    def encode(jpeg: bytes, label: int) -> bytes:
        message = example_pb2.Example()
        message.features.feature[IMAGE_ENCODED].bytes_list.value.append(jpeg)
        message.features.feature[LABEL].int64_list.value.append(label)
        return bytes(message.SerializeToString())

    return encode


@pytest.fixture(scope="session")
def records(
    pictures: dict[str, list[tuple[bytes, int]]], encode: Callable[[bytes, int], bytes]
) -> Records:
    """Every record by split, in reading order."""
    return {split: [encode(*picture) for picture in pictures[split]] for split in SPLITS}


@pytest.fixture(scope="session")
def dataset_archive(records: Records, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The records in the official layout, two shards for each split."""
    folder = tmp_path_factory.mktemp("dataset")
    (folder / LABELS).write_text("".join(f"{i}:{name}\n" for i, name in enumerate(CLASS_NAMES)))
    for split, sizes in SHARD_SIZES.items():
        first = 0
        for number, size in enumerate(sizes):
            path = folder / shard_name("tiny", split, number, len(sizes))
            write_records(path, records[split][first : first + size])
            first += size
    return pack(folder / "tiny.tar", sorted(folder.iterdir()))


@pytest.fixture(scope="session")
def checkpoint_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bundled sample's checkpoint, V1 format."""
    from tasks.sample.checkpoint import write_checkpoint

    return write_checkpoint(INCEPTION_V1, tmp_path_factory.mktemp("checkpoint"))


@pytest.fixture(scope="session")
def checkpoint_archive(checkpoint_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The checkpoint in the official layout."""
    return pack(tmp_path_factory.mktemp("archive") / "inception_v1.tar", [checkpoint_file])


def pack(archive: Path, files: Sequence[Path]) -> Path:
    with tarfile.open(archive, "w") as tar:
        for path in files:
            tar.add(path, path.name)
    return archive


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
    """The checkpoint itself, as TensorFlow's readers want it named."""
    return checkpoint / "inception_v1.ckpt"


@pytest.fixture(scope="session")
def weights(checkpoint_prefix: Path) -> dict[str, FloatArray]:
    """The checkpoint's variables that the features depend on."""
    from tasks.networks.checkpoint import read_weights

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
    """Compute features as a user of TF-Slim would: nothing of Graft's graph, dump or freeze.

    The network is the library's ``inception_v1`` with its 1,001 classes, in evaluation mode, its
    weights restored by TensorFlow's own saver.
    """
    from tasks.networks.slim import import_slim

    tf, slim = import_tensorflow().compat.v1, import_slim()
    with tf.Graph().as_default() as graph:
        encoded = tf.placeholder(tf.string, [])
        # The accurate transform is the one thing that Graft asks of TensorFlow's decoder.
        image = tf.image.decode_jpeg(encoded, channels=3, dct_method="INTEGER_ACCURATE")
        image = tf.image.convert_image_dtype(image, tf.float32)
        image = tf.image.resize_bilinear(tf.expand_dims(image, 0), [224, 224], align_corners=False)
        image = tf.multiply(tf.subtract(image, 0.5), 2.0)
        with slim.arg_scope(slim.nets.inception.inception_v1_arg_scope()):
            slim.nets.inception_v1.inception_v1(image, num_classes=1001, is_training=False)
        # tf-slim 1.1.0's name for its average pooling; earlier releases said AvgPool_0a_7x7.
        pooled = graph.get_tensor_by_name("InceptionV1/Logits/MaxPool_0a_7x7/AvgPool:0")
        session = tf.Session(graph=graph)
        tf.train.Saver(slim.get_model_variables()).restore(session, str(checkpoint_prefix))

    def features(jpegs: Sequence[bytes]) -> FloatArray:
        return np.stack([session.run(pooled, {encoded: jpeg}).reshape(-1) for jpeg in jpegs])

    return features


@pytest.fixture(scope="session")
def expected(
    plain_features: Callable[[Sequence[bytes]], FloatArray],
    pictures: dict[str, list[tuple[bytes, int]]],
) -> dict[str, FloatArray]:
    """Features of every record by split, in reading order, computed by plain TF-Slim."""
    return {split: plain_features([jpeg for jpeg, _ in pictures[split]]) for split in SPLITS}


@pytest.fixture(scope="session")
def labels(pictures: dict[str, list[tuple[bytes, int]]]) -> dict[str, list[int]]:
    """Labels of every record by split, in reading order."""
    return {split: [label for _, label in pictures[split]] for split in SPLITS}


@pytest.fixture(scope="session")
def assert_features_agree() -> Callable[[Any, Any], None]:
    """Compare the features of every record, as vectors, to 3e-5 of their length.

    For a network whose batch normalisation is folded into its convolutions: other float32 products
    through 57 layers. Measured against the same network in float64, the folded and the plain one
    are both off by 4e-6, and 6e-6 from each other; the rest is for other processors.
    """

    def agree(actual: FloatArray, wanted: FloatArray) -> None:
        assert actual.shape == wanted.shape
        distance = np.linalg.norm(actual - wanted, axis=1) / np.linalg.norm(wanted, axis=1)
        assert distance.max() < 3e-5

    return agree


@pytest.fixture(scope="session")
def write_run_in() -> Callable[..., Home]:
    """Writes what a run of the DAG leaves, predictions of the tiny data set included."""

    def write(home: Home, run_id: str, **changes: Any) -> Home:
        metrics = {**RUN_METRICS, **changes}
        model = home.models / metrics["model"]["digest"]
        metrics["model"] = {**metrics["model"], "path": str(model)}
        for task_id in TASK_IDS[:-1]:
            facts = {"path": f"/made/{task_id}", "reused": task_id == "dump_train", "seconds": 1.5}
            record_step(home, run_id, task_id, facts)
        write_metrics(home, run_id, {"run_id": run_id, **metrics})
        _write_predictions(model)
        return home

    return write


@pytest.fixture
def write_run(write_run_in: Callable[..., Home], tmp_path: Path) -> Callable[..., Home]:
    """The same, in a home of the test's own."""
    return functools.partial(write_run_in, Home(tmp_path / "home"))


RUN_METRICS: dict[str, Any] = {
    "model": {"digest": "m0de1", "reused": False, "seconds": 12.5},
    "top1": 0.25,
    "epochs": [
        {"epoch": 1, "loss": 1.5, "top1": 0.5, "seconds": 0.25, "records_per_second": 32.0},
        {"epoch": 2, "loss": 0.75, "top1": 0.25, "seconds": 0.125, "records_per_second": 64.0},
    ],
    "stages": {"spark": 3.0, "features": 4.0, "training": 5.0, "export": 0.5},
    "records": {"train": 8, "validation": 4},
    "class_names": list(CLASS_NAMES),
    "config": {"feature_engine": "bigdl", "batch_size": 16, "epochs": 2, "learning_rate": 0.001},
    "plan": {"optimizer": "LocalOptimizer", "cores": 2, "master": "local[2]", "batch_size": 16},
    "features": {
        "train": {"path": "/features/a", "digest": "a", "reused": True, "seconds": 0.0},
        "validation": {"path": "/features/b", "digest": "b", "reused": False, "seconds": 4.0},
    },
    "parity": {"records": 4, "largest_relative_difference": 3.2e-6, "tolerance": 1e-4},
    "digests": {"train": {"dataset": "da7a"}, "validation": {"dataset": "da7a"}},
    "versions": {"pyspark": "3.5.9"},
    "python": "3.11.7",
    "finished_at": "2026-11-25T10:00:00+00:00",
}


def _write_predictions(model: Path) -> None:
    """One right and three wrong, of which the last is the surest."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    label, prediction = np.array([[0, 0, 1, 1], [0, 1, 0, 0]], np.int32)
    shards = [shard_name("tiny", "validation", number, 2) for number in (0, 0, 1, 1)]
    columns = {
        "shard": shards,
        "record": np.array([0, 1, 0, 1], np.int32),
        "label": label,
        "prediction": prediction,
        "probability": [[0.9, 0.1], [0.4, 0.6], [0.7, 0.3], [0.8, 0.2]],
    }
    model.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.table(columns), model / PARQUET)
