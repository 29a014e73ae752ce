"""What a run can be told: names, types, bounds and explanations, in one place.

The DAG's trigger form, ``make run CONF=...`` and the job's flags are all made from these models, so
they refuse the same values with the same words.
"""

import difflib
from collections.abc import Iterable, Mapping
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from tasks.errors import ParamsError

FLOWERS_URL = "http://download.tensorflow.org/data/flowers.tar.gz"
INCEPTION_V1_URL = "http://download.tensorflow.org/models/inception_v1_2016_08_28.tar.gz"

_SHA256 = r"^[0-9a-f]{64}$"
_URL = r"^[a-zA-Z][a-zA-Z0-9+.-]*://\S+$"
_MEMORY = r"^[1-9][0-9]*[mg]$"

FeatureEngine = Literal["bigdl", "tensorflow"]


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


Model = TypeVar("Model", bound=_Strict)


class TrainingParams(_Strict):
    """How the classifier is trained; shared by the DAG and the job."""

    batch_size: int | None = Field(
        None,
        ge=1,
        le=8192,
        title="Batch size",
        description=(
            "Records per training step, rounded up to a multiple of the cores. Empty: 16 with "
            "LocalOptimizer; with DistriOptimizer, whose larger steps cost hardly more, 1/25 of "
            "the records but from 16 to 128."
        ),
        json_schema_extra={"section": "Training"},
    )
    epochs: int = Field(
        10,
        ge=1,
        le=1000,
        title="Epochs",
        description="Passes over the training records.",
        json_schema_extra={"section": "Training"},
    )
    learning_rate: float = Field(
        0.001,
        ge=1e-6,
        le=10,
        title="Learning rate",
        description="RMSprop's step size.",
        json_schema_extra={"section": "Training"},
    )
    decay_rate: float = Field(
        0.9,
        ge=0,
        le=0.9999,
        title="Decay rate",
        description="RMSprop's smoothing of squared gradients.",
        json_schema_extra={"section": "Training"},
    )
    standardize: bool = Field(
        True,
        title="Standardise features",
        description=(
            "Train on features of zero mean and unit deviation and fold the scaling into the "
            "exported head. Off: the original recipe on raw features."
        ),
        json_schema_extra={"section": "Training"},
    )
    seed: int = Field(
        1,
        ge=0,
        le=2**31 - 1,
        title="Seed",
        description=(
            "The same seed on the same input gives the same head, on one machine with the same "
            "number of cores."
        ),
        json_schema_extra={"section": "Training"},
    )
    feature_engine: FeatureEngine = Field(
        "bigdl",
        title="Feature engine",
        description=(
            "What runs the dumped pipeline on Spark: bigdl in the executors' JVMs, tensorflow in "
            "their Python workers."
        ),
        json_schema_extra={"section": "Features"},
    )
    parity_records: int = Field(
        64,
        ge=0,
        le=100_000,
        title="Records for the parity check",
        description=(
            "Validation records that both feature engines are run on, before training; where they "
            "differ the run fails. 0: no check."
        ),
        json_schema_extra={"section": "Features"},
    )
    force: bool = Field(
        False,
        title="Train again",
        description="Train even when a model of the very same inputs exists.",
        json_schema_extra={"section": "Run"},
    )


