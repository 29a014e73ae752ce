"""MLflow on a data base of its own, which needs no server, and a home to log to it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from support.mlflow_home import write_home
from tasks.networks.tensorflow import import_tensorflow
from tasks.registry.champion import FLOWERS
from tasks.storage.paths import Home
from tasks.tracking.server import Server


@pytest.fixture(scope="session")
def saved_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SavedModel that answers as an export does: always ``rose``; an empty file is bad."""
    tf = import_tensorflow()
    texts = [tf.TensorSpec([None], tf.string, name) for name in ("image_bytes", "key")]

    def answer(image_bytes: Any, key: Any) -> dict[str, Any]:
        bad, count = image_bytes == b"", tf.size(image_bytes)
        return {
            "prediction": tf.where(bad, tf.constant(-1, tf.int64), tf.constant(1, tf.int64)),
            "scores": tf.tile([[0.25, 0.75]], [count, 1]),
            "classes": tf.tile([["daisy", "rose"]], [count, 1]),
            "error": tf.where(bad, "is empty", ""),
            "key": key,
        }

    module, folder = tf.Module(), tmp_path_factory.mktemp("saved model")
    module.answer = tf.function(answer, input_signature=texts)
    tf.saved_model.save(module, str(folder), signatures={"serving_default": module.answer})
    return folder


@pytest.fixture
def home(tmp_path: Path, saved_model: Path) -> Home:
    """A home of two versions, the first of them the champion."""
    return write_home(tmp_path / "home", saved_model)


@pytest.fixture(scope="session")
def mlflow_quiet() -> Iterator[None]:
    """Variables that MLflow reads when it is imported."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("MLFLOW_DISABLE_TELEMETRY", "DO_NOT_TRACK"):
            patch.setenv(name, "true")
        patch.setenv("GIT_PYTHON_REFRESH", "quiet")
        yield


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory, mlflow_quiet: None) -> Iterator[str]:
    """URI of a data base; the artefacts are beside it."""
    folder = tmp_path_factory.mktemp("mlflow")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        yield f"sqlite:///{folder}/mlflow.db"


@pytest.fixture(scope="module")
def server(store: str) -> Server:
    """The data base as a server."""
    return Server(store, FLOWERS)


@pytest.fixture(scope="module")
def client(store: str) -> Any:
    """MLflow's own client of it."""
    from mlflow import MlflowClient

    return MlflowClient(store)
