"""What a run can be told: names, types, bounds and explanations, in one place.

The DAG's trigger form, ``make run CONF=...`` and the job's flags are all made from these models.
What gets past the form is refused by a run's first step, in the words of ``make run`` and the job.
"""

import difflib
import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from tasks.errors import ParamsError
from tasks.networks.inception import INCEPTION_V1
from tasks.networks.registry import NETWORKS

FLOWERS_URL = "http://download.tensorflow.org/data/flowers.tar.gz"

_SHA256 = r"^[0-9a-f]{64}$"
_URL = r"^[a-zA-Z][a-zA-Z0-9+.-]*://\S+$"
_MEMORY = r"^[1-9][0-9]*[mg]$"
_PATTERNS = {
    _SHA256: "64 digits of 0 to 9 and a to f",
    _URL: "a URL such as https://host/name or file:///folder/name",
    _MEMORY: "a size such as 4g or 512m",
}
#: What the bundled sample takes the place of.
SOURCE_PARAMS = ("dataset_url", "dataset_sha256", "checkpoint_url", "checkpoint_sha256")

# Params of the training that change nothing about the trained head.
_NO_INFLUENCE = {"force", "parity_records"}

Source = Literal["urls", "sample"]
FeatureEngine = Literal["bigdl", "tensorflow"]
if TYPE_CHECKING:
    NetworkName = str
else:
    # Type checkers know a Literal only where its choices are written out.
    NetworkName = Literal[tuple(NETWORKS)]


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


Model = TypeVar("Model", bound=_Strict)


class TrainingParams(_Strict):
    """How the classifier is trained; shared by the DAG and the job."""

    def decisive(self) -> dict[str, Any]:
        """Return what the trained head depends on, as JSON types."""
        return self.model_dump(
            mode="json", include=set(TrainingParams.model_fields) - _NO_INFLUENCE
        )

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
        examples=[32],
        json_schema_extra={"section": "Training", "unit": "records"},
    )
    epochs: int = Field(
        10,
        ge=1,
        le=1000,
        title="Epochs",
        description="Passes over the training records.",
        examples=[20],
        json_schema_extra={"section": "Training", "unit": "passes"},
    )
    learning_rate: float = Field(
        0.001,
        ge=1e-6,
        le=10,
        title="Learning rate",
        description="RMSprop's step size.",
        examples=[1e-4],
        json_schema_extra={"section": "Training"},
    )
    decay_rate: float = Field(
        0.9,
        ge=0,
        le=0.9999,
        title="Decay rate",
        description="RMSprop's smoothing of squared gradients.",
        examples=[0.99],
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
        examples=[7],
        json_schema_extra={"section": "Training"},
    )
    feature_engine: FeatureEngine = Field(
        "bigdl",
        title="Feature engine",
        description=(
            "What runs the dumped pipeline on Spark: bigdl in the executors' JVMs, tensorflow in "
            "their Python workers."
        ),
        json_schema_extra={"section": "Network"},
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
        examples=[256],
        json_schema_extra={"section": "Network", "unit": "records"},
    )
    force: bool = Field(
        False,
        title="Train again",
        description="Train even when a model of the very same inputs exists.",
        json_schema_extra={"section": "Run"},
    )


def _sha256(title: str, section: str) -> Any:
    return Field(
        None,
        pattern=_SHA256,
        title=title,
        description=(
            "Optional: what the archive's SHA-256 must be, in 64 small hexadecimal digits; "
            "sha256sum prints them."
        ),
        examples=[hashlib.sha256(b"").hexdigest()],
        json_schema_extra={"section": section},
    )