class RunParams(TrainingParams):
    """Everything a DAG run can be told."""

    dataset_url: str = Field(
        FLOWERS_URL,
        pattern=_URL,
        title="Data set URL",
        description=(
            "A tar archive of TFRecord shards and labels.txt in the layout of TF-Slim's flowers. "
            "http(s), file, or any file system that fsspec knows."
        ),
        json_schema_extra={"section": "Input"},
    )
    dataset_sha256: str | None = Field(
        None,
        pattern=_SHA256,
        title="Data set SHA-256",
        description="Optional: 64 hexadecimal digits that the archive must have.",
        json_schema_extra={"section": "Input"},
    )
    checkpoint_url: str = Field(
        INCEPTION_V1_URL,
        pattern=_URL,
        title="Checkpoint URL",
        description="A tar archive with TF-Slim's Inception v1 checkpoint.",
        json_schema_extra={"section": "Input"},
    )
    checkpoint_sha256: str | None = Field(
        None,
        pattern=_SHA256,
        title="Checkpoint SHA-256",
        description="Optional: 64 hexadecimal digits that the archive must have.",
        json_schema_extra={"section": "Input"},
    )
    dump_batch_size: int = Field(
        32,
        ge=1,
        le=1024,
        title="Batch size of the dump",
        description="Images per batch in the dumped pipeline.",
        json_schema_extra={"section": "Features"},
    )
    driver_memory: str = Field(
        "4g",
        pattern=_MEMORY,
        title="Driver memory",
        description="Heap of the Spark driver's JVM, e.g. 4g or 512m.",
        json_schema_extra={"section": "Spark"},
    )
    executors: int = Field(
        2,
        ge=1,
        le=1000,
        title="Executors",
        description="Spark executors on a cluster; a local master has none of its own.",
        json_schema_extra={"section": "Spark"},
    )
    executor_cores: int = Field(
        1,
        ge=1,
        le=256,
        title="Cores per executor",
        description="Tasks that each executor runs at once, on a cluster.",
        json_schema_extra={"section": "Spark"},
    )
    executor_memory: str = Field(
        "2g",
        pattern=_MEMORY,
        title="Executor memory",
        description="Heap of each Spark executor's JVM on a cluster, e.g. 4g or 512m.",
        json_schema_extra={"section": "Spark"},
    )


class JobConfig(TrainingParams):
    """What the training job is told on its command line."""

    train_dump: str = Field(
        min_length=1,
        title="Training dump",
        description="Folder of the training split's dump.",
    )
    validation_dump: str = Field(
        min_length=1,
        title="Validation dump",
        description="Folder of the validation split's dump.",
    )
    run_id: str | None = Field(
        None,
        title="Run",
        description="Name of the run whose folder gets metrics.json; a time stamp by default.",
    )
    max_local_mib: int = Field(
        1024,
        ge=0,
        title="Most features on the driver, MiB",
        description=(
            "On a local master, features up to this size are trained on in the driver's JVM "
            "(LocalOptimizer), if they are no more than an eighth of its heap too; larger ones, or "
            "any on a cluster, stay distributed (DistriOptimizer)."
        ),
    )
    log_iterations: bool = Field(
        False,
        title="Log iterations",
        description="Print BigDL's line for every iteration, not only for every epoch.",
    )


def parse(model: type[Model], values: Mapping[str, Any]) -> Model:
    """Check ``values`` and return them as ``model``, defaults filled in.

    Raises:
        ParamsError: one line per bad value; an unknown name comes with the nearest valid one.
    """
    try:
        return model.model_validate(dict(values))
    except ValidationError as error:
        problems = [_explain(model, dict(problem)) for problem in error.errors()]
        raise ParamsError("; ".join(problems)) from None


def nearest(name: str, known: Iterable[str]) -> str:
    """Return a hint at the known name that ``name`` was probably meant to be."""
    names = sorted(known)
    close = difflib.get_close_matches(name, names, n=1, cutoff=0.5)
    return f"did you mean {close[0]!r}?" if close else f"known are {', '.join(names)}"


def _explain(model: type[_Strict], problem: Mapping[str, Any]) -> str:
    name = str(problem["loc"][0])
    if problem["type"] == "extra_forbidden":
        return f"unknown param {name!r}: {nearest(name, model.model_fields)}"
    if problem["type"] == "missing":
        return f"{name} is missing: {model.model_fields[name].description}"
    expected = str(problem["msg"]).removeprefix("Input should ").removeprefix("String should ")
    return f"{name} is {_shown(name, problem['input'])}, expected to {expected}"


def _shown(name: str, value: object) -> str:
    # A URL may hold a password, and one that is malformed may hold it anywhere.
    hidden = name.endswith("_url") and any(mark in str(value) for mark in "@?")
    return "malformed" if hidden else repr(value)
