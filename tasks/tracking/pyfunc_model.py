"""Folder of an exported model in MLflow's format, flavor ``python_function``."""

import importlib.metadata
from pathlib import Path

from tasks.exports.layout import VERSION
from tasks.tracking import graft_pyfunc

#: What loads the model, beside MLflow itself.
NEEDS = ("tensorflow-cpu", "numpy", "pandas")


def write_pyfunc_model(export: Path, folder: Path) -> None:
    """Write the model of an export so that ``mlflow.pyfunc.load_model`` loads it.

    Args:
        export: folder of the export; its SavedModel is copied.
        folder: the folder to make.
    """
    import mlflow.pyfunc

    mlflow.pyfunc.save_model(
        path=str(folder),
        loader_module=graft_pyfunc.__name__.rpartition(".")[2],
        data_path=str(export / VERSION),
        code_paths=[graft_pyfunc.__file__],
        signature=_signature(),
        pip_requirements=[f"{name}=={importlib.metadata.version(name)}" for name in NEEDS],
    )


def _signature() -> object:
    """Return columns of input and output; ``scores`` are in label order."""
    from mlflow.models import ModelSignature
    from mlflow.types.schema import Array, ColSpec, DataType, Schema

    return ModelSignature(
        inputs=Schema([ColSpec(DataType.binary, "image_bytes")]),
        outputs=Schema(
            [
                ColSpec(DataType.long, "prediction"),
                ColSpec(DataType.string, "class"),
                ColSpec(Array(DataType.double), "scores"),
                ColSpec(DataType.string, "error"),
            ]
        ),
    )
