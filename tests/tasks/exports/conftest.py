"""A model on the tiny network, and its export."""

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from support.plain_slim import FloatArray
from support.run_files import METRICS
from tasks.dumps.description import FROZEN, read_dump
from tasks.models.export import ARRAYS
from tasks.models.head import Head
from tasks.networks.tensorflow import import_tensorflow
from tasks.runs.metrics import METRICS as METRICS_FILE
from tasks.storage.artifact import build
from tasks.storage.paths import Home

Call = Callable[..., dict[str, Any]]


@pytest.fixture(scope="session")
def tiny_head(frozen_features: FloatArray) -> Head:
    """A head on the tiny network's six features that finds both classes."""
    weight = np.random.default_rng(11).normal(0, 0.05, (2, 6)).astype(np.float32)
    bias = -weight @ frozen_features.mean(axis=0)
    return Head(weight, bias)


@pytest.fixture(scope="session")
def write_model() -> Callable[..., Path]:
    """Writes the files of a model that an export reads."""

    def write(home: Home, dump: Path, head: Head, **changes: Any) -> Path:
        described = json.loads((dump / "pipeline.json").read_bytes())
        dumps = {"train": str(dump), "validation": str(dump)}
        digests = {"train": described["digests"], "validation": described["digests"]}
        metrics = {**METRICS, "dumps": dumps, "digests": digests, "network": "tiny", **changes}

        def make(folder: Path) -> None:
            names = np.array(metrics["class_names"])
            np.savez(folder / ARRAYS, weight=head.weight, bias=head.bias, class_names=names)
            (folder / METRICS_FILE).write_text(json.dumps(metrics))

        recipe = {"of": str(dump), "changes": json.dumps(changes), "bias": head.bias.tolist()}
        return build(home.models, recipe, make).path

    return write


@pytest.fixture(scope="session")
def tiny_model(
    tiny_dump: Path, tiny_head: Head, graft_home: Home, write_model: Callable[..., Path]
) -> Path:
    """Folder of a model on the tiny network."""
    return write_model(graft_home, tiny_dump, tiny_head)


@pytest.fixture(scope="session")
def tiny_export(tiny_model: Path, graft_home: Home) -> Path:
    """Folder of its export."""
    from tasks.exports.export import export_model

    return export_model(tiny_model, graft_home).path


@pytest.fixture(scope="session")
def classifier_of(tiny_head: Head) -> Callable[[Path], Any]:
    """Returns the classifier of a dump of the tiny network."""
    from tasks.exports.classifier import make_classifier

    def classifier_of(dump: Path) -> Any:
        definition = import_tensorflow().compat.v1.GraphDef()
        definition.ParseFromString((dump / FROZEN).read_bytes())
        return make_classifier(definition, read_dump(dump), tiny_head)

    return classifier_of


@pytest.fixture(scope="session")
def loaded(tiny_export: Path) -> Any:
    """The SavedModel, as TensorFlow loads it."""
    return import_tensorflow().saved_model.load(str(tiny_export / "1"))


@pytest.fixture(scope="session")
def ask(loaded: Any) -> Call:
    """Calls a signature with pictures' files; returns arrays."""
    tf = import_tensorflow()

    def ask(*files: bytes, signature: str = "serving_default") -> dict[str, Any]:
        keys = tf.constant([f"key {number}" for number in range(len(files))])
        answer = loaded.signatures[signature](image_bytes=tf.constant(list(files)), key=keys)
        return {name: value.numpy() for name, value in answer.items()}

    return ask


@pytest.fixture(scope="session")
def jpegs(pictures: dict[str, list[tuple[bytes, int]]]) -> list[bytes]:
    """JPEGs of the training split: odd sizes, one grey, one progressive."""
    return [jpeg for jpeg, _ in pictures["train"]]


@pytest.fixture(scope="session")
def frozen_features(tiny_dump: Path, records: dict[str, list[bytes]]) -> FloatArray:
    """Features of the training records as the tensorflow engine computes them."""
    tf, nodes = import_tensorflow().compat.v1, read_dump(tiny_dump).nodes
    definition = tf.GraphDef()
    definition.ParseFromString((tiny_dump / FROZEN).read_bytes())
    with tf.Graph().as_default() as graph, tf.Session(graph=graph) as session:
        tf.import_graph_def(definition, name="")
        record, image = f"{nodes.record}:0", f"{nodes.image}:0"
        images = [session.run(image, {record: one}) for one in records["train"]]
        values = session.run(f"{nodes.feature}:0", {f"{nodes.image_batch}:0": np.stack(images)})
    return np.asarray(values, np.float32).reshape(len(images), -1)


@pytest.fixture(scope="session")
def drawn() -> Image.Image:
    """A picture with an odd height and an odd width."""
    small = np.random.default_rng(1).integers(0, 256, (9, 7, 3), np.uint8)
    return Image.fromarray(small).resize((123, 77), Image.Resampling.BICUBIC)


@pytest.fixture(scope="session")
def save() -> Callable[..., bytes]:
    """Returns a picture as a file."""

    def save(image: Image.Image, kind: str, **options: Any) -> bytes:
        output = io.BytesIO()
        image.save(output, kind, **options)
        return output.getvalue()

    return save
