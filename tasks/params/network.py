"""Params of the network and of the engine that runs it."""

from typing import TYPE_CHECKING, Literal

from pydantic import Field

from tasks.networks.inception import INCEPTION_V1
from tasks.networks.registry import NETWORKS
from tasks.params.base import PLACE, Params, connection_field, sha256_field

#: Stands for a model of one's own, see ``tasks.params.model_file``.
FILE = "file"

if TYPE_CHECKING:
    NetworkName = str
else:
    # Type checkers know a Literal only where its choices are written out.
    NetworkName = Literal[(*NETWORKS, FILE)]
FeatureEngine = Literal["bigdl", "tensorflow"]


class NetworkParams(Params, title="Network"):
    """Pretrained network that is dumped."""

    network: NetworkName = Field(
        INCEPTION_V1.name,
        title="Network",
        description=(
            "TF-Slim's name of the network that turns pictures into features; graft networks says "
            "what each needs. file: the model at checkpoint_url, a frozen graph, a SavedModel or "
            "a Keras file."
        ),
    )
    checkpoint_url: str | None = Field(
        None,
        pattern=PLACE,
        title="Checkpoint URL",
        description=(
            "A tar archive with the network's TF-Slim checkpoint: a URL, or a path of this machine."
            " Empty: the network's official archive. For network file: the model."
        ),
        examples=["https://example.org/inception_v1.tar.gz"],
    )
    checkpoint_sha256: str | None = sha256_field("Checkpoint SHA-256")
    checkpoint_conn_id: str | None = connection_field(
        "Checkpoint connection", "the checkpoint's URL"
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
        """URL or path of the checkpoint's archive, the official one if none is given."""
        return self.checkpoint_url or NETWORKS[self.network].checkpoint_url


class FeatureParams(Params, title="Network"):
    """Engine that runs the dumped network in the training job; shown with the network."""

    feature_engine: FeatureEngine = Field(
        "bigdl",
        title="Feature engine",
        description=(
            "What runs the dumped pipeline on Spark: bigdl in the executors' JVMs, tensorflow in "
            "their Python workers."
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
