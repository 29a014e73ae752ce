"""Params of the network and of the engine that runs it."""

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from tasks.errors import ParamsError
from tasks.networks.inception import INCEPTION_V1
from tasks.networks.registry import check_network, expected_names, official_checkpoint
from tasks.networks.slim_library import NAME
from tasks.networks.table import NETWORKS
from tasks.params.base import PLACE, Params, connection_field, sha256_field

#: Stands for a model of one's own, see ``tasks.params.model_file``.
FILE = "file"


def _known(name: str) -> str:
    try:
        if name != FILE:
            check_network(name)
    except ParamsError:
        names = f"{expected_names()}, or {FILE} for a model of your own"
        raise PydanticCustomError("network", "be {names}", {"names": names}) from None
    return name


_NAMES = [*NETWORKS, FILE]
NetworkName = Annotated[
    str,
    AfterValidator(_known),
    WithJsonSchema(
        {"anyOf": [{"type": "string", "enum": _NAMES}, {"type": "string", "pattern": NAME}]}
    ),
]
FeatureEngine = Literal["auto", "bigdl", "tensorflow"]
#: The values of ``feature_engine``.
AUTO, BIGDL, TENSORFLOW = "auto", "bigdl", "tensorflow"


class NetworkParams(Params, title="Network"):
    """Pretrained network that is dumped."""

    network: NetworkName = Field(
        INCEPTION_V1.name,
        title="Network",
        description=(
            "TF-Slim's name of the network that turns pictures into features; graft networks says "
            "what each needs. slim:NAME: one of the TF-Slim library in SLIM_PATH. file: a model of "
            "your own, a frozen graph, a SavedModel or a Keras file at checkpoint_url."
        ),
        examples=["mobilenet_v1", "slim:inception_v4"],
    )
    checkpoint_url: str | None = Field(
        None,
        pattern=PLACE,
        title="Checkpoint URL",
        description=(
            "The network's TF-Slim checkpoint: an archive, a training folder or a file, by URL or "
            "path. Empty: the network's official archive. For network file: the model."
        ),
        examples=["https://example.org/inception_v1.tar.gz", "/home/me/train_dir"],
    )
    checkpoint_sha256: str | None = sha256_field("Checkpoint SHA-256")
    checkpoint_conn_id: str | None = connection_field(
        "Checkpoint connection", "the checkpoint's URL"
    )
    ema: bool = Field(
        False,
        title="Moving averages",
        description=(
            "Use the checkpoint's moving averages of the variables, which a TF-Slim training with "
            "moving_average_decay leaves beside them."
        ),
    )
    crop: float | None = Field(
        None,
        ge=0.1,
        le=1,
        title="Crop",
        description=(
            "Share of a picture's height and width that the network sees, its middle. Empty: what "
            "the network was published with, and the whole picture for inception_v1."
        ),
        examples=[0.875],
    )
    dump_batch_size: int = Field(
        32,
        ge=1,
        le=1024,
        title="Batch size of the dump",
        description="Images per batch in the dumped pipeline.",
        examples=[64],
        json_schema_extra={"unit": "images"},
    )

    @property
    def checkpoint(self) -> str:
        """URL or path of the checkpoint, the official archive if none is given.

        Raises:
            ParamsError: none is given, and there is no official one.
        """
        return self.checkpoint_url or official_checkpoint(self.network)


class FeatureParams(Params, title="Network"):
    """Engine that runs the dumped network in the training job; shown with the network."""

    feature_engine: FeatureEngine = Field(
        "auto",
        title="Feature engine",
        description=(
            "What runs the dumped pipeline on Spark: bigdl in the executors' JVMs, tensorflow in "
            "their Python workers; auto takes bigdl if it knows every operation of the network."
        ),
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
        json_schema_extra={"unit": "records"},
    )

    def with_engine(self, engine: str) -> Self:
        """Return the same with the engine that ``auto`` stands for."""
        return self.model_copy(update={"feature_engine": engine})
