"""A real Spark with everything that a job's Spark has, and a network other than Inception v1."""

import logging
import os
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
import pytest

from deploy.environment import write_spark_defaults
from tasks.networks.network import Network, Preprocessing
from tasks.networks.slim import import_slim
from tasks.networks.tensorflow import import_tensorflow
from tasks.spark.cluster import Cluster, spark_cluster
from tasks.spark.settings import submit_env
from tasks.storage.local_files import file_sha256
from tasks.storage.paths import Home


def build_tiny(images: Any) -> tuple[Any, dict[str, Any]]:
    """Two normalised convolutions and a pooling, as TF-Slim makes them."""
    tf, slim = import_tensorflow().compat.v1, import_slim()
    norm = {"is_training": False}
    with tf.variable_scope("Tiny", use_resource=False):
        first = slim.conv2d(
            images, 4, [3, 3], 2, normalizer_fn=slim.batch_norm, normalizer_params=norm, scope="a"
        )
        second = slim.conv2d(
            first, 6, [3, 3], 2, normalizer_fn=slim.batch_norm, normalizer_params=norm, scope="b"
        )
        features = slim.avg_pool2d(second, second.shape[1:3].as_list(), 1, scope="pool")
    return features, {"a": first, "b": second, "Logits": features}


@pytest.fixture(scope="session")
def tiny_network() -> Network:
    """A network whose sizes, scope and preprocessing are none of Inception v1's."""
    return Network(
        name="tiny",
        scope="Tiny",
        preprocessing=Preprocessing(size=40, subtract=0.25, multiply=4.0),
        feature_size=6,
        end_points=("a", "b"),
        build=build_tiny,
        checkpoint_url="https://example.org/tiny.tar.gz",
        checkpoint_classes=3,
    )


@pytest.fixture(scope="session")
def tiny_weights(tiny_network: Network) -> dict[str, Any]:
    """A value for every variable of the tiny network."""
    from tasks.networks.structure import network_variables

    rng = np.random.default_rng(4)
    return {
        name: rng.uniform(0.5, 1.5, shape).astype(np.float32)
        if name.endswith("variance")
        else rng.standard_normal(shape, np.float32)
        for name, shape in network_variables(tiny_network).items()
    }


@pytest.fixture(scope="session")
def tiny_checkpoint(
    tiny_network: Network,
    tiny_weights: dict[str, Any],
    graft_home: Home,
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    """Folder of the tiny network's fetched checkpoint."""
    from tasks.networks.checkpoint import fetch_checkpoint

    tf, folder = import_tensorflow(), tmp_path_factory.mktemp("tiny")
    names = sorted(tiny_weights)
    tf.raw_ops.Save(
        filename=str(folder / "tiny.ckpt"),
        tensor_names=names,
        data=[tf.constant(tiny_weights[name]) for name in names],
    )
    with tarfile.open(folder / "tiny.tar", "w") as tar:
        tar.add(folder / "tiny.ckpt", "tiny.ckpt")
    archive = folder / "tiny.tar"
    return fetch_checkpoint(
        archive, file_sha256(archive), tiny_network, graft_home.checkpoints
    ).path


@pytest.fixture(scope="session")
def tiny_dump(
    tiny_network: Network, tiny_checkpoint: Path, dataset: Path, graft_home: Home
) -> Path:
    """Folder of the training split's dump through the tiny network."""
    from tasks.dumps.dump import dump_split

    made = dump_split(
        split="train",
        dataset=dataset,
        checkpoint=tiny_checkpoint,
        network=tiny_network,
        batch_size=4,
        home=graft_home,
    )
    assert isinstance(made.path, Path)
    return made.path


@pytest.fixture(scope="session")
def cluster(graft_home: Home, short_lived_jvms: dict[str, str]) -> Iterator[Cluster]:
    """A Spark context of two cores with BigDL on it."""
    write_spark_defaults(graft_home)
    conf = " ".join(f"--conf {name}={value}" for name, value in short_lived_jvms.items())
    environ = {
        **submit_env(),
        "SPARK_CONF_DIR": str(graft_home.spark_conf),
        "PYSPARK_SUBMIT_ARGS": f"--master local[2] --driver-memory 3g {conf} pyspark-shell",
    }
    # It tells when it closes connections, as late as when pytest's streams are closed already.
    logging.getLogger("py4j").setLevel(logging.ERROR)
    with patch.dict(os.environ, environ), spark_cluster("tests") as started:
        yield started
