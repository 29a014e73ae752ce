from pathlib import Path
from typing import Any

import numpy as np

from tasks.dumps.description import FROZEN, GRAPH, TENSORS, read_dump
from tasks.dumps.graph import NODES, build_graph
from tasks.dumps.weights import dump_weights, package_versions
from tasks.networks.network import Network
from tasks.networks.tensorflow import import_tensorflow
from tasks.storage.artifact import Artifact
from tasks.storage.manifest import read_manifest
from tasks.storage.paths import Home


def test_bigdl_loads_graph_and_tensors(dumps: dict[str, Artifact]) -> None:
    from tasks.spark.jvm import bigdl_jvm

    dump = dumps["train"].path
    with bigdl_jvm() as gateway:
        jvm = gateway.jvm
        bigdl = jvm.com.intel.analytics.bigdl.dllib
        numeric = jvm.java.lang.Class.forName(
            "com.intel.analytics.bigdl.dllib.tensor.TensorNumericMath$TensorNumeric$NumericFloat$"
        )
        session = bigdl.utils.tf.TensorflowLoader.checkpoints(
            str(dump / GRAPH),
            str(dump / TENSORS),
            jvm.java.nio.ByteOrder.LITTLE_ENDIAN,
            jvm.scala.reflect.ClassTag.Float(),
            numeric.getField("MODULE$").get(None),
        )
        assert session.getClass().getSimpleName() == "BigDLSessionImpl"


def test_frozen_graph_holds_the_weights(tiny_dump: Path, tiny_weights: dict[str, Any]) -> None:
    """One layer by hand: a picture of one value, ``conv(x, w)`` normalised."""
    tf = import_tensorflow().compat.v1
    definition = tf.GraphDef.FromString((tiny_dump / FROZEN).read_bytes())
    with tf.Graph().as_default() as graph:
        tf.import_graph_def(definition, name="")
        with tf.Session(graph=graph) as session:
            images = np.full((1, 40, 40, 3), 0.5, np.float32)
            found = session.run("Tiny/a/Relu:0", {f"{NODES.image_batch}:0": images})
    norm = {name: tiny_weights[f"Tiny/a/BatchNorm/{name}"] for name in ("beta", "moving_mean")}
    variance = tiny_weights["Tiny/a/BatchNorm/moving_variance"]
    convolved = 0.5 * tiny_weights["Tiny/a/weights"].sum(axis=(0, 1, 2))
    wanted = (convolved - norm["moving_mean"]) / np.sqrt(variance + 1e-3) + norm["beta"]
    # In the middle no padding takes part.
    np.testing.assert_allclose(found[0, 10, 10], np.maximum(wanted, 0), rtol=1e-4, atol=1e-5)


def test_is_made_once_for_a_checkpoint(
    tiny_dump: Path, tiny_checkpoint: Path, tiny_network: Network, graft_home: Home
) -> None:
    definition = build_graph(["other"], tiny_network, class_count=9, batch_size=1)
    found = dump_weights(tiny_checkpoint, definition, tiny_network, graft_home)
    assert found.reused
    assert found.digest == read_dump(tiny_dump).digests["weights"]
    assert read_manifest(found.path).recipe["checkpoint"] == tiny_checkpoint.name


def test_versions_are_of_what_the_files_depend_on() -> None:
    assert package_versions()["tensorflow-cpu"] == import_tensorflow().__version__