class RunParams(TrainingParams):
    """Everything a DAG run can be told."""

    source: Source = Field(
        "urls",
        title="Source",
        description=(
            "urls: the data set and the checkpoint below, which are the official flowers and "
            "weights unless you change them. sample: the bundled sample, drawn on this machine "
            "without a network; the URLs are not used."
        ),
        json_schema_extra={"section": "Data"},
    )
    dataset_url: str = Field(
        FLOWERS_URL,
        pattern=_URL,
        title="Data set URL",
        description=(
            "A tar archive of TFRecord shards and labels.txt in the layout of TF-Slim's flowers. "
            "http(s), file, or any file system that fsspec knows."
        ),
        examples=["file:///data/flowers.tar.gz"],
        json_schema_extra={"section": "Data"},
    )
    dataset_sha256: str | None = _sha256("Data set SHA-256", "Data")
    network: NetworkName = Field(
        INCEPTION_V1.name,
        title="Network",
        description="TF-Slim's name of the network that turns pictures into features.",
        json_schema_extra={"section": "Network"},
    )
    checkpoint_url: str = Field(
        INCEPTION_V1.checkpoint_url,
        pattern=_URL,
        title="Checkpoint URL",
        description="A tar archive with the network's TF-Slim checkpoint.",
        examples=["https://example.org/inception_v1.tar.gz"],
        json_schema_extra={"section": "Network"},
    )
    checkpoint_sha256: str | None = _sha256("Checkpoint SHA-256", "Network")
    dump_batch_size: int = Field(
        32,
        ge=1,
        le=1024,
        title="Batch size of the dump",
        description="Images per batch in the dumped pipeline.",
        examples=[64],
        json_schema_extra={"section": "Network", "unit": "images"},
    )
    executors: int = Field(
        2,
        ge=1,
        le=1000,
        title="Executors",
        description="Spark executors on a cluster; a local master has none of its own.",
        examples=[4],
        json_schema_extra={"section": "Spark", "unit": "executors"},
    )
    executor_cores: int = Field(
        1,
        ge=1,
        le=256,
        title="Cores per executor",
        description="Tasks that each executor runs at once, on a cluster.",
        examples=[2],
        json_schema_extra={"section": "Spark", "unit": "cores"},
    )
    executor_memory: str = Field(
        "2g",
        pattern=_MEMORY,
        title="Executor memory",
        description=(
            "Heap of each Spark executor's JVM on a cluster, in g (GiB) or m (MiB); native memory "
            "comes on top."
        ),
        examples=["4g", "512m"],
        json_schema_extra={"section": "Spark"},
    )
    driver_memory: str = Field(
        "4g",
        pattern=_MEMORY,
        title="Driver memory",
        description="Heap of the Spark driver's JVM, in g (GiB) or m (MiB).",
        examples=["8g", "512m"],
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


def json_object(name: str, text: str, example: str = "") -> dict[str, Any]:
    """Return the JSON object that a person wrote.

    Args:
        name: of what holds it, for the message.
        text: what was written.
        example: one to show in the message.

    Raises:
        ParamsError: it is none.
    """
    such = f" such as {example}" if example else ""
    try:
        found = json.loads(text)
    except ValueError as error:
        # Not the text itself: a URL in it may hold a password.
        raise ParamsError(f"{name} is no JSON object{such}: {error}") from None
    if not isinstance(found, dict):
        expected = f"one{such}" if such else "an object"
        raise ParamsError(f"{name} is a JSON {type(found).__name__}, expected {expected}")
    return found


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
    if problem["type"] == "string_pattern_mismatch":
        pattern = problem["ctx"]["pattern"]
        return f"{name} is {_shown(name, problem['input'])}, expected {_PATTERNS[pattern]}"
    expected = str(problem["msg"]).removeprefix("Input should ").removeprefix("String should ")
    return f"{name} is {_shown(name, problem['input'])}, expected to {expected}"


def _shown(name: str, value: object) -> str:
    # A URL may hold a password, and one that is malformed may hold it anywhere.
    hidden = name.endswith("_url") and any(mark in str(value) for mark in "@?")
    return "malformed" if hidden else repr(value)
